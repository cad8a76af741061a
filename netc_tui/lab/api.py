"""Two questions to a Docker engine, over its socket, with nothing but the standard library.

The lab polls for the engine's start, and a client program costs more than what it would wait for.
"""

import http.client
import json
import socket
from pathlib import Path
from typing import Any


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def get(path: Path, url: str) -> bytes:
    """The body of an answer. Raises OSError when there is none, or none that is good."""
    connection = _Connection(path)
    try:
        connection.request("GET", url)
        response = connection.getresponse()
        body = response.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise OSError(f"{url}: {response.status} {response.reason}")
    return body


def answers(path: Path) -> bool:
    """Whether an engine answers at the socket."""
    try:
        return get(path, "/_ping") == b"OK"
    except OSError:
        return False


def containers(path: Path) -> list[dict[str, Any]]:
    """All containers, as the engine lists them. Raises OSError."""
    found: list[dict[str, Any]] = json.loads(get(path, "/containers/json?all=1"))
    return found
