"""What an engine is asked for when a network container is made: its limits, as Docker gets them."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netc_tui.core.plan import ContainerSpec
from netc_tui.engine import Endpoint, limits, sdk
from netc_tui.engine.workers import Workers
from tests.twin import LOCAL

SPEC = ContainerSpec(
    name="netc-web", image="i", network="bridge", lan="netc-lan-eth0", link=None,
    host_gateway=False, environment={}, files={}, labels={},
)  # fmt: skip


class Heard(HTTPServer):
    """An engine that says yes to all, and keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Yes)
        self.asked: list[tuple[str, dict[str, Any]]] = []

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
        self.send_response(201)
        self.end_headers()
        self.wfile.write(b'{"Id": "x", "Warnings": []}')

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def heard() -> Iterator[Heard]:
    with Heard() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


async def _connected(heard: Heard, api: tuple[int, int], *, lan: bool) -> dict[str, Any]:
    engine = heard.engine(api)
    await engine.connect("c", "n", lan=lan)
    await engine.close()
    [(path, body)] = heard.asked
    assert path == f"/v{api[0]}.{api[1]}/networks/n/connect"
    assert body["Container"] == "c"
    return body.get("EndpointConfig") or {}


@pytest.mark.parametrize("api", [(1, 46), (1, 48), (1, 51)])
def test_on_the_lan_it_answers_for_its_lan_address_only(heard: Heard, api: tuple[int, int]) -> None:
    endpoint = asyncio.run(_connected(heard, api, lan=True))
    # Never for all links: `netc route add` needs the answer on the service's side.
    assert endpoint["DriverOpts"] == {
        "com.docker.network.endpoint.sysctls": (
            "net.ipv4.conf.IFNAME.arp_ignore=1,net.ipv4.conf.IFNAME.rp_filter=1"
        )
    }


@pytest.mark.parametrize(("api", "lan"), [((1, 41), True), ((1, 45), True), ((1, 51), False)])
def test_an_older_engine_and_another_link_are_asked_for_nothing_new(
    heard: Heard, api: tuple[int, int], lan: bool
) -> None:
    assert "DriverOpts" not in asyncio.run(_connected(heard, api, lan=lan))


async def _made(heard: Heard, *, local: bool = True) -> dict[str, Any]:
    engine = heard.engine((1, 41), local=local)
    await engine.create(SPEC)
    await engine.close()
    [(_, body)] = heard.asked
    config: dict[str, Any] = body["HostConfig"]
    return config


def test_what_a_network_container_may_use(heard: Heard) -> None:
    config = asyncio.run(_made(heard))
    assert (config["Memory"], config["PidsLimit"]) == (32 << 20, 64)
    assert (config["CpuQuota"], config["CpuPeriod"]) == (50_000, 100_000)
    assert not config.get("NanoCpus"), "refused by an engine whose kernel has no such quota"
    assert config["Sysctls"]["net.ipv4.conf.all.rp_filter"] == "1"


@pytest.mark.parametrize(
    ("tracking", "local", "set_"), [(True, True, True), (False, True, False), (False, False, True)]
)
def test_time_outs_are_set_where_the_kernel_has_them(
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tracking: bool,
    local: bool,
    set_: bool,
) -> None:
    """A container with a sysctl that is not there does not start."""
    there = tmp_path / "there"
    there.touch()
    monkeypatch.setattr(limits, "TRACKING", there if tracking else tmp_path / "not there")
    sysctls = asyncio.run(_made(heard, local=local))["Sysctls"]
    assert any("conntrack" in name for name in sysctls) is set_
    assert sysctls["net.ipv4.ip_forward"] == "1"
