"""What a probe printed, read: whatever it is, only what is legal comes out."""

import ipaddress
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.diagnosis.facts import Probe
from netc_tui.core.probe import parse
from netc_tui.core.protocol import Hop

ALL = """\
own broken rules N301 iptables rules were changed: 1 missing, 0 added; first: nat -A X -j Y
gateway ok
tcp/80 open
tcp/81 refused
tcp/82 silent
holder 02:00:00:00:00:99
holder 02:00:00:00:00:AA
holder 02:00:00:00:00:99
large lost 1500
there filter :INPUT DROP
there nat -A NETC-DNAT -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2
planned filter :INPUT DROP
stuck 10.77.0.100 12
stuck 10.77.0.101 1
unforwarded 70 3
"""


def test_all_of_it() -> None:
    assert parse(ALL) == Probe(
        gateway="ok",
        ports={"tcp/80": "open", "tcp/81": "refused", "tcp/82": "silent"},
        own=(
            "broken",
            "rules",
            "iptables rules were changed: 1 missing, 0 added; first: nat -A X -j Y",
        ),
        code="N301",
        holders=("02:00:00:00:00:99", "02:00:00:00:00:aa"),
        large="lost",
        mtu=1500,
        there=(
            "filter :INPUT DROP",
            "nat -A NETC-DNAT -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2",
        ),
        planned=("filter :INPUT DROP",),
        stuck={"10.77.0.100": 12, "10.77.0.101": 1},
        unforwarded=(70, 3),
    )


def test_none_is_another_thing_than_nothing() -> None:
    assert parse("") == Probe()
    found = parse("holder none\nstuck none\nthere none\nplanned none\ngateway none\n")
    assert found == Probe(gateway="none", holders=(), stuck={}, there=(), planned=())


@pytest.mark.parametrize(
    ("said", "own", "code"),
    [
        ("healthy - -", ("healthy", None, None), None),
        ("healthy -", ("healthy", None, None), None),
        ("broken lan N102 no carrier", ("broken", "lan", "no carrier"), "N102"),
        ("broken lan - no carrier", ("broken", "lan", "no carrier"), None),
        ("broken lan no carrier", ("broken", "lan", "no carrier"), None),
        ("broken lan N10 no", ("broken", "lan", "N10 no"), None),
        ("broken lan N102", ("broken", "lan", None), "N102"),
        ("broken moon N102 x", None, None),
        ("unchecked - - ", None, None),
        ("", None, None),
    ],
)
def test_what_it_found_of_itself(
    said: str, own: tuple[str, str | None, str | None] | None, code: str | None
) -> None:
    """Of older images, too; and the reason is without a code for whoever reads no codes."""
    found = parse(f"own {said}\n")
    assert (found.own, found.code) == (own, code)


@pytest.mark.parametrize(
    "line",
    [
        *("holder", "holder 02:00:00:00:00", "holder 02:00:00:00:00:0g", "holder none none"),
        *("large ok", "large ok x", "large ok 0", "large lost 99999999", "large none"),
        *("there", "there mangle -A X -j Y", "there filter -F", "planned filter :INPUT ACCEPT"),
        *("stuck 10.0.0 1", "stuck 10.0.0.1", "stuck 10.0.0.1 0", "stuck $(id) 1", "stuck x 1"),
        *(
            "unforwarded 1",
            "unforwarded -1 0",
            "unforwarded \u0661 \u0662",
            "gateway open",
            "tcp/0 open",
        ),
        *("tcp/65536 open", "tcp/80; open", "tcp/80 maybe", "there filter -A X\x1b[2J -j Y"),
    ],
)
def test_what_makes_no_sense_is_left_out(line: str) -> None:
    assert parse(f"{line}\n") == Probe()


WORDS = st.sampled_from(
    [
        *("own", "healthy", "broken", *Hop, "N102", "-", "gateway", "ok", "none", "tcp/80", "open"),
        *("holder", "02:00:00:00:00:01", "large", "lost", "1500", "there", "planned", "filter"),
        *("nat", "-A", ":INPUT", "DROP", "stuck", "10.0.0.1", "999.1.1.1", "7", "unforwarded"),
        *("refused", "silent", "udp/x", "\n", "\r", "\x85", "\u2028", "\x1b[2J", "9" * 99),
    ]
)


@given(st.text() | st.lists(WORDS | st.text(max_size=3), max_size=40).map(" ".join))
@example(ALL)
@example("unforwarded 1 2")
def test_only_legal_values_come_of_any_text(text: str) -> None:
    found = parse(text)
    assert found.gateway in (None, "ok", "silent", "none")
    for name, said in found.ports.items():
        assert re.fullmatch("(tcp|udp|sctp)/[0-9]{1,5}", name)
        assert said in ("open", "refused", "silent")
    if found.own is not None:
        state, hop, _ = found.own
        assert (state, hop) == ("healthy", None) or (state == "broken" and hop in tuple(Hop))
    assert found.code is None or (found.own is not None and re.fullmatch("N[0-9]{3}", found.code))
    for mac in found.holders or ():
        assert re.fullmatch("([0-9a-f]{2}:){5}[0-9a-f]{2}", mac)
    assert found.large in (None, "ok", "lost")
    assert (found.mtu is None) == (found.large is None)
    for rule in (*(found.there or ()), *(found.planned or ())):
        assert re.match("(filter|nat) (-A |:)", rule)
        assert rule.isascii()
        assert rule.isprintable()
    for client, count in (found.stuck or {}).items():
        assert ipaddress.IPv4Address(client)
        assert count > 0
    assert found.unforwarded is None or found.unforwarded[0] >= found.unforwarded[1] >= 0
