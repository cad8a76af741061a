"""What an engine is asked for when a network container is connected."""

import asyncio
from typing import Any

import pytest

from tests.engine.heard import Heard


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
