"""A lease through its life: what is asked for when, what is taken, what is told."""

from datetime import datetime

import pytest

from tests.sidecar.box import Box


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
    ("told", "kept"),
    [
        ("10.77.0.1", "10.77.0.1"),
        ("10.77.0.1 10.77.0.2 8.8.8.8 9.9.9.9", "10.77.0.1 10.77.0.2 8.8.8.8"),
        ("127.0.0.1 0.0.0.0 224.0.0.251 x / /* 10.77.0.2", "10.77.0.2"),
        ("127.0.0.53", None),
        ("", None),
    ],
)
def test_the_name_servers_of_the_lan_are_told_that_a_machine_can_ask(
    box: Box, told: str, kept: str | None
) -> None:
    lease = "ip=10.77.0.50 subnet=255.255.255.0 router=10.77.0.1 server=10.77.0.1 lease=100"
    said = box.run(f"bound_at_ten; offer renew {lease} dns='{told}'; on_hook; emit checked")
    assert [event["dns"] for event in said.events] == [None, kept, kept]
    said = box.run(
        f"bound_at_ten; offer renew {lease} dns='{told}'; on_hook; drop_address; emit checked"
    )
    assert said.events[-1]["dns"] is None, "they go with the lease"


@pytest.mark.parametrize("kind", ["renew", "bound"])
def test_a_renewal_leaves_the_rules_and_what_they_have_counted(box: Box, kind: str) -> None:
    """Loading them empties their chains, counters and all."""
    offer = "subnet=255.255.255.0 router=10.77.0.1 server=10.77.0.1 lease=100"
    same = f"offer {kind} ip=10.77.0.50 {offer}; on_hook"
    told = box.run(f"bound_at_ten; clock 50.00; mind_lease; {same}; clock 51.00; {same}")
    assert told.names == ["bound", "renewing", "renewed", "renewed"]
    assert told.called("iptables-restore") == []
    assert not any(call.startswith("conntrack") for call in told.calls)
    told = box.run(
        "bound_at_ten; clock 50.00; mind_lease; offer nak server=10.77.0.1; on_hook; client=77;"
        f"offer bound ip=10.77.0.60 {offer}; on_hook_alone"
    )
    assert len(told.called("iptables-restore")) == 2, "closed, and opened for another address"


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
        "offer bound ip=10.77.0.60 subnet=255.255.255.0 server=10.77.0.9 lease=100; on_hook_alone"
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
        "offer bound ip=10.77.0.60 subnet=255.255.255.0 server=10.77.0.1 lease=100; on_hook_alone"
    )
    assert told.names == ["bound", "renewing", "nak", "moved"]
    assert not any(" -r " in call for call in told.called("udhcpc"))
    assert told.events[-1]["message"] == "the address is 10.77.0.60 now; it was 10.77.0.50"


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
