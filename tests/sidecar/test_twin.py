"""Another of the same identity: waited for, given way to, taken over from."""

import pytest

from tests.sidecar.box import MAC, Box

SEEN = f'echo "Unicast reply from 10.77.0.50 [{MAC}] 1ms" >"$RUN/twin"'
OTHER = 'echo "Unicast reply from 10.77.0.50 [02:00:00:00:00:99] 1ms" >"$RUN/twin"'
SILENT = ': >"$RUN/twin"'
ALONE = (
    "lan=eth1 svc=eth0 svc_ip=172.17.0.6 svc_subnet=172.17.0.6/16 last_ip=10.77.0.50 boot=b;"
    " clock 10.00; ask_twin() { asked_of=${2:-$last_ip}; echo asked $1; };"
)
"""What it hears is written by the test, and by nobody else."""
LEASE = "subnet=255.255.255.0\nrouter=10.77.0.1\nserver=10.77.0.1\nlease=100\nt1=00000028\n"


def handed(box: Box, ago: str = "30", ip: str = "10.77.0.50") -> None:
    (box.folder / "lease/handed").write_text(f"ip={ip}\n{LEASE}ago={ago}\n")


def test_a_twin_is_waited_for(box: Box) -> None:
    told = box.run(
        f"{ALONE} take_lan() {{ echo took $1; }}; seek_twin;"
        f"{SEEN}; mind_twin; echo $twin; {SEEN}; mind_twin; {OTHER}; mind_twin; echo $twin;"
        f"{OTHER}; mind_twin; {OTHER}; mind_twin; echo $twin",
    )
    assert told.lines[0].startswith("took 02:")
    assert told.lines[0] != f"took {MAC}"
    assert told.lines[1:] == ["asked eth1", "yes", "yes", f"took {MAC}", "no"]
    assert told.names == ["standby"]


def test_it_is_asked_again_after_half_a_minute_and_not_twice_at_a_time(box: Box) -> None:
    told = box.run(
        f"{ALONE} seek_twin; {SEEN}; mind_twin; pass 2999; mind_twin; pass 1; mind_twin; mind_twin"
    )
    assert told.lines == ["asked eth1", "asked eth1"]


def test_an_heir_stands_by_until_it_is_told_to_take(box: Box) -> None:
    handed(box)
    told = box.run(
        f"{ALONE} take_handed; seek_twin; {SEEN}; mind_twin; echo $twin $ip; pass 500;"
        ' : >"$RUN/take"; mind_twin; echo $twin $ip; echo $bound_up $expiry_up $t1_up'
    )
    assert told.names == ["standby", "bound"]
    # Granted 30 s before the 10.00 at which it began, and asked for again in two seconds.
    assert told.lines[1:] == ["yes", "no 10.77.0.50", "-2000 7900 1700"]
    assert told.events[1]["gateway"] == "10.77.0.1"
    assert not (box.folder / "lease/handed").exists()
    assert not (box.folder / "run/take").exists()
    assert told.called("udhcpc") == []


def test_it_tries_until_the_kernel_gives_it_the_mac_address(box: Box) -> None:
    """Two links of one interface cannot have the same."""
    handed(box)
    told = box.run(
        f"{ALONE} busy=1; ip() {{ case $* in *' address {MAC}') return $busy ;; esac; }};"
        f" take_handed; seek_twin; {SEEN}; mind_twin;"
        ' : >"$RUN/take"; mind_twin; echo $twin $ip; pass 10; mind_twin; busy=0; mind_twin; echo $ip'
    )
    assert told.lines[1:] == ["yes", "10.77.0.50"]
    told = box.run(
        f"{ALONE} ip() {{ case $* in *' address {MAC}') return 1 ;; esac; }}; seek_twin;"
        f' {SEEN}; mind_twin; : >"$RUN/take"; mind_twin; pass 500; mind_twin; [ -e "$RUN/take" ]'
        " || echo given up"
    )
    assert told.lines[1:] == ["given up"]


def test_an_heir_takes_when_the_other_is_silent_twice(box: Box) -> None:
    """netc was killed between the two."""
    handed(box)
    told = box.run(
        f"{ALONE} take_handed; seek_twin; {SEEN}; mind_twin; pass 99; mind_twin; pass 1;"
        f" mind_twin; {SILENT}; mind_twin; echo $twin; mind_twin; {SILENT}; mind_twin; echo $ip"
    )
    assert told.lines == ["asked eth1", "asked eth1", "yes", "asked eth1", "10.77.0.50"]


def test_an_heir_takes_nothing_that_it_never_heard(box: Box) -> None:
    """It may be on another LAN."""
    handed(box)
    told = box.run(
        f"{ALONE} take_handed; seek_twin; "
        + f"{SILENT}; mind_twin; pass 100; mind_twin; " * 5
        + "echo $twin; emit checked"
    )
    assert told.lines == [*["asked eth1"] * 6, "asking"]
    assert "nobody on this LAN has 10.77.0.50" in told.events[-1]["reason"]


@pytest.mark.parametrize("ago", ["95", "1000", "x", ""])
def test_a_lease_that_is_nearly_over_or_of_unknown_age_is_asked_for(box: Box, ago: str) -> None:
    handed(box, ago)
    told = box.run(
        f'{ALONE} take_handed; seek_twin; {SEEN}; mind_twin; : >"$RUN/take"; mind_twin;'
        ' echo "$twin,$ip"; mind_lease'
    )
    assert told.lines[1:] == ["no,"]
    assert len(told.called("udhcpc")) == 1


def test_another_address_than_its_own_is_not_put_on(box: Box) -> None:
    handed(box, ip="10.77.0.66")
    told = box.run(
        f'{ALONE} take_handed; seek_twin; {SEEN}; mind_twin; : >"$RUN/take"; mind_twin; echo "$ip"'
    )
    assert told.lines[1:] == [""]


def test_what_was_granted_is_kept_for_an_heir(box: Box) -> None:
    box.run("boot=b; bound_at_ten")
    kept = (box.folder / "lease/offer").read_text().splitlines()
    assert "ip=10.77.0.50" in kept
    assert "lease=100" in kept
    assert kept[-2:] == ["boot=b", "since=1000"]


def test_asked_for_its_address_it_lets_go_without_a_word_to_the_server(box: Box) -> None:
    told = box.run(
        'bound_at_ten; echo 10.77.0.50 >"$VOLUME/yield"; mind_yield; echo "$twin $ip $client";'
        ' ls "$VOLUME"'
    )
    assert told.names == ["bound", "standby"]
    assert told.lines[0] == "yes  "
    assert "yield" not in told.lines
    asked = [call for call in told.called("kill") if call.endswith(" 77")]
    assert asked == ["kill -KILL 77"], "no SIGTERM: udhcpc would release it"
    flushed = told.calls.index("ip addr flush dev eth1 scope global")
    other = [call for call in told.calls if call.startswith("ip link set eth1 address 02:")]
    assert flushed < told.calls.index(other[0])
    assert other[0] != f"ip link set eth1 address {MAC}"


@pytest.mark.parametrize("text", ["10.77.0.51", "", "x y", "*"])
def test_asked_for_another_it_goes_on(box: Box, text: str) -> None:
    told = box.run(f"bound_at_ten; echo '{text}' >\"$VOLUME/yield\"; mind_yield; echo $twin $ip")
    assert told.lines == ["no 10.77.0.50"]


def test_when_no_heir_comes_it_goes_on_with_the_lease_that_it_had(box: Box) -> None:
    told = box.run(
        "boot=b; bound_at_ten; ask_twin() { asked_of=$last_ip; echo asked; };"
        ' echo 10.77.0.50 >"$VOLUME/yield"; mind_yield; pass 499; mind_twin; pass 1; mind_twin;'
        f" {SILENT}; mind_twin; mind_twin; {SILENT}; mind_twin; echo $twin $ip $expiry_up"
    )
    assert told.lines == ["asked", "asked", "no 10.77.0.50 10900"]
    assert told.names == ["bound", "standby", "bound"]


def test_when_the_heir_has_come_it_stands_by_as_ever(box: Box) -> None:
    told = box.run(
        "boot=b; bound_at_ten; ask_twin() { asked_of=$last_ip; echo asked; };"
        ' echo 10.77.0.50 >"$VOLUME/yield"; mind_yield; pass 500; mind_twin;'
        f" {SEEN}; mind_twin; pass 200; mind_twin; pass 2800; mind_twin; echo $twin"
    )
    assert told.lines == ["asked", "asked", "yes"]


BOUND = (
    "offer bound ip=10.77.0.50 subnet=255.255.255.0 router=10.77.0.1 server=10.77.0.1 lease=100;"
    " on_hook;"
)


def test_before_an_address_is_put_on_again_it_is_asked_who_has_it(box: Box) -> None:
    """It was cut off from the LAN; its lease ran out, and another has taken its place."""
    away = "bound_at_ten; clock 109.00; mind_lease; client=77; ask_twin() { asked_of=$last_ip; echo asked $1; };"
    told = box.run(f"{away} {BOUND} on_hook; echo $ip; {SEEN}; on_hook; echo $twin")
    assert told.names == ["bound", "expired", "standby"]
    assert told.lines == ["asked netc-claim", "", "yes"]
    assert (told.events[2]["code"], told.events[2]["expires_at"]) == ("N210", None)
    assert "kill -TERM 77" not in told.calls
    told = box.run(f"{away} {BOUND} pass 110; {SILENT}; on_hook; echo $ip $bound_up")
    assert told.names == ["bound", "expired", "bound"]
    assert told.lines == ["asked netc-claim", "10.77.0.50 10900"], "it was granted before that"


FIRST = (
    "lan=eth1 svc=eth0 svc_ip=172.17.0.6 svc_subnet=172.17.0.6/16 boot=b; clock 10.00;"
    " in_use= client=77; ask_twin() { asked_of=$2; echo asked $1 $2; };"
)


@pytest.mark.parametrize("by", [MAC, "06:00:00:00:12:34"])
def test_an_address_that_another_of_its_identity_has_is_not_put_on_at_first(
    box: Box, by: str
) -> None:
    """A clone of the host: udhcpc, which has the same MAC address, does not hear it."""
    seen = f'echo "Unicast reply from 10.77.0.50 [{by}] 1ms" >"$RUN/twin";'
    told = box.run(
        f'{FIRST} {BOUND} {seen} pass 1; on_hook; echo "$twin,$ip,$last_ip"; {SILENT}; mind_twin'
    )
    assert told.lines == ["asked netc-claim 10.77.0.50", "yes,,10.77.0.50"]
    assert told.names == ["standby"]
    assert (told.events[0]["code"], told.events[0]["ip"]) == ("N210", None)
    assert "at 10.77.0.50)" in told.events[0]["reason"]
    assert "kill -KILL 77" in told.calls, "what it was granted is not released"
    assert not any(call.startswith("ip addr replace") for call in told.calls)


def test_it_is_put_on_when_nobody_has_it_a_third_of_a_second_after_it_was_granted(box: Box) -> None:
    """As soon as udhcpc would have known it; it does not look itself."""
    told = box.run(
        f"{FIRST} client=; start_client; client=77; {BOUND} echo $ip; pass 29; on_hook; echo $ip;"
        " pass 1; on_hook; echo $twin $ip $bound_up"
    )
    assert told.lines == ["asked netc-claim 10.77.0.50", "", "", "no 10.77.0.50 1000"]
    assert told.names == ["bound"]
    assert "-a300" not in told.called("udhcpc")[0]


def test_nobody_of_its_identity_and_nobody_else_has_it(box: Box) -> None:
    told = box.run(f"{FIRST} {BOUND} {SILENT}; pass 1; on_hook; echo $twin $ip")
    assert told.lines == ["asked netc-claim 10.77.0.50", "no 10.77.0.50"]


def test_what_a_stranger_has_is_left_for_udhcpc_to_decline(box: Box) -> None:
    """It alone can, and asks for another then."""
    told = box.run(
        f"{FIRST} {BOUND} {OTHER}; pass 1; on_hook; echo $twin $ip; mind_client; client=78;"
        " offer bound ip=10.77.0.51 subnet=255.255.255.0 server=10.77.0.1 lease=100; on_hook;"
        " echo $ip"
    )
    assert told.lines == ["asked netc-claim 10.77.0.50", "no", "10.77.0.51"]
    assert "kill -KILL 77" in told.calls
    [asked] = told.called("udhcpc")
    assert "-a300" in asked
    assert asked.endswith("-r 10.77.0.50")
    assert told.names == ["bound"]


def test_who_is_to_take_it_does_not_look_for_another_of_its_identity(box: Box) -> None:
    told = box.run(f"{FIRST} client=; start_client; {BOUND} echo $ip", NETC_TELLS="takes")
    assert told.lines == ["10.77.0.50"]
    assert "-a300" in told.called("udhcpc")[0], "for strangers"
    told = box.run(f"{FIRST} {BOUND} echo $ip", NETC_TELLS="yes")
    assert told.lines == ["asked netc-claim 10.77.0.50", ""]


def test_an_address_that_no_machine_can_have_is_asked_of_nobody(box: Box) -> None:
    told = box.run(f"{FIRST} {BOUND.replace('ip=10.77.0.50', 'ip=127.0.0.9')} echo $ip")
    assert told.lines == [""]
    assert told.names == ["bad_offer"]


def test_who_was_asked_in_vain_is_asked_again_when_it_stands_by(box: Box) -> None:
    """The question was not over when the address was put on."""
    told = box.run(
        f"{FIRST} ask_twin() {{ twin_asker=99; asked_of=$2; }}; {BOUND} pass 30; on_hook; echo $ip;"
        f' ask_twin() {{ echo asked; }}; give_way "N210 why"; pass 3000; mind_twin'
    )
    assert told.lines == ["10.77.0.50", "asked"]


def test_one_that_meets_another_of_its_identity_tells_since_when_it_holds_it(box: Box) -> None:
    """Both were bound while they could not hear each other; neither took the other's place."""
    heard = (
        f'printf "Unicast reply from 10.77.0.50 [{MAC}] 1ms\\nasked 10.77.0.50 10.77.0.1\\n"'
        ' >"$RUN/around"'
    )
    told = box.run(f"bound_at_ten; {heard}; on_around; echo $tells $ip; {heard}; on_around")
    assert told.names == ["bound", "rival"], "told once"
    assert told.lines == ["yes 10.77.0.50"]
    assert any(call.startswith("arping -D -s 240.0.0.7 -I netc-claim") for call in told.calls)
    assert (box.folder / "lease/tells").exists()
    told = box.run(f"bound_at_ten; {heard}; on_around", NETC_TELLS="yes")
    assert told.names == ["bound"], "it tells already"


def tells(box: Box, script: str) -> bool:
    box.run(f"{ALONE} {script}")
    return (box.folder / "lease/tells").exists()


def test_who_takes_the_place_of_another_tells_it_on_the_lan(box: Box) -> None:
    handed(box)
    assert tells(box, "take_handed")


def test_who_stood_by_and_went_on_tells_it_on_the_lan(box: Box) -> None:
    """The other may only be cut off."""
    silences = f"{SILENT}; mind_twin; pass 3000; " * 3
    assert not tells(box, f"seek_twin; {SEEN}; mind_twin; {SILENT}; mind_twin")
    assert tells(box, f"seek_twin; {SEEN}; mind_twin; {silences}")


def test_who_was_alone_at_its_start_tells_nothing(box: Box) -> None:
    assert not tells(box, f"seek_twin; {SILENT}; mind_twin; [ $twin = no ] || tell_claim")
