"""What an engine sends, and one that is no more than a socket."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from netc_tui.engine import Endpoint, sdk
from netc_tui.engine.workers import Workers
from tests.twin import LOCAL

T = TypeVar("T")
HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def frame(text: bytes, kind: int = 1) -> bytes:
    return bytes([kind, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def chunk(text: bytes) -> bytes:
    return f"{len(text):x}\r\n".encode() + text + b"\r\n"


def event(kind: str, action: str, **more: str) -> bytes:
    attributes = ",".join(f'"{key}":"{value}"' for key, value in more.items())
    actor = f'{{"ID":"i","Attributes":{{{attributes}}}}}'
    return f'{{"Type":"{kind}","Action":"{action}","Actor":{actor},"time":1}}\n'.encode()


class Wire:
    """Takes requests on a socket; each is answered by the test."""

    def __init__(self, path: Path | None) -> None:
        if path is None:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.base = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(path))
            self.base = f"unix://{path}"
        self.listener.listen(16)

    def engine(self, threads: int = 2) -> sdk.SdkEngine:
        facts = msgspec.structs.replace(LOCAL, api=(1, 41))
        return sdk.SdkEngine(facts, Endpoint(self.base, "a test"), Workers(threads, "engine"))

    async def taken(self) -> tuple[socket.socket, str]:
        """The next request."""
        return await asyncio.to_thread(self._take)

    def _take(self) -> tuple[socket.socket, str]:
        self.listener.settimeout(5)
        connection, _ = self.listener.accept()
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(4096)
        # All of it: who closes with something unread has the kernel drop what was not taken yet.
        head, _, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)^content-length: (\d+)", head, re.MULTILINE)
        while length is not None and len(body) < int(length[1]):
            body += connection.recv(4096)
        return connection, head.split(b" ", 2)[1].decode()


async def within(seconds: float, work: Any) -> Any:
    async with asyncio.timeout(seconds):
        return await work


async def gathered(items: AsyncIterator[T]) -> list[T]:
    return [item async for item in items]
