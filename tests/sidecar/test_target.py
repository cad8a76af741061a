"""Where the service is: whom is trusted, until when, and what is done where it is not known."""

import pytest

from tests.sidecar.box import FOLDER, Box

LINK = {"NETC_LOOKUP": "link", "NETC_NAME": "netc-target"}
READY = "svc=eth0 svc_ip=172.17.0.6 svc_subnet=172.17.0.6/16 lan=eth1"


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


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("job.1.u7x.over", True),
        ("job.zx81.u7x.over", True),
        ("job.over", False),
        ("job..over", False),
        ("job2.1.u7x.over", False),
        ("my-job.1.u7x.over", False),
        ("job.1.u7x.overland", False),
        ("job.1.u7x.other", False),
        ("job.1.u7x", False),
        ("*", False),
        ("", False),
    ],
)
def test_a_task_is_the_services_by_the_name_of_the_service_and_its_network(
    box: Box, name: str, own: bool
) -> None:
    told = box.run(f"its_own '{name}' && echo own", NETC_LOOKUP="tasks", NETC_PTR="job.*.over")
    assert told.lines == (["own"] if own else [])


def test_a_star_in_the_name_of_a_network_stands_for_itself(box: Box) -> None:
    names = ("job.1.u7x.a*", "job.1.u7x.ab")
    for lookup, pattern in (("tasks", "job.*.a*"), ("dns", "job.1.u7x.a*")):
        script = "; ".join(f"its_own '{name}' && echo '{name}'" for name in names)
        assert box.run(script, NETC_LOOKUP=lookup, NETC_PTR=pattern).lines == [names[0]]


@pytest.mark.parametrize(("lost", "verdict"), [(1, "yes 172.17.0.9"), (2, "no")])
def test_a_name_is_gone_only_when_it_was_asked_for_twice(box: Box, lost: int, verdict: str) -> None:
    """A name server that is busy lets a question go by; of one that is not known it says nothing."""
    names = f"""nslookup() {{
        case $* in
        *web.*)
            echo asked >>"$RUN/asked"
            [ "$(wc -l <"$RUN/asked")" -gt {lost} ] || return 1
            printf 'Server: 127.0.0.11\nAddress: 127.0.0.11:53\n\nName:\tweb\nAddress: 172.17.0.9\n'
            ;;
        *172.17.0.9*) printf '9.0.17.172.in-addr.arpa\tname = web.backend\n' ;;
        *) printf 'in-addr.arpa\tname = netc-web.backend\n' ;;
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
