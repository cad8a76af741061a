"""What an engine goes on telling: a log that is followed, its events; and those that it remembers.

Each stream has a daemon thread and a client of the SDK to itself. It asks by plain GET: the SDK's
own calls look at the container first, and take three times as long.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar, cast

import requests
import urllib3
from docker.api.client import APIClient
from docker.errors import DockerException, create_api_error_from_http_exception

from netc_tui.core.model import Change, Remembered
from netc_tui.engine import read

T = TypeVar("T")
HEADER = 8
"""Bytes before each frame of a log: stream, three zeros, length (big-endian)."""
KINDS = 3
"""What a frame may carry: 1 stdout, 2 stderr, 3 what the engine itself says of a task's log."""
LONGEST = 1 << 20
"""Bytes of a frame; Docker's own are 16 KiB at most."""

ENDS = (
    DockerException,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
    ValueError,
    AttributeError,
)
"""Raised in a stream's thread when it is closed from outside, or when the engine goes."""


def fetch(
    client: APIClient, path: str, params: Mapping[str, str], **options: Any
) -> requests.Response:
    """The engine's answer to GET. Raises the SDK's APIError or requests' RequestException."""
    url = f"{client.base_url}/v{client.api_version}{path}"
    return _taken(client.get(url, params=dict(params), **options))


def post(
    client: APIClient, path: str, params: Mapping[str, str], **options: Any
) -> requests.Response:
    """The same to POST."""
    url = f"{client.base_url}/v{client.api_version}{path}"
    return _taken(client.post(url, params=dict(params), **options))


def delete(client: APIClient, path: str) -> None:
    """Have the engine remove something."""
    url = f"{client.base_url}/v{client.api_version}{path}"
    _taken(client.delete(url, timeout=client.timeout))


def _taken(response: requests.Response) -> requests.Response:
    try:
        response.raise_for_status()
    except requests.HTTPError as error:
        create_api_error_from_http_exception(error)  # raises
    return response


class Stream(Generic[T]):
    """See LogStream and EventStream. It is for one reader."""

    def __init__(
        self,
        make: Callable[[], APIClient],
        path: str,
        params: Mapping[str, str],
        read: Callable[[Iterable[bytes]], Iterator[list[T]]],
        patience: float,
    ) -> None:
        """``patience``: seconds for the engine to begin its answer, which then has no limit."""
        self._make, self._path, self._params = make, path, params
        self._read, self._patience = read, patience
        self._loop = asyncio.get_running_loop()
        self._batches: asyncio.Queue[list[T] | None] = asyncio.Queue()
        self._told = asyncio.Event()
        self._answered = False
        self._closed = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self.thread = threading.Thread(target=self._run, name=f"stream {path}", daemon=True)
        self.thread.start()

    async def __aiter__(self) -> AsyncIterator[T]:
        while not self._closed:
            batch = await self._batches.get()
            if batch is None:
                self._batches.put_nowait(None)  # for whoever iterates again
                return
            for item in batch:
                yield item
                if self._closed:
                    return

    async def ready(self) -> bool:
        """Return when the engine has answered (True), or when the stream has ended before."""
        await self._told.wait()
        return self._answered

    def close(self) -> None:
        """End it, from any task."""
        with self._lock:
            self._closed = True
            held = self._socket
        if held is not None:
            # Only this: closing the answer itself would wait for the thread that reads it.
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
        self._end()

    def _run(self) -> None:
        try:
            with (
                contextlib.closing(self._make()) as client,
                self._opened(client) as response,
            ):
                if not self._take(response):
                    return
                self._tell(self._begin)
                for batch in self._read(self._pieces(response)):
                    self._tell(self._batches.put_nowait, batch)
        except ENDS:
            pass
        finally:
            self._tell(self._end)

    def _opened(self, client: APIClient) -> AbstractContextManager[requests.Response]:
        """The engine's answer, which goes on."""
        return contextlib.closing(
            fetch(client, self._path, self._params, stream=True, timeout=self._patience)
        )

    def _pieces(self, response: requests.Response) -> Iterator[bytes]:
        """What it says, as it comes."""
        return cast("Iterator[bytes]", response.raw.stream(decode_content=False))

    def _take(self, response: requests.Response) -> bool:
        """Keep the socket, to be able to end it; False when it is closed already."""
        held = getattr(response.raw.connection, "sock", None)
        if held is not None:
            held.settimeout(None)  # silence is no fault
        with self._lock:
            self._socket = held
            return not self._closed

    def _tell(self, call: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(call, *arguments)

    def _begin(self) -> None:
        self._answered = not self._closed
        self._told.set()

    def _end(self) -> None:
        self._told.set()
        self._batches.put_nowait(None)


def lines(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Whole lines without line ends, as many at a time as have come."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if whole:
            yield whole


def log_lines(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The lines of a log as the engine sends it."""
    return lines(frames(pieces))


def changes(pieces: Iterable[bytes]) -> Iterator[list[Change]]:
    """What the engine's events tell; what cannot be read is left out."""
    for whole in lines(pieces):
        if found := [change for line in whole if (change := read.change(line)) is not None]:
            yield found


def remembered(client: APIClient) -> Remembered:
    """See EngineApi.remembered. All of its events, since how many there are tells whether it has
    forgotten some."""
    params = {"since": "0", "until": f"{time.time():.6f}"}
    return read.remembered(fetch(client, "/events", params, timeout=client.timeout).content)


def frames(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What the frames of a log carry; text without frames, that of a terminal, as it is."""
    rest, plain = b"", False
    for piece in pieces:
        if plain:
            yield piece
            continue
        rest += piece
        at, said = 0, []
        while len(rest) - at >= HEADER:
            length = int.from_bytes(rest[at + 4 : at + HEADER], "big")
            if rest[at] > KINDS or any(rest[at + 1 : at + 4]) or length > LONGEST:
                plain = True
                said.append(rest[at:])
                at = len(rest)
                break
            if len(rest) - at < HEADER + length:
                break
            said.append(rest[at + HEADER : at + HEADER + length])
            at += HEADER + length
        rest = rest[at:]
        if said:
            yield b"".join(said)
