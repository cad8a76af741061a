"""Who is connected, read once."""

import pytest

from netc_tui.core.clients import Client, Clients
from netc_tui.operations.clients import clients
from tests.machine import run
from tests.operations.turning import turn_on, world

pytestmark = pytest.mark.usefixtures("machine")


def test_clients_are_read_in_the_network_container() -> None:
    async def scenario() -> None:
        engine = world()
        own = await turn_on(engine, "web")
        assert await clients(engine, own) == Clients()
        engine.clients["web"] = "client 10.0.0.1 tcp 80 2 20 4000 1\nmore 3\n"
        assert await clients(engine, own) == Clients(
            (Client("10.0.0.1", "tcp", 80, 2, 20, 4000, 1),), 3
        )

    run(scenario())
