"""`netc up`'s look at the path."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from netc_tui.core.diagnosis.client import ELSEWHERE
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.health import State
from netc_tui.engine import LinkDown, NoScript, Refused
from netc_tui.host import clock
from netc_tui.operations import check, inventory
from netc_tui.operations.check import Looked
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.looking import lost, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


async def look(engine: FakeEngine, service: str = "web", **facts: Any) -> Looked:
    own = await up(engine, Request(service, "eth0", **facts))
    return await check.check(engine, own)


def probed(engine: FakeEngine) -> list[tuple[str, ...]]:
    return [call[2:] for call in engine.calls if "/netc/probe" in call]


def broken(found: Looked) -> NetcError:
    with pytest.raises(NetcError) as caught:
        found.require()
    assert caught.value.code is Exit.PATH
    assert "\n" not in caught.value.message
    return caught.value


def test_a_sound_path() -> None:
    engine = world(ports=("443/tcp", "80/tcp", "53/udp"))
    found = run(look(engine))
    found.require()
    assert probed(engine) == [("/bin/sh", "/netc/probe", "tcp/80", "tcp/443")]
    assert found.check.unchecked == ("udp/53", ELSEWHERE)


@pytest.mark.parametrize(("answer", "words"), [("refused", "refused"), ("silent", "not answer")])
def test_a_port_that_does_not_answer(answer: str, words: str) -> None:
    engine = world(ports=("80/tcp", "8080/tcp"))
    engine.prints = lambda name, command: ""  # it cannot be seen what listens
    engine.answers["tcp/8080"] = answer
    error = broken(run(look(engine)))
    assert "broken at port: tcp/8080" in error.message
    assert words in error.message
    assert "127.0.0.1" in error.message, "it says what to do"


def test_what_listens_is_told_where_a_port_is_refused() -> None:
    engine = world(ports=("80/tcp",))
    engine.answers["tcp/80"] = "refused"
    engine.prints = lambda name, command: "tcp\n 0: 0100007F:0050 00000000:0000 0A\n"
    error = broken(run(look(engine)))
    assert "web listens on 127.0.0.1:80 alone" in error.message
    engine.prints = lambda name, command: "tcp\n"
    assert "nothing in web listens there" in broken(run(look(engine))).message


def test_a_service_that_begins_to_listen_just_now_is_sound() -> None:
    engine = world(ports=("80/tcp",))
    answers = iter(("refused", "refused", "open"))
    engine.probe = lambda ports: "gateway ok\n" + "".join(f"{p} {next(answers)}\n" for p in ports)
    run(look(engine)).require()
    assert len(probed(engine)) == 3


def test_the_kernel_answers_for_a_service_that_is_paused() -> None:
    engine = world(ports=("80/tcp",))

    async def paused() -> Looked:
        own = await up(engine, Request("web", "eth0"))
        engine._box("web").state = "paused"
        return await check.check(engine, own)

    found = run(paused())
    assert "docker unpause web" in broken(found).message
    assert "tcp/80" in found.check.unchecked


def test_the_gateway_is_silent() -> None:
    engine = world()
    engine.gateway_says = "silent"
    error = broken(run(look(engine)))
    assert "broken at lan: gateway 192.168.77.1" in error.message
    assert "eth0" in error.message
    assert "MAC addresses" in error.message


def test_the_first_broken_hop_is_the_one_that_is_told() -> None:
    engine = world()
    engine.answers["tcp/80"] = "refused"
    run(look(engine))
    engine.ail("web", "rules", "the table nat was flushed")
    assert "broken at rules: rules: the table nat was flushed" in broken(run(look(engine))).message


def test_private_ports_are_asked_each_once_and_not_too_many() -> None:
    engine = world()
    run(look(engine, ports=("8000-8001:80-81", "90:80", "100-110:1000-1010/udp")))
    assert probed(engine)[-1][2:] == ("tcp/80", "tcp/81")
    found = run(look(engine, ports=("1-1000",)))
    assert len(probed(engine)[-1][2:]) == check.MOST
    assert found.check.unchecked == ("968 more TCP ports", ELSEWHERE)
    found.require()


@pytest.mark.parametrize(
    "error",
    [
        LinkDown("Docker: Cannot link to a non running container: /web AS /netc-web/x"),
        NoScript(
            "/bin/sh /netc/probe in netc-web failed (2): /bin/sh: can't open '/netc/probe': x"
        ),
        Refused("/bin/sh /netc/probe in netc-web failed (2): x"),
    ],
)
def test_a_probe_that_cannot_be_made_is_no_failure_and_no_pass(error: NetcError) -> None:
    engine = world()

    def probe(ports: Sequence[str]) -> str:
        raise error

    engine.probe = probe
    found = run(look(engine))
    found.require()
    assert {"tcp/80", "gateway 192.168.77.1"} <= {*found.check.unchecked}


def test_a_probe_that_hangs_is_given_up() -> None:
    engine = world()
    hang = engine.execute

    async def never(name: str, command: Sequence[str]) -> str:
        await asyncio.sleep(3600)
        return await hang(name, command)

    engine.execute = never  # type: ignore[method-assign]
    found = run(look(engine))
    assert "tcp/80" in found.check.unchecked


def test_an_engine_that_goes_away_meanwhile_is_an_error() -> None:
    engine = world()
    own = run(up(engine, Request("web", "eth0")))
    engine.away = "the engine is away"
    with pytest.raises(NetcError) as caught:
        run(check.check(engine, own))
    assert caught.value.code is Exit.ENGINE


def test_a_service_that_is_not_found_is_waited_for_and_then_told() -> None:
    engine = world()
    run(look(engine))
    lost(engine)
    found = run(look(engine))
    error = broken(found)
    assert "broken at service" in error.message
    assert "docker ps" in error.message
    assert found.network_container.ip is not None, "up itself is done: there is a lease"
    assert probed(engine)[-1] == ("/bin/sh", "/netc/probe"), "only the gateway can be asked"


@pytest.mark.parametrize("seconds", [check.SETTLE / 2, check.SETTLE * 1.5])
def test_a_service_that_is_found_within_seconds_is_sound(seconds: float) -> None:
    engine = world()
    run(look(engine))

    async def scenario() -> Looked:
        lost(engine)
        found = partial(engine.say, engine.own("web"), "target", target="172.17.0.9")
        asyncio.get_running_loop().call_later(seconds, found)
        return await look(engine)

    found = run(scenario())
    found.require()
    assert found.network_container.target == "172.17.0.9"


def test_a_service_that_was_lost_just_now_is_given_the_same_time() -> None:
    """The service was made anew a moment ago: it was healthy before, and is found again."""
    engine = world()
    run(look(engine))

    async def scenario(again: bool) -> Looked:
        asked: list[Sequence[str]] = []

        def probe(ports: Sequence[str]) -> str:
            asked.append(ports)
            if len(asked) > 1 and again:
                return "own healthy -\ngateway ok\ntcp/80 open\n"
            if len(asked) == 1:
                lost(engine)
            if again:
                found = partial(engine.say, engine.own("web"), "target", target="172.17.0.9")
                asyncio.get_running_loop().call_later(check.SETTLE / 2, found)
            return "own broken service web does not answer\ngateway ok\n"

        engine.probe = probe
        return await look(engine)

    found = run(scenario(again=True))
    found.require()
    assert found.network_container.target == "172.17.0.9"
    assert "broken at service" in broken(run(scenario(again=False))).message


def test_one_that_an_older_netc_made_is_not_known() -> None:
    engine = world()
    engine.mute = True
    found = run(look(engine))
    found.require()
    assert found.network_container.health.state is State.UNKNOWN
    assert not [part for part in found.check.parts if part.verdict == "ok"]


def test_containers_that_may_not_talk_to_each_other() -> None:
    engine = FakeEngine()
    engine.network("closed", icc=False)
    engine.network("open")
    engine.run("web", "closed")
    engine.run("api", "closed", "open")
    engine.run("printer", mode="host")
    bridge = engine.nets["bridge"]
    engine.nets["bridge"] = msgspec.structs.replace(bridge, icc=False)
    engine.run("old")
    for service, network in (("web", None), ("api", "closed"), ("old", None)):
        with pytest.raises(NetcError) as caught:
            run(up(engine, Request(service, "eth0", network=network)))
        assert caught.value.code is Exit.NO_SERVICE
        assert "enable_icc=false" in caught.value.message
        assert f"docker network connect netc-reach {service}" in caught.value.message
    assert engine.shape() == {"containers": {}, "networks": {}}, "before anything is made"
    assert run(up(engine, Request("api", "eth0"))).network == "open"
    assert run(up(engine, Request("printer", "eth0"))).ip, "the host itself is reached"


# --- the clock is put


@pytest.mark.parametrize("hours", [-30, -1, 1, 30])
def test_a_clock_that_is_put_changes_no_lease(hours: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a Raspberry Pi does once it has the time from the network."""
    engine = world()
    here = clock.boot()
    assert here is not None
    past = timedelta(hours=hours)
    up_now = (datetime.now(UTC) - here.began).total_seconds()
    engine.boot = lambda: (here.id, up_now)
    engine.now = lambda: datetime.now(UTC) - past  # before the clock was put

    async def scenario() -> Any:
        await up(engine, Request("web", "eth0"))
        return (await inventory.turned_on(engine, "web"))[1]

    own = run(scenario())
    assert (str(own.phase), own.health.state) == ("bound", State.HEALTHY)
    assert abs(own.expires_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(seconds=10)
    # What was said in another boot, or by another machine, is as it is.
    engine.boot = lambda: ("another", up_now)
    engine.own("web").log.clear()
    engine.say(engine.own("web"), "checked")
    other = run(inventory.turned_on(engine, "web"))[1]
    assert other.health.state is not State.HEALTHY
