"""Run on the LAN machine: ask for a page every 10 ms until there is one, and print when it came.

A file by itself, run without the site's packages: it is started anew for each round.
"""

import socket
import sys
import time

INTERVAL = 0.01
PATIENCE = 30


def answers(ip: str) -> bool:
    """Whether a page begins to come."""
    begin = time.monotonic()
    with socket.socket() as connection:
        connection.settimeout(INTERVAL)
        try:
            connection.connect((ip, 80))
            connection.settimeout(2)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.recv(5) == b"HTTP/"
        except OSError:  # at once when the address is known to be unreachable
            time.sleep(max(0.0, begin + INTERVAL - time.monotonic()))
            return False


print("ready", flush=True)
end = time.monotonic() + PATIENCE
while time.monotonic() < end:
    if answers(sys.argv[1]):
        print(time.monotonic(), flush=True)
        break
