"""`netc doctor`: what it prints, and its exit codes."""

import json
import socket
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from netc_tui.core import memos
from netc_tui.core.errors import Exit
from netc_tui.core.findings import HOPS, KINDS
from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.memos import BEAT, SILENT
from netc_tui.core.model import NetworkContainer
from netc_tui.core.swarm import Membership
from netc_tui.core.wishes import ENABLE
from netc_tui.engine import Refused
from netc_tui.host import turns
from netc_tui.operations import doctor
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.doctors import LISTENS, sound
from tests.twin import LOCAL, FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    sound(monkeypatch)
    made = FakeEngine()
    made.prints = lambda name, command: LISTENS
    made.run("web", ports=("80/tcp",))
    made.run("off")
    run(up(made, Request("web", "eth0")))
    return made


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    assert found["schema"] == 1
    return found


def test_a_sound_path(netc: Any, engine: FakeEngine) -> None:
    code, out, err = netc(engine, "doctor", "web")
    assert (code, err) == (Exit.DONE, "")
    assert out.startswith("the path to web (192.168.77.10 on eth0): healthy\n")
    assert "  port     ok       tcp/80: open\n" in out
    code, out, _ = netc(engine, "doctor", "web", "--json")
    (found,) = document(out)["services"]
    assert (code, found["name"], found["health"], found["findings"]) == (0, "web", "healthy", [])
    assert [hop["hop"] for hop in found["hops"]] == list(HOPS)
    for hop in found["hops"]:
        assert hop["state"] in ("healthy", "broken", "doubtful", "unknown")
        assert hop["checked_at"].endswith("Z")
        assert hop["evidence"]
        assert hop["finding"] is None


def test_the_first_broken_hop_with_what_to_do(netc: Any, engine: FakeEngine) -> None:
    engine.answers["tcp/80"] = "refused"
    engine.prints = lambda name, command: "tcp\n"
    code, out, err = netc(engine, "doctor", "web")
    assert (code, err) == (Exit.PATH, "")
    assert "N501 Nothing listens there: refused: nothing in web listens there" in out
    assert "docker logs --tail 20 web" in out
    code, out, _ = netc(engine, "doctor", "web", "--json")
    port = document(out)["services"][0]["hops"][4]
    assert code == Exit.PATH
    assert (port["state"], port["finding"]["code"]) == ("broken", "N501")
    assert port["finding"]["remedy"] == "docker logs --tail 20 web"
    assert {"title", "cause"} < set(port["finding"])


def test_the_host_and_all_that_are_on(netc: Any, engine: FakeEngine) -> None:
    code, out, _ = netc(engine, "doctor")
    assert code == Exit.DONE
    assert out.startswith("the host:\n")
    assert "the path to web (192.168.77.10 on eth0): healthy\n" in out
    assert "tcp/80" not in out, "what is healthy takes one line"
    assert "tcp/80: open" in netc(engine, "doctor", "--all")[1]
    found = document(netc(engine, "doctor", "--json")[1])
    assert (len(found["services"]), found["host"]) == (1, [])
    engine.stop("web")
    assert netc(engine, "doctor")[0] == Exit.PATH


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("wbe",), Exit.NO_SERVICE, "did you mean web?"),
        (("off",), Exit.NO_SERVICE, "make one with: netc up off INTERFACE"),
        (("web", "--all"), Exit.USAGE, "choose one"),
        (("--explain", "N999"), Exit.USAGE, "no finding has the code 'N999'"),
    ],
)
def test_what_is_asked_wrongly(
    netc: Any, engine: FakeEngine, words: tuple[str, ...], code: Exit, said: str
) -> None:
    found, out, err = netc(engine, "doctor", *words)
    assert (found, out) == (code, "")
    assert said in err
    assert err.count("\n") == 1


def test_an_engine_that_does_not_answer_is_a_finding(netc: Any, engine: FakeEngine) -> None:
    engine.away = "it does not answer"
    code, out, err = netc(engine, "doctor", "--json")
    found = document(out)
    assert code == Exit.ENGINE
    assert [one["code"] for one in found["host"]] == ["N801"]
    assert "image" in found["host_unchecked"]
    assert "it does not answer" in err
    code, out, err = netc(engine, "doctor")
    assert code == Exit.ENGINE
    assert "N801 The engine does not answer" in out
    assert "interface eth0: fit" in out, "this machine is looked at all the same"
    assert err == "netc: it does not answer\n", "nobody knows what is on"


def test_a_hop_that_nobody_looked_at_has_no_time(netc: Any, engine: FakeEngine) -> None:
    engine.stop("netc-web")
    hops = document(netc(engine, "doctor", "web", "--json")[1])["services"][0]["hops"]
    times = {hop["hop"]: (hop["state"], hop["checked_at"]) for hop in hops}
    assert times["rules"] == ("unknown", None)
    assert times["lan"][0] == "broken"
    assert times["lan"][1].endswith("Z")


def test_where_nothing_is_on_it_says_how(netc: Any, engine: FakeEngine) -> None:
    netc(engine, "down", "web")
    code, out, err = netc(engine, "doctor")
    assert code == Exit.DONE
    assert out.startswith("the host:\n")
    assert "netc up SERVICE INTERFACE" in err


def test_every_finding_is_explained(netc: Any, engine: FakeEngine) -> None:
    code, out, _ = netc(engine, "doctor", "--explain", "all")
    assert code == Exit.DONE
    for kind in KINDS.values():
        assert f"{kind.code}  {kind.title}" in out
    assert netc(engine, "doctor", "--explain", "n203")[1].startswith("N203  Several DHCP servers")


def test_others_that_look_all_the_time_are_told_of(
    netc: Any, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "TURN", 0.2)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(turns.address(f"examine {engine.boxes['netc-web'].id}"))
        code, out, _ = netc(engine, "doctor", "web")
    assert code == Exit.DONE
    assert out.startswith("the path to web (192.168.77.10 on eth0): not known\n")
    assert out.splitlines()[-1] == (
        "  others were looking at the path to web all the time, so most was not checked;"
        " look again: netc doctor web"
    )
    _, out, _ = netc(engine, "doctor", "web")
    assert "others" not in out


@pytest.mark.parametrize(
    ("facts", "word", "told"),
    [
        ({"pointing": Pointing.HERE}, "ok", "web.home.lan leads here"),
        ({"pointing": Pointing.NOWHERE}, "none", "web.home.lan is not in the DNS"),
        (
            {"pointing": Pointing.UNKNOWN, "why": "192.168.77.1 does not answer"},
            "-",
            "web.home.lan: not known, 192.168.77.1 does not answer",
        ),
        (
            {"pointing": Pointing.ELSEWHERE, "addresses": ("192.168.77.66",)},
            "doubtful",
            "web.home.lan leads to 192.168.77.66, not here",
        ),
    ],
)
def test_a_name_that_leads_elsewhere_is_a_doubt_and_breaks_no_path(
    netc: Any,
    engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
    facts: dict[str, Any],
    word: str,
    told: str,
) -> None:
    async def look(engine: FakeEngine, own: NetworkContainer, publishing: object) -> InDns:
        return InDns(address=own.ip or "", name="web.home.lan", **facts)

    monkeypatch.setattr(doctor, "look_up", look)
    code, out, _ = netc(engine, "doctor", "web")
    assert code == Exit.DONE
    assert out.startswith("the path to web (192.168.77.10 on eth0): healthy\n")
    assert f"\n  name     {word:9}{told}\n" in out
    elsewhere = facts["pointing"] is Pointing.ELSEWHERE
    finding = (
        "\n  N909 The name leads elsewhere: in the DNS web.home.lan leads to 192.168.77.66, not to"
        " 192.168.77.10\n       choose another name with --hostname, or remove the old record\n"
    )
    assert (finding in out) is elsewhere
    assert ("N909" in netc(engine, "doctor")[1]) is elsewhere, "also among all of them"
    (found,) = document(netc(engine, "doctor", "web", "--json")[1])["services"]
    assert found["health"] == "healthy"
    assert found["in_dns"]["state"] == str(facts["pointing"])
    assert [each["code"] for each in found["findings"]] == (["N909"] if elsewhere else [])


def test_a_watcher_that_is_silent_is_found_and_one_at_work_is_told_of(
    netc: Any, engine: FakeEngine
) -> None:
    def host() -> tuple[str, list[str]]:
        found = document(netc(engine, "doctor", "--json")[1])["host"]
        return netc(engine, "doctor")[1], [each["code"] for each in found]

    out, before = host()
    assert "  ok        netc watch: none runs here, and none is asked for\n" in out
    at = datetime.now(UTC)
    run(engine.write_memo(memos.watcher(at - BEAT, at, "1.2", ())))
    out, codes = host()
    assert codes == before
    assert "  ok        netc watch: 1.2, at work since " in out
    run(engine.write_memo(memos.watcher(at - 9 * BEAT, at - SILENT - BEAT, "1.2", ())))
    out, codes = host()
    assert codes == [*before, "N816"]
    assert "is it dead? Look with: systemctl status netc-watch" in out
    run(engine.remove_memo(memos.WATCHER))
    engine.run("shop", labels={ENABLE: "true"})
    out, codes = host()
    assert codes == [*before, "N817"]
    assert "labels ask for shop, and none runs here" in out


def test_of_a_swarm_without_leader_nobody_says_that_nothing_is_on(netc: Any) -> None:
    engine = FakeEngine(msgspec.structs.replace(LOCAL, swarm=Membership("n1", manager=True)))

    def leaderless(call: tuple[str, ...]) -> None:
        if call[0].startswith("swarm."):
            raise Refused("Docker: The swarm does not have a leader.")

    engine.before = leaderless
    _, out, err = netc(engine, "doctor")
    assert "N831" in out
    assert "whether services of the Swarm have a network container is not known" in err
    assert "no service has" not in err
