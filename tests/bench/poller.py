"""Run on the LAN machine: ask for a page of each of these, by name or address, again and again,
until there was one of all, and print when the last came.

``poller.py SECONDS HOST...``: for so long at most. A file by itself, run without the site's
packages: it is started anew for each round.
"""

import selectors
import socket
import sys
import time

INTERVAL = 0.01
"""Seconds between two rounds at least."""
PATIENCE = 0.01, 0.25
"""Seconds for a connection: where one is asked, and where it is one of many."""


def address(host: str) -> str | None:
    """Where a host is, if anybody knows."""
    try:
        return str(socket.getaddrinfo(host, 80, socket.AF_INET, socket.SOCK_STREAM)[0][4][0])
    except OSError:
        return None


def answering(hosts: set[str]) -> set[str]:
    """Those of which a page begins to come."""
    found = set()
    with selectors.DefaultSelector() as waiting:
        for host in hosts:
            if (ip := address(host)) is None:
                continue
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex((ip, 80))
            waiting.register(connection, selectors.EVENT_WRITE, host)
        until = time.monotonic() + PATIENCE[len(hosts) > 1]
        while waiting.get_map() and (left := until - time.monotonic()) > 0:
            for key, _ in waiting.select(left):
                connection = key.fileobj
                waiting.unregister(connection)
                if begins(connection):
                    found.add(key.data)
                connection.close()
        for key in list(waiting.get_map().values()):
            key.fileobj.close()
    return found


def begins(connection: socket.socket) -> bool:
    """Does a page begin to come, now that it is connected or refused?"""
    try:
        connection.settimeout(2)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(5) == b"HTTP/"
    except OSError:
        return False


print("ready", flush=True)
seconds, hosts = float(sys.argv[1]), set(sys.argv[2:])
end = time.monotonic() + seconds
while hosts and time.monotonic() < end:
    begin = time.monotonic()
    hosts -= answering(hosts)
    if hosts:
        time.sleep(max(0.0, begin + INTERVAL - time.monotonic()))
    else:
        print(time.monotonic(), flush=True)
