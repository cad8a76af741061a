"""The moment of a move, and what happens when it does not come to it."""

from typing import Any

import pytest

from netc_tui.core import protocol
from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import LinkDown
from netc_tui.operations import handover
from netc_tui.operations.handover import Side
from netc_tui.operations.inventory import owned
from netc_tui.operations.move import Move, move
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
GREEN = Move("web", "green")


def host() -> FakeEngine:
    engine = world()
    engine.run("green")
    return engine


def test_what_it_leaves() -> None:
    async def scenario() -> dict[str, str]:
        engine = host()
        own = await turn_on(engine, "web")
        return await handover.leaves(Side(engine, await owned(engine, "web")), own.ip)

    files = run(scenario())
    assert files["address"] == "192.168.77.10 192.168.77.1\n"
    # Granted at 50 s since the boot, and it is 60 now.
    assert "lease=3600\nago=12\n" in files["handed"]


def test_beside_a_service_that_is_down_the_heir_asks_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On the default bridge nothing can be run in its network container."""

    async def scenario() -> None:
        engine = host()
        own = await turn_on(engine, "web")
        run_ = engine.execute

        async def execute(name: str, command: Any) -> str:
            if name == "netc-web":
                raise LinkDown("Cannot link to a non running container")
            return await run_(name, command)

        monkeypatch.setattr(engine, "execute", execute)
        files = await handover.leaves(Side(engine, await owned(engine, "web")), own.ip)
        assert files == {"address": "192.168.77.10\n", "handed": "ip=192.168.77.10\n"}
        assert (await move(engine, engine, GREEN)).ip == own.ip

    run(scenario())


def test_an_heir_that_does_not_take_is_removed_and_the_holder_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handover, "SWITCHED", 0.05)
    engine = host()
    own = run(turn_on(engine, "web"))
    take = engine._take

    def only_the_holder(box: Any) -> None:
        if box.name == "netc-web":
            take(box)

    monkeypatch.setattr(engine, "_take", only_the_holder)
    refused(move(engine, engine, GREEN), Exit.NO_LEASE, "web is on as before")
    assert "netc-green" not in engine.boxes
    assert engine.own("web").lease["ip"] == own.ip


def test_a_holder_that_does_not_let_go_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "SWITCHED", 0.05)
    engine, there = host(), FakeEngine()
    there.run("web")
    own = run(turn_on(engine, "web"))
    monkeypatch.setattr(engine, "_let_go", lambda _: None)
    refused(move(engine, there, Move("web")), Exit.FAILED, "did not let go")
    assert "netc-web" not in there.boxes
    assert engine.own("web").lease["ip"] == own.ip


def test_one_that_has_just_let_go_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so after its heir has the address already; asked again it would say nothing."""
    monkeypatch.setattr(handover, "SWITCHED", 0.05)

    async def scenario() -> None:
        engine = host()
        own = await turn_on(engine, "web")
        real = handover.mark

        async def mark(of: Any, name: str) -> bytes | None:
            await engine.put_files(name, {protocol.YIELD: f"{own.ip}\n"})
            return await real(of, name)

        monkeypatch.setattr(handover, "mark", mark)
        await handover.let_go(Side(engine, await owned(engine, "web")), own.ip)
        assert engine.own("web").stands_by

    run(scenario())


def test_an_heir_that_is_not_ready_switches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "READY", 0.05)
    engine = host()
    own = run(turn_on(engine, "web"))
    say = engine.say

    def deaf(box: Any, event: str, message: str | None = None, **facts: Any) -> None:
        if box.name == "netc-green":
            box.stands_by = False
        say(box, event, message, **facts)

    monkeypatch.setattr(engine, "say", deaf)
    refused(move(engine, engine, GREEN), Exit.PATH, "netc-web is not heard on eth0 there")
    assert engine.own("web").lease["ip"] == own.ip


def test_an_engine_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = host()
    run(turn_on(engine, "web"))
    side = Side(engine, run(owned(engine, "web")))

    async def away(*_: object) -> str:
        raise NetcError("the engine is away", Exit.ENGINE)

    monkeypatch.setattr(engine, "execute", away)
    with pytest.raises(NetcError) as caught:
        run(handover.leaves(side, "192.168.77.10"))
    assert caught.value.code is Exit.ENGINE


def test_what_is_just_being_written_anew_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "PAUSE", 0.0)
    engine = host()
    own = run(turn_on(engine, "web"))
    side = Side(engine, run(owned(engine, "web")))
    read, times = engine.read_file, []

    async def late(name: str, path: str) -> bytes | None:
        times.append(path)
        return await read(name, path) if len(times) == handover.READS else None

    monkeypatch.setattr(engine, "read_file", late)
    assert run(handover.leaves(side, own.ip))["address"].startswith(own.ip)
    times.extend(["more"] * handover.READS)
    refused(handover.leaves(side, own.ip), Exit.FAILED, "another version of netc made it")


def test_a_holder_that_is_gone_is_not_told_to_go_on() -> None:
    """Another netc moved its address to a third one, or turned it off."""

    async def scenario() -> None:
        engine = host()
        own = await turn_on(engine, "web")

        def gone(call: tuple[str, ...]) -> None:
            if call[:2] == ("put_files", "netc-web"):
                engine.discard("netc-web")

        engine.before = gone
        with pytest.raises(NetcError, match="web has no network container any more") as caught:
            await move(engine, engine, GREEN)
        assert "goes on" not in caught.value.message
        assert own.ip is not None
        assert "netc-green" not in engine.boxes

    run(scenario())


def test_that_an_engine_hangs_is_told_and_not_taken_for_a_broken_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handover, "READY", 0.05)
    engine, there = host(), FakeEngine()
    there.run("web")
    own = run(turn_on(engine, "web"))

    async def hangs() -> None:
        raise NetcError("host2 does not answer within 5 s", Exit.ENGINE)

    say = there.say

    def silent(box: Any, event: str, message: str | None = None, **facts: Any) -> None:
        if event == "start":
            say(box, event, message, **facts)

    monkeypatch.setattr(there, "say", silent)
    monkeypatch.setattr(there, "ping", hangs)
    words = "host2 does not answer within 5 s; nothing was switched, web is on as before"
    refused(move(engine, there, Move("web")), Exit.ENGINE, words)
    assert engine.own("web").lease["ip"] == own.ip
