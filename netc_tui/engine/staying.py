"""A helper on the network of the engine's host that stays, and tells until nobody listens.

A word to it now and then is its lease: without one it ends by itself, also where a cut connection
is noticed by nobody. Where it is noticed, the engine ends its input, and it ends at once.
"""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator

import requests
from docker.api.client import APIClient
from docker.errors import APIError

from netc_tui.core.errors import NetcError
from netc_tui.engine import beside, stream
from netc_tui.engine.beside import Helper
from netc_tui.engine.sentences import refused_beside

SIGN = 15.0
"""Seconds between two words to it, each of which it answers. ``LIVES`` in sidecar/interfaces is for
four times that."""
SILENT = 3 * SIGN
"""Seconds without a word of its own after which it is no longer taken to be alive."""
SHELL = 'exec "$@"'
ATTACHED = {"stream": "1", "stdin": "1", "stdout": "1"}
BOTH_WAYS = {"Connection": "Upgrade", "Upgrade": "tcp"}
"""So that a proxy in between lets words pass in both directions."""


class Staying(stream.Stream[bytes]):
    """See EngineApi.staying."""

    def __init__(self, make: Callable[[], APIClient], wanted: Helper, patience: float) -> None:
        self._wanted = wanted
        self._failed: NetcError | None = None
        super().__init__(make, str(wanted), {}, stream.log_lines, patience)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for line in super().__aiter__():
            yield line
        if self._failed is not None and not self._closed:
            raise self._failed

    @contextlib.contextmanager
    def _opened(self, client: APIClient) -> Iterator[requests.Response]:
        try:
            made = beside.create(client, self._wanted, [SHELL, "netc"], stdin_open=True)
            try:
                beside.remove_forgotten(client, made)
                # Before the start: what it prints is told to who listens then.
                with contextlib.closing(self._attached(client, made)) as response:
                    client.start(made)
                    yield response
            finally:
                # Or it is gone, or on its way; without its input it ends by itself, too.
                with contextlib.suppress(APIError, requests.RequestException):
                    client.remove_container(made, v=True, force=True)
        except APIError as error:
            self._failed = refused_beside(str(error.explanation or error), error.status_code)
            raise

    def _attached(self, client: APIClient, made: str) -> requests.Response:
        path = f"/containers/{made}/attach"
        options = {"headers": BOTH_WAYS, "stream": True, "timeout": self._patience}
        return stream.post(client, path, ATTACHED, **options)

    def _pieces(self, response: requests.Response) -> Iterator[bytes]:
        """From its socket itself, which is spoken to by this thread alone: of TLS there can be no
        two."""
        held = self._socket
        if held is None:
            return
        held.settimeout(SIGN)
        said = heard = time.monotonic()
        while True:
            try:
                piece = held.recv(65536)
            except TimeoutError:
                piece = None
            now = time.monotonic()
            if piece == b"" or (piece is None and now - heard >= SILENT):
                return
            if now - said >= SIGN:
                held.sendall(b"\n")
                said = now
            if piece:
                heard = now
                yield piece
