"""The look at the path that takes a second, with what it would run replaced by stubs."""

import os
import subprocess
from pathlib import Path

import pytest

from netc_tui.core.diagnosis.facts import Probe
from netc_tui.core.ports import Forward
from netc_tui.core.probe import parse
from netc_tui.core.rules import BASE, fill, forwarding
from tests.sidecar.box import FOLDER, MAC, Box

FACTS = "lan=eth1 svc=eth0 ip=10.77.0.50 gateway=10.77.0.1 target=127.0.0.1"
KNOWN = {
    "LAN": "eth1", "SVC": "eth0", "IP": "10.77.0.50", "TARGET": "127.0.0.1",
}  # fmt: skip
PLAN = forwarding((Forward("tcp", 80, 80, 1),), None, ("172.17.0.0/16",))
STUBS = """
usleep() { sleep 0; }
arping() { # for the gateway, or for our own address
    case $* in
    -D*) cat "$ANSWERS/holders" 2>/dev/null; return $(cat "$ANSWERS/taken" 2>/dev/null || echo 0) ;;
    esac
}
ping() {
    echo "ping $*" >>"$CALLS"
    case $* in *"-s 56 "*) return $(cat "$ANSWERS/small") ;; *) return $(cat "$ANSWERS/large") ;; esac
}
ip() { cat "$ANSWERS/ip" 2>/dev/null; }
"""
SAVE = """#!/bin/sh
case $* in
*-t*) n=$(cat "$ANSWERS/turn"); echo $((n + 1)) >"$ANSWERS/turn"
    printf '[%s:60] -A NETC-INPUT -d 10.77.0.50/32 -p tcp -j DROP\\n' "$(sed -n "$n"p "$ANSWERS/counters")" ;;
*) cat "$ANSWERS/${0##*/}" ;;
esac
"""
SYN = "tcp      6 3 SYN_RECV src={} dst={} sport={} dport=80 src=172.17.0.2 dst=172.17.0.6 sport=80 dport={} mark=0 use=1\n"
CONNTRACK = """#!/bin/sh
n=$(cat "$ANSWERS/half"); echo $((n + 1)) >"$ANSWERS/half"
[ ! -e "$ANSWERS/broken" ] || exit 1
cat "$ANSWERS/half.$n" 2>/dev/null
exit 0
"""


def saved(text: str) -> str:
    """What iptables-save prints of what was loaded."""
    lines = [line for line in text.splitlines() if line[:3] != "-F " and line[:2] != ":N"]
    return "\n".join(lines) + "\n"


class Place(Box):
    """A network container whose loop answers each look as healthy."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name, text in (
            ("iptables-save", SAVE),
            ("iptables-legacy-save", SAVE),
            ("conntrack", CONNTRACK),
        ):
            (folder / "bin" / name).write_text(text)
            (folder / "bin" / name).chmod(0o755)
        for name, text in (
            ("small", "0"),
            ("large", "0"),
            ("turn", "1"),
            ("half", "1"),
            ("counters", "7\n7\n"),
        ):
            self.answer(name, text)
        self.answer("iptables-save", saved(fill(BASE + PLAN, KNOWN)))
        self.answer("iptables-legacy-save", "")
        (folder / "lease/rules").write_text(PLAN)
        (folder / "run/facts").write_text(FACTS + "\n")
        (folder / "net/eth1/carrier").write_text("1\n")

    def examine(self, *ports: str, before: str = "", **environment: str) -> Probe:
        environment = {
            "NETC_BASE_RULES": BASE, "NETC_MAC": MAC, "RUN": str(self.folder / "run"),
            "VOLUME": str(self.folder / "lease"), "NET": str(self.folder / "net"),
            "PROC": str(self.folder / "proc"), "HERE": str(FOLDER), "CALLS": str(self.folder / "calls"),
            "ANSWERS": str(self.folder / "answers"), "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            **environment,
        }  # fmt: skip
        # The loop, as it would answer.
        loop = 'rm() { command rm "$@"; case $* in *looked) echo "healthy - - " >"$RUN/looked" ;; esac; }'
        ran = subprocess.run(
            ["busybox", "sh", "-c", f'{STUBS}\n{loop}\n{before}\n. {FOLDER}/examine', "examine", *ports],
            env=environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert ran.stderr == "", ran.stderr
        self.said = ran.stdout
        return parse(ran.stdout)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_sound_path(place: Place) -> None:
    found = place.examine("tcp/1")
    assert found.own == ("healthy", None, None)
    assert found.ports == {"tcp/1": "refused"}
    assert (found.gateway, found.holders, found.large, found.mtu) == ("ok", (), "ok", 1500)
    assert (found.stuck, found.unforwarded) == ({}, (7, 0))
    assert found.there
    assert set(found.there) == set(found.planned or ())
    assert not (place.folder / "run/examining").exists()
    for line in place.said.splitlines():
        told = parse(line)
        assert told != Probe(), f"nothing is said in vain: {line}"


def test_rules_are_those_before_the_loop_mends_them(place: Place) -> None:
    whole = (place.folder / "answers/iptables-save").read_text()
    place.answer("whole", whole)
    place.answer(
        "iptables-save", "".join(one for one in whole.splitlines(True) if "DNAT --to" not in one)
    )
    mend = 'echo() { [ "$1" != look ] || cp "$ANSWERS/whole" "$ANSWERS/iptables-save"; command echo "$@"; }'
    found = place.examine(before=mend)
    assert set(found.planned or ()) - set(found.there or ()) == {
        "nat -A NETC-DNAT -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1"
    }


def test_rules_without_any_of_ours_are_told_as_none(place: Place) -> None:
    place.answer("iptables-save", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
    assert place.examine().there == ()
    place.answer("iptables-save", "")
    found = place.examine()
    assert (found.there, found.planned) == (None, None), "they could not be read"


def test_facts_that_change_while_it_looks_go_with_rules_of_that_moment(place: Place) -> None:
    away = {name: value for name, value in KNOWN.items() if name != "TARGET"}
    place.answer("away", saved(fill(BASE + PLAN, away)))
    lose = (
        'echo() { [ "$1" != look ] || { cp "$ANSWERS/away" "$ANSWERS/iptables-save";'
        ' command echo "lan=eth1 svc=eth0 ip=10.77.0.50 gateway=10.77.0.1 target=" >"$RUN/facts"; };'
        ' command echo "$@"; }'
    )
    found = place.examine(before=lose)
    assert found.there
    assert set(found.there) == set(found.planned or ())
    assert not any("DNAT --to" in rule for rule in found.there)


def test_the_older_iptables_where_that_is_in_force(place: Place) -> None:
    place.answer("iptables-legacy-save", (place.folder / "answers/iptables-save").read_text())
    place.answer("iptables-save", "")
    (place.folder / "run/legacy").touch()
    found = place.examine()
    assert found.there
    assert set(found.there) == set(found.planned or ())


def test_others_that_have_the_address(place: Place) -> None:
    place.answer(
        "holders",
        "ARPING 10.77.0.50 from 0.0.0.0 eth1\n"
        "Unicast reply from 10.77.0.50 [02:00:00:00:00:99] 0.1ms\n"
        "Unicast reply from 10.77.0.50 [02:00:00:00:00:99] 0.2ms\n"
        "Unicast reply from 10.77.0.51 [02:00:00:00:00:77] 0.2ms\n"
        "Broadcast request from 10.77.0.50 [02:00:00:00:00:98]for 10.77.0.50 [ff:ff] 0.1ms\n",
    )
    place.answer("taken", "1")
    assert place.examine().holders == ("02:00:00:00:00:99", "02:00:00:00:00:98")
    place.answer("holders", "")
    assert place.examine().holders is None, "it could not be asked"
    place.answer("taken", "0")
    (place.folder / "net/eth1/carrier").write_text("0\n")
    assert place.examine().holders is None, "nobody was heard"


@pytest.mark.parametrize(
    ("small", "large", "told", "asked"),
    [
        ("0", "0", ("ok", 1500), 2),
        ("0", "1", ("lost", 1500), 3),
        ("1", "1", (None, None), 1),
        ("127", "127", (None, None), 1),
    ],
)
def test_a_large_packet(
    place: Place, small: str, large: str, told: tuple[str | None, int | None], asked: int
) -> None:
    place.answer("small", small)
    place.answer("large", large)
    found = place.examine()
    assert (found.large, found.mtu) == told
    calls = (place.folder / "calls").read_text().splitlines()
    pings = [call for call in calls if call.startswith("ping ")]
    assert len(pings) == asked
    assert all("-s 1472 " in call for call in pings[1:])


def test_only_connections_that_are_there_twice_are_stuck(place: Place) -> None:
    def lines(*those: tuple[str, int], dst: str = "10.77.0.50") -> str:
        return "".join(SYN.format(client, dst, port, port) for client, port in those)

    stays = [("10.77.0.9", port) for port in range(1000, 1012)] + [("10.77.0.8", 5)]
    many = [(f"10.0.{n}.1", 1) for n in range(30)]
    place.answer(
        "half.1", lines(*stays, *many, ("10.77.0.7", 5)) + lines(("10.77.0.6", 5), dst="10.77.0.5")
    )
    place.answer(
        "half.2", lines(("10.77.0.7", 6), *stays, *many) + lines(("10.77.0.6", 5), dst="10.77.0.5")
    )
    found = place.examine().stuck
    assert found is not None
    assert len(found) == 20, "the busiest"
    assert found["10.77.0.9"] == 12
    assert "10.77.0.7" not in found, "another connection"
    assert "10.77.0.6" not in found, "to another address"


def test_what_conntrack_does_not_say_is_not_told(place: Place) -> None:
    place.answer("broken", "")
    assert place.examine().stuck is None
    (place.folder / "answers/broken").unlink()
    tracked = place.folder / "proc/sys/net/netfilter/nf_conntrack_count"
    tracked.parent.mkdir(parents=True)
    tracked.write_text("20001\n")
    assert place.examine().stuck is None, "it would take too long"


@pytest.mark.parametrize(
    ("counters", "told"), [("7\n9", (9, 2)), ("7\n3", (3, 3)), ("7\n", None), ("", None)]
)
def test_what_comes_to_other_ports(
    place: Place, counters: str, told: tuple[int, int] | None
) -> None:
    place.answer("counters", counters)
    assert place.examine().unforwarded == told


def test_without_facts_it_tells_what_it_can(place: Place) -> None:
    (place.folder / "run/facts").unlink()
    found = place.examine("tcp/80")
    assert found.there
    assert found == Probe(own=("healthy", None, None), there=found.there)


def test_a_loop_that_does_not_look(place: Place) -> None:
    found = place.examine(before='rm() { command rm "$@"; }')
    assert found.own is None
    assert found.there


def test_a_helper_asks_no_loop_and_finds_the_links_by_itself(place: Place, tmp_path: Path) -> None:
    for link, mac in (("eth0", "02:42:ac:11:00:06"), ("eth1", MAC), ("lo", "00:00:00:00:00:00")):
        (place.folder / "net" / link).mkdir(exist_ok=True)
        (place.folder / "net" / link / "address").write_text(mac + "\n")
    place.answer(
        "ip",
        "1: lo    inet 127.0.0.1/8 scope host lo\n2: eth1@if9    inet 10.77.0.50/24 brd x\n"
        "7: eth0@if8    inet 172.17.0.6/16 scope global eth0\n",
    )
    elsewhere = {"RUN": str(tmp_path / "nowhere"), "VOLUME": str(tmp_path / "nowhere")}
    facts = "ip=10.77.0.50 gateway=10.77.0.1 target=127.0.0.1"
    found = place.examine("tcp/1", FACTS=facts, RULES=PLAN, **elsewhere)
    assert found.own is None
    assert (found.gateway, found.ports) == ("ok", {"tcp/1": "refused"})
    assert (found.holders, found.large, found.stuck) == ((), "ok", {})
    assert found.there
    assert set(found.there) == set(found.planned or ())
    assert place.examine(FACTS=facts, **elsewhere).planned is None, "it was given none"
    # The iptables in force is the one that has our chains.
    place.answer("iptables-legacy-save", (place.folder / "answers/iptables-save").read_text())
    place.answer("iptables-save", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
    assert place.examine(FACTS=facts, **elsewhere).there == found.there


def test_one_that_was_killed_is_not_waited_for(place: Place) -> None:
    (place.folder / "run/examining").write_text("4194304\n")
    assert place.examine().own == ("healthy", None, None)
    assert not (place.folder / "run/examining").exists()


def test_one_that_lasts_leaves_the_next_a_probe(place: Place) -> None:
    (place.folder / "run/examining").write_text(f"{os.getpid()}\n")
    found = place.examine("tcp/1")
    assert found == Probe(own=("healthy", None, None), gateway="ok", ports={"tcp/1": "refused"})
    assert (place.folder / "run/examining").exists()
