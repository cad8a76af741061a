"""Moments, spans and counts in words."""

import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.words import ago, clock, command, count, octets, short_clock, span
from tests.core.samples import EVIL

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@pytest.fixture(autouse=True, scope="module")
def _utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"), (0.4, "0s"), (1, "1s"), (59.6, "1m"), (60, "1m"), (250, "4m 10s"),
        (3600, "1h"), (3605, "1h"), (3660, "1h 1m"), (86399, "23h 59m"), (86400, "1d"),
        (90000, "1d 1h"), (-250, "4m 10s"), (864000, "10d"),
    ],
)  # fmt: skip
def test_span(seconds: float, words: str) -> None:
    assert span(seconds) == words


@given(st.floats(0, 1e8))
def test_a_span_is_never_more_than_what_is_left(seconds: float) -> None:
    sizes = {"d": 86400, "h": 3600, "m": 60, "s": 1}
    parts = span(seconds).split()
    assert 1 <= len(parts) <= 2
    told = sum(int(part[:-1]) * sizes[part[-1]] for part in parts)
    assert told <= seconds + 0.5
    assert seconds - told < sizes[parts[-1][-1]] or len(parts) == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"), (999, "999"), (1000, "1.0k"), (1234, "1.2k"), (99_400, "99.4k"),
        (99_500, "100k"), (999_499, "999k"), (1e6, "1.0M"), (5_600_000, "5.6M"), (1e9, "1.0G"),
        (2.5e12, "2.5T"), (9.995e14, "1000T"), (2.0**64, "18.4E"),
    ],
)  # fmt: skip
def test_count(number: float, words: str) -> None:
    assert count(number) == words


@given(st.floats(0, 2.0**64))
def test_a_count_has_five_cells_at_most_and_is_about_right(number: float) -> None:
    words = count(number)
    assert len(words) <= 5, words
    match = re.fullmatch(r"([\d.]+)([kMGTPE]?)", words)
    assert match, words
    told = (
        float(match.group(1))
        * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}[match.group(2)]
    )
    assert told == pytest.approx(number, rel=0.06, abs=0.5)


@given(st.integers(0, 2**64))
def test_octets_have_a_unit(number: int) -> None:
    assert re.fullmatch(r"[\d.]+ [kMGTPE]?B", octets(number)), octets(number)
    assert len(octets(number)) <= 7


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (0, "12:00:00", "12:00:00"),
        (3 * 3600, "15:00:00", "15:00:00"),
        (13 * 3600, "2026-03-03 01:00:00", "03 Mar"),
        (-13 * 3600, "2026-03-01 23:00:00", "01 Mar"),
    ],
)
def test_another_day_is_told(seconds: int, long: str, short: str) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert (clock(at, NOW), short_clock(at, NOW)) == (long, short)


def test_no_moment() -> None:
    assert (clock(None), short_clock(None, NOW), ago(None, NOW)) == ("-", "-", "")


@given(MOMENTS, MOMENTS)
def test_a_short_clock_fits_its_column(at: datetime, now: datetime) -> None:
    assert len(short_clock(at, now)) <= 8


@given(MOMENTS, st.integers(-100_000, 100_000))
def test_ago(now: datetime, seconds: int) -> None:
    words = ago(now + timedelta(seconds=seconds), now)
    assert words == (f"in {span(seconds)}" if seconds > 0 else f"{span(seconds)} ago")


@given(st.lists(EVIL, min_size=1, max_size=4))
def test_a_command_that_is_shown_takes_each_name_for_one_word(names: list[str]) -> None:
    line = command("docker", "start", *names)
    assert shlex.split(line) == ["docker", "start", *names]
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("docker start", "printf '%s\\n'", 1)],
        capture_output=True, text=True, check=True, env={"PATH": "/nowhere"},
    )  # fmt: skip
    assert done.stdout.splitlines() == names
    assert done.stderr == ""
