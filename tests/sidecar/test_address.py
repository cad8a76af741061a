"""The leased address as the kernel has it: its end, its MTU, its routes, and its announcement."""

import pytest

from tests.sidecar.box import MAC, Box


def test_the_address_carries_its_lifetime(box: Box) -> None:
    box.run("bound_at_ten; put_address")
    calls = (box.folder / "calls").read_text()
    assert "ip addr replace 10.77.0.50/24 brd + dev eth1 valid_lft 100 preferred_lft 100" in calls


def test_the_kernel_has_an_address_no_shorter_than_its_lease(box: Box) -> None:
    told = box.run("bound_at_ten; lease=2 t1='' t2=''; set_timers; pass 1; put_address")
    assert "valid_lft 2 preferred_lft 2" in told.called("ip")[-1]


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


@pytest.mark.parametrize(
    ("mtu", "set_to"),
    [("1400", "1400"), ("100", "1500"), ("9000", "1500"), ("", "1500"), ("x", "1500")],
)
def test_the_mtu_of_the_server_within_reason(box: Box, mtu: str, set_to: str) -> None:
    told = box.run(f"own_mtu=1500 lan=eth1 mtu='{mtu}'; set_mtu")
    assert told.called("ip") == [f"ip link set eth1 mtu {set_to}"]


def test_a_gateway_that_the_kernel_does_not_take_is_none(box: Box) -> None:
    told = box.run('ip() { [ "$1" != route ]; }; bound_at_ten; echo "<$gateway>"')
    assert told.lines == ["<>"]


def test_neighbours_are_told_in_both_ways_and_a_few_times(box: Box) -> None:
    told = box.run(
        'arping() { echo "$*" >>"$RUN/told"; }; lan=eth1 svc=eth0 ip=10.77.0.50; begin_announcing;'
        ' for _ in 1 2 3 4 5 6; do pass 160; mind_lease; done; echo "$announcements";'
        # They are sent beside the loop.
        ' for _ in 1 2 3 4 5; do [ "$(wc -l <"$RUN/told")" -ge 8 ] || sleep 1; done'
    )
    assert told.lines == ["0"]
    sent = (box.folder / "run/told").read_text().splitlines()
    for link in ("eth0", "eth1"):
        mine = sorted(line for line in sent if f" {link} " in line)
        request = f"-q -U -c 1 -I {link} 10.77.0.50"
        assert mine == [*[request.replace("-U", "-A")] * 3, request]
