"""The doctor gathers, and names what is wrong."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import State
from netc_tui.core.path import Check
from netc_tui.engine import Refused
from netc_tui.operations.check import Looked
from netc_tui.operations.doctor import Doctor, alone
from netc_tui.operations.up import Request, up
from tests.machine import link, run
from tests.operations.doctors import LISTENS, Machine, sound
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return sound(monkeypatch)


def world(*names: str) -> FakeEngine:
    engine = FakeEngine()
    engine.prints = lambda name, command: LISTENS
    for name in names or ("web",):
        engine.run(name, ports=("80/tcp",))
        run(up(engine, Request(name, "eth0")))
    return engine


def examined(engine: FakeEngine, *names: str) -> tuple[Looked, ...]:
    async def work() -> tuple[Looked, ...]:
        doctor = Doctor(engine)
        try:
            return await doctor.services(names or None)
        finally:
            doctor.close()

    return run(work())


def codes(check: Check) -> list[str]:
    return [finding.code for finding in check.findings]


def code(engine: FakeEngine) -> list[str]:
    (looked,) = examined(engine, "web")
    return codes(looked.check)


def test_a_sound_path(here: Machine) -> None:
    engine = world()
    (looked,) = examined(engine, "web")
    assert looked.check.findings == ()
    assert looked.check.state is State.HEALTHY
    assert "tcp/80: open" in map(str, looked.check.parts)
    before = engine.shape()
    examined(engine)
    assert engine.shape() == before, "nothing stays behind"


def test_a_service_that_is_stopped_or_paused(here: Machine) -> None:
    engine = world()
    engine._box("web").state = "paused"
    assert code(engine) == ["N402"]
    engine.stop("web")
    assert code(engine) == ["N401"]
    assert examined(engine)[0].check.findings[0].remedy == "docker start web"


@pytest.mark.parametrize(("delay", "found"), [(2.0, []), (60.0, ["N219"])])
def test_one_that_has_just_begun_is_given_a_moment(
    here: Machine, delay: float, found: list[str]
) -> None:
    """It may have no lease yet; that is a finding only of one that gets none."""
    engine = world()
    engine.kill("netc-web")
    engine.dhcp_delay = delay
    engine.now = lambda: datetime.now(UTC) + timedelta(seconds=1)  # than its former life

    async def work() -> tuple[Looked, ...]:
        engine.start_again("netc-web")
        doctor = Doctor(engine)
        try:
            return await doctor.services(["web"])
        finally:
            doctor.close()

    assert codes(run(work())[0].check) == found


def test_what_listens_is_looked_at_when_a_port_is_refused(here: Machine) -> None:
    engine = world()
    engine.answers["tcp/80"] = "refused"
    engine.prints = lambda name, command: "tcp\n 0: 0100007F:0050 00000000:0000 0A\n"
    assert code(engine) == ["N502"]
    engine.prints = lambda name, command: "tcp\n"
    assert code(engine) == ["N501"]

    def refuse(name: str, command: Sequence[str]) -> str:
        raise Refused("no helper today")

    engine.prints = refuse
    assert code(engine) == ["N505"], "and it is no pass"


def test_what_this_host_sees(here: Machine) -> None:
    engine = world()
    here.host = msgspec.structs.replace(here.host, carrier=False)
    assert code(engine) == ["N102"]


def test_dhcp_servers_are_asked_for_once_for_an_interface(here: Machine) -> None:
    engine = world("web", "app", "api")
    assert [looked.check.state for looked in examined(engine)] == [State.HEALTHY] * 3
    assert here.asked == ["eth0"]
    here.servers = (*here.servers, msgspec.structs.replace(here.servers[0], address="10.0.0.66"))
    assert {tuple(codes(looked.check)) for looked in examined(engine)} == {("N203",)}


def test_without_root_it_says_what_was_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    here = sound(monkeypatch, root=False)
    (looked,) = examined(world(), "web")
    assert looked.check.findings == ()
    assert "DHCP servers: not checked (it needs root)" in map(str, looked.check.parts)
    assert here.asked == []


def far(*services: str) -> FakeEngine:
    """A world on another machine."""
    engine = world(*services)
    engine.engine = msgspec.structs.replace(engine.engine, name="far", local=False)
    return engine


def test_on_another_machine_a_helper_tells_of_the_interface(here: Machine) -> None:
    engine = far("web", "app")
    looked = examined(engine)
    assert [each.check.state for each in looked] == [State.HEALTHY] * 2
    assert here.asked == []
    said = [*map(str, looked[0].check.parts)]
    assert "interface eth0: up, with carrier" in said
    assert "DHCP servers: not checked (the engine is on another machine)" in said
    assert "the host and its neighbours: not checked (the engine is on another machine)" in said
    assert [call[0] for call in engine.calls].count("on_host") == 1, "asked once for all"
    engine.relink(*(link(one.name, one.index, carrier=False) for one in engine.links))
    assert {tuple(codes(each.check)) for each in examined(engine)} == {("N102",)}
    engine.relink(link("lan0"))
    (gone,) = examined(engine, "web")
    assert codes(gone.check) == ["N103"]


def test_on_another_machine_without_netc_s_image_it_is_not_checked(here: Machine) -> None:
    engine = far("web")
    engine.images = {}
    engine.boxes["netc-web"].image = "somebody's"
    engine.boxes["netc-web"].image_id = ""
    found = machine(engine)
    assert "interfaces" in found.unchecked
    assert "netc image build" in "".join(map(str, found.parts))


@pytest.mark.parametrize(
    ("name", "words"),
    [("wbe", "did you mean web?"), ("off", "make one with: netc up off INTERFACE")],
)
def test_a_name_that_is_none_or_is_off(here: Machine, name: str, words: str) -> None:
    engine = world()
    engine.run("off")
    with pytest.raises(NetcError, match=words) as caught:
        examined(engine, name)
    assert caught.value.code is Exit.NO_SERVICE


def machine(engine: FakeEngine) -> Check:
    async def work() -> Check:
        doctor = Doctor(engine)
        try:
            return await doctor.machine()
        finally:
            doctor.close()

    return run(work())


def test_the_host_itself(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world()
    assert codes(machine(engine)) == []
    here.servers = ()
    assert codes(machine(engine)) == ["N814"]
    here.servers = ()
    monkeypatch.setattr("netc_tui.host.kernel.macvlan", lambda: False)
    assert codes(machine(engine)) == ["N802", "N814"]


def test_another_machine_is_told_as_far_as_its_engine_and_a_helper_know(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netc_tui.host.kernel.macvlan", lambda: False)  # this one's
    engine = far("web")
    engine.links = (link("eth0", 2, addresses=("10.0.0.2/24",)), link("dark0", 3, carrier=False))
    found = machine(engine)
    assert codes(found) == []
    assert "interface eth0: fit, 10.0.0.2/24" in map(str, found.parts)
    unchecked = {"engine's rules", "macvlan in the kernel", "DHCP on eth0"}
    assert unchecked <= set(found.unchecked)
    told = [str(part) for part in found.parts if part.what in unchecked]
    assert all(said.endswith("not checked (the engine is on another machine)") for said in told)
    assert here.asked == []
    engine.links = (link("eth0", 2, up=False), link("dark0", 3, carrier=False))
    assert codes(machine(engine)) == ["N804"]


def test_wires_that_are_not_asked_are_told(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netc_tui.operations.doctor.MOST_WIRES", 0)
    assert "DHCP on eth0" in machine(world()).unchecked
    assert here.asked == []


def test_a_rootless_engine_is_not_looked_for_in_this_machine_s_rules(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world()
    monkeypatch.setattr("netc_tui.host.kernel.docker_rules", lambda: False)
    assert codes(machine(engine)) == ["N803"]
    engine.engine = msgspec.structs.replace(engine.engine, rootless=True)
    assert codes(machine(engine)) == []
    assert "engine's rules" in machine(engine).unchecked


def test_a_network_container_that_does_not_answer_is_given_up_once(
    here: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netc_tui.operations.check.PATIENCE", 0.3)
    engine = world()
    asked: list[Sequence[str]] = []

    async def hang(name: str, command: Sequence[str]) -> str:
        asked.append(command)
        await asyncio.sleep(3600)
        return ""

    engine.execute = hang  # type: ignore[method-assign]
    (looked,) = examined(engine, "web")
    assert len(asked) == 1
    assert "tcp/80" in looked.check.unchecked
    assert looked.check.state is State.UNKNOWN


def test_an_engine_that_hangs_meanwhile_is_noticed_by_its_pings(here: Machine) -> None:
    engine = world()

    async def work() -> float:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        doctor = Doctor(engine)
        task = asyncio.create_task(doctor.services(["web"]))
        loop.call_later(0.2, setattr, engine, "hangs", True)
        with pytest.raises(NetcError) as caught:
            await task
        doctor.close()
        assert caught.value.code is Exit.ENGINE
        return loop.time() - begin

    async def slow(*_: Any, **__: Any) -> str:
        await asyncio.sleep(70)
        return ""

    async def ping() -> None:
        raise NetcError("no answer", Exit.ENGINE)

    engine.execute = slow  # type: ignore[method-assign]
    engine.ping = ping  # type: ignore[method-assign]
    assert run(work()) < 8


def test_both_are_stopped_and_what_mends_it_is_told(here: Machine) -> None:
    """A link is not made to what does not run."""
    engine = world()
    engine.stop("netc-web")
    engine.stop("web")
    (looked,) = examined(engine, "web")
    (finding,) = looked.check.findings[:1]
    assert finding.remedy == "docker start web && netc up web eth0 --port 80/tcp"


def test_an_engine_that_goes_away_is_an_error(here: Machine) -> None:
    engine = world()

    def gone(*_: Any) -> str:
        raise NetcError("the engine is away", Exit.ENGINE)

    engine.prints = gone
    with pytest.raises(NetcError, match="away") as caught:
        examined(engine, "web")
    assert caught.value.code is Exit.ENGINE


def test_where_one_look_fails_the_others_end(here: Machine) -> None:
    engine = world("web", "app")
    told: list[Looked] = []

    async def slow(name: str, command: Sequence[str]) -> str:
        if name == "netc-web":
            raise NetcError("the engine is away", Exit.ENGINE)
        await asyncio.sleep(0.2)
        return "gateway ok\ntcp/80 open\n"

    async def work() -> None:
        doctor = Doctor(engine)
        with pytest.raises(NetcError, match="away"):
            await doctor.services(None, told.append)
        doctor.close()
        await asyncio.sleep(0.5)

    engine.execute = slow  # type: ignore[method-assign]
    run(work())
    assert told == []


def test_the_host_without_its_engine(here: Machine) -> None:
    found = run(alone("it hangs"))
    assert codes(found) == ["N801"]
    assert found.findings[0].cause == "it hangs"
    assert "image" in found.unchecked
    assert "kernel: has macvlan" in map(str, found.parts)
    assert "interface eth0: fit, without an address" in map(str, found.parts)
