"""Metrics over HTTP: where, to whom, and what is said to others."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from netc_tui.core.errors import Exit, NetcError
from netc_tui.watch.exposition import AT_ONCE, Outlet, outlet, served


class Seven:
    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("seven", "Seven.", value=7)


class Defect:
    def collect(self) -> Iterator[Metric]:
        raise KeyError("oh")


def free() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("127.0.0.1:9713", "127.0.0.1", 9713),
        ("9713", "127.0.0.1", 9713),
        ("0.0.0.0:1", "0.0.0.0", 1),
        ("[::1]:65535", "::1", 65535),
    ],
)
def test_a_place_is_an_address_and_a_port(text: str, address: str, port: int) -> None:
    found = outlet(text)
    assert found == Outlet(address, port)
    assert outlet(str(found)) == found
    assert found.loopback is (address != "0.0.0.0")


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", ":9713", "eth0:9713", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0"),
        *("127.0.0.1:65536", "::1:9713", "[127.0.0.1]:9713", "[::1]", "1.2.3:80"),
        *("127.0.0.1:+80", "127.0.0.1:80x", "-1"),
    ],
)
def test_what_is_none_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(NetcError) as raised:
        outlet(text)
    assert raised.value.code is Exit.USAGE
    assert "127.0.0.1:9713" in raised.value.message
    assert "\n" not in raised.value.message


async def ask(port: int, request: bytes) -> tuple[str, str]:
    """Head and body of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    found = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = found.decode().partition("\r\n\r\n")
    return head, body


def test_who_asks_is_answered() -> None:
    async def work() -> None:
        port = free()
        async with served(Seven(), Outlet("127.0.0.1", port)):
            head, body = await ask(port, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            assert head.startswith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4;")
            assert "\nseven 7.0\n" in body
            assert f"Content-Length: {len(body)}" in head
            assert await ask(port, b"GET /metrics?name=x HTTP/1.0\r\n\r\n") == (head, body)
            assert await ask(port, b"HEAD /metrics HTTP/1.1\r\n\r\n") == (head, "")
            head, body = await ask(port, b"GET / HTTP/1.1\r\n\r\n")
            assert (head[:12], body) == ("HTTP/1.1 404", "metrics are at /metrics\n")
            head, _ = await ask(port, b"POST /metrics HTTP/1.1\r\n\r\n")
            assert head.startswith("HTTP/1.1 405")
            assert "\r\nAllow: GET, HEAD\r\n" in head

    asyncio.run(work())


def test_who_asks_for_nothing_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netc_tui.watch.exposition.PATIENCE", 0.3)

    async def work() -> None:
        port = free()
        async with served(Seven(), Outlet("127.0.0.1", port)):
            silent, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await ask(port, b"\x00" * 100_000 + b"\r\n\r\n") == ("", "")
            assert await ask(port, b"\r\n\r\n") != ("", "")
            _, body = await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n")
            assert "seven" in body
            assert await asyncio.wait_for(silent.read(), 2) == b""
            writer.close()

    asyncio.run(work())


class Long:
    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("long", "x" * 10_000_000, value=7)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_clients_do_is_no_trouble_and_none_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netc_tui.watch.exposition.PATIENCE", 0.5)
    troubles: list[object] = []

    async def work() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, told: troubles.append(told))
        port = free()
        async with served(Long(), Outlet("127.0.0.1", port)):
            before = descriptors()
            assert await ask(port, b"\x00" * 100_000) == ("", "")
            # One that does not take its answer: a whole one is more than the kernel takes of it.
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(b"GET /metrics HTTP/1.1\r\n\r\n")
            await asyncio.sleep(1)
            assert descriptors() == before + 1, "its own end alone"
            writer.transport.abort()
            del reader
            await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(0.1)

    asyncio.run(work())
    assert troubles == [], "nor at the end, when one is still there"


def test_many_at_a_time_leave_room_for_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netc_tui.watch.exposition.PATIENCE", 1)

    async def work() -> None:
        port = free()
        async with served(Seven(), Outlet("127.0.0.1", port)):
            before = descriptors()
            crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(100)]
            await asyncio.sleep(0.1)
            assert descriptors() <= before + len(crowd) + AT_ONCE
            with suppress(ConnectionResetError):
                assert await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n") == ("", "")
            await asyncio.sleep(1.2)
            assert "seven" in (await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n"))[1]
            for _, writer in crowd:
                writer.close()

    asyncio.run(work())


def test_a_defect_is_told_and_ends_nothing() -> None:
    async def work() -> None:
        port = free()
        async with served(Defect(), Outlet("127.0.0.1", port)):
            for _ in range(2):
                head, body = await ask(port, b"GET /metrics HTTP/1.1\r\n\r\n")
                assert head.startswith("HTTP/1.1 500")
                assert body == "a defect of netc: KeyError('oh')\n"

    asyncio.run(work())


@pytest.mark.parametrize(
    ("address", "why"),
    [("127.0.0.1", "address already in use"), ("192.0.2.1", "cannot assign requested address")],
)
def test_a_place_that_is_not_to_be_had_is_told_in_a_line(address: str, why: str) -> None:
    async def work() -> None:
        port = free()
        async with served(Seven(), Outlet("127.0.0.1", port)):
            with pytest.raises(NetcError) as raised:
                async with served(Seven(), Outlet(address, port)):
                    pass
        assert raised.value.message == f"metrics cannot be served on {address}:{port}: {why}"
        assert raised.value.code is Exit.FAILED
        async with served(Seven(), Outlet("127.0.0.1", port)):
            pass  # free again

    asyncio.run(work())
