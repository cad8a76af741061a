"""The demo's visitors: what each of them does to a service."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import pytest

from netc_tui.lab import visitors
from netc_tui.lab.visitors import VISITORS, Stay


@contextmanager
def serving(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[str]]]:
    """A server: its port, and the addresses of its clients as they come."""
    came: list[str] = []

    def work() -> None:
        while True:
            try:
                connection, (address, _) = server.accept()
            except OSError:
                return
            came.append(address)
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def find(service: str) -> tuple[str, str]:
    return "127.0.0.1", "127.0.0.21"


def gone(service: str) -> tuple[str, str]:
    raise OSError(service)


def test_a_page_is_fetched_from_its_own_address() -> None:
    asked: list[bytes] = []

    def page(connection: socket.socket) -> None:
        with connection:
            asked.append(connection.recv(100))
            connection.sendall(b"x" * 100_000)

    with serving(page) as (port, came):
        assert visitors.fetch("127.0.0.1", "127.0.0.21", port, "film") == 100_000
    assert came == ["127.0.0.21"]
    assert asked == [b"GET /film HTTP/1.0\r\n\r\n"]


def test_a_connection_is_kept_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: SimpleQueue[socket.socket] = SimpleQueue()
    with serving(kept.put) as (port, came):
        monkeypatch.setattr(visitors, "PAGES", (("web1", port),))
        monkeypatch.setattr(visitors, "DNS", ("dns", 1))  # nobody listens there
        stay = Stay()
        for _ in range(3):
            stay(find)
        kept.get(timeout=5).close()
        stay(find)
        stay(find)
        with kept.get(timeout=5):
            stay(gone)
        assert kept.empty()
    assert came == ["127.0.0.21"] * 2


def test_a_name_server_is_asked() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            question, client = server.recvfrom(512)
            server.sendto(question[:2] + b"answer", client)

        thread = threading.Thread(target=answer)
        thread.start()
        said = visitors.ask("127.0.0.1", "127.0.0.21", server.getsockname()[1])
        thread.join()
    assert said == b"\x12\x34answer"


@pytest.mark.parametrize("visitor", VISITORS, ids=lambda visitor: visitor.name)
def test_none_minds_that_a_service_is_off(visitor: visitors.Visitor) -> None:
    visitor.visit(gone)


def test_each_has_addresses_and_a_name_of_its_own() -> None:
    records = visitors.records("lab.lan")
    assert "--host-record=phone.lab.lan,10.77.0.21" in records
    assert len(set(records)) == 2 * len(VISITORS) == 6
