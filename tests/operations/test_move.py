"""An address goes to another service, or to another host: each end of it, and killed in between."""

import itertools
from typing import Any

import msgspec
import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Phase
from netc_tui.core.model import CAME_FROM
from netc_tui.core.ports import Port
from netc_tui.core.protocol import UPTIME
from netc_tui.core.records import RECORDS
from netc_tui.operations import handover
from netc_tui.operations.down import down
from netc_tui.operations.history import history
from netc_tui.operations.inventory import service as look
from netc_tui.operations.leftovers import left_behind
from netc_tui.operations.move import Move, move, preview
from netc_tui.operations.up import Request, up
from netc_tui.operations.up import preview as preview_up
from tests.machine import run
from tests.operations.test_naming import names
from tests.operations.turning import Killed, kill_at, refused, turn_on, world
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import member

pytestmark = pytest.mark.usefixtures("machine")
GREEN = Move("web", "green")


def host() -> FakeEngine:
    engine = world()
    engine.run("green")
    return engine


def other_host() -> FakeEngine:
    engine = FakeEngine()
    engine.engine = msgspec.structs.replace(engine.engine, id="OTHER", name="host2")
    engine.run("web")
    return engine


async def has(engine: FakeEngine, service: str) -> Any:
    return (await look(engine, service)).network_container


def test_the_address_goes_to_another_service() -> None:
    async def scenario() -> None:
        engine = host()
        before = await turn_on(engine, "web")
        after = await move(engine, engine, GREEN)
        assert (after.service, after.phase) == ("green", Phase.BOUND)
        same = ("ip", "mac", "client_id", "hostname", "ports")
        assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
        assert await has(engine, "web") is None
        # Turned on again it stays as it is, and the former one gets another.
        again = await up(engine, Request("green", "eth0"))
        assert (again.ip, again.mac) == (before.ip, before.mac)
        assert (await preview_up(engine, Request("green", "eth0")))[1] == ()
        new = await turn_on(engine, "web")
        assert new.mac != before.mac
        assert new.ip != before.ip
        assert (await preview_up(engine, Request("web", "eth0")))[1] == ()

    run(scenario())


def test_and_home_again() -> None:
    async def scenario() -> None:
        engine = host()
        await turn_on(engine, "web")
        first = engine.own("web").labels
        await move(engine, engine, GREEN)
        await move(engine, engine, Move("green", "web"))
        there = engine.own("web").labels
        assert there | {RECORDS: ""} == first | {RECORDS: "", CAME_FROM: "green"}
        assert (await preview_up(engine, Request("web", "eth0")))[1] == ()

    run(scenario())


def test_it_goes_to_another_host_and_is_kept_there() -> None:
    async def scenario() -> None:
        engine, there = host(), other_host()
        before = await turn_on(engine, "web")
        after = await move(engine, there, Move("web", place="host2"))
        assert (after.ip, after.mac, after.client_id) == (
            before.ip,
            before.mac,
            before.client_id,
        )
        assert await has(engine, "web") is None
        assert (await preview_up(there, Request("web", "eth0")))[1] == ()
        said = [str(entry.record) for entry in (await history(engine, "web")).entries]
        assert said[-1] == "off: its address goes to web on host2"

    run(scenario())


def test_what_would_be_done_is_told_before() -> None:
    async def scenario() -> None:
        engine = host()
        own = await turn_on(engine, "web")
        shape = engine.shape()
        steps = [str(step) for step in await preview(engine, engine, GREEN)]
        assert steps == [
            "create container netc-green on network bridge",
            "connect netc-green to netc-lan-eth0",
            "start netc-green",
            "look whether green answers through netc-green; if not, switch nothing",
            f"switch: netc-web leaves {own.ip} to netc-green, without a word to the DHCP server",
            "stop and remove netc-web: its address is green's",
        ]
        assert engine.shape() == shape
        await move(engine, engine, GREEN)
        assert await preview(engine, engine, GREEN) == ()

    run(scenario())


@pytest.mark.parametrize("elsewhere", [False, True])
def test_killed_before_any_step_the_same_command_ends_right(elsewhere: bool) -> None:
    async def course(number: int | None) -> tuple[Any, bool]:
        engine = host()
        there = other_host() if elsewhere else engine
        asked = Move("web", place="host2") if elsewhere else GREEN
        own = await turn_on(engine, "web")
        killed = False
        try:
            await move(engine, there, asked, kill_at(number))
        except Killed:
            killed = True
            addressed = [
                box
                for box in (*engine.boxes.values(), *there.boxes.values())
                if box.lease.get("ip") == own.ip
            ]
            assert len({id(box) for box in addressed}) == 1, "one has it"
        came = await move(engine, there, asked)
        assert came.ip == own.ip
        again = await move(engine, there, asked)
        assert again.ip == own.ip
        return [engine.shape(), there.shape()], killed

    async def scenario() -> None:
        right, _ = await course(None)
        for number in itertools.count():
            found, killed = await course(number)
            assert found == right, number
            if not killed:
                break
        assert number > 4

    run(scenario())


def test_a_path_that_is_broken_there_switches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "OPENING", 0.0)
    engine = host()
    own = run(turn_on(engine, "web"))
    shape = engine.shape()
    engine.answers["tcp/80"] = "refused"
    said = refused(move(engine, engine, GREEN), Exit.PATH, "nothing was switched, web is on")
    assert "the path to green is broken: tcp/80 refused; nothing" in said.message
    assert engine.shape() == shape
    assert run(has(engine, "web")).ip == own.ip
    engine.answers.clear()

    def blind(_: object) -> str:
        raise NetcError("no room for a process")

    engine.probe = blind
    refused(move(engine, engine, GREEN), Exit.PATH, "could not be asked")
    engine.probe = None
    engine.answers["tcp/80"] = "refused"
    assert run(move(engine, engine, Move("web", "green", check=False))).ip == own.ip


def test_what_cannot_be_moved() -> None:
    engine = host()
    refused(move(engine, engine, GREEN), Exit.NO_SERVICE, "has no network container")
    refused(move(engine, engine, Move("wep", "green")), Exit.NO_SERVICE, "did you mean web?")
    run(turn_on(engine, "web"))
    refused(move(engine, engine, Move("web", "web")), Exit.USAGE, "has that address already")
    refused(move(engine, engine, Move("web", "gren")), Exit.NO_SERVICE, "did you mean green?")
    run(turn_on(engine, "green"))
    refused(move(engine, engine, GREEN), Exit.FAILED, "netc down green")
    engine.own("web").files.pop("offer")
    engine.discard("netc-green")
    refused(move(engine, engine, GREEN), Exit.FAILED, "another version of netc made it")
    engine.stop("netc-web")
    refused(move(engine, engine, GREEN), Exit.NO_LEASE, "has no address now")


def test_a_service_of_a_swarm_neither_gets_nor_gives_one() -> None:
    """Turning one on is another thing altogether."""
    engine = world(FakeEngine(msgspec.structs.replace(LOCAL, swarm=member())))
    engine.network("over", "overlay", subnets=("10.0.1.0/24",))
    engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
    own = run(turn_on(engine, "web"))
    before = engine.shape()
    for asked in (Move("web", "job"), Move("job", "web")):
        refused(move(engine, engine, asked), Exit.USAGE, "job is a service of a Swarm")
    assert engine.shape() == before
    assert engine.own("web").lease["ip"] == own.ip


def test_what_an_engine_loses_of_a_command_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = host()
    own = run(turn_on(engine, "web"))
    execute = engine.execute
    lost: list[str] = []

    async def forgetful(name: str, command: Any) -> str:
        said = await execute(name, command)
        if command == UPTIME and not lost:
            lost.append(said)
            return ""
        return said

    monkeypatch.setattr(engine, "execute", forgetful)
    assert run(move(engine, engine, GREEN)).ip == own.ip
    assert lost


def test_one_whose_labels_ask_for_it_stays_off(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        engine = host()
        engine.anew("web", labels={"netc.enable": "true"})
        await turn_on(engine, "web")
        told: list[str] = []
        await move(engine, engine, GREEN, remark=told.append)
        assert told == ["web: its labels ask for it, but it stays off"]
        assert [memo.name for memo in await engine.memos()] == ["netc-off-web"]

    run(scenario())


@pytest.mark.parametrize("elsewhere", [False, True])
def test_one_that_was_off_by_hand_is_on_by_hand_from_then_on(elsewhere: bool) -> None:
    """As after an `up`: were it removed, a watcher would not leave it off."""

    async def scenario() -> None:
        engine = host()
        there = other_host() if elsewhere else engine
        to = "web" if elsewhere else "green"
        there.anew(to, labels={"netc.enable": "true"})
        await turn_on(there, to)
        await down(there, to)
        assert f"netc-off-{to}" in [memo.name for memo in await there.memos()]
        await turn_on(engine, "web")
        await move(engine, there, Move("web", "" if elsewhere else to))
        assert f"netc-off-{to}" not in [memo.name for memo in await there.memos()]

    run(scenario())


@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_name_goes_along(elsewhere: bool) -> None:
    noted, how = names()
    engine = host()
    there = other_host() if elsewhere else engine
    asked = Move("web", place="host2") if elsewhere else GREEN
    before = run(up(engine, Request("web", "eth0"), publishing=how))
    steps = run(preview(engine, there, asked, how))
    assert "publish the name web in the zone home.lan, unless somebody else has it" in map(
        str, steps
    )
    came = run(move(engine, there, asked, publishing=how))
    published = noted.stands["web.home.lan"]
    assert (published.address, published.client_id) == (before.ip, before.client_id)
    assert "withdraw" not in {call[0] for call in noted.calls}, "at no moment is it gone"
    # Whoever looks for names that were left behind finds none, on either.
    for each in (engine, there):
        assert run(left_behind(each, how)) == ()
    assert run(down(there, came.service, publishing=how))
    assert noted.stands == {}


def test_a_name_that_cannot_be_published_is_told() -> None:
    noted, how = names()
    engine = host()
    run(up(engine, Request("web", "eth0"), publishing=how))
    noted.fails = NetcError("the name server is away")
    told: list[str] = []
    assert run(move(engine, engine, GREEN, remark=told.append, publishing=how)).service == "green"
    assert told == ["green: its name is not published: the name server is away"]


def test_a_name_that_cannot_go_along_is_told_before() -> None:
    _, how = names()
    engine = host()
    run(up(engine, Request("web", "eth0", name="shop"), publishing=how))
    told: list[str] = []
    run(preview(engine, engine, GREEN, remark=told.append))
    assert [line.partition(":")[0] for line in told] == ["web"]
    assert "its name shop does not go along" in told[0]
    told.clear()
    run(preview(engine, engine, GREEN, how, told.append))
    assert told == []


def test_one_that_was_left_standing_by_for_the_same_address_goes_with_it() -> None:
    """A move that was killed, and another one in its place: else it would take the address as soon
    as the other is off."""

    async def scenario() -> None:
        engine = host()
        engine.run("blue")
        own = await turn_on(engine, "web")

        def kill(call: tuple[str, ...]) -> None:
            if call[:2] == ("put_files", "netc-web"):
                raise Killed

        engine.before = kill
        with pytest.raises(Killed):
            await move(engine, engine, GREEN)
        engine.before = lambda call: None
        assert engine.own("green").stands_by
        engine.own("green").takes = False  # after five seconds
        to = Move("web", "blue")
        steps = [str(step) for step in await preview(engine, engine, to)]
        assert steps[-1] == "stop and remove netc-green: it was to have that address, too"
        assert (await move(engine, engine, to)).ip == own.ip
        assert [name for name in engine.boxes if name.startswith("netc-")] == ["netc-blue"]

    run(scenario())
