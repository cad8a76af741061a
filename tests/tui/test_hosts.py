"""Several hosts, as lines of the header."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.operations.live.connection import Connection
from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.hosts import MOST, Reached, absent, answering, told
from tests.tui.drawn import plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import LOCAL

HERE = Connection(LOCAL, alive=True, since=BEGIN)
AWAY = Connection(LOCAL, error="no answer", since=BEGIN)
NEVER = Connection(error="ssh: connect to host attic port 22: no route to host", since=BEGIN)
NOT_YET = Connection()
ALL = (HERE, AWAY, NEVER, NOT_YET)


def hosts(*found: Connection) -> list[Reached]:
    return [Reached(f"n{at}", connection) for at, connection in enumerate(found)]


def test_how_many_answer() -> None:
    assert plain(tuple(answering(hosts(HERE, HERE), UNICODE))) == "● 2 hosts"
    assert plain(tuple(answering(hosts(HERE, NOT_YET), UNICODE))) == "◌ 1 of 2 hosts"
    assert answering(hosts(HERE, NOT_YET, NEVER), UNICODE) == [("✗ 1 of 3 hosts", "bad")]
    assert plain(tuple(answering(hosts(HERE, AWAY), UNICODE, "h"))) == "✗ 1 of 2 hosts (h: why)"
    assert plain(tuple(answering(hosts(HERE, HERE), UNICODE, "h"))) == "● 2 hosts"


def test_what_is_away_is_told_of_since_when_and_why() -> None:
    (line,) = absent(hosts(HERE, AWAY, NOT_YET), BEGIN, 80, UNICODE)
    assert plain(line) == "✗ n1 away since 03:00:00: no answer"
    first, second = absent(hosts(NEVER), BEGIN, 60, UNICODE)
    assert plain(first) == "✗ n0 not reached since 03:00:00: ssh: connect to host attic"
    assert plain(second) == "port 22: no route to host"


@given(st.lists(st.sampled_from(ALL), max_size=20), st.integers(20, 200))
def test_each_is_told_of_with_all_of_why_whatever_the_width(
    found: list[Connection], columns: int
) -> None:
    lines = told(hosts(*found), ("two are one",), BEGIN, columns, UNICODE)
    said = "".join(plain(line) for line in lines).replace(" ", "")
    for each in hosts(*found):
        assert f"{each.host}" in said
        assert (each.connection.error or "").replace(" ", "") in said
    assert "twoareone" in said
    assert all(width(line) <= columns for line in lines)


@given(st.lists(st.sampled_from(ALL), max_size=20), st.integers(20, 200), st.integers(0, 10**6))
def test_each_that_is_away_is_named_in_few_lines_that_do_not_tick(
    found: list[Connection], columns: int, seconds: int
) -> None:
    there = hosts(*found)
    lines = absent(there, BEGIN, columns, UNICODE)
    away = [each.host for each in there if each.connection.error is not None]
    assert len(lines) <= MOST
    assert bool(lines) == bool(away)
    said = " ".join(plain(line) for line in lines).replace(",", "").split()
    assert [word for word in said if word in away] == away
    later = BEGIN + timedelta(seconds=seconds % 3600)
    assert absent(there, later, columns, UNICODE) == lines
