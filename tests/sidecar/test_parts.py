"""The parts of a network container's loop, each without root: what they would run is only noted.

A clock of its own is set by the test, and programs like ``ip`` and ``udhcpc`` are stubs on PATH.
"""

import itertools
import json
import os
import subprocess
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netc_tui.core.protocol import Env
from netc_tui.sidecar import PARTS

FOLDER = Path(str(resources.files("netc_tui.sidecar")))
MAC = "02:00:00:00:00:07"
PROGRAMS = ("conntrack", "iptables-restore", "iptables-save", "ip6tables-restore")
APPLETS = ("ip", "udhcpc", "arping", "arp", "nslookup")
"""Busybox prefers its own to what is on PATH, but not to functions."""
NOTE = """#!/bin/sh
echo "${0##*/} $*" >>"$CALLS"
[ ! -r "$ANSWERS/${0##*/}" ] || cat "$ANSWERS/${0##*/}"
"""
FUNCTIONS = "\n".join(f'{name}() {{ echo "{name} $*" >>"$CALLS"; }}' for name in APPLETS)
HELPERS = """
clock() { echo "$1 0" >"$PROC/uptime"; uptime; }  # SECONDS.HH
pass() { clock "$(((now + $1) / 100)).$(((now + $1) / 10 % 10))$(((now + $1) % 10))"; } # HUNDREDTHS
kill() { echo "kill $*" >>"$CALLS"; }
wait() { :; }
offer() { # KIND NAME=VALUE...: what the hook leaves
    kind=$1; shift
    printf '%s\\n' "$@" >"$RUN/hook.$kind"
}
bound_at_ten() { # a lease of 100 s, T1 40 s, T2 80 s, at the time 10.00
    lan=eth1 svc=eth0 svc_ip=172.17.0.6 svc_subnet=172.17.0.6/16
    clock 10.00
    client=77
    offer bound ip=10.77.0.50 subnet=255.255.255.0 router=10.77.0.1 server=10.77.0.1 lease=100 \\
        t1=00000028 t2=00000050
    on_hook
    : >"$CALLS"
}
"""


@pytest.fixture
def box(tmp_path: Path) -> "Box":
    return Box(tmp_path)


class Box:
    """A place for one script to run in, with its stubs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (
            "run",
            "lease",
            "bin",
            "answers",
            "proc/sys/kernel/random",
            "net/eth1",
            "proc/77",
        ):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "proc/77/cwd").touch()
        (folder / "proc/uptime").write_text("10.00 0\n")
        (folder / "lease/rules").write_text("*nat\n-A X -d @IP@/32 -j Y\nCOMMIT\n")
        (folder / "net/eth1/mtu").write_text("1500\n")
        for name in PROGRAMS:
            stub = folder / "bin" / name
            stub.write_text(NOTE)
            stub.chmod(0o755)

    def answer(self, program: str, text: str) -> None:
        (self.folder / "answers" / program).write_text(text)

    def run(self, script: str, **environment: str) -> "Told":
        environment = {
            **dict.fromkeys(Env, ""),
            "NETC_NAME": "web",
            "NETC_PTR": "web.backend",
            "NETC_LOOKUP": "dns",
            "NETC_MAC": MAC,
            "NETC_BASE_RULES": "*filter\n:INPUT DROP [0:0]\nCOMMIT",
            "RUN": str(self.folder / "run"),
            "VOLUME": str(self.folder / "lease"),
            "HOSTS": str(self.folder / "hosts"),
            "NET": str(self.folder / "net"),
            "PROC": str(self.folder / "proc"),
            "HERE": str(FOLDER),
            "CALLS": str(self.folder / "calls"),
            "ANSWERS": str(self.folder / "answers"),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            **environment,
        }
        parts = "\n".join(f". {FOLDER / part}" for part in PARTS if part != "loop")
        # A file for the FIFO: what is written there wakes nobody here.
        code = f"set -u\nexec 3<>{self.folder / 'run/events'}\n{parts}\n{FUNCTIONS}\n{HELPERS}\nuptime\n{script}\n"
        ran = subprocess.run(
            ["busybox", "sh", "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        assert not ran.stderr, ran.stderr
        calls = self.folder / "calls"
        return Told(
            ran.stdout, calls.read_text().splitlines() if calls.exists() else [], ran.returncode
        )


class Told:
    def __init__(self, out: str, calls: list[str], code: int) -> None:
        self.code = code
        lines = out.splitlines()
        self.events = [json.loads(line) for line in lines if line.startswith("{")]
        self.lines = [line for line in lines if not line.startswith("{")]
        self.calls = calls

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def called(self, program: str) -> list[str]:
        return [call for call in self.calls if call.startswith(program + " ")]


@given(st.lists(st.integers(0, 2**33), min_size=20, max_size=60))
@settings(max_examples=10, deadline=None)
def test_moments_are_those_of_the_calendar(epochs: list[int]) -> None:
    code = f"set -u\n. {FOLDER}/facts\nfor f; do instant $f; echo $when; done"
    ran = subprocess.run(
        ["busybox", "sh", "-c", code, "sh", *map(str, epochs)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    expected = [datetime.fromtimestamp(one, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for one in epochs]
    assert ran.stdout.split() == expected


def test_a_lease_is_bound_with_its_end_known_to_the_kernel(box: Box) -> None:
    told = box.run("bound_at_ten; echo $t1_up $t2_up $expiry_up")
    assert told.names == ["bound"]
    assert told.lines == ["5000 9000 10900"]
    said = told.events[0]
    assert (said["ip"], said["server"], said["gateway"]) == ("10.77.0.50", "10.77.0.1", "10.77.0.1")
    assert said["up"] == 10.0
    span = [
        datetime.fromisoformat(said[key])
        for key in ("bound_at", "renew_at", "rebind_at", "expires_at")
    ]
    assert [(one - span[0]).seconds for one in span] == [0, 40, 80, 100]


def test_the_address_carries_its_lifetime(box: Box) -> None:
    box.run("bound_at_ten; put_address")
    calls = (box.folder / "calls").read_text()
    assert "ip addr replace 10.77.0.50/24 brd + dev eth1 valid_lft 100 preferred_lft 100" in calls


def test_udhcpc_sleeps_until_t1_asks_once_and_sleeps_until_t2(box: Box) -> None:
    told = box.run(
        "bound_at_ten; clock 49.99; mind_lease; clock 50.00; mind_lease; clock 51.00; mind_lease;"
        " clock 52.00; mind_lease; clock 70.00; mind_lease; clock 90.00; mind_lease"
    )
    assert told.names == ["bound", "renewing", "rebinding"]
    # At T1 a signal and on; two seconds later stopped, before it broadcasts; at T2 on, and no
    # second signal: at that udhcpc would start over.
    assert told.called("kill") == [
        "kill -USR1 77",
        "kill -CONT 77",
        "kill -STOP 77",
        "kill -CONT 77",
    ]


def test_the_own_server_confirms(box: Box) -> None:
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease; clock 50.50;"
        "offer renew ip=10.77.0.50 subnet=255.255.255.0 router=10.77.0.1 server=10.77.0.1 lease=100;"
        "on_hook; echo $ip $expiry_up"
    )
    assert told.names == ["bound", "renewing", "renewed"]
    assert told.lines == ["10.77.0.50 14950"]


@pytest.mark.parametrize(
    ("when", "ip", "server", "kept"),
    [
        ("50.50", "10.77.0.50", "10.77.0.9", True),  # another server before T2
        ("50.50", "10.77.0.77", "10.77.0.1", True),  # another address
        ("95.00", "10.77.0.77", "10.77.0.9", True),  # another address before expiry
        ("95.00", "10.77.0.50", "10.77.0.9", False),  # after T2 any server may confirm
    ],
)
def test_while_a_lease_runs_nobody_else_takes_it_over(
    box: Box, when: str, ip: str, server: str, kept: bool
) -> None:
    told = box.run(
        f"bound_at_ten; clock {when};"
        f"offer renew ip={ip} subnet=255.255.255.0 server={server} lease=100; on_hook; echo $ip $server"
    )
    if kept:
        assert told.names[1:] == ["rogue"]
        assert told.lines == ["10.77.0.50 10.77.0.1"]
        assert told.called("kill") == ["kill -KILL 77"], "ended without a release"
    else:
        assert told.names[1:] == ["renewed", "new_server"]
        assert told.lines == ["10.77.0.50 10.77.0.9"]


def test_after_expiry_the_address_is_gone_and_anybody_may_answer(box: Box) -> None:
    told = box.run(
        "bound_at_ten; clock 109.00; mind_lease; client=77;"
        "offer bound ip=10.77.0.60 subnet=255.255.255.0 server=10.77.0.9 lease=100; on_hook"
    )
    assert told.names == ["bound", "expired", "moved", "new_server"]
    assert told.events[1]["ip"] is None
    assert told.events[1]["expires_at"] is not None, "told until there is another lease"
    assert told.events[1]["reason"] == "the lease ran out and no server renewed it"
    assert told.events[2]["message"] == "the address is 10.77.0.60 now; it was 10.77.0.50"
    assert "ip addr flush dev eth1 scope global" in told.calls


def test_an_address_that_was_refused_is_not_asked_for_and_the_next_one_is_told_as_moved(
    box: Box,
) -> None:
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease; offer nak server=10.77.0.1; on_hook; client='';"
        "mind_client; client=77;"
        "offer bound ip=10.77.0.60 subnet=255.255.255.0 server=10.77.0.1 lease=100; on_hook"
    )
    assert told.names == ["bound", "renewing", "nak", "moved"]
    assert not any(" -r " in call for call in told.called("udhcpc"))
    assert told.events[-1]["message"] == "the address is 10.77.0.60 now; it was 10.77.0.50"


def test_the_kernel_has_an_address_no_shorter_than_its_lease(box: Box) -> None:
    told = box.run("bound_at_ten; lease=2 t1='' t2=''; set_timers; pass 1; put_address")
    assert "valid_lft 2 preferred_lft 2" in told.called("ip")[-1]


def test_a_wall_clock_that_is_stepped_moves_the_times_with_it(box: Box) -> None:
    box.answer("epoch", "1000000\n")
    told = box.run(
        'date() { cat "$ANSWERS/epoch"; }; bound_at_ten; echo 1003610 >"$ANSWERS/epoch"; clock 20.00; emit checked; clock 60.00;'
        'echo 1003650 >"$ANSWERS/epoch"; mind_lease'
    )
    before, stepped, later = told.events
    hour = 3600
    for key in ("bound_at", "renew_at", "rebind_at", "expires_at"):
        at = [datetime.fromisoformat(said[key]).timestamp() for said in (before, stepped, later)]
        assert [round(one - at[0]) for one in at] == [0, hour, hour]
    assert later["event"] == "renewing"


@pytest.mark.parametrize(
    ("ip", "why"),
    [
        ("10.77.0.2", "that the Docker host itself has"),
        ("172.17.0.9", "in the service's own network"),
        ("127.0.0.5", "that no machine can have"),
        ("224.0.0.5", "that no machine can have"),
        ("10.77.0", "that no machine can have"),
    ],
)
def test_offers_that_cannot_be_used(box: Box, ip: str, why: str) -> None:
    told = box.run(
        "lan=eth1 svc=eth0 svc_subnet=172.17.0.6/16; client=77;"
        f"offer bound ip={ip} subnet=255.255.255.0 server=10.77.0.1 lease=100; on_hook;"
        'echo "ip=$ip" $((begin_up - now))',
        NETC_HOST_ADDRESSES="10.77.0.2/24 192.168.9.9/24",
    )
    assert told.names == ["bad_offer"]
    assert told.events[0]["message"] == f"the server granted an address {why}: {ip}"
    assert told.lines == ["ip= 1000"]
    assert told.called("kill")[0] == "kill -TERM 77", "released"


def test_an_ignored_answer_that_could_not_be_used_breaks_no_lease(box: Box) -> None:
    told = box.run(
        "bound_at_ten; clock 50.50;"
        "offer renew ip=127.0.0.1 subnet=255.0.0.0 server=10.77.0.9 lease=100; on_hook;"
        'echo "$ip <$address_trouble>"'
    )
    assert told.names == ["bound", "rogue"]
    assert told.lines == ["10.77.0.50 <>"]
    assert "kill -TERM 77" not in told.calls, "nothing is released"


def test_a_lease_outside_the_hosts_own_subnet_is_told(box: Box) -> None:
    told = box.run("bound_at_ten", NETC_HOST_ADDRESSES="192.168.9.9/24")
    assert told.names == ["bound", "other_subnet"]
    assert box.run("bound_at_ten", NETC_HOST_ADDRESSES="10.77.0.2/24").names == ["bound"]


def test_routes_that_are_not_the_servers_to_give(box: Box) -> None:
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease;"
        'offer renew ip=10.77.0.50 subnet=255.255.255.0 server=10.77.0.1 lease=100 "routes=127.0.0.0/8'
        " 10.77.0.3 0.0.0.0/8 10.77.0.3 224.0.0.0/4 10.77.0.3 172.17.0.0/24 10.77.0.3 172.16.0.0/12"
        ' 10.77.0.3 10.5.0.0/16 10.77.0.3 0.0.0.0/0 10.77.0.4"; on_hook; echo "$routes|$gateway"'
    )
    assert told.lines == [" 10.5.0.0/16,10.77.0.3|10.77.0.4"]


def test_routes_of_an_earlier_answer_go(box: Box) -> None:
    ack = "offer renew ip=10.77.0.50 subnet=255.255.255.0 server=10.77.0.1 lease=100"
    told = box.run(
        f'bound_at_ten; {ack} "routes=10.5.0.0/16 10.77.0.3 10.6.0.0/16 10.77.0.3"; on_hook;'
        f': >"$CALLS"; {ack} "routes=10.6.0.0/16 10.77.0.3"; on_hook; echo "$routes"'
    )
    assert told.lines == [" 10.6.0.0/16,10.77.0.3"]
    assert "ip route del 10.5.0.0/16 via 10.77.0.3 dev eth1" in told.calls
    assert not any(call.startswith("ip route del 10.6") for call in told.calls)


def test_of_two_ways_to_one_place_the_first_counts_and_none_leads_to_itself(box: Box) -> None:
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease;"
        "offer renew ip=10.77.0.50 subnet=255.255.255.0 router=10.77.0.50 server=10.77.0.1 lease=100"
        ' "routes=10.5.1.7/16 10.77.0.3 10.5.0.0/16 10.77.0.4 10.6.0.0/16 10.77.0.50'
        ' 10.7.0.1/33 10.77.0.3 0.0.0.0/0 10.77.0.4 0.0.0.0/0 10.77.0.5"; on_hook; echo "$routes|$gateway"'
    )
    assert told.lines == [" 10.5.0.0/16,10.77.0.3|10.77.0.4"]


def test_a_route_that_the_kernel_refuses_is_told_and_stays_told(box: Box) -> None:
    (box.folder / "net/eth1/ifindex").write_text("5\n")
    (box.folder / "net/eth1/flags").write_text("0x1003\n")
    (box.folder / "net/eth1/carrier").write_text("1\n")
    (box.folder / "net/eth1/address").write_text(f"{MAC}\n")
    (box.folder / "net/eth0").mkdir()
    (box.folder / "net/eth0/flags").write_text("0x1003\n")
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease; lan_index=5;"
        ' ip() { case $* in "route show"*) printf "local 10.77.0.50 dev eth1 \\n10.77.0.0/24 dev eth1 scope link\\n";; *10.5*) return 1;; esac; };'
        "offer renew ip=10.77.0.50 subnet=255.255.255.0 server=10.77.0.1 lease=100"
        ' "routes=10.5.0.0/16 10.77.0.3"; on_hook; rules_check_up=99999999;'
        " for _ in 1 2 3 4 5 6; do pass 600; check_all; tell_health; done"
    )
    reason = "the route 10.5.0.0/16 via 10.77.0.3 is not there"
    # Three times, then it is left alone for a minute, and never well in between.
    assert told.names[3:] == ["drift", "drift", "drift"]
    assert {(said["hop"], said["reason"]) for said in told.events[3:]} == {("lan", reason)}


def test_the_way_to_its_own_subnet_is_the_kernels_and_is_put_back(box: Box) -> None:
    for name, text in (("ifindex", "5"), ("flags", "0x1003"), ("carrier", "1"), ("address", MAC)):
        (box.folder / "net/eth1" / name).write_text(f"{text}\n")
    (box.folder / "net/eth0").mkdir()
    (box.folder / "net/eth0/flags").write_text("0x1003\n")
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease; lan_index=5; rules_check_up=99999999;"
        "offer renew ip=10.77.0.50 subnet=255.255.255.0 server=10.77.0.1 lease=100"
        ' "routes=10.77.0.0/24 10.77.0.1 10.77.0.0/16 10.77.0.1"; on_hook; echo "$routes"; : >"$CALLS";'
        ' ip() { echo "ip $*" >>"$CALLS"; [ "$1 $2" != "route show" ] || echo "local 10.77.0.50 dev eth1 "; };'
        " check_all"
    )
    assert told.lines == [" 10.77.0.0/16,10.77.0.1"]
    assert "ip route replace 10.77.0.0/24 dev eth1 scope link src 10.77.0.50" in told.calls
    assert told.names[-1] == "drift"
    assert (
        "the route 10.77.0.0/16 via 10.77.0.1 is not there; repaired" in told.events[-1]["message"]
    )


def test_a_renewal_by_hand_without_a_lease_asks_at_once(box: Box) -> None:
    told = box.run('lan=eth1; client=77; tries=4; begin_up=90000; : >"$RUN/renew"; mind_lease')
    assert told.called("kill") == ["kill -KILL 77"]
    (asked,) = told.called("udhcpc")
    assert " -T 4 " in asked


def test_a_renewal_with_another_netmask_leaves_no_second_address(box: Box) -> None:
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease;"
        "offer renew ip=10.77.0.50 subnet=255.255.0.0 server=10.77.0.1 lease=100; on_hook"
    )
    changes = [call for call in told.called("ip") if "addr" in call]
    assert changes[0].startswith("ip addr replace 10.77.0.50/16")
    assert changes[1:] == ["ip addr del 10.77.0.50/24 dev eth1"]


def test_at_t1_its_server_is_asked_however_long_it_has_to_wait_otherwise(box: Box) -> None:
    told = box.run("bound_at_ten; client=''; begin_up=6000; clock 50.00; mind_lease")
    assert len(told.called("udhcpc")) == 1


@pytest.mark.parametrize(
    ("mtu", "set_to"),
    [("1400", "1400"), ("100", "1500"), ("9000", "1500"), ("", "1500"), ("x", "1500")],
)
def test_the_mtu_of_the_server_within_reason(box: Box, mtu: str, set_to: str) -> None:
    told = box.run(f"own_mtu=1500 lan=eth1 mtu='{mtu}'; set_mtu")
    assert told.called("ip") == [f"ip link set eth1 mtu {set_to}"]


def test_a_gateway_outlives_a_new_link_that_is_down_at_first(box: Box) -> None:
    (box.folder / "net/eth1/ifindex").write_text("5\n")
    told = box.run(
        "bound_at_ten; find_links() { lan=eth1; }; load_all() { :; }; begin_trust() { :; };"
        ' ip() { case $* in *" up" | "route "*) return 1 ;; esac; };'
        ' lose_lan; echo "$gateway"; there=""; lan_trouble="";'
        ' ip() { echo "ip $*" >>"$CALLS"; }; check_address; echo "<$lan_trouble>"'
    )
    assert told.lines == ["10.77.0.1", "<>"]
    assert "ip route replace default via 10.77.0.1 dev eth1 onlink" in told.calls


def test_a_gateway_that_the_kernel_does_not_take_is_none(box: Box) -> None:
    told = box.run('ip() { [ "$1" != route ]; }; bound_at_ten; echo "<$gateway>"')
    assert told.lines == ["<>"]


def test_discovers_back_off(box: Box) -> None:
    told = box.run(
        "lan=eth1 lan_trouble=''; for try in 1 2 3 4 5 6 7 8; do client=''; mind_client;"
        ': >"$RUN/called"; offer leasefail; on_hook; done'
    )
    # Each runs beside the loop: they may be noted in another order.
    waits = sorted(int(call.split("-T ")[1].split()[0]) for call in told.called("udhcpc"))
    assert waits[0] == 4
    for wait, expected in zip(waits, (4, 8, 16, 32, 64, 64, 64, 64), strict=True):
        assert abs(wait - expected) <= 1, waits
    # RFC 2131 4.1: one packet each, and told at the 1st, 2nd, 4th and 8th.
    assert told.names == ["no_offer"] * 4
    assert all("-t 1 " in call and " -n " in call for call in told.called("udhcpc"))


def test_silence_on_a_link_without_carrier_is_no_silence_of_the_server(box: Box) -> None:
    told = box.run(
        "lan=eth1 lan_trouble='no carrier'; client=77; offer leasefail; on_hook; emit checked"
    )
    assert told.names == ["checked"]
    assert (told.events[0]["hop"], told.events[0]["reason"]) == ("lan", "no carrier")


def test_a_conflict_is_not_overwritten_by_silence(box: Box) -> None:
    told = box.run(
        "lan=eth1 lan_trouble=''; client=77; on_declining; offer leasefail; on_hook; emit checked"
    )
    assert told.events[-1]["reason"] == "the offered address is in use on the LAN; declined"


def test_a_program_that_cannot_be_run_is_named_and_no_server_blamed(box: Box) -> None:
    told = box.run("lan=eth1; lan_trouble=''; client=78; mind_client; echo not reached")
    assert told.names == ["failed"]
    assert "cannot be run" in told.events[0]["message"]
    assert told.lines == []
    assert told.code == 1


def test_a_link_that_vanishes_while_it_asks_is_no_fault_of_udhcpc(box: Box) -> None:
    told = box.run(
        "lan=eth1 lan_trouble=''; start_client; client=78; rm -r \"$NET/eth1\"; check_up=99999;"
        'mind_client; mind_client; echo "<$client> $check_up"'
    )
    assert told.code == 0
    assert told.names == []
    assert told.lines == ["<> 0"]
    assert len(told.called("udhcpc")) == 1


def test_a_squatter_is_met_once_then_given_way(box: Box) -> None:
    heard = 'printf "Unicast reply from 10.77.0.50 [02:00:00:00:00:99] 0.1ms\\nasked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    told = box.run(
        f"bound_at_ten; {heard}; on_around; pass 300; {heard}; on_around; client=''; mind_client"
    )
    assert told.names == ["bound", "conflict", "conflict"]
    assert "02:00:00:00:00:99" in told.events[1]["message"]
    assert told.events[1]["ip"] == "10.77.0.50", "defended first (RFC 5227 2.4)"
    assert told.events[2]["ip"] is None
    # It asks for the same: udhcpc finds it in use, declines it for us, and asks for another.
    (asked,) = told.called("udhcpc")
    assert "-a300" in asked
    assert asked.endswith("-r 10.77.0.50")


def test_a_squatter_that_stays_is_asked_for_again_within_seconds(box: Box) -> None:
    # The first question was answered at once: three seconds later is soon after it, not too soon.
    heard = 'printf "Unicast reply from 10.77.0.50 [02:00:00:00:00:99] 0.1ms\\nasked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    told = box.run(
        f"bound_at_ten; check_slowly; pass 5; {heard}; on_around; pass 300; check_slowly;"
        " echo $((slow_check_up - now)); pass 100; check_slowly; echo $((now - asked_up))"
    )
    assert told.lines == ["96", "0"]


def test_who_asks_for_the_address_is_named_by_its_mac_alone(box: Box) -> None:
    heard = "Broadcast request from 10.77.0.50 [02:00:00:00:00:99]for 10.77.0.50 [ff:ff] 0.1ms"
    told = box.run(
        f'bound_at_ten; printf "{heard}\\nasked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"; on_around'
    )
    assert told.events[-1]["message"].startswith("02:00:00:00:00:99 has the address")


def test_a_server_that_insists_has_its_way_and_it_is_told(box: Box) -> None:
    heard = 'printf "Unicast reply from 10.77.0.50 [02:00:00:00:00:99] 0.1ms\\nasked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    silent = 'printf "asked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    told = box.run(
        f"offered=10.77.0.50; on_declining; pass 1000; on_declining; lan=eth1; client=''; start_client;"
        f" bound_at_ten;"
        f"{heard}; on_around; {heard}; on_around; emit checked; {silent}; on_around; emit checked"
    )
    assert told.names == ["conflict", "conflict", "bound", "conflict", "checked", "checked"]
    assert (told.events[4]["health"], told.events[4]["hop"]) == ("broken", "address")
    assert told.events[4]["ip"] == "10.77.0.50", "kept"
    assert told.events[5]["hop"] != "address"


def test_a_server_that_gives_another_in_the_end_is_not_taken_to_insist(box: Box) -> None:
    told = box.run(
        "offered=10.77.0.99; on_declining; pass 1000; on_declining; echo $insisted; bound_at_ten;"
        " echo $insisted; client=''; ip=''; start_client"
    )
    assert told.lines == ["yes", "no"]
    assert "-a300" in told.called("udhcpc")[-1]


def test_two_addresses_that_are_in_use_are_no_server_that_insists(box: Box) -> None:
    told = box.run(
        "offered=10.77.0.50; on_declining; pass 1000; offered=10.77.0.51; on_declining;"
        "lan=eth1; client=''; start_client; echo $insisted"
    )
    assert told.lines == ["no"]
    assert "-a300" in told.called("udhcpc")[-1]


def test_a_gateway_that_is_silent_is_told(box: Box) -> None:
    silent = 'printf "asked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    there = 'printf "Unicast reply from 10.77.0.1 [02:00:00:00:00:01] 0.1ms\\nasked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    told = box.run(
        f"bound_at_ten; {silent}; on_around; emit checked; {there}; on_around; rules_trouble=''; emit checked"
    )
    assert [event["hop"] for event in told.events[1:]] == ["lan", "service"]
    assert told.events[1]["reason"] == "the gateway 10.77.0.1 does not answer"


def test_three_repairs_then_once_a_minute(box: Box) -> None:
    told = box.run(
        "attempt() { may_repair thing 'it was broken' && { echo $((now / 100)); repaired 1; }; };"
        "clock 10.00; while [ $now -lt 80000 ]; do attempt; pass 500; done"
    )
    seconds = [int(line) for line in told.lines]
    assert seconds[:3] == [10, 15, 20]
    assert all(later - one >= 60 for one, later in itertools.pairwise(seconds[2:]))
    assert told.names == ["drift"] * 3, "told no more"
    assert "from now on once a minute" in told.events[2]["message"]


SAVED = """\
*filter
:INPUT DROP [7:9]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [5:5]
-A INPUT -i lo -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j NETC-PREROUTING
-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT
-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -j DNAT --to-destination 127.0.0.11:53236
COMMIT
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("-A INPUT -i lo -j ACCEPT\n", ""),
        (":INPUT DROP [7:9]", ":INPUT ACCEPT [0:0]"),
        ("-A PREROUTING -j NETC-PREROUTING\n", ""),
        ("-A INPUT -i lo", "-A INPUT -s 9.9.9.9/32 -j DROP\n-A INPUT -i lo"),
        ("-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT\n-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -j DNAT --to-destination 127.0.0.11:53236\n", ""),
    ],
)  # fmt: skip
def test_rules_that_were_changed_are_noticed_and_counters_are_not(
    box: Box, old: str, new: str
) -> None:
    assert old in SAVED
    planned = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT"
    (box.folder / "lease/rules").write_text("*nat\n-A PREROUTING -j NETC-PREROUTING\nCOMMIT\n")
    box.answer("iptables-save", SAVED)
    (box.folder / "changed").write_text(SAVED.replace(old, new))
    (box.folder / "counted").write_text(SAVED.replace("[7:9]", "[800:90000]"))
    told = box.run(
        'lan=eth1; svc=eth0; settle_rules; echo "[$rules_trouble]"; check_rules;'
        f'cp {box.folder}/counted "$ANSWERS/iptables-save"; check_rules; echo "[$rules_trouble]";'
        f'cp {box.folder}/changed "$ANSWERS/iptables-save"; check_rules; echo "[$rules_trouble]"',
        NETC_BASE_RULES=planned,
    )
    before, counted, _ = told.lines
    assert before == counted == "[]"
    assert told.names == ["drift"]
    assert told.called("iptables-restore"), "mended"


LINK = {"NETC_LOOKUP": "link", "NETC_NAME": "netc-target"}
READY = "svc=eth0 svc_ip=172.17.0.6 svc_subnet=172.17.0.6/16 lan=eth1"


def test_a_path_closes_while_somebody_undoes_what_is_mended(box: Box) -> None:
    box.answer("iptables-save", "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")
    told = box.run(
        "good=other target=172.17.0.2 svc=eth0 lan=eth1 ip=10.77.0.50;"
        " for try in 1 2 3; do may_repair rules x; done; close_path"
    )
    assert len(told.called("iptables-restore")) == 1


def test_rules_that_could_not_be_loaded_are_not_taken_for_those_that_were_planned(box: Box) -> None:
    (box.folder / "lease/rules").write_text("*filter\n:FORWARD DROP [0:0]\nCOMMIT\n")
    box.answer("iptables-save", "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\nCOMMIT\n")
    told = box.run(
        'svc=eth0 lan=eth1 ip=10.77.0.50; apply_rules; echo "$rules_trouble"; target=172.17.0.2;'
        " restore=false; close_path; restore=iptables-restore;"
        ' echo "$rules_trouble"; : >"$CALLS"; check_rules; echo "$rules_trouble"'
    )
    assert told.lines == ["", "iptables: ", ""]
    assert len(told.called("iptables-restore")) == 2


def test_rules_that_were_never_taken_are_not_told_as_changed(box: Box) -> None:
    box.answer("iptables-save", "*filter\n-A INPUT -j ACCEPT\nCOMMIT\n")
    told = box.run(
        "lan=eth1; svc=eth0; good=''; rules_trouble='iptables: no such chain'; check_rules"
    )
    assert told.names == ["drift"]
    assert told.events[0]["message"] == "iptables: no such chain; repaired"


def test_who_never_answered_is_not_told_as_lost_again_and_again(box: Box) -> None:
    told = box.run(
        "svc=eth0; svc_ip=172.18.0.6; svc_subnet=172.18.0.6/16; address_trouble=''; checked=yes;"
        " seek() { :; }; for _ in 1 2 3; do on_verdict yes 172.18.0.2; pass 210; presses=3; follow; tell_health; done"
    )
    assert told.names == ["health"]
    assert "does not answer at 172.18.0.2" in told.events[0]["reason"]


def test_a_link_is_trusted_when_written_until_it_is_silent_and_not_again_before(box: Box) -> None:
    hosts = box.folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n172.17.0.2 netc-target web1\n")
    told = box.run(
        f"{READY}; follow; on_answer 172.17.0.2 02:42:ac:11:00:02; echo $target;"
        "age() { for _ in $(seq $1); do pass 10; follow; done; };"
        "age 20; echo $target; age 1; echo silent:$target;"
        # Somebody answers there again: nobody knows who.
        "on_answer 172.17.0.2 02:42:ac:11:00:02; follow; echo again:$target;"
        # Docker writes the file for another network of this container: that is no evidence.
        f"sleep 0.02; echo '10.9.0.5 abc' >>{hosts}; follow;"
        "on_answer 172.17.0.2 02:42:ac:11:00:02; echo other:$target;"
        f"sleep 0.02; cp {hosts} {hosts}.2; cat {hosts}.2 >{hosts}; follow;"
        "on_answer 172.17.0.2 02:42:ac:11:00:02; echo written:$target",
        **LINK,
    )
    assert told.lines == [
        *("172.17.0.2", "172.17.0.2", "silent:", "again:", "other:", "written:172.17.0.2")
    ]
    assert told.names == ["target", "target_lost", "target"]
    assert "arp -i eth0 -s 172.17.0.2 02:42:ac:11:00:02" in told.calls, (
        "whoever else gets no packet"
    )
    assert "conntrack -D -r 172.17.0.2" in told.calls


def test_before_it_is_taken_for_silent_it_is_asked_again_and_again(box: Box) -> None:
    (box.folder / "hosts").write_text("172.17.0.2 netc-target\n")
    told = box.run(
        f"{READY}; follow; on_answer 172.17.0.2 02:42:ac:11:00:02; pass 100; follow;"
        ': >"$CALLS"; for _ in 1 2 3 4 5 6 7 8 9 10; do pass 10; follow; done;'
        " on_answer 172.17.0.2 02:42:ac:11:00:02; pass 100; follow; echo open:$target",
        **LINK,
    )
    asked = [call for call in told.called("arping") if "-f -c 1" in call]
    assert len(asked) == 4
    assert told.lines == ["open:172.17.0.2"]


@pytest.mark.parametrize("lookup", ["link", "dns", "host"])
def test_after_standing_still_a_link_is_learned_anew(box: Box, lookup: str) -> None:
    told = box.run(
        "clock 10.00; svc=eth0; svc_ip=172.17.0.6; svc_subnet=172.17.0.6/16; target=172.17.0.2;"
        ' candidate=172.17.0.2; mac=02:42:ac:11:00:02; clock 50.00; stood_still 4000; echo "<$target>";'
        " pass 20; on_answer 172.17.0.2 02:42:ac:11:00:02; echo late; pass 100;"
        " on_answer 172.17.0.2 02:42:ac:11:00:02; echo on",
        NETC_LOOKUP=lookup,
    )
    if lookup == "link":
        assert told.lines == ["<>", "late"]
        assert told.names == ["target_lost", "failed"]
        assert told.code == 1
        assert "stood still for 40 s" in told.events[0]["message"]
    else:
        assert told.lines == ["<172.17.0.2>", "late", "on"]
        assert told.names == []


def test_who_is_silent_after_standing_still_costs_no_start(box: Box) -> None:
    """A start fails while the service does not run, and is the last then."""
    told = box.run(
        "clock 10.00; svc=eth0; svc_ip=172.17.0.6; svc_subnet=172.17.0.6/16; target=172.17.0.2;"
        " candidate=172.17.0.2; mac=02:42:ac:11:00:02; written() { return 1; }; clock 50.00;"
        " stood_still 4000; pass 300; presses=3; follow; echo on",
        NETC_LOOKUP="link",
    )
    assert told.lines == ["on"]
    assert told.names == ["target_lost"]


def test_another_mac_closes_at_once(box: Box) -> None:
    (box.folder / "hosts").write_text("172.17.0.2 netc-target\n")
    told = box.run(
        f"{READY}; follow; on_answer 172.17.0.2 02:42:ac:11:00:02;"
        "on_answer 172.17.0.2 9e:00:00:00:00:01; echo closed:$target",
        **LINK,
    )
    assert told.lines == ["closed:"]
    assert told.names == ["target", "target_lost"]


def test_garbage_from_the_fifo_opens_and_closes_nothing(box: Box) -> None:
    (box.folder / "hosts").write_text("172.17.0.2 netc-target\n")
    loop = (FOLDER / "loop").read_text()
    on_line = loop[loop.index("on_line()") : loop.index("\nread -r boot")]
    told = box.run(
        f"{on_line}\n{READY}; follow; on_line 'Unicast reply from 172.17.0.2 [02:42:ac:11:00:02] 1ms';"
        "on_line 'ply from 172.17.0.2 [02:42:ac:11:00:66] 1ms'; on_line '17.0.2 [66:66'; on_line '';"
        "on_line 'cast reply from 172.17.0.2 [02:42:ac:11:00:66] 1ms';"
        "on_line 'Unicast reply from 172.17.0.2 [02:42'; echo $target",
        **LINK,
    )
    assert told.lines == ["172.17.0.2"]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [("web.backend", "yes 172.17.0.9"), ("other.backend", "stranger other.backend"), ("", "away")],
)
def test_an_address_is_the_services_only_by_its_own_name(box: Box, name: str, verdict: str) -> None:
    # As busybox prints it; the first address is the server's own.
    names = f"""nslookup() {{
        printf 'Server: 127.0.0.11\\nAddress: 127.0.0.11:53\\n\\n'
        case $* in
        *web.*) printf 'Name:\\tweb\\nAddress: 172.17.0.9\\n' ;;
        *172.17*) [ -z '{name}' ] || printf '9.0.17.172.in-addr.arpa\\tname = {name}\\n' ;;
        esac
    }}"""
    told = box.run(f"{names}\n{READY}; look_up; echo $found")
    assert told.lines == [verdict]


def test_a_name_server_that_is_away_costs_no_target(box: Box) -> None:
    told = box.run(
        f"{READY}; begin_trust 172.17.0.9; on_answer 172.17.0.9 02:42:ac:11:00:09;"
        "on_verdict away ''; echo $target; on_verdict yes 172.17.0.9; echo $target;"
        "on_verdict no ''; echo gone:$target"
    )
    assert told.lines == ["172.17.0.9", "172.17.0.9", "gone:"]


def test_health_is_the_first_broken_hop_and_nothing_before_a_look(box: Box) -> None:
    told = box.run(
        "lan_trouble='' address_trouble='' rules_trouble='' service_trouble=''; emit checked;"
        "checked=yes; emit checked; service_trouble=s; emit checked; rules_trouble=r; emit checked;"
        "address_trouble=a; emit checked; lan_trouble=l; emit checked"
    )
    assert [(said["health"], said["hop"], said["reason"]) for said in told.events] == [
        (None, None, None),
        ("healthy", None, None),
        ("broken", "service", "s"),
        ("broken", "rules", "r"),
        ("broken", "address", "a"),
        ("broken", "lan", "l"),
    ]


def test_the_last_event_is_kept_beside_the_log(box: Box) -> None:
    told = box.run("bound_at_ten")
    assert json.loads((box.folder / "lease/state").read_text()) == told.events[-1]


def test_a_new_link_to_the_lan_changes_nothing_of_whom_it_trusts(box: Box) -> None:
    told = box.run(
        "bound_at_ten; candidate=172.17.0.2; target=172.17.0.2; mac=02:42:ac:11:00:02; prober=88;"
        ' ip() { [ "$1" != route ]; }; find_links() { lan=eth1; }; load_all() { :; }; lose_lan; echo "$target $mac"'
    )
    assert told.lines == ["172.17.0.2 02:42:ac:11:00:02"]
    assert not told.called("arp")


def test_a_new_link_ends_no_standing_by(box: Box) -> None:
    (box.folder / "net/eth1/ifindex").write_text("5\n")
    told = box.run(
        'ip() { echo "ip $*" >>"$CALLS"; [ "$1" != route ]; };'
        " last_ip=10.77.0.50 twin=yes svc=eth0; lan=''; : >\"$RUN/twin\"; twin_silent=2; mind_twin;"
        ' echo "$twin"; find_links() { lan=eth1; }; load_all() { :; }; lose_lan; echo "$twin"'
    )
    assert told.lines == ["yes", "yes"]
    assert not [call for call in told.calls if MAC in call]


def test_a_twin_is_waited_for(box: Box) -> None:
    seen = f'echo "Unicast reply from 10.77.0.50 [{MAC}] 1ms" >"$RUN/twin"'
    other = 'echo "Unicast reply from 10.77.0.50 [02:00:00:00:00:99] 1ms" >"$RUN/twin"'
    told = box.run(
        # What it hears is written below, and by nobody else.
        "lan=eth1; last_ip=10.77.0.50; take_lan() { echo took $1; }; ask_twin() { :; }; seek_twin;"
        f"{seen}; mind_twin; echo $twin; {seen}; mind_twin; {other}; mind_twin; echo $twin;"
        f"{other}; mind_twin; {other}; mind_twin; echo $twin",
    )
    assert told.lines[0].startswith("took 02:")
    assert told.lines[0] != f"took {MAC}"
    assert told.lines[1:] == ["yes", "yes", f"took {MAC}", "no"]
    assert told.names == ["standby"]


def test_a_probe_leaves_the_loop_its_processes(box: Box) -> None:
    run, crowd = box.folder / "run", box.folder / "proc"
    (run / "facts").write_text("lan=eth1 svc=eth0 ip= gateway= target=127.0.0.1\n")
    for number in range(100, 120):
        (crowd / str(number)).mkdir()
    environment = {"RUN": str(run), "PROC": str(crowd), "PATH": os.environ["PATH"]}
    command = ["busybox", "sh", str(FOLDER / "probe"), "tcp/1", "tcp/2"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as probe:
        assert probe.stdout is not None
        assert probe.stdout.readline() == "gateway none\n"
        with pytest.raises(subprocess.TimeoutExpired):
            probe.wait(0.5)
        for number in range(100, 120):
            (crowd / str(number)).rmdir()
        assert sorted(probe.stdout) == ["tcp/1 refused\n", "tcp/2 refused\n"]
