"""Metrics over HTTP: on the loop that the watcher works on, so that a scrape sees one moment.

A watcher that hangs answers no scrape.
"""

import asyncio
import ipaddress
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
from prometheus_client import generate_latest
from prometheus_client.registry import Collector

from netc_tui.core.errors import Exit, NetcError

PATH = "/metrics"
KIND = "text/plain; version=0.0.4; charset=utf-8"
PATIENCE = 5.0
"""Seconds for a client to ask and to take the answer."""
AT_ONCE = 32
"""Clients at most. Who comes beside them is turned away: each takes a descriptor, and the engine is
reached by the same."""
LOOPBACK = "127.0.0.1"
_PLACE = re.compile(r"(?:(?:\[(?P<six>[^]]*:[^]]*)\]|(?P<four>[0-9.]+)):)?(?P<port>[0-9]{1,5})")


class Outlet(msgspec.Struct, frozen=True):
    """Where metrics are served."""

    address: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Does only this machine reach it?"""
        return ipaddress.ip_address(self.address).is_loopback


def outlet(text: str) -> Outlet:
    """``127.0.0.1:9713``, ``[::1]:9713``, or a port alone, on the loopback. Raises NetcError
    (usage)."""
    found = _PLACE.fullmatch(text)
    address = (found["six"] or found["four"] or LOOPBACK) if found else ""
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise _usage(text) from error
    if found is None or not 0 < int(found["port"]) < 65536:
        raise _usage(text)
    return Outlet(address, int(found["port"]))


def _usage(text: str) -> NetcError:
    return NetcError(
        f"--metrics {text!r}: write an address of this machine and a port: {LOOPBACK}:9713",
        Exit.USAGE,
    )


@asynccontextmanager
async def served(collector: Collector, at: Outlet) -> AsyncIterator[None]:
    """Serve what ``collector`` tells, meanwhile. Raises NetcError when that place is not to be
    had."""

    there = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal there
        there += 1
        try:
            async with asyncio.timeout(PATIENCE):
                # Who asks for nothing, or goes, is no trouble of ours.
                with suppress(OSError, EOFError, asyncio.LimitOverrunError):
                    if there <= AT_ONCE:
                        writer.write(_answer(await reader.readuntil(b"\r\n\r\n"), collector))
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.CancelledError):
            # One that does not take the answer would stay for ever. And the end of the loop is no
            # failure: asyncio would print one.
            writer.transport.abort()
        finally:
            there -= 1

    try:
        server = await asyncio.start_server(answer, at.address, at.port)
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else str(error)
        raise NetcError(f"metrics cannot be served on {at}: {why}") from error
    try:
        yield
    finally:
        server.close()


def _answer(asked: bytes, collector: Collector) -> bytes:
    """The whole answer to a request."""
    method, _, rest = asked.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    if method not in ("GET", "HEAD"):
        status, body = "405 Method Not Allowed", b"GET alone\n"
    elif path != PATH:
        status, body = "404 Not Found", f"metrics are at {PATH}\n".encode()
    else:
        try:
            status, body = "200 OK", generate_latest(collector)
        except Exception as error:
            # A defect in a metric must not be passed over, nor end the watcher.
            status, body = "500 Internal Server Error", f"a defect of netc: {error!r}\n".encode()
    kind = KIND if status.startswith("200") else "text/plain; charset=utf-8"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    allow = "Allow: GET, HEAD\r\n" if status.startswith("405") else ""
    return f"{head}{allow}Connection: close\r\n\r\n".encode() + (b"" if method == "HEAD" else body)
