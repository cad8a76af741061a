"""An engine is connected, and known to be on this machine or another."""

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread

import pytest

from netc_tui.engine import Endpoint, connect
from tests.engine.named import OWN, SAME


class Engine(ThreadingUnixStreamServer):
    """As much of an engine as is asked when it is connected."""

    name = OWN.nodename


class Answers(BaseHTTPRequestHandler):
    server: Engine

    def do_GET(self) -> None:
        info = SAME | {"Name": self.server.name}
        text = b"OK" if self.path == "/_ping" else json.dumps(info).encode()
        self.send_response(200)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    with Engine(str(path), Answers) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "said", "local"),
    [
        (OWN.nodename, None, True),
        ("elsewhere", None, False),
        ("elsewhere", True, True),
        (OWN.nodename, False, False),
    ],
)
def test_connect(engine: Engine, path: Path, name: str, said: bool | None, local: bool) -> None:
    """What the endpoint says goes before what is found."""
    engine.name = name
    assert asyncio.run(_local(Endpoint(f"unix://{path}", "a test", local=said))) is local


async def _local(endpoint: Endpoint) -> bool:
    engine = await connect(endpoint)
    await engine.close()
    return engine.engine.local
