"""What is written down on an engine, and read again."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.memos import (
    BEAT,
    SILENT,
    Trouble,
    left_off,
    off,
    off_name,
    watcher,
    watching,
)
from netc_tui.core.model import FOR, MEMO, Memo
from netc_tui.core.text import printable
from tests.core.samples import EVIL


def test_what_was_turned_off_by_hand_is_read_again() -> None:
    assert left_off([off("web"), off("shop-api-1")]) == {"web", "shop-api-1"}
    assert off("web").name == off_name("web")


def test_another_memo_turns_nothing_off() -> None:
    other = Memo("x", {MEMO: "watch", FOR: "web"})
    assert left_off([other, Memo("y"), Memo(off_name("web"), {MEMO: "off"})]) == frozenset()


NOW = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)


@given(st.lists(st.builds(Trouble, EVIL, EVIL), max_size=30), st.text(max_size=20))
def test_how_a_watcher_stood_is_read_again(troubles: list[Trouble], version: str) -> None:
    found = watching([off("web"), watcher(NOW, NOW + BEAT, version, troubles)])
    assert found is not None
    assert (found.since, found.at) == (NOW, NOW + BEAT)
    assert len(found.troubles) + found.more == len(troubles)
    for told, meant in zip(found.troubles, troubles, strict=False):
        assert told.service == printable(meant.service)


def test_one_that_says_nothing_for_long_is_silent() -> None:
    found = watching([watcher(NOW - 3 * BEAT, NOW, "1", ())])
    assert found is not None
    assert not found.silent(NOW + BEAT)
    assert not found.silent(NOW - BEAT)
    assert found.silent(NOW + SILENT + BEAT)


@given(st.dictionaries(st.sampled_from(sorted(watcher(NOW, NOW, "1", ()).labels)), st.text()))
def test_whatever_stands_there_is_read_or_passed_over(labels: dict[str, str]) -> None:
    found = watching([Memo("x", watcher(NOW, NOW, "1", ()).labels | labels)])
    assert found is None or found.version.isprintable()
