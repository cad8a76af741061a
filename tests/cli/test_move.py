"""What `netc move` does and says, on engines in memory."""

import json
from typing import Any

import msgspec
import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import Endpoint
from tests.operations.looking import world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
IP = "192.168.77.10"


@pytest.fixture
def engine(netc: Any) -> FakeEngine:
    """web is on, green is not."""
    made = world()
    made.run("green")
    assert netc(made, "up", "web", "eth0")[0] == 0
    return made


@pytest.fixture
def hosts(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, netc: Any) -> FakeEngine:
    """Another host, at unix:///other; nobody is at tcp://dead:1."""
    other = world()
    other.engine = msgspec.structs.replace(other.engine, id="OTHER", name="host2")
    there = {"unix:///other": other}

    async def connect(endpoint: Endpoint) -> FakeEngine:
        if endpoint.url == "tcp://dead:1":
            raise NetcError("the engine cannot be reached", Exit.ENGINE)
        return there.get(endpoint.url, engine)

    setattr_ = monkeypatch.setattr

    def keep(name: str, value: Any) -> None:
        if name != "netc_tui.engine.connect":
            setattr_(name, value)

    setattr_("netc_tui.engine.connect", connect)
    monkeypatch.setattr = keep  # type: ignore[method-assign, assignment]
    return other


def test_to_another_service(netc: Any, engine: FakeEngine) -> None:
    code, out, err = netc(engine, "move", "web", "--to-service", "green")
    assert (code, out) == (0, f"ip={IP}\n")
    for line in (
        "look whether green answers through netc-green; if not, switch nothing\n",
        f"switch: netc-web leaves {IP} to netc-green, without a word to the DHCP server\n",
        "stop and remove netc-web: its address is green's\n",
        "  tcp/80: open\n",
    ):
        assert line in err
    # Given again it is done already, and says the same.
    assert netc(engine, "move", "web", "--to-service", "green")[:2] == (0, f"ip={IP}\n")


def test_what_would_be_done(netc: Any, engine: FakeEngine) -> None:
    code, out, _ = netc(engine, "move", "web", "--to-service", "green", "--dry-run")
    assert code == 0
    assert "create container netc-green on network bridge\n" in out
    assert "stop and remove netc-web: its address is green's\n" in out
    code, out, _ = netc(engine, "move", "web", "--to-service", "green", "--dry-run", "--json")
    steps = json.loads(out)["steps"]
    assert [step["type"] for step in steps][-3:] == ["Verify", "HandOver", "RemoveContainer"]
    assert steps[-2]["address"] == IP
    assert "netc-green" not in engine.boxes


def test_as_json(netc: Any, engine: FakeEngine) -> None:
    code, out, _ = netc(engine, "move", "web", "--to-service", "green", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["network_container"]["ip"], found["check"]["broken"]) == (IP, None)
    assert found["network_container"]["moved"] == "web"
    again = json.loads(netc(engine, "move", "web", "--to-service", "green", "--json")[1])
    assert again["network_container"]["ip"] == IP


def test_to_another_host_and_from_it(netc: Any, engine: FakeEngine, hosts: FakeEngine) -> None:
    code, out, _ = netc(engine, "move", "web", "--to", "unix:///other")
    assert (code, out) == (0, f"ip={IP}\n")
    assert hosts.own("web").labels["netc.seed"] == engine.engine.id
    assert "netc-web" not in engine.boxes
    code, out, _ = netc(engine, "move", "web", "--from", "unix:///other")
    assert (code, out) == (0, f"ip={IP}\n")
    assert engine.own("web").labels["netc.seed"] == ""
    assert "netc-web" not in hosts.boxes


def test_from_a_host_that_is_dead(netc: Any, engine: FakeEngine, hosts: FakeEngine) -> None:
    dead = ("move", "green", "--from", "tcp://dead:1")
    code, _, err = netc(engine, *dead)
    assert code == Exit.USAGE
    why = "netc: tcp://dead:1 cannot be reached (the engine cannot be reached); to take the place"
    assert err.startswith(why), "it may be alive, and the way to it be wrong"
    assert "name --interface INTERFACE, and --seed TEXT" in err
    taken = (*dead, "--seed", "THEIRS", "--interface", "eth0")
    code, out, _ = netc(engine, *taken, "--dry-run")
    assert code == 0
    assert "create container netc-green" in out
    code, out, _ = netc(engine, *taken)
    assert code == 0
    assert out.startswith("ip=")
    assert engine.own("green").labels["netc.seed"] == "THEIRS"
    # What it would be by itself is asked for in vain: it stays as it is.
    assert netc(engine, "up", "green", "eth0", "--dry-run")[1] == ""


def test_the_same_command_on_the_new_host(netc: Any, engine: FakeEngine, hosts: FakeEngine) -> None:
    code, _, err = netc(engine, "move", "green", "--to", "unix:///here")
    assert code == Exit.USAGE
    assert "unix:///here is the host that this is given for, and no other is named" in err


def test_a_seed_that_is_not_heeded_is_told_of(
    netc: Any, engine: FakeEngine, hosts: FakeEngine
) -> None:
    code, out, err = netc(engine, "move", "web", "--to", "unix:///other", "--seed", "home")
    assert (code, out) == (0, f"ip={IP}\n")
    assert "so its identity goes along: no seed" in err
    assert hosts.own("web").labels["netc.seed"] == engine.engine.id


def test_two_engines_of_one_id_are_no_one_host(
    netc: Any, engine: FakeEngine, hosts: FakeEngine
) -> None:
    """Cloned machines: what was asked is no take-over of a dead host."""
    hosts.engine = msgspec.structs.replace(hosts.engine, id=engine.engine.id)
    hosts.nets["bridge"] = msgspec.structs.replace(hosts.nets["bridge"], id="another")
    code, _, err = netc(engine, "move", "web", "--to", "unix:///other")
    assert code == Exit.USAGE
    assert "the host here and unix:///other have one engine id, as cloned machines do" in err
    assert engine.own("web").lease["ip"] == IP


def test_what_is_said_of_the_other_host_acts_there(
    netc: Any, engine: FakeEngine, hosts: FakeEngine
) -> None:
    """`netc down web` would turn off the one that works."""
    to = ("--to", "unix:///other")
    assert netc(hosts, "--host", "unix:///other", "up", "web", "eth0")[0] == 0
    code, _, err = netc(engine, "move", "web", *to)
    assert code == Exit.FAILED
    assert err.startswith("netc: unix:///other: web has a network container of its own")
    assert err.endswith("with: netc --host unix:///other down web\n")
    assert netc(hosts, "--host", "unix:///other", "down", "web")[0] == 0
    hosts.stop("web")
    code, _, err = netc(engine, "move", "web", *to)
    assert code == Exit.NO_SERVICE
    assert err.startswith("netc: unix:///other: web does not run")
    assert "start it: docker -H unix:///other start web" in err
    code, _, err = netc(engine, "move", "web", "--from", "unix:///other")
    assert code == Exit.NO_SERVICE
    assert err.startswith("netc: unix:///other: web has no network container")
    hosts.start_again("web")
    code, _, err = netc(engine, "move", "web", *to, "--interface", "eth7")
    assert code == Exit.INTERFACE
    assert "--interface" not in err
    assert netc(engine, "move", "web", *to)[:2] == (0, f"ip={IP}\n")


def test_a_path_that_is_broken_there_is_mended_there(
    netc: Any, engine: FakeEngine, hosts: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sound(*_: object) -> None:
        """It breaks after that."""

    monkeypatch.setattr("netc_tui.operations.handover.verify", sound)
    hosts.answers["tcp/80"] = "refused"
    code, _, err = netc(engine, "move", "web", "--to", "unix:///other")
    assert code == Exit.PATH
    assert "docker -H unix:///other logs --tail 20 web" in err.splitlines()[-1]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--to-service", "green", "--to", "unix:///other"),
        ("--to", "host2"),
        ("--to-service", "web"),
        ("--to-service", "green", "--seed", "home"),
    ],
)
def test_what_makes_no_sense(netc: Any, engine: FakeEngine, words: tuple[str, ...]) -> None:
    code, out, err = netc(engine, "move", "web", *words)
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith("netc: ")
