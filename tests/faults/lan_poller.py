"""Run on the LAN machine: ask for a page again and again, and print what came each time.

A file by itself, run without the site's packages. Each line on stdin is what to ask from then on,
ADDRESS PORT. Each line on stdout is the time (time.monotonic, one clock for all processes) of the
question, and what came: ``page TEXT``, ``refused``, ``silent`` or ``unreachable``. How many seconds
it waits for that can be given.
"""

import select
import socket
import sys
import time

INTERVAL = 0.2
PATIENCE = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0


def ask(address: str, port: int) -> str:
    """One page, or why there is none."""
    try:
        with socket.create_connection((address, port), PATIENCE) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b""
            while data := connection.recv(4096):
                answer += data
    except (ConnectionRefusedError, ConnectionResetError):
        return "refused"
    except TimeoutError:
        return "silent"
    except OSError:
        return "unreachable"
    return "page " + answer.decode(errors="replace").strip().rpartition("\n")[2].strip()


address, port = "", 0
while True:
    if select.select([sys.stdin], [], [], INTERVAL)[0]:
        line = sys.stdin.readline()
        if not line:
            break
        address, _, number = line.strip().partition(" ")
        port = int(number)
    if address:
        begin = time.monotonic()
        print(begin, ask(address, port), flush=True)
