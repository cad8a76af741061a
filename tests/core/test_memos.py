"""What is written down on an engine, and read again."""

import itertools
import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.memos import (
    BEAT,
    MOST_GONE,
    SILENT,
    TROUBLES,
    WATCHER,
    Trouble,
    auto,
    auto_name,
    handed,
    left_off,
    off,
    off_name,
    surplus,
    watcher,
    watching,
)
from netc_tui.core.model import FOR, MEMO, Memo
from netc_tui.core.text import printable
from tests.core.samples import EVIL

NOW = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)


def test_what_was_turned_off_by_hand_is_read_again() -> None:
    """By the name that it had, and by its id, which a rename does not change."""
    found = left_off([off("web", "1", NOW), off("shop-api-1", "2", NOW)])
    assert found == {"web", "1", "shop-api-1", "2"}
    assert off("web", "1", NOW).name == off_name("web")


def test_what_was_given_back_is_read_again() -> None:
    found = [auto("web", "o-1"), off("web", "1", NOW), watcher(NOW, NOW, "1", ())]
    assert handed(found) == {"o-1"}
    assert auto("web", "o-1").name == auto_name("web") != off_name("web")


def test_another_memo_turns_nothing_off_and_gives_nothing_back() -> None:
    other = Memo("x", {MEMO: "watch", FOR: "web"})
    found = [other, Memo("y"), Memo(off_name("web"), {MEMO: "off"}), Memo("z", {MEMO: "auto"})]
    assert left_off(found) == handed(found) == frozenset()


NAMES = st.sampled_from([f"s{at}" for at in range(MOST_GONE + 10)])


@given(
    st.lists(st.tuples(NAMES, st.integers(0, 10_000)), unique_by=lambda pair: pair[0]),
    st.lists(st.tuples(NAMES, st.booleans()), unique_by=lambda pair: pair[0]),
    st.frozensets(NAMES),
    st.booleans(),
)
def test_what_is_written_down_does_not_grow_for_ever(
    turned_off: list[tuple[str, int]],
    given_back: list[tuple[str, bool]],
    there: frozenset[str],
    renamed: bool,
) -> None:
    found = [
        *(off(name, f"i-{name}", NOW + timedelta(seconds=age)) for name, age in turned_off),
        *(auto(name, f"o-{name}" if on else "former") for name, on in given_back),
        watcher(NOW, NOW, "1", ()),
    ]
    ids = {f"i-{name}" for name in there} | {f"o-{name}" for name, _ in given_back}
    gone = set(surplus(found, frozenset() if renamed else there, ids))
    assert {auto_name(name) for name, on in given_back if not on} <= gone
    assert not {auto_name(name) for name, on in given_back if on} & gone
    assert not {off_name(name) for name in there} & gone, "what is there is remembered for ever"
    assert WATCHER not in gone
    absent = [(age, off_name(name)) for name, age in turned_off if name not in there]
    left = [(age, name) for age, name in absent if name not in gone]
    assert len(left) == min(MOST_GONE, len(absent))
    assert not left or min(left)[0] >= max([age for age, name in absent if name in gone] or [0])


ANY_TROUBLE = st.builds(Trouble, EVIL, EVIL, st.booleans())


@given(st.lists(ANY_TROUBLE, max_size=30), st.text(max_size=20), st.none() | ANY_TROUBLE)
def test_how_a_watcher_stood_is_read_again(
    troubles: list[Trouble], version: str, last: Trouble | None
) -> None:
    memo = watcher(NOW, NOW + BEAT, version, troubles, last, NOW + BEAT / 2)
    found = watching([off("web", "1", NOW), memo])
    assert found is not None
    assert (found.since, found.at) == (NOW, NOW + BEAT)
    assert len(found.troubles) + found.more == len(troubles)
    for told, meant in zip(found.troubles, troubles, strict=False):
        assert told.service == printable(meant.service)
        assert told.refused == meant.refused
    assert (found.last is None) == (found.last_at is None) == (last is None)
    if found.last is not None and last is not None:
        assert found.last.service == printable(last.service)
        assert found.last_at == NOW + BEAT / 2


def test_one_that_says_nothing_for_long_is_silent() -> None:
    found = watching([watcher(NOW - 3 * BEAT, NOW, "1", ())])
    assert found is not None
    assert not found.silent(NOW + BEAT)
    assert not found.silent(NOW - BEAT)
    assert found.silent(NOW + SILENT + BEAT)
    assert not found.silent(found.silent_from)
    assert found.silent(found.silent_from + timedelta(seconds=1))


@given(st.dictionaries(st.sampled_from(sorted(watcher(NOW, NOW, "1", ()).labels)), st.text()))
def test_whatever_stands_there_is_read_or_passed_over(labels: dict[str, str]) -> None:
    found = watching([Memo(WATCHER, watcher(NOW, NOW, "1", ()).labels | labels)])
    assert found is None or found.version.isprintable()


def test_a_moment_that_cannot_be_reckoned_with_is_none() -> None:
    """Anybody may make a volume with such labels, and each table of services reads it."""
    labels = watcher(NOW, NOW, "1", (), Trouble("web", "x"), NOW).labels
    for field, stamp in itertools.product(("since", "at"), ("0001-01-01", "9999-12-31")):
        forged = Memo(WATCHER, labels | {f"{MEMO}.{field}": f"{stamp}T23:59:59Z"})
        assert watching([forged]) is None, (field, stamp)
    forged = labels | {f"{MEMO}.last": json.dumps([["web", "x", False], "0001-01-01T00:00:00Z"])}
    assert watching([Memo(WATCHER, forged)]) is None


def test_what_is_told_of_troubles_has_an_end_whoever_wrote_it() -> None:
    told = json.dumps([["web", "x", False]] * 1000)
    labels = watcher(NOW, NOW, "1", ()).labels | {
        f"{MEMO}.troubles": told,
        f"{MEMO}.more": "9" * 99,
    }
    found = watching([Memo(WATCHER, labels)])
    assert found is not None
    assert (len(found.troubles), found.more) == (TROUBLES, 999_999)


def test_under_another_name_than_netc_s_it_says_nothing() -> None:
    """It could not be found again to be forgotten, and hid what netc wrote."""
    for memo in (off("web", "1", NOW), auto("web", "o-1"), watcher(NOW, NOW, "2", ())):
        forged = Memo("a", memo.labels)
        assert not left_off([forged]) | handed([forged])
        assert watching([forged]) is None
        assert not surplus([forged], frozenset(), frozenset())
    found = watching([Memo("a", watcher(NOW, NOW, "1", ()).labels), watcher(NOW, NOW, "2", ())])
    assert found is not None
    assert found.version == "2"


@given(st.sets(st.text("ab", min_size=170, max_size=300), min_size=2, max_size=9))
def test_the_longest_name_of_a_service_can_be_written_down(services: set[str]) -> None:
    """A volume is a folder: its name has 255 characters at most."""
    names = {name(service) for service in services for name in (off_name, auto_name)}
    assert len(names) == 2 * len(services)
    assert max(map(len, names)) <= 255
    for service in services:
        assert service in left_off([off(service, "1", NOW)])
