"""``accept``: take connections and close them. ``make IP SECONDS``: make them, and how many a
second. The one who accepts closes first, so the maker does not run out of port numbers.

A file by itself: it is run in network namespaces, without the site's packages.
"""

import os
import socket
import sys
import threading
import time

PORT = 7000


def accept() -> None:
    """Serve until standard input ends, which it does with the one who started this."""
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    with socket.create_server(("", PORT), backlog=1024) as listener:
        print("ready", flush=True)
        while True:
            listener.accept()[0].close()


def make(ip: str, seconds: float) -> float:
    """Connections a second."""
    count, begin = 0, time.monotonic()
    while time.monotonic() - begin < seconds:
        with socket.create_connection((ip, PORT), timeout=5) as connection:
            connection.recv(1)
        count += 1
    return count / (time.monotonic() - begin)


match sys.argv[1:]:
    case ["accept"]:
        accept()
    case ["make", ip, seconds]:
        print(make(ip, float(seconds)))
