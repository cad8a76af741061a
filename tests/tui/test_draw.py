"""Lines, columns and what of them is sent to the terminal."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.geometry import Region

from netc_tui.core.lease import Event, Phase
from netc_tui.core.model import Engine, Interface, NetworkContainer, Service
from netc_tui.core.ports import Forward, Port
from netc_tui.core.rules import Rule
from netc_tui.desk.jobs import Job, Kind
from netc_tui.desk.notes import Note
from netc_tui.operations.live.connection import Connection
from netc_tui.operations.live.rules import Reading
from netc_tui.settings.declared import Settings
from netc_tui.tui import frame, rows
from netc_tui.tui.columns import COLUMNS, SORTS, Shown, lan_cell
from netc_tui.tui.draw import Line, differing, fit, line_fit, spelled, text, width, wrap
from netc_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from netc_tui.tui.panels import events, lease
from netc_tui.tui.panels import rules as rules_panel
from netc_tui.tui.panels.panel import Room, Snapshot
from netc_tui.tui.rows import Row
from netc_tui.tui.screens.copy import copies
from netc_tui.tui.shortcuts import Shortcuts
from netc_tui.tui.widgets.lines import Lines
from tests.core.samples import ONE, WEB
from tests.tui.simulated import BEGIN
from tests.tui.stage import LOCAL, Stage

LETTERS = "ab -,:.サ名e\u0301👩…"
TEXTS = st.text(LETTERS, max_size=20)
STYLES = st.sampled_from(("", "dim", "ok cursor"))
LINES = st.lists(st.tuples(TEXTS, STYLES), max_size=6).map(tuple)


def plain(line: Line) -> str:
    return "".join(part for part, _ in line)


# --- lines


@given(LINES, st.integers(0, 60))
def test_a_line_takes_exactly_its_columns_and_says_when_it_is_cut(line: Line, columns: int) -> None:
    fitted = line_fit(line, columns, "…")
    assert width(fitted) == columns
    whole = plain(line)
    if cell_len(whole) <= columns:
        assert plain(fitted) == whole + " " * (columns - cell_len(whole))
    elif columns:
        assert plain(fitted).endswith("…")
        kept = plain(fitted)[:-1].rstrip(" ")
        assert whole.startswith(kept)


@pytest.mark.parametrize(
    ("parts", "columns", "shown"),
    [
        (("ab", "c"), 3, "abc"),
        (("ab", "c"), 2, "a…"),
        (("ab", "", "c"), 2, "a…"),
        (("ab", ""), 2, "ab"),
        (("サ", "b"), 2, " …"),
        (("aサ", "b"), 3, "a …"),
        (("ab",), 0, ""),
    ],
)
def test_a_line_is_cut_where_cells_meet(parts: tuple[str, ...], columns: int, shown: str) -> None:
    assert plain(line_fit(tuple((part, "") for part in parts), columns, "…")) == shown


@given(TEXTS, st.integers(0, 30))
def test_a_text_takes_exactly_its_columns(value: str, columns: int) -> None:
    assert cell_len(fit(value, columns, "~")) == columns
    if columns and cell_len(value) > columns:
        assert fit(value, columns, "~")[-1] == "~"


@given(LINES, LINES, st.integers(1, 40))
def test_what_differs_is_within_the_columns_that_are_told(
    one: Line, other: Line, columns: int
) -> None:
    before, after = line_fit(one, columns, "…"), line_fit(other, columns, "…")
    found = differing(before, after)
    if found is None:
        assert before == after
        return
    first, end = found
    assert 0 <= first < end <= columns
    # All that is outside of it is there already.
    assert _cells(before)[:first] == _cells(after)[:first]
    assert _cells(before)[end:] == _cells(after)[end:]


def _cells(line: Line) -> list[tuple[str, str]]:
    """Column by column what is drawn there: marks that take none go with what is before."""
    cells: list[tuple[str, str]] = []
    for part, style in line:
        for one in part:
            size = cell_len(one)
            if size == 0 and cells:
                cells[-1] = (cells[-1][0] + one, cells[-1][1])
            cells += [(one, style)] + [("", style)] * (size - 1) if size else []
    return cells


@given(LINES)
def test_without_unicode_a_line_is_as_wide_as_it_was(line: Line) -> None:
    made = spelled(line)
    assert width(made) == len(plain(made)) == width(line)
    assert plain(made).isascii()
    if plain(line).isascii():
        assert made == line


def test_a_countdown_is_all_that_differs() -> None:
    before = (("renews ", "dim"), ("03:20:00 ", ""), ("19m 58s", "strong"), ("   ", ""))
    after = (("renews ", "dim"), ("03:20:00 ", ""), ("19m 57s", "strong"), ("   ", ""))
    assert differing(before, after) == (16, 23)
    assert differing(before, before) is None


@given(st.text("ab ,.サ名-", max_size=120), st.integers(1, 40))
def test_wrapping_loses_no_word(value: str, columns: int) -> None:
    lines = wrap(value, columns)
    assert lines
    assert "".join("".join(lines).split()) == "".join(value.split())
    for line in lines:
        assert cell_len(line) <= max(columns, 2)  # a wide one takes two
    # A word is broken only where it is longer than a line.
    words = {word for line in lines for word in line.split()}
    for word in value.split():
        assert word in words or cell_len(word) > columns


@pytest.mark.parametrize("columns", [0, -1, -50])
def test_without_room_there_is_still_an_end(columns: int) -> None:
    assert "".join(wrap("two words", columns)) == "twowords"


@given(st.text(max_size=40))
def test_text_from_outside_is_one_line_that_can_be_printed(value: str) -> None:
    shown, _ = text(value)
    assert len(shown) == len(value)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]", shown)


# --- the table


def services() -> st.SearchStrategy[Service]:
    name = st.text("abサ[]/._", min_size=1, max_size=40)
    return st.builds(
        Service,
        name=name,
        id=st.just("i"),
        image=st.one_of(st.none(), name),
        state=st.sampled_from(("running", "exited", "gone")),
        ports=st.lists(
            st.builds(
                Port,
                st.integers(1, 65535),
                st.sampled_from(("tcp", "udp", "sctp")),
                st.sampled_from(((), ("0.0.0.0:8080",), ("10.1.2.3:8080", "[::]:9"))),
            ),
            max_size=12,
        ).map(tuple),
        project=st.one_of(st.none(), name),
        compose=st.one_of(st.none(), name),
        health=st.sampled_from((None, "healthy", "unhealthy")),
        network_container=st.one_of(
            st.none(),
            st.sampled_from(tuple(Phase)).map(
                lambda phase: msgspec.structs.replace(
                    ONE,
                    phase=phase,
                    ip=None if phase in (Phase.EXPIRED, Phase.STOPPED) else ONE.ip,
                    message="why " * 20 if phase is Phase.EXPIRED else None,
                    renew_at=BEGIN,
                )
            ),
        ),
    )


JOBS = st.sampled_from(
    (None, Job(Kind.ON, "create container " + "x" * 80), Job(Kind.OFF, error="no"))
)


@given(st.lists(st.tuples(services(), JOBS), max_size=6), st.integers(60, 250), st.booleans())
def test_columns_fill_the_width_whatever_they_hold(
    found: list[tuple[Service, Job | None]], columns: int, plainly: bool
) -> None:
    glyphs = ASCII if plainly else UNICODE
    made = [rows.row(one, job, BEGIN, glyphs) for one, job in found]
    sizes = rows.widths(made, columns)
    assert 2 + sum(sizes.values()) + 2 * (len(sizes) - 1) <= columns
    for column in COLUMNS:
        if column.id in sizes:
            assert sizes[column.id] >= min(column.least, 8)
    assert width(rows.header(sizes, "name", False, columns, glyphs)) == columns
    for one in made:
        assert width(rows.line(one, sizes, " ", "", columns, glyphs)) == columns
    _aligned(made, sizes, columns, glyphs)


def _aligned(made: list[Row], sizes: dict[str, int], columns: int, glyphs: Glyphs) -> None:
    """Each cell is as wide as its title's, and is cut with a sign if it is."""
    for one in made:
        line = rows.line(one, sizes, " ", "cursor", columns, glyphs)
        for (part, style), (column, size) in zip(line[1:-1], sizes.items(), strict=True):
            assert "cursor" in style
            assert cell_len(part) == size + 2 or column == list(sizes)[-1]
            value = one.cells[column][0]
            if cell_len(value) > size:
                assert part.rstrip()[-1:] == glyphs.cut or size == 0


@given(st.lists(services(), max_size=8, unique_by=lambda one: one.name))
def test_any_order_can_be_had_and_undone(found: list[Service]) -> None:
    made = [rows.row(one, None, BEGIN, UNICODE) for one in found]
    for sort in SORTS:
        there = rows.arranged(made, sort=sort)
        assert sorted(one.name for one in there) == sorted(one.name for one in found)
        back = rows.arranged(made, sort=sort, reverse=True)
        keys = [one.order[sort] for one in there]
        assert [one.order[sort] for one in back] == keys[::-1]


@given(services(), JOBS)
def test_no_row_of_a_service_shows_an_address_that_it_has_not(
    one: Service, job: Job | None
) -> None:
    cell = lan_cell(Shown(one, job, BEGIN, UNICODE))[0]
    companion = one.network_container
    if companion is None or companion.ip is None:
        assert "192.168" not in cell


# --- around it


@given(
    st.integers(1, 250),
    st.lists(st.booleans(), max_size=6),
    st.sampled_from(("alive", "never", "away", "away before", "remote")),
    st.booleans(),
)
def test_the_header_fits_or_says_that_it_does_not(
    columns: int, fits: list[bool], how: str, read_only: bool
) -> None:
    engine = (
        msgspec.structs.replace(LOCAL, host="tcp://far:2375", local=False)
        if how == "remote"
        else LOCAL
    )
    connection = {
        "alive": Connection(engine, alive=True, since=BEGIN),
        "remote": Connection(engine, alive=True, since=BEGIN),
        "never": Connection(),
        "away": Connection(
            engine, error="gone " * 40, since=BEGIN, retry_at=BEGIN + timedelta(seconds=9)
        ),
        "away before": Connection(None, error="gone", since=BEGIN),
    }[how]
    interfaces = [
        Interface(f"eth{at}", "ethernet", None, ("10.0.0.1/8",), True, None if fit else "unfit")
        for at, fit in enumerate(fits)
    ]
    lines = frame.header(
        connection, BEGIN, (WEB,), interfaces, "eth0", BEGIN, columns, UNICODE, read_only=read_only
    )
    first = plain(line_fit(lines[0], columns, "…"))
    usable = [one.name for one in interfaces if one.unfit is None or one.name == "eth0"]
    shown = [one for one in usable if f" {one} " in f"{first} "]
    if len(shown) < len(usable) and how == "alive" and columns >= 60:
        assert f"+{len(usable) - len(shown)}" in first
    assert cell_len(first) == columns
    if how in ("alive", "never", "remote") and columns >= 100:
        assert first.endswith("1 of 1 on the LAN" + (" · read-only" if read_only else ""))
    if how == "away" and columns > 60:
        assert "next try at" in first


FOOT = st.tuples(st.sampled_from("abcdef"), st.text("xyz", min_size=1, max_size=9), st.booleans())


@given(st.lists(FOOT, min_size=3, max_size=14), st.integers(40, 120))
def test_the_foot_has_all_keys_or_a_sign_and_always_the_last(
    keys: list[tuple[str, str, bool]], columns: int
) -> None:
    line = plain(frame.footer(keys, columns, UNICODE))
    usable = [label for _, label, enabled in keys if enabled]
    assert cell_len(line.rstrip()) <= columns
    assert [one for one in line.split() if one in usable] or not usable
    if "…" not in line:
        assert len(line.split()) == 2 * len(usable)
    for label in usable[-2:]:
        assert label in line


ANY_TIME = st.one_of(
    st.none(), st.integers(-90000, 90000).map(lambda at: BEGIN + timedelta(seconds=at))
)
COMPANIONS = st.builds(
    lambda phase, times, ip, message: msgspec.structs.replace(
        ONE,
        phase=phase,
        ip=ip,
        message=message,
        bound_at=times[0],
        renew_at=times[1],
        rebind_at=times[2],
        expires_at=times[3],
    ),
    st.sampled_from(tuple(Phase)),
    st.tuples(ANY_TIME, ANY_TIME, ANY_TIME, ANY_TIME),
    st.sampled_from((None, "10.0.0.1")),
    st.sampled_from((None, "a long story " * 9)),
)


HINTS = Shortcuts(Settings()).hints


@given(COMPANIONS, JOBS, st.integers(1, 120))
def test_the_lease_panel_makes_something_of_any_times(
    companion: NetworkContainer, job: Job | None, columns: int
) -> None:
    one = msgspec.structs.replace(WEB, network_container=companion)
    lines = lease.lines(Snapshot(service=one, now=BEGIN, job=job), Room(columns, UNICODE, HINTS))
    said = "\n".join(map(plain, lines))
    assert ("10.0.0.1" in said) == (companion.ip is not None)
    assert sum(" in " in plain(line) for line in lines) <= 1
    if job is not None and job.error is not None:
        assert job.error in said.replace("\n", "")


COUNTED = st.tuples(st.integers(0, 2**64), st.integers(0, 2**64))


@given(
    st.lists(COUNTED, max_size=8),
    st.one_of(st.none(), st.floats(0, 1e7)),
    st.integers(30, 200),
)
def test_counters_stay_in_their_columns(
    counted: list[tuple[int, int]], rate: float | None, columns: int
) -> None:
    found = tuple(
        Rule("nat", "NETC-PREROUTING", packets, octets, "-p tcp -m tcp --dport 80", "DNAT")
        for packets, octets in counted
    )
    reading = Reading(ONE.name, found, (rate,) * len(found), BEGIN)
    shown = Snapshot(service=WEB, now=BEGIN, reading=reading)
    made = rules_panel.lines(shown, Room(columns, UNICODE, HINTS))
    lines = [plain(line) for line in made]
    assert len({line.find("PREROUTING") for line in lines[1:]}) <= 1
    for line in lines[1:]:
        assert line.index("PREROUTING") == lines[0].index("CHAIN")


def test_what_happened_is_told_latest_first() -> None:
    said = (Event("start", BEGIN), Event("bound", BEGIN, ip="10.0.0.1", prefix=24, server="s"))
    notes = (Note(BEGIN, "turning on"), Note(BEGIN + timedelta(seconds=9), "no", trouble=True))
    shown = Snapshot(service=WEB, now=BEGIN, events=said, notes=notes)
    lines = [plain(line) for line in events.lines(shown, Room(60, UNICODE, HINTS))]
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        "! no", "bound 10.0.0.1/24 from s", "start", "turning on",
    ]  # fmt: skip


@given(st.text(min_size=1, max_size=300).filter(str.strip), st.integers(30, 120))
def test_events_are_shown_whole(message: str, columns: int) -> None:
    said = (Event("failed", BEGIN, message=message),)
    snapshot = Snapshot(service=WEB, now=BEGIN, events=said)
    lines = events.lines(snapshot, Room(columns, UNICODE, HINTS))
    shown = "".join(plain(line)[9:] for line in lines)
    expected = text(" ".join(message.split()))[0]
    assert "".join(shown.split()) == "".join(f"failed: {expected}".split())
    for line in lines:
        assert width(line) <= columns


def test_copies_of_many_ports_are_not_without_end() -> None:
    many = msgspec.structs.replace(
        ONE, ports=tuple(Forward("tcp", at, at, 200) for at in range(1000, 9000, 300))
    )
    found = copies(msgspec.structs.replace(WEB, network_container=many), "A1:B2", "")
    assert len(found) < 30


def test_an_engine_is_named_with_its_host_when_it_is_a_remote_one() -> None:
    far = Engine("x", "tcp://far:2375", "far", "28", (1, 51))
    lines = frame.header(
        Connection(far, alive=True), BEGIN, (), (), "", BEGIN, 120, UNICODE, read_only=False
    )
    assert "tcp://far:2375, a remote one" in plain(lines[0])


# --- what is drawn


class Asked:
    """What of a widget is asked to be drawn."""

    def __init__(self, widget: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
        self.regions: list[Region] = []
        self.whole = 0
        refresh = widget.refresh

        def noted(*regions: Region, **more: Any) -> Any:
            self.regions += regions
            self.whole += not regions
            return refresh(*regions, **more)

        monkeypatch.setattr(widget, "refresh", noted)


async def test_only_what_differs_is_asked_to_be_drawn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.open(stage.engine(), size=(80, 24)) as ui:
        message = ui.app.main.query_one("#message", Lines)
        message.show([(("one ", "ok"), ("two", ""))])
        asked = Asked(message, monkeypatch)
        message.show([(("one ", "ok"), ("two", ""))])
        message.redraw()
        assert (asked.regions, asked.whole) == ([], 0)
        message.show([(("one ", "ok"), ("six", ""))])
        assert (asked.regions, asked.whole) == ([Region(4, 0, 3, 1)], 0)
        # Another style is another look.
        message.show([(("one ", "bad"), ("six", ""))])
        assert asked.regions[1:] == [Region(0, 0, 4, 1)]


async def test_a_cursor_move_draws_two_rows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage.open(size=(80, 24)) as ui:
        asked = Asked(ui.app.main.table, monkeypatch)
        await ui.press("down")
        assert asked.whole == 0
        assert {(region.y, region.height) for region in asked.regions} == {(1, 1), (2, 1)}
        asked.regions.clear()
        ui.app.main.show_all()
        await ui.pause()
        assert asked.regions == []
        ui.engine.check("shop-api-1", "starting")
        await ui.pause()
        assert asked.whole == 0
        (region,) = asked.regions
        assert (region.y, region.height) == (1 + ui.rows.index("shop-api-1"), 1)
        assert region.width < 40


async def test_the_countdown_draws_itself_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.open(size=(120, 40)) as ui:
        await ui.go("web")
        await ui.pause(5)
        every = [Asked(one, monkeypatch) for one in ui.app.main.query(Lines)]
        await ui.pause(1)
        assert sum(one.whole for one in every) == 0
        (region,) = [region for one in every for region in one.regions]
        assert region.height == 1
        assert region.width <= 8
