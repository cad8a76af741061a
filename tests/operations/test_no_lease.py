"""Waiting for the lease of a service that is turned on."""

import pytest

from netc_tui.core.errors import Exit
from netc_tui.core.lease import Phase
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.turning import refused, turn_on, world

pytestmark = pytest.mark.usefixtures("machine")


def test_no_lease_in_time() -> None:
    engine = world()
    engine.dhcp = lambda hostname: False
    error = refused(turn_on(engine, "web", timeout=20), Exit.NO_LEASE, "within 20 s")
    assert "netc down web" in error.message
    assert engine.own("web").running, "it goes on trying"


def test_a_lease_that_comes_late_is_waited_for() -> None:
    async def scenario() -> None:
        engine = world()
        engine.dhcp_delay = 12
        heard: list[str] = []
        found = await up(
            engine, Request("web", "eth0"), heard=lambda event: heard.append(event.event)
        )
        assert found.phase is Phase.BOUND
        assert heard == ["start", "target", "discover", "bound"]

    run(scenario())


def test_the_address_of_a_former_life_is_not_reported() -> None:
    """After a power cut the log still ends with it until the entry point speaks."""
    engine = world()

    async def cut() -> None:
        await turn_on(engine, "web")
        engine.kill("netc-web")
        silent = engine.own("web").log
        engine.dhcp = lambda hostname: False
        start = engine.say
        engine.say = lambda *_, **__: None  # type: ignore[method-assign]
        try:
            await turn_on(engine, "web", timeout=5)
        finally:
            engine.say = start  # type: ignore[method-assign]
            assert engine.own("web").log == silent

    refused(cut(), Exit.NO_LEASE, "within 5 s")


def test_an_entry_point_that_fails_is_quoted() -> None:
    engine = world()

    def fail(call: tuple[str, ...]) -> None:
        if call[0] == "containers" and "netc-web" in engine.boxes:
            engine.say(engine.own("web"), "failed", "this kernel has no macvlan")

    engine.dhcp = lambda hostname: False
    engine.before = fail
    refused(turn_on(engine, "web"), Exit.FAILED, "this kernel has no macvlan")
    # Docker would start it again and again.
    assert engine.shape() == {"containers": {}, "networks": {}}


def test_one_that_was_on_before_is_kept_when_it_fails() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    engine.kill("netc-web")
    engine.own("web").files["rules"] = b"others"
    refused(turn_on(engine, "web"), Exit.FAILED, "not those that were planned")
    assert "netc-web" in engine.boxes
