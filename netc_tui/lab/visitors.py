"""The visitors of the demo: machines of the LAN, each with an address and a habit of its own.

``python -m netc_tui.lab.visitors LAB DOMAIN`` is all of them, on the LAN machine, until its
standard input ends: that is in the hands of the demo, and closed however the demo ends.
"""

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

from netc_tui.lab.layout import CLIENT_IP, CLIENT_IP2

MODULE = "netc_tui.lab.visitors"
NETS = {"eth0": CLIENT_IP.rpartition(".")[0], "eth1": CLIENT_IP2.rpartition(".")[0]}
"""The LANs that the machine is on."""
PATIENCE = 1.0
"""Seconds that an answer is waited for."""
PAGES = (("web1", 80), ("web2", 80), ("app", 8080))
DNS = ("dns", 53)
FILM = "film"
"""A page larger than others, where there is one."""
FILM_SIZE = 1 << 20
"""Bytes of it."""
QUESTION = (
    b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07service\x04test\x00\x00\x01\x00\x01"
)
"""A for service.test (RFC 1035)."""

Find = Callable[[str], tuple[str, str]]
"""The address of a service, and the visitor's own in the same LAN. Raises OSError."""


class Visitor(NamedTuple):
    """One of them."""

    name: str
    last: int
    """The last number of its addresses."""
    seconds: float
    """From one visit to the next."""
    visit: Callable[[Find], None]


def look(find: Find) -> None:
    """Get a page of each, quickly."""
    for service, port in PAGES:
        with suppress(OSError):
            fetch(*find(service), port)


def download(find: Find) -> None:
    """Get something larger now and then."""
    for service, port in PAGES:
        with suppress(OSError):
            fetch(*find(service), port, FILM)


class Stay:
    """Keep a connection to each, and ask the name server."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, socket.socket]] = {}
        """Where to, by the names of services."""

    def __call__(self, find: Find) -> None:
        """See that all are there that can be."""
        for service, port in (*PAGES, DNS):
            with suppress(OSError):
                address, own = find(service)
                self._keep(service, address, own, port)
                if (service, port) == DNS:
                    ask(address, own, port)

    def _keep(self, service: str, address: str, own: str, port: int) -> None:
        if service in self._kept:
            before, connection = self._kept[service]
            if before == address and _stands(connection):
                return
            connection.close()
            del self._kept[service]
        self._kept[service] = address, connect(address, own, port)


def connect(address: str, own: str, port: int) -> socket.socket:
    """A connection that finds out by itself that the other end is gone. Raises OSError."""
    connection = socket.create_connection((address, port), PATIENCE, (own, 0))
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT):
        connection.setsockopt(socket.IPPROTO_TCP, option, 2)
    return connection


def _stands(connection: socket.socket) -> bool:
    try:
        return bool(connection.recv(1))
    except BlockingIOError:
        return True
    except OSError:
        return False


def fetch(address: str, own: str, port: int, page: str = "") -> int:
    """Get a page; how many bytes came. Raises OSError."""
    with socket.create_connection((address, port), PATIENCE, (own, 0)) as connection:
        connection.sendall(f"GET /{page} HTTP/1.0\r\n\r\n".encode())
        return sum(map(len, iter(lambda: connection.recv(65536), b"")))


def ask(address: str, own: str, port: int) -> bytes:
    """What a name server answers. Raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.bind((own, 0))
        asker.settimeout(PATIENCE)
        asker.sendto(QUESTION, (address, port))
        return asker.recv(512)


VISITORS = (
    Visitor("phone", 21, 0.5, look),
    Visitor("laptop", 22, 5.0, download),
    Visitor("sensor", 23, 2.0, Stay()),
)


def records(domain: str) -> tuple[str, ...]:
    """The arguments by which dnsmasq knows their names."""
    return tuple(
        f"--host-record={visitor.name}.{domain},{net}.{visitor.last}"
        for visitor in VISITORS
        for net in NETS.values()
    )


def finder(visitor: Visitor, domain: str) -> Find:
    """How a visitor finds services: by their names on the LAN."""

    def find(service: str) -> tuple[str, str]:
        address = socket.gethostbyname(f"{service}.{domain}")
        return address, f"{address.rpartition('.')[0]}.{visitor.last}"

    return find


@contextmanager
def addresses() -> Iterator[None]:
    """Have the addresses of all of them on this machine, for as long as that."""
    wanted = [
        f"{net}.{visitor.last}/24 dev {link}" for visitor in VISITORS for link, net in NETS.items()
    ]
    _ip(f"addr replace {address}" for address in wanted)
    try:
        yield
    finally:
        _ip(f"addr del {address}" for address in wanted)


def _ip(lines: Iterator[str]) -> None:
    subprocess.run(
        ["ip", "-force", "-batch", "-"],
        input="\n".join(lines),
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )


def main(domain: str) -> None:
    """Be all of them until standard input ends."""

    def go(visitor: Visitor) -> None:
        find = finder(visitor, domain)
        while True:
            visitor.visit(find)
            time.sleep(visitor.seconds)

    with addresses():
        for visitor in VISITORS:
            threading.Thread(target=go, args=(visitor,), daemon=True).start()
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main(sys.argv[2])
