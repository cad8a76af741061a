"""Who is connected: what was printed, read; folded; in an order that stays put."""

import ipaddress
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.clients import (
    JUMP,
    REMEMBERED,
    Caller,
    Client,
    Clients,
    Seen,
    folded,
    left_out,
    parse,
    settled,
    with_gone,
)
from tests.core.saying import BEGIN

ALL = """\
client 10.77.0.61 tcp 80 3 39 2937 0
client 10.77.0.61 udp 53 1 2 132 0
client 10.77.0.99 tcp 80 5 10 420 5
client 10.77.0.62 tcp 80 1 - - 0
more 17
tracked 12000
"""


def test_all_of_it() -> None:
    assert parse(ALL) == Clients(
        (
            Client("10.77.0.61", "tcp", 80, 3, 39, 2937, 0),
            Client("10.77.0.61", "udp", 53, 1, 2, 132, 0),
            Client("10.77.0.99", "tcp", 80, 5, 10, 420, 5),
            Client("10.77.0.62", "tcp", 80, 1, None, None, 0),
        ),
        17,
        12000,
    )
    assert parse("") == Clients()


@pytest.mark.parametrize(
    "line",
    [
        *("client", "client 10.0.0.1 tcp 80 1 1 1", "client 10.0.0.1 tcp 80 1 1 1 0 0"),
        *("client 10.0.0.256 tcp 80 1 1 1 0", "client $(id) tcp 80 1 1 1 0"),
        *("client 10.0.0.1 icmp 8 1 1 1 0", "client 10.0.0.1 tcp 65536 1 1 1 0"),
        *("client 10.0.0.1 tcp 0 1 1 1 0", "client 10.0.0.1 tcp 80 0 1 1 0"),
        *("client 10.0.0.1 tcp 80 1 1 1 2", "client 10.0.0.1 tcp 80 1 - 1 0"),
        *("client 10.0.0.1 tcp 80 -1 1 1 0", "client 10.0.0.1 tcp 80 \u0661 1 1 0"),
        *("more", "more -1", "more x", "tracked \u0661", "failed"),
    ],
)
def test_what_makes_no_sense_is_left_out(line: str) -> None:
    assert parse(f"{line}\n") == Clients()


WORDS = st.sampled_from(
    [
        *("client", "10.0.0.1", "999.1.1.1", "tcp", "udp", "80", "0", "1", "-", "more", "tracked"),
        *("\n", "\r", "\x85", "\u2028", "\x1b[2J", "9" * 99),
    ]
)


@given(st.text() | st.lists(WORDS | st.text(max_size=3), max_size=40).map(" ".join))
@example(ALL)
def test_only_legal_values_come_of_any_text(text: str) -> None:
    found = parse(text)
    for client in found.clients:
        assert ipaddress.IPv4Address(client.address)
        assert client.proto in ("tcp", "udp", "sctp")
        assert 0 < client.port < 65536
        assert 0 <= client.unanswered <= client.connections
        assert (client.packets is None) == (client.bytes is None)
    callers = folded(found.clients)
    assert sum(caller.connections for caller in callers) == sum(
        client.connections for client in found.clients
    )


def test_what_is_left_out_is_told() -> None:
    assert left_out(0, None) == []
    assert left_out(1, None) == ["and 1 more client, less busy"]
    assert left_out(7, 20000) == [
        "and 7 more clients, less busy",
        "of 20000 connections only the first were looked at",
    ]


def test_a_client_is_one_over_all_its_ports() -> None:
    assert folded(parse(ALL).clients) == (
        Caller("10.77.0.61", ("80/tcp", "53/udp"), 4, 3069, 0),
        Caller("10.77.0.99", ("80/tcp",), 5, 420, 5),
        Caller("10.77.0.62", ("80/tcp",), 1, None, 0),
    )
    mixed = "client 10.0.0.1 tcp 80 1 - - 0\nclient 10.0.0.1 tcp 81 2 3 400 1\n"
    (caller,) = folded(parse(mixed).clients)
    assert caller.bytes is None, "it is not known how many in all"


def callers(**sizes: int) -> tuple[Caller, ...]:
    return tuple(
        Caller(f"10.0.0.{name[1:]}", ("80/tcp",), 1, size, 0) for name, size in sizes.items()
    )


def order(found: tuple[Caller, ...]) -> list[str]:
    return [caller.address[len("10.0.0.") :] for caller in found]


def test_a_row_stays_while_its_order_barely_changes() -> None:
    first = settled(callers(a1=1000, a2=900, a3=10), ())
    assert order(first) == ["1", "2", "3"]
    now = [caller.address for caller in first]
    assert order(settled(callers(a1=1000, a2=1100, a3=20), now)) == ["1", "2", "3"]
    assert order(settled(callers(a1=1000, a2=1300, a3=20), now)) == ["2", "1", "3"]
    assert order(settled(callers(a1=1000, a2=900, a3=5000), now)) == ["3", "1", "2"]
    assert order(settled(callers(a2=900, a3=20), now)) == ["2", "3"], "one has gone"
    assert order(settled(callers(a1=1000, a2=900, a3=10, a4=950), now)) == ["1", "4", "2", "3"]


SIZES = st.dictionaries(st.integers(1, 9), st.integers(0, 5000), max_size=9)


@given(SIZES, SIZES)
def test_each_is_listed_once_and_none_far_below_a_less_busy_one(
    before: dict[int, int], after: dict[int, int]
) -> None:
    was = settled(callers(**{f"a{n}": size for n, size in before.items()}), ())
    sizes = [caller.bytes or 0 for caller in was]
    assert sizes == sorted(sizes, reverse=True)
    now = settled(
        callers(**{f"a{n}": size for n, size in after.items()}),
        [caller.address for caller in was],
    )
    assert sorted(order(now)) == sorted(map(str, after))
    for upper, lower in pairwise(now):
        assert (lower.bytes or 0) <= JUMP * (upper.bytes or 0)
    assert settled(now, [caller.address for caller in now]) == now


LOOKS = st.lists(st.sets(st.sampled_from([f"10.0.0.{n}" for n in range(6)])), max_size=12)


@given(LOOKS)
def test_who_went_is_known_with_the_last_look_that_saw_it(looks: list[set[str]]) -> None:
    seen = Seen()
    for number, there in enumerate(looks):
        gone = seen.gone(there, BEGIN + timedelta(seconds=number))
        assert set(gone) == set().union(*looks[: number + 1]) - there
        for address, at in gone.items():
            last = max(n for n, look in enumerate(looks[:number]) if address in look)
            assert at == BEGIN + timedelta(seconds=last)


def test_of_very_many_the_last_are_told_of() -> None:
    seen = Seen()
    for number in range(3 * REMEMBERED):
        gone = seen.gone([f"10.0.0.{number}"], BEGIN + timedelta(seconds=number))
    assert len(gone) == REMEMBERED
    assert f"10.0.0.{3 * REMEMBERED - 2}" in gone
    assert "10.0.0.1" not in gone


def test_one_that_went_keeps_its_place_and_has_no_connection() -> None:
    before = callers(a1=1000, a2=900, a3=10)
    now = with_gone(callers(a2=950), before, {"10.0.0.1": BEGIN, "10.0.0.3": BEGIN})
    found = settled(now, [caller.address for caller in before])
    assert order(found) == ["1", "2", "3"]
    assert [caller.connections for caller in found] == [0, 1, 0]
    assert [caller.last_seen for caller in found] == [BEGIN, None, BEGIN]
