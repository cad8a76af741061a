"""An engine that keeps what it is asked for."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import msgspec

from netc_tui.engine import Endpoint, sdk
from netc_tui.engine.workers import Workers
from tests.twin import LOCAL


class Heard(HTTPServer):
    """An engine that says yes to all, and keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Yes)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.refusals: dict[str, str] = {}
        """What it says to the end of a path, with status 500, in place of yes."""

    def engine(self, api: tuple[int, int], *, local: bool = True) -> sdk.SdkEngine:
        """A client of it that takes it for one of that version, on this machine or another."""
        base = f"tcp://127.0.0.1:{self.server_address[1]}"
        facts = msgspec.structs.replace(LOCAL, api=api, local=local)
        return sdk.SdkEngine(facts, Endpoint(base, "a test"), Workers(1, "engine"))


class _Yes(BaseHTTPRequestHandler):
    server: Heard

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, json.loads(body or b"{}")))
        for end, why in self.server.refusals.items():
            if self.path.endswith(end):
                self.send_response(500)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"message": why}).encode())
                return
        self.send_response(201)
        self.end_headers()
        self.wfile.write(b'{"Id": "x", "Warnings": []}')

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass
