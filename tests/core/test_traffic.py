"""What the kernel has counted, made rates and totals."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.traffic import (
    LONG,
    SLOT,
    SLOTS,
    WINDOW,
    Carried,
    Counters,
    Flow,
    Meter,
    Meters,
    Traffic,
    passed,
)

BEGIN = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)
ARP = 42
FEW = st.integers(0, 500)


def counted(
    into: tuple[int, int] = (0, 0),
    out: tuple[int, int] = (0, 0),
    *,
    life: int = 1,
    looks: int = 0,
    broadcasts: int = 0,
) -> Counters:
    """Of packets and bytes that were forwarded, beside its own looks for the service and what all
    on the LAN are sent."""
    return Counters(
        life,
        BEGIN,
        into[0] + out[0],
        Carried(into[0] + broadcasts, into[1] + 300 * broadcasts, *out),
        Carried(out[0] + looks, out[1] + ARP * looks, into[0] + looks, into[1] + ARP * looks),
    )


FLOW = st.integers(0, 100_000).flatmap(
    lambda packets: st.tuples(st.just(packets), st.integers(54 * packets, 1500 * packets))
)


@given(FLOW, FLOW, FEW)
def test_looks_for_the_service_are_no_traffic(
    into: tuple[int, int], out: tuple[int, int], looks: int
) -> None:
    assert passed(counted(into, out, looks=looks)) == Flow(*into, *out)


@given(FLOW, FLOW, FEW, FEW)
def test_nor_is_what_is_on_the_lan_beside(
    into: tuple[int, int], out: tuple[int, int], looks: int, broadcasts: int
) -> None:
    """Which way a packet went is not certain where both links have more than passed; how many it
    were is."""
    found = passed(counted(into, out, looks=looks, broadcasts=broadcasts))
    assert found.packets == into[0] + out[0]
    doubt = min(looks, broadcasts) / 2 + 1
    assert abs(found.packets_in - into[0]) <= doubt
    assert abs(found.packets_out - out[0]) <= doubt


@given(st.builds(Carried, FEW, FEW, FEW, FEW), st.builds(Carried, FEW, FEW, FEW, FEW), FEW)
def test_never_more_than_either_link_has(lan: Carried, service: Carried, forwarded: int) -> None:
    found = passed(Counters(1, BEGIN, forwarded, lan, service))
    assert 0 <= found.packets <= forwarded
    assert 0 <= found.packets_in <= min(lan.packets_in, service.packets_out)
    assert 0 <= found.packets_out <= min(lan.packets_out, service.packets_in)
    assert 0 <= found.bytes_in <= min(lan.bytes_in, service.bytes_out)
    assert 0 <= found.bytes_out <= min(lan.bytes_out, service.bytes_in)
    if not forwarded:
        assert found == Flow()


def test_what_the_docker_host_sends_was_never_on_the_lan() -> None:
    hairpin = Counters(1, BEGIN, 2000, Carried(), Carried(2000, 90_000, 2000, 90_000))
    assert passed(hairpin) == Flow()


NUMBER = st.integers(0, 10_000)
COUNTERS = st.builds(
    Counters,
    st.integers(1, 3),
    st.just(BEGIN),
    NUMBER,
    st.builds(Carried, NUMBER, NUMBER, NUMBER, NUMBER),
    st.builds(Carried, NUMBER, NUMBER, NUMBER, NUMBER),
)
READINGS = st.lists(st.tuples(COUNTERS, st.floats(0, 3 * LONG)), min_size=1, max_size=30)


@given(READINGS)
def test_whatever_is_counted_totals_only_grow_and_nothing_is_less_than_nothing(
    readings: list[tuple[Counters, float]],
) -> None:
    meter, at, before = Meter(), 0.0, Flow()
    for found, pause in readings:
        at += pause
        now = meter.take(found, at)
        for was, total in zip(
            msgspec.structs.astuple(before), msgspec.structs.astuple(now.total), strict=True
        ):
            assert total >= was
        before = now.total
        assert now.since == BEGIN
        assert now.rate is None or min(msgspec.structs.astuple(now.rate)) >= 0
        assert len(now.history) <= SLOTS
        assert all(rate is None or rate >= 0 for rate in now.history)
        assert not now.history or any(now.history)


def follow(meter: Meter, each_second: int, seconds: float) -> Traffic:
    """So many packets a second come in, from 0 on, read every 2.5 s."""
    at, told = 0.0, None
    while at <= seconds:
        packets = round(each_second * at)
        told = meter.take(counted((packets, 100 * packets)), at)
        at += 2.5
    assert told is not None
    return told


@given(st.integers(1, 50))
def test_a_steady_rate_is_told_as_it_is(each_second: int) -> None:
    told = follow(Meter(), 2 * each_second, 60)
    assert told.rate is not None
    assert told.rate.packets == pytest.approx(2 * each_second)
    assert told.rate.bytes_in == pytest.approx(200 * each_second)
    assert told.history == pytest.approx((2 * each_second,) * 6)


def test_after_the_last_packet_the_rate_is_0_within_the_window() -> None:
    meter = Meter()
    follow(meter, 20, 30)
    still = counted((600, 60_000))
    rates = [meter.take(still, at).rate for at in (32.5, 35.0, 37.5)]
    assert rates[-1] == Flow()
    assert WINDOW + 2.5 >= 37.5 - 30


def test_the_first_reading_tells_no_rate_but_what_was_counted_since_the_start() -> None:
    told = Meter().take(counted((10, 1000), (5, 400)), 100.0)
    assert (told.rate, told.total, told.history) == (None, Flow(10, 1000, 5, 400), ())


def test_totals_go_on_over_a_restart_and_a_link_that_was_made_anew() -> None:
    meter = Meter()
    meter.take(counted((10, 1000), (5, 400)), 0)
    told = meter.take(counted((3, 300), (2, 200), life=2), 2.5)
    assert told.total == Flow(13, 1300, 7, 600)
    grown = counted((4, 400), (2, 200), life=2)
    anew = msgspec.structs.replace(grown, lan=Carried(1, 100, 0, 0))
    assert meter.take(anew, 5).total == Flow(14, 1400, 7, 600)


def test_of_a_time_that_nobody_looked_there_is_a_total_and_no_rate() -> None:
    meter = Meter()
    follow(meter, 10, 20)
    later = round(20 + 3 * LONG)
    told = meter.take(counted((10 * later, 1000 * later)), later)
    assert told.rate is None
    assert told.total.packets == 10 * later
    assert told.history[-1] is None
    assert any(told.history)


def test_when_nothing_passed_for_long_nothing_is_left_of_the_history() -> None:
    meter = Meter()
    told = follow(meter, 10, 20)
    assert told.history
    still = counted((200, 20_000))
    at = 20.0
    while told.history:
        at += 5
        told = meter.take(still, at)
        assert at <= 30 + SLOT * SLOTS
    assert meter.take(still, at + 5) == told, "nothing new is told at rest"


def test_what_is_gone_is_forgotten_and_what_cannot_be_read_is_not_told() -> None:
    meters = Meters()
    assert meters.take(["a", "b"], {"a": counted((1, 100))}, 0)["a"].total.packets == 1
    assert meters.take(["a", "b"], {}, 2.5) == {}
    assert meters.take(["a", "b"], {"a": counted((3, 300))}, 5)["a"].total.packets == 3
    again = counted((1, 100), life=2)
    assert meters.take(["a"], {"a": again}, 7)["a"].total.packets == 4
    meters.take(["b"], {}, 8)
    assert meters.take(["a"], {"a": again}, 9)["a"].total.packets == 1, "another of that id"
    assert meters.take([], {"a": again}, 10) == {}
