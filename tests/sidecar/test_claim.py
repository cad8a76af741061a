"""Who of two that have one identity goes on: the one that was bound later."""

import pytest

from tests.sidecar.box import Box

IDENTITY = "02:9a:b3:c4:d5:e6"
NOBODY = "02:00:00:00:00:01"
CLAIM_IP = "243.196.213.230"
QUIET = "date() { echo 1700000000; };"


def bound(box: Box, script: str) -> list[str]:
    told = box.run(
        f"{QUIET} bound_at_ten; claim=1000; pass 100; {script}", NETC_MAC=IDENTITY, NETC_TELLS="yes"
    )
    return told.lines + told.names[1:]


def test_it_is_told_since_when_it_is_held_for_an_address_that_nobody_has(box: Box) -> None:
    told = box.run(
        f"{QUIET} lan=eth1 RANDOM=0; begin_claim; wait; echo $claim $claim_ip",
        NETC_MAC=IDENTITY,
        NETC_TELLS="yes",
    )
    number = int(told.lines[0].split()[0])
    assert number // 4 == (1700000000 * 4 & 0xFFFFFFFF) // 4
    assert told.lines[0].split()[1] == "243.196.213.230"
    made = [call for call in told.calls if call.startswith(("ip ", "arping"))]
    octets = number.to_bytes(4, "big").hex(":")
    assert made[:4] == [
        "ip addr add 243.196.213.230/32 dev lo",
        "ip link add link eth1 name netc-claim type macvlan",
        f"ip link set netc-claim address 06:9a:{octets} up",
        "ip link set netc-claim arp on",
    ]
    assert "arping -D -s 243.196.213.230 -I netc-claim 243.196.213.230" in made


@pytest.mark.parametrize(
    ("theirs", "stays"),
    [
        ("00:00:03:e7", True),
        ("00:00:00:00", True),
        ("ff:ff:ff:00", True),  # before the number went round
        ("00:00:03:e8", False),
        ("00:00:03:e9", False),
        ("7f:ff:ff:ff", False),
    ],
)
def test_the_later_one_stays(box: Box, theirs: str, stays: bool) -> None:
    line = f"Broadcast request from 243.196.213.230 [06:9a:{theirs}] for [ff:ff:ff:ff:ff:ff] 5ms"
    rest = "rest=${line#*' request from '}; at=${rest#*\\[}"
    said = bound(
        box,
        f'line=\'{line}\'; {rest}; on_claim "${{rest%% *}}" "${{at%%\\]*}}"; echo $twin',
    )
    assert said == (["no", "rival"] if stays else ["yes", "standby"])


@pytest.mark.parametrize(
    ("address", "mac"),
    [
        ("243.196.213.231", "06:9a:ff:ff:ff:ff"),
        ("243.196.213.230", "06:9b:00:00:ff:ff"),
        ("243.196.213.230", "02:9a:b3:c4:d5:e6"),
        ("243.196.213.230", "06:9a:zz:00:00:00"),
        ("243.196.213.230", "06:9a:$(id):00"),
        ("", ""),
    ],
)
def test_what_others_say_is_no_matter(box: Box, address: str, mac: str) -> None:
    assert bound(box, f"on_claim '{address}' '{mac}'; echo $twin $ip") == ["no 10.77.0.50"]


def test_a_later_one_is_given_way_to_without_a_word_to_the_server(box: Box) -> None:
    told = box.run(
        f"{QUIET} bound_at_ten; claim=1000; on_claim 243.196.213.230 06:9a:00:00:10:00;"
        ' echo "$ip,$claim,$client"',
        NETC_MAC=IDENTITY,
        NETC_TELLS="yes",
    )
    assert told.lines == [",,"]
    assert "kill -KILL 77" in told.calls
    assert not any(call.startswith("kill -TERM 77") for call in told.calls)
    assert told.events[-1]["code"] == "N210"
    # Its stale copy is not announced any more.
    assert not any(call.startswith(("arping -q -U", "arping -q -A")) for call in told.calls)


def test_an_earlier_one_is_told_at_once_and_the_neighbours_anew(box: Box) -> None:
    told = box.run(
        f"{QUIET} bound_at_ten; claim=1000 announcements=0;"
        " hear() { on_claim 243.196.213.230 06:9a:00:00:00:01; settle; };"
        " pass 30; hear; pass 29; mind_lease; hear; pass 1; mind_lease; settle; hear",
        NETC_MAC=IDENTITY,
        NETC_TELLS="yes",
    )
    assert told.names == ["bound", "rival"], "told once"
    again = [call for call in told.calls if call.startswith("arping -D -s")]
    assert len(again) == 2, "of three, of which two came at a time"
    announced = [call for call in told.calls if call.endswith("-I eth1 10.77.0.50")]
    assert announced == [f"arping -q {how} -c 1 -I eth1 10.77.0.50" for how in ("-U", "-A", "-U")]


def test_who_ends_is_started_again_and_not_all_the_time(box: Box) -> None:
    told = box.run(
        f'{QUIET} bound_at_ten; mkdir "$NET/netc-claim"; start_claimer() {{ echo started;'
        " claimer=99 claimer_up=$now; };"
        " claimer=98 claimer_up=0; mind_claim; pass 10; mind_claim; pass 10; mind_claim;"
        " pass 900; mind_claim; pass 90; mind_claim",
        NETC_MAC=IDENTITY,
        NETC_TELLS="yes",
    )
    assert told.lines == ["started", "started", "started"]


def test_without_an_address_nothing_is_claimed(box: Box) -> None:
    told = box.run(f'{QUIET} bound_at_ten; drop_address; echo "$claim"; mind_claim')
    assert told.lines == [""]


def test_on_another_link_it_is_held_since_the_same_moment(box: Box) -> None:
    told = box.run(
        f"{QUIET} bound_at_ten; claim=1000; begin_claim; echo $claim",
        NETC_MAC=IDENTITY,
        NETC_TELLS="yes",
    )
    assert told.lines == ["1000"]


def test_without_a_second_link_it_is_told_that_nobody_would_be_noticed(box: Box) -> None:
    told = box.run(
        f"{QUIET} bound_at_ten; ip() {{ case $* in 'link add '*) echo tried; return 1 ;; esac; }};"
        " begin_claim; emit checked; pass 5999; mind_claim; pass 1; mind_claim",
        NETC_MAC=IDENTITY,
        NETC_TELLS="yes",
    )
    assert told.lines == ["tried", "tried"]
    assert "is not noticed" in told.events[-1]["warning"]
    assert told.events[-1]["ip"] == "10.77.0.50"


def test_one_that_took_nobodys_place_only_listens(box: Box) -> None:
    told = box.run(f"{QUIET} bound_at_ten; mind_claim; pass 100; mind_claim", NETC_MAC=IDENTITY)
    assert told.called("arp") == [f"arp -i eth1 -s {CLAIM_IP} 02:00:00:00:00:01 temp"] * 2
    assert told.called("arping -D") == []
    assert told.called("ip") == []


def test_what_the_kernel_knows_for_long_is_not_put_there_again(box: Box) -> None:
    box.neighbours(("10.77.0.1", "02:00:00:00:00:99", "eth1"), (CLAIM_IP, NOBODY, "eth1"))
    told = box.run(f"{QUIET} bound_at_ten; mind_claim; echo $twin", NETC_MAC=IDENTITY)
    assert told.lines == ["no"]
    assert (told.called("arp"), told.called("ip"), told.called("arping -D")) == ([], [], [])


def test_the_neighbours_are_read_when_the_link_heard_something_and_every_two_seconds(
    box: Box,
) -> None:
    """It is asked for anew what is missing: so it is seen when they are read."""
    counts = box.folder / "net/eth1/statistics"
    counts.mkdir()
    (counts / "multicast").write_text("5\n")
    (box.folder / "net/eth1/carrier_changes").write_text("1\n")
    told = box.run(
        'turn() { pass $1; mind_claim; echo $(grep -c "^arp " "$CALLS"); };'
        f" {QUIET} bound_at_ten; turn 0; turn 60; turn 60;"
        ' echo 6 >"$NET/eth1/statistics/multicast"; turn 60; turn 60;'
        ' echo 2 >"$NET/eth1/carrier_changes"; turn 60; turn 199; turn 1',
        NETC_MAC=IDENTITY,
    )
    assert told.lines == ["1", "1", "1", "2", "2", "3", "3", "4"]


def test_what_is_noted_for_another_link_is_not_what_was_heard_on_this(box: Box) -> None:
    box.neighbours((CLAIM_IP, "06:9a:7f:ff:ff:ff", "eth0"))
    told = box.run(f"{QUIET} bound_at_ten; claim=1000; mind_claim; echo $twin", NETC_MAC=IDENTITY)
    assert told.lines == ["no"]
    assert len(told.called("arp")) == 1


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("06:9a:00:00:03:e9", ["yes", "standby"]),
        ("06:9b:00:00:03:e9", ["no"]),
        ("02:9a:00:00:03:e9", ["no"]),
        ("06:9a:00:00:03:e7", ["no", "rival"]),
    ],
)
def test_whoever_the_kernel_has_heard_is_heard(box: Box, by: str, said: list[str]) -> None:
    box.neighbours((CLAIM_IP, by, "eth1"))
    told = box.run(
        f"{QUIET} bound_at_ten; claim=1000; pass 100; mind_claim; echo $twin", NETC_MAC=IDENTITY
    )
    assert told.lines + told.names[1:] == said


def test_one_that_hears_who_has_to_give_way_tells_it_from_then_on(box: Box) -> None:
    box.neighbours((CLAIM_IP, "06:9a:00:00:03:e7", "eth1"))
    script = f"{QUIET} bound_at_ten; claim=1000; pass 100; mind_claim; wait; echo $claim"
    told = box.run(script, NETC_MAC=IDENTITY)
    assert told.lines == ["1000"], "since the same moment"
    assert f"arping -D -s {CLAIM_IP} -I netc-claim {CLAIM_IP}" in told.calls
    assert "ip link set netc-claim address 06:9a:00:00:03:e8 up" in told.calls
    assert (box.folder / "lease/tells").exists(), "also after another start"


def test_neighbours_that_are_many_are_forgotten_once_a_minute(box: Box) -> None:
    """Each costs reading at each turn."""
    many = [(f"10.77.0.{n}", "02:00:00:00:00:99", "eth1") for n in range(20)]
    box.neighbours(*many, (CLAIM_IP, NOBODY, "eth1"))
    told = box.run(
        f"{QUIET} bound_at_ten; mind_claim; pass 5999; mind_claim; pass 1; mind_claim",
        NETC_MAC=IDENTITY,
    )
    assert told.called("ip") == ["ip neigh flush dev eth1 nud stale"] * 2
    box.neighbours(*many[:10], (CLAIM_IP, NOBODY, "eth1"), *many[10:])
    told = box.run(f": >$CALLS; {QUIET} bound_at_ten; mind_claim", NETC_MAC=IDENTITY)
    assert told.called("ip") == [], "nobody reads on"
