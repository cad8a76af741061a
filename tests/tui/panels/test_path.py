"""The path panel: hops, what is wrong, what to do."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.diagnosis import diagnose
from netc_tui.core.diagnosis.facts import Facts
from netc_tui.core.health import Health, State
from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.path import Check
from netc_tui.core.traffic import Flow, Traffic
from netc_tui.core.words import clock, count
from netc_tui.desk.job import Job, Kind
from netc_tui.tui.columns import per_second
from netc_tui.tui.draw import width
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import path
from netc_tui.tui.panels.panel import Room, Snapshot
from netc_tui.tui.standing import BROKEN, trouble
from netc_tui.tui.widgets.lines import Lines
from tests.core.diagnosis.facts import OWN, any_facts, look
from tests.core.samples import WEB
from tests.tui.drawn import HINTS, Asked, plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage, Ui

ON = msgspec.structs.replace(WEB, network_container=OWN)


def shown(check: object, columns: int = 80) -> list[str]:
    snapshot = Snapshot(service=ON, now=BEGIN, check=check)  # type: ignore[arg-type]
    return [plain(line) for line in path.lines(snapshot, Room(columns, UNICODE, HINTS))]


def test_a_sound_path() -> None:
    lines = shown(look())
    assert [line.split()[:3] for line in lines[:5]] == [
        ["●", hop, "ok"] for hop in ("LAN", "address", "rules", "service", "port")
    ]
    assert "tcp/80 open" in lines[4]
    assert not any("N" in line[:3] for line in lines)


def test_only_from_the_host_that_it_is_on_is_it_looked_at_from_the_host() -> None:
    here = Snapshot(service=ON, now=BEGIN, check=look())
    there = msgspec.structs.replace(here, local=False)
    room = Room(120, UNICODE, HINTS)
    assert plain(path.lines(here, room)[-1]).endswith("looks at all of it, also from this host.")
    assert plain(path.lines(there, room)[-1]).endswith("looks at all of it.")


def test_what_is_wrong_and_what_to_do() -> None:
    lines = shown(look(probe={"ports": {"tcp/80": "refused"}}, sockets=()))
    assert lines[4].startswith("✗ port     broken")
    said = "\n".join(lines)
    assert "Nothing listens there  N501" in said
    assert "docker logs --tail 20 web" in said
    assert "copies it" in said


def named(check: Check, columns: int = 80, **facts: object) -> list[str]:
    told = {"address": OWN.ip, "name": "web.home.lan", "called": ("web.home.lan",), **facts}
    found = msgspec.convert(told, InDns)
    snapshot = Snapshot(service=ON, now=BEGIN, check=check, in_dns=found)
    return [plain(line) for line in path.lines(snapshot, Room(columns, UNICODE, HINTS))]


def test_the_name_in_the_dns_is_told_below_the_hops() -> None:
    lines = named(look(), pointing=Pointing.HERE)
    at = lines.index("● name     web.home.lan leads here")
    assert lines[4].startswith("● port")
    assert lines[5].startswith("  traffic")
    assert at > 5
    assert "○ name     web.home.lan is not in the DNS" in named(look(), pointing=Pointing.NOWHERE)
    assert not any("name  " in line for line in shown(look()))
    why = "192.168.77.1 does not answer"
    lines = named(look(), 44, pointing=Pointing.UNKNOWN, why=why)
    at = lines.index("□ name     web.home.lan: not known,")
    assert lines[at + 1] == f"           {why}"


def test_a_name_that_leads_elsewhere_is_told_with_what_to_do_and_breaks_no_hop() -> None:
    facts = {"pointing": Pointing.ELSEWHERE, "addresses": ("192.168.77.66",)}
    lines = named(look(), **facts)
    assert all(line.startswith("●") for line in lines[:5])
    said = "\n".join(lines)
    assert "The name leads elsewhere  N909" in said
    assert "leads to 192.168.77.66, not to" in said
    assert "--hostname" in said
    assert said.count("192.168.77.66") == 1, "a fault is told once"
    broken = named(look(probe={"ports": {"tcp/80": "refused"}}, sockets=()), **facts)
    codes = [line.split()[-1] for line in broken if line.split()[-1:] in (["N501"], ["N909"])]
    assert codes == ["N501", "N909"], "what breaks the path comes first"


def test_what_breaks_it_is_told_once() -> None:
    own = msgspec.structs.replace(OWN, message="the service does not answer; does it run?")
    said = []
    for check in (look(), look(probe={"ports": {"tcp/80": "refused"}}, sockets=())):
        service = msgspec.structs.replace(WEB, network_container=own)
        snapshot = Snapshot(service=service, now=BEGIN, check=check)
        lines = path.lines(snapshot, Room(80, UNICODE, HINTS))
        said.append(sum("does it run?" in plain(line) for line in lines))
    assert said == [1, 0]


def test_what_mends_it_comes_before_what_failed_meanwhile() -> None:
    failed = Job(Kind.RENEW, error="no renewal within 30 s")

    def order(check: Check) -> list[str]:
        snapshot = Snapshot(service=ON, now=BEGIN, check=check, job=failed)
        lines = map(plain, path.lines(snapshot, Room(80, UNICODE, HINTS)))
        told = "no renewal", "● address", "docker logs"
        return [words for line in lines for words in told if words in line]

    broken = look(probe={"ports": {"tcp/80": "refused"}}, sockets=())
    assert order(broken) == ["● address", "docker logs", "no renewal"]
    assert order(look()) == ["no renewal", "● address"]


def test_one_that_is_being_made_is_not_stopped() -> None:
    broken = Health(State.BROKEN, None, "it is created")
    own = msgspec.structs.replace(OWN, state="created", health=broken)
    service = msgspec.structs.replace(ON, network_container=own)
    assert trouble(service) < BROKEN
    told = Snapshot(service=service, now=BEGIN, check=look(own={"state": "created"}))
    under_way = msgspec.structs.replace(told, job=Job(Kind.ON))
    failed = msgspec.structs.replace(told, job=Job(Kind.ON, error="killed"))
    room = Room(80, UNICODE, HINTS)
    assert [plain(line) for line in path.lines(under_way, room)] == ["It is being turned on."]
    for over in (told, failed):
        assert "LAN" in "".join(map(plain, path.lines(over, room)))


@given(any_facts(), st.integers(20, 200))
def test_whatever_is_known_has_room(facts: Facts, columns: int) -> None:
    check = diagnose(facts)
    snapshot = Snapshot(service=ON, now=BEGIN, check=check)
    lines = path.lines(snapshot, Room(columns, UNICODE, {}))
    for line in lines[:5]:
        assert width(line) <= max(columns, 34)
    said = "\n".join(map(plain, lines))
    for finding in check.findings:
        assert finding.code in said


async def test_a_port_that_refuses_is_told_while_it_is_looked_at(stage: Stage) -> None:
    engine = await stage.site()
    engine.prints = lambda name, command: "tcp\n"
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.go("web")
        await ui.until("tcp/80 open")
        engine.answers["tcp/80"] = "refused"
        await ui.until("port     broken", 15)
        await ui.until("N501")
        assert "✗ 192.168.77.12 refused: nothing" in ui.row("web")
        assert "1 in trouble" in ui.lines[0]
        assert "docker logs --tail 20 web" in ui.text
        await ui.press("c")
        await ui.pause(1)
        assert "remedy N501" in ui.text
        await ui.press("escape")
        engine.answers.clear()
        await ui.until("tcp/80 open", 15)
        assert "● bound 192.168.77.12" in ui.row("web")


async def test_nobody_asks_while_another_panel_is_in_front(stage: Stage) -> None:
    engine = await stage.site()
    async with stage.open(engine, size=(80, 24)) as ui:
        await ui.go("web")
        await ui.press("2")
        await ui.pause(2)
        before = [call for call in engine.calls if "/netc/probe" in call]
        await ui.pause(25)
        assert [call for call in engine.calls if "/netc/probe" in call] == before


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_long_story_is_cut_on_its_line(columns: int) -> None:
    lines = shown(look(), columns)
    assert all(len(line) <= columns for line in lines)


async def refusing(ui: Ui) -> None:
    """The cursor has been on one whose port refuses, and goes on."""
    ui.engine.prints = lambda name, command: "tcp\n"
    ui.engine.answers["tcp/80"] = "refused"
    await ui.go("web")
    await ui.until("port     broken", 15)
    await ui.go("db")


async def test_a_row_that_was_found_broken_stays_so_when_the_cursor_leaves(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await refusing(ui)
        await ui.go("dns")  # of which other things are asked
        await ui.pause(12)
        assert ui.row("web").startswith("  web")
        assert "✗ 192.168.77.12 refused: nothing" in ui.row("web")
        await ui.pause(60)
        assert "✗ 192.168.77.12 as of 03:00:" in ui.row("web")
        ui.engine.say(ui.engine.own("web"), "checked")  # it is well, itself
        await ui.pause(1)
        assert "✗ 192.168.77.12 as of 03:00:" in ui.row("web")
        await ui.go("web")
        await ui.pause(2)
        assert "✗ 192.168.77.12 refused: nothing" in ui.row("web")


async def test_what_was_found_long_ago_is_neither_broken_nor_well(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await refusing(ui)
        for _ in range(13):
            await ui.pause(60)
            ui.engine.say(ui.engine.own("web"), "checked")
        await ui.pause(1)
        assert "unknown 192.168.77.12" in ui.row("web")
        ui.engine.answers.clear()
        await ui.go("web")
        await ui.pause(2)
        assert "● bound 192.168.77.12" in ui.row("web")
        await ui.go("db")
        assert "● bound 192.168.77.12" in ui.row("web")


async def test_what_was_found_ends_when_the_service_is_started_anew(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await refusing(ui)
        await ui.go("dns")
        await ui.pause(2)
        assert "refused" in ui.row("web")
        ui.engine.answers.clear()
        ui.engine.stop("web")
        ui.engine.start_again("web")
        await ui.pause(3)
        assert "refused" not in ui.row("web")
        assert "● bound 192.168.77.12" in ui.row("web")


async def test_a_row_says_what_the_doctor_has_found(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.press("2")  # nobody asks beside the doctor
        await ui.go("web")
        ui.engine.prints = lambda name, command: "tcp\n"
        ui.engine.answers["tcp/80"] = "refused"
        await ui.pause(2)
        assert "● bound 192.168.77.12" in ui.row("web")
        await ui.press("d")
        await ui.until("Nothing listens there")
        await ui.press("escape")
        await ui.pause(1)
        assert "✗ 192.168.77.12 refused: nothing" in ui.row("web")
        ui.engine.answers.clear()
        await ui.press("d")
        await ui.until("healthy")
        await ui.press("escape")
        await ui.pause(1)
        assert "● bound 192.168.77.12" in ui.row("web")


FLOWS = st.builds(Flow, *[st.floats(0, 1e12)] * 4)


@given(
    FLOWS,
    st.one_of(st.none(), FLOWS),
    st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=18).map(tuple),
    st.integers(60, 200),
    st.booleans(),
)
def test_whatever_passes_is_told_whole(
    total: Flow, rate: Flow | None, history: tuple[float | None, ...], columns: int, alone: bool
) -> None:
    traffic = Traffic(BEGIN, total, rate, history)
    snapshot = Snapshot(service=ON, now=BEGIN, check=look(), traffic=traffic)
    lines = [plain(line) for line in path.lines(snapshot, Room(columns, UNICODE, {}, alone))]
    assert all(len(line) <= columns for line in lines)
    said = "\n".join(lines)
    assert "…" not in said.partition("  traffic")[2].replace("reading…", "")
    assert f"in {count(total.packets_in)}/" in said
    assert f"out {count(total.packets_out)}/" in said
    assert f"since {clock(BEGIN, BEGIN)}" in said
    if rate is not None:
        assert f"in {per_second(rate.packets_in)} " in said


def passing(**facts: object) -> list[str]:
    snapshot = Snapshot(service=ON, now=BEGIN, **facts)  # type: ignore[arg-type]
    lines = [plain(line) for line in path.lines(snapshot, Room(80, UNICODE, {}))]
    return [line for line in lines if line.startswith("  traffic")]


def test_what_is_not_known_of_traffic_is_said() -> None:
    (line,) = passing(check=look())
    assert line == "  traffic  not known: its counters cannot be read from here"
    (line,) = passing(check=look(), counters_coming=True)
    assert line == "  traffic  reading…"
    (line,) = passing(check=look(), alive=False)
    assert line == "  traffic  not known: the engine is away"
    (line,) = passing(check=look(), traffic=Traffic(BEGIN, Flow()))
    assert "reading" in line, "one reading tells no rate"


def test_what_is_wrong_comes_before_what_passes() -> None:
    broken = look(probe={"ports": {"tcp/80": "refused"}}, sockets=())
    lines = shown(broken)
    assert lines.index(next(line for line in lines if "N501" in line)) < next(
        at for at, line in enumerate(lines) if line.startswith("  traffic")
    )


async def test_what_passes_is_told_and_at_rest_nothing_is_drawn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.passing = {"web": 20}
    stage.clock.stopped = True
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        await ui.until("in 10/s 1.0 kB/s · out 10/s 10.0 kB/s")
        assert "since 03:00:00" in ui.text
        await ui.until("█")
        assert "█" in ui.line("  traffic")
        stage.passing = {"web": 0}
        stage.passed = 0
        await ui.until("in 0/s 0 B/s · out 0/s 0 B/s")
        await ui.pause(240)
        assert "█" not in ui.text
        asked = Asked(ui.app.main.query_one("#path", Lines), monkeypatch)
        table = Asked(ui.app.main.table, monkeypatch)
        await ui.pause(60)
        assert (asked.regions, asked.whole, table.regions, table.whole) == ([], 0, [], 0)
        ui.engine.away = "no answer"
        await ui.until("N801")
        await ui.press("right_square_bracket")  # what mends it comes first
        await ui.until("not known: the engine is away")
