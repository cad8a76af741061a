"""Somebody else who has the address, and a gateway that is silent."""

from tests.sidecar.box import Box


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


def test_a_gateway_that_nobody_could_ask_is_not_silent(box: Box) -> None:
    """Somebody took the address away, or took it away and it is put back, while it was asked."""
    silent = 'printf "astray\\nasked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    told = box.run(f"bound_at_ten; {silent}; on_around; rules_trouble=''; emit checked")
    assert told.events[1]["hop"] == "service"
    # One that was silent before still is, as far as anybody knows.
    before = 'printf "asked 10.77.0.50 10.77.0.1\\n" >"$RUN/around"'
    told = box.run(f"bound_at_ten; {before}; on_around; {silent}; on_around; emit checked")
    assert told.events[1]["reason"] == "the gateway 10.77.0.1 does not answer"


def test_whether_the_address_is_there_is_looked_at_while_others_are_asked(box: Box) -> None:
    for there, said in ((":", "astray"), ('echo "local 10.77.0.50 dev eth1 "', "asked")):
        told = box.run(
            f"bound_at_ten; ip() {{ {there}; }}; asked_up=-1000; ask_around; command wait;"
            ' read -r first _ <"$RUN/around"; echo $first'
        )
        assert told.lines == [said]


def test_the_others_are_asked_from_a_mac_address_that_none_of_its_identity_has(box: Box) -> None:
    told = box.run(
        'bound_at_ten; claim=1000; asked_up=-1000; ask_around; settle; cat "$RUN/around"'
    )
    [asked] = told.called("arping -D")
    assert asked == "arping -D -f -c 1 -w 1 -I netc-claim 10.77.0.50"
    links = [call for call in told.called("ip") if "netc-claim" in call]
    assert links == [
        "ip link add link eth1 name netc-claim type macvlan",
        "ip link set netc-claim address 06:00:00:00:03:e8 up",
        "ip link del netc-claim",
    ]


def test_the_second_mac_address_is_seldom_on_the_lan_later(box: Box) -> None:
    asks = "asked_up=-1000; ask_around; settle;"
    told = box.run("bound_at_ten;" + asks * 40 + "begin_announcing;" + asks)
    where = [call.split("-I ")[1].split()[0] for call in told.called("arping -D")]
    aside = [number for number, link in enumerate(where, 1) if link == "netc-claim"]
    assert aside == [*range(1, 11), 26, 41]


def test_who_tells_is_heard_by_all_and_asks_from_its_own_link(box: Box) -> None:
    told = box.run("bound_at_ten; asked_up=-1000; ask_around", NETC_TELLS="yes")
    assert told.called("arping -D") == ["arping -D -f -c 1 -w 1 -I eth1 10.77.0.50"]
    assert told.called("ip link") == []


def test_where_there_is_no_second_link_it_is_asked_from_the_first(box: Box) -> None:
    told = box.run(
        "bound_at_ten; ip() { case $* in 'link add '*) return 1 ;; esac; };"
        " asked_up=-1000; ask_around"
    )
    assert told.called("arping -D") == ["arping -D -f -c 1 -w 1 -I eth1 10.77.0.50"]
