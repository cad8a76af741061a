"""The host itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from netc_tui.core import memos
from netc_tui.core.diagnosis.machine import Machine, diagnose
from netc_tui.core.keeping import Written
from netc_tui.core.memos import BEAT, SILENT, Trouble
from netc_tui.core.model import Engine, Interface, Network
from netc_tui.core.path import Check
from netc_tui.core.swarm import Membership

from .facts import SERVER, codes, lines

AT = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
ETH1 = Interface("eth1", "ethernet", addresses=("192.168.77.3/24",), carrier=True)
WELL = Machine(
    engine=Engine("A1", "unix:///var/run/docker.sock", "vm", "28.5.2", (1, 51), local=True),
    networks=(Network("n1", "bridge", "bridge", ("172.17.0.0/16",)),),
    interfaces=(ETH1,),
    used=("eth1",),
    image="alpine:3.22",
    macvlan=True,
    nf_tables=True,
    docker_rules=True,
    servers={"eth1": (SERVER,)},
)


def found(**facts: Any) -> list[str]:
    return codes(diagnose(msgspec.structs.replace(WELL, **facts)))


def test_a_sound_host() -> None:
    check = diagnose(WELL)
    assert check.findings == ()
    assert check.unchecked == ()
    assert "interface eth1: fit, 192.168.77.3/24" in lines(check)


def test_what_can_be_wrong_with_a_host() -> None:
    down = msgspec.structs.replace(ETH1, unfit="it is down")
    closed = Network("n1", "bridge", "bridge", ("172.17.0.0/16",), icc=False)
    hides = Network("n2", "mine", "bridge", ("192.168.0.0/16",))
    other = msgspec.structs.replace(SERVER, address="192.168.77.66")
    assert found(macvlan=False) == ["N802"]
    assert found(docker_rules=False) == ["N803"]
    assert found(interfaces=(down,), used=()) == ["N804"]
    assert found(interfaces=(ETH1, msgspec.structs.replace(down, name="eth2")), used=("eth2",)) == [
        "N109"
    ]
    assert found(networks=(hides,)) == ["N811"]
    assert found(put=timedelta(hours=-1)) == ["N812"]
    assert found(servers={"eth1": (SERVER, other)}) == ["N813"]
    assert found(servers={"eth1": ()}) == ["N814"]
    assert found(servers={"eth1": ()}, used=()) == [], "nobody there waits for a lease"
    assert found(networks=(closed,)) == ["N815"]
    assert found(filters=("eth1",)) == []


def test_what_is_to_be_known_of_a_swarm() -> None:
    def told(member: Membership) -> Check:
        engine = msgspec.structs.replace(WELL.engine, swarm=member)
        return diagnose(msgspec.structs.replace(WELL, engine=engine))

    three = told(Membership("n1", manager=True, cluster="c", managers=3))
    assert "Swarm: one of its 3 managers" in lines(three)
    assert three.findings == ()
    alone = told(Membership("n1", manager=True, cluster="c", managers=1))
    assert any("Swarm: this Swarm has one manager" in line for line in lines(alone))
    assert alone.findings == ()
    assert codes(told(Membership("n1", manager=True))) == ["N831"]
    assert told(Membership("n1", manager=False)).unchecked == ("Swarm",)


def test_what_is_not_known_is_not_sound() -> None:
    check = diagnose(
        msgspec.structs.replace(
            WELL,
            interfaces="the engine is on another machine",
            macvlan=None,
            docker_rules=None,
            servers={"eth1": "it needs root"},
        )
    )
    assert check.findings == ()
    assert set(check.unchecked) == {
        *("interfaces", "macvlan in the kernel", "engine's rules", "DHCP on eth1")
    }


def test_whether_anybody_follows_labels_and_in_what_trouble() -> None:
    trouble = Trouble("vain", "the interface lo is none that labels may ask for", refused=True)

    def written(*troubles: Trouble, ago: timedelta = timedelta()) -> Written:
        memo = memos.watcher(AT - 10 * BEAT, AT - ago, "1.2", troubles)
        return Written.of((memo,), AT)

    assert found(written=Written.of((), AT)) == []
    assert found(written=Written.of((), AT), unfollowed=("web", "app")) == ["N817"]
    assert found(written=written()) == []
    assert found(written=written(ago=SILENT + BEAT)) == ["N816"]
    assert found(written=written(trouble)) == ["N818"]
    assert found(written=written(trouble, ago=SILENT + BEAT)) == ["N816"], "that was then"
    said = lines(diagnose(msgspec.structs.replace(WELL, written=written())))
    assert any(line.startswith("netc watch: 1.2, at work since ") for line in said)
    many = [msgspec.structs.replace(trouble, service=f"s{at}") for at in range(23)]
    check = diagnose(msgspec.structs.replace(WELL, written=written(*many)))
    assert "labels: not checked (3 more services have trouble)" in lines(check)


def test_where_memos_cannot_be_read_nothing_is_known_of_a_watcher() -> None:
    check = diagnose(msgspec.structs.replace(WELL, written=Written.of(None, AT)))
    assert check.findings == ()
    assert check.unchecked == ("netc watch",)


def test_without_an_engine_the_rest_is_told() -> None:
    check = diagnose(msgspec.structs.replace(WELL, engine="it hangs", docker_rules=False))
    assert codes(check) == ["N801"], "what the engine makes is missing for that reason"
    assert set(check.unchecked) == {"engine's rules", "image"}
    assert "kernel: has macvlan" in lines(check)


def test_of_another_machine_it_is_told_that_it_is_one() -> None:
    away = "the engine is on another machine"
    check = diagnose(
        msgspec.structs.replace(WELL, elsewhere=away, macvlan=None, docker_rules=None, servers={})
    )
    assert f"engine's rules: not checked ({away})" in lines(check)
    assert f"macvlan in the kernel: not checked ({away})" in lines(check)


def test_a_rootless_engine_keeps_its_rules_to_itself() -> None:
    assert isinstance(WELL.engine, Engine)
    engine = msgspec.structs.replace(WELL.engine, rootless=True)
    check = diagnose(msgspec.structs.replace(WELL, engine=engine, docker_rules=None))
    assert check.unchecked == ("engine's rules",)
    assert "it needs root" not in str(lines(check))
