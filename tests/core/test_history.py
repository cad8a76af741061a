"""What a network container said, in any order, doubled, late or not at all."""

from datetime import datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.history import AHEAD, KEPT, History
from netc_tui.core.lease import Event, Phase
from tests.core.saying import BEGIN, event, moments


def said(*events: Event) -> History:
    history = History()
    for one in events:
        history = history.add(one)
    return history


def apart(most: int = 12) -> st.SearchStrategy[list[Event]]:
    """Events of which no two are of one time, oldest first."""
    times = st.lists(moments(), unique=True, max_size=most).map(sorted)
    return times.flatmap(lambda all_of: st.tuples(*map(event, all_of))).map(list)


@given(st.lists(event(), max_size=25), moments())
def test_no_address_but_that_of_the_newest_statement(events: list[Event], now: datetime) -> None:
    state = said(*events).state(now)
    if not events:
        assert state is None
        return
    assert state in events
    known = [one for one in events if one.time <= now + AHEAD] or events
    if known is not events:
        # One from before the clock was put back says nothing as long as there is any other.
        assert state.time == max(one.time for one in known)


@given(st.lists(event(), max_size=25), moments(20_000))
def test_no_address_after_its_end(events: list[Event], now: datetime) -> None:
    state = said(*events).state(now)
    if state is not None and state.expires_at is not None and now >= state.expires_at:
        assert state.phase(now) in (Phase.EXPIRED, Phase.STOPPED)


@given(apart(), st.randoms(use_true_random=False), moments())
def test_order_and_doubles_are_nothing(events: list[Event], chance: object, now: datetime) -> None:
    mixed = [*events, *events]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert said(*mixed).events == tuple(events)
    assert said(*mixed).state(now) == said(*events).state(now)
    assert said(*events, *events) == said(*events)


@given(st.lists(event(), max_size=25), st.integers(0, 24))
def test_a_log_that_is_read_again_from_anywhere_changes_nothing(
    events: list[Event], at: int
) -> None:
    once = said(*events)
    assert said(*events, *events[at:]) == once
    times = [one.time for one in once.events]
    assert times == sorted(times)
    assert set(once.events) == set(events)


@given(apart(), st.data())
def test_what_is_missing_leaves_the_newest_that_is_there(
    events: list[Event], data: st.DataObject
) -> None:
    there = data.draw(st.lists(st.sampled_from(events), unique=True)) if events else []
    state = said(*there).state(BEGIN + timedelta(days=1))
    assert state == max(there, key=lambda one: one.time, default=None)


@given(apart(), st.integers(1, 86400), moments())
def test_the_clock_jumps_back_and_what_is_said_then_counts(
    events: list[Event], jump: int, now: datetime
) -> None:
    fresh = Event("discover", now)
    before = [
        msgspec.structs.replace(one, time=now + AHEAD + timedelta(seconds=jump + at))
        for at, one in enumerate(events)
    ]
    # Whatever was said in the time that now is to come, this is how it stands.
    assert said(*before, fresh).state(now) == fresh
    assert said(fresh, *before).state(now) == fresh
    # With nothing said since, the last of before.
    assert said(*before).state(now) == (before[-1] if before else None)


@given(st.lists(event(), min_size=2, max_size=30), st.data(), moments())
def test_a_log_is_in_its_order_whatever_the_clock_did(
    log: list[Event], data: st.DataObject, now: datetime
) -> None:
    """It grows, is read again from anywhere, now and then, and late: its last line says it all."""
    history = History()
    for end in sorted(data.draw(st.lists(st.integers(2, len(log)), min_size=1, max_size=6))):
        begin = data.draw(st.integers(0, end - 2))
        history = history.add(*log[begin:end])
        assert history.state(now) == log[end - 1]
        assert history.add(*log[begin:end]).state(now) == log[end - 1]


def test_a_part_of_a_log_that_comes_late() -> None:
    log = [Event("discover", BEGIN + timedelta(seconds=at)) for at in (0, 5, 3, 9)]
    history = said().add(*log)
    assert history.add(*log[:2]).state(BEGIN) == log[3]
    assert history.add(*log[:2]).events[-1] == log[3]


def test_a_clock_that_was_put_back_hours_and_seconds() -> None:
    hours = Event("bound", BEGIN + timedelta(hours=2), ip="10.0.0.1", target="172.17.0.2")
    moved = Event("target", BEGIN + timedelta(minutes=10), ip="10.0.0.1", target="172.17.0.9")
    for wait in (timedelta(minutes=11), timedelta(hours=3)):
        assert said(hours).add(hours, moved).state(BEGIN + wait) == moved
    bound = Event("bound", BEGIN + timedelta(seconds=4), ip="10.0.0.1")
    nak = Event("nak", BEGIN)
    assert said(bound).add(bound, nak).state(BEGIN + timedelta(seconds=1)) == nak


def test_the_clock_is_put_back_and_nothing_is_said_since() -> None:
    bound = Event("bound", BEGIN, ip="10.0.0.1")
    nak = Event("nak", BEGIN + timedelta(hours=2))
    assert said().add(bound, nak).state(BEGIN + timedelta(minutes=1)) == nak


def test_of_one_second_the_last_to_arrive_counts() -> None:
    at = BEGIN
    bound = Event("bound", at, ip="10.0.0.1", expires_at=at + timedelta(hours=1))
    nak = Event("nak", at)
    assert said(bound, nak).state(at) == nak
    assert said(nak, bound).state(at) == bound


def test_a_late_one_does_not_count() -> None:
    old = Event("bound", BEGIN, ip="10.0.0.1")
    new = Event("nak", BEGIN + timedelta(seconds=2))
    history = said(new, old)
    assert history.events == (old, new)
    assert history.state(BEGIN + timedelta(minutes=1)) == new


def test_the_oldest_are_forgotten_and_do_not_come_back() -> None:
    events = [Event("discover", BEGIN + timedelta(seconds=at)) for at in range(KEPT + 50)]
    history = said(*events)
    assert history.events == tuple(events[-KEPT:])
    assert history.add(events[0]).events == history.events


def test_signs_of_life_count_and_are_not_shown() -> None:
    bound = Event("bound", BEGIN, ip="10.0.0.1")
    alive = [
        Event("checked", BEGIN + timedelta(seconds=at), ip="10.0.0.1") for at in range(1, 3 * KEPT)
    ]
    history = said(bound, *alive)
    assert history.events == (bound,), "however many there were since"
    assert history.state(BEGIN + timedelta(days=1)) == alive[-1]
    assert len(history.entries) <= 2 * KEPT
    assert said().add(bound, *alive).state(BEGIN) == alive[-1]
