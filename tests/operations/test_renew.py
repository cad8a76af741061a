"""Asking for a renewal."""

import pytest

from netc_tui.core.errors import Exit
from netc_tui.operations.renew import renew
from tests.operations.turning import refused, turn_on, world
from tests.twin.speech import SERVER

pytestmark = pytest.mark.usefixtures("machine")


def test_renewing() -> None:
    engine = world()

    async def scenario() -> None:
        found = await turn_on(engine, "web")
        assert (await renew(engine, "web")).ip == found.ip
        engine.dhcp = lambda hostname: False
        await renew(engine, "web", 4)

    told = refused(scenario(), Exit.NO_LEASE, "is kept while it runs").message
    assert f"within 4 s: {SERVER} has not answered;" in told
    engine.pause("netc-web")
    refused(renew(engine, "web"), Exit.FAILED, "docker unpause netc-web")
    engine.stop("netc-web")
    refused(renew(engine, "web"), Exit.FAILED, "netc up web eth0")
