"""The TUI as an operator sees it over a terminal: its start, its rest, its cursor, a turning on."""

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from tests.bench.bare import Bare, Call
from tests.bench.site import NETC, PYTHON, ROOT, Site, first, site
from tests.bench.table import at_most, table
from tests.bench.up import record
from tests.terminal import Terminal, plain

STARTS = 5
MOVES = 30
TOGGLES = 5
REST = 20.0
SETTLE = 0.6
"""Seconds without a byte after which a move of the cursor is over; the clock ticks each second."""
PANELS_COME = 150.0
"""Milliseconds within which lease and events follow the cursor; rules take longer."""
CONTAINERS = 500
LANES = 8
SERVICES = ("app", "dns", "web1", "web2", *(f"m{number:02}" for number in range(1, 17)))
START_BUDGET = {20: 0.6, CONTAINERS: 1.0}
REST_BUDGET, CPU_BUDGET = 100.0, 0.6
MOVE_BUDGET, MOVE_TIME_BUDGET = 2000, 30.0
COLOURS = {"256 colours": {}, "truecolor": {"COLORTERM": "truecolor"}}

BARE_APP = """
from textual.app import App
from textual.widgets import DataTable
class Bare(App):
    def compose(self):
        yield DataTable()
    def on_mount(self):
        self.query_one(DataTable).add_columns("SERVICE", "STATE")
        for number in range(20):
            self.query_one(DataTable).add_row(f"m{number:02}", "running")
Bare().run()
"""
"""The floor of a start: nothing is asked of anyone, and twenty rows are shown."""


VISITOR = """
import sys, time, urllib.request
while True:
    for page in sys.argv[1:]:
        try:
            urllib.request.urlopen(page, timeout=1).read()
        except OSError:
            pass
    time.sleep(1)
"""


class Start(NamedTuple):
    """Seconds since the program was started."""

    paint: float
    services: float
    leases: float


def run() -> None:
    """All of it, on a pty of 120x40."""
    with site() as here:
        here.containers(*SERVICES[4:])
        here.host(PYTHON, "-m", "tests.bench.inside", "many", "eth1", *SERVICES)
        counted = f"{len(SERVICES)} of {len(SERVICES) + 1} on"
        few = [_start(here, counted, all_on=True) for _ in range(STARTS)]
        _show_starts(20, few, "network containers that are on, and their services")
        textual, bare = [_import() for _ in range(STARTS)], [_bare(here) for _ in range(STARTS)]
        table(
            f"tui: the floor of a start (medians of {STARTS})",
            ("", "after", "range"),
            [
                ("import textual.app, whole process", _seconds(textual), _range(textual)),
                ("a Textual app, to 20 rows on screen", _seconds(bare), _range(bare)),
            ],
        )
        _show_turned_on(*_turned_on(here))
        rests, moves = {}, {}
        for name, colours in COLOURS.items():
            with _netc(here, **colours) as terminal:
                terminal.wait_for(re.compile(r"lease +├"))
                rests[name] = _rest(terminal)
                moves[name] = _moves(terminal)
        with _visited(here), _netc(here) as terminal:
            terminal.wait_for(re.compile(r"lease +├"))
            terminal.wait_for(re.compile(r"\d/s +[▁-█]"), 40)
            busy = _rest(terminal)
        _show_rest(rests, busy)
        _show_moves(moves)
        here.up("web1")
        made = _idle(here, CONTAINERS - 2 * len(SERVICES) - 1)
        counted = f"{len(SERVICES)} of {CONTAINERS - len(SERVICES)} on"
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as config:
            config.write("stopped = true\n")
            config.flush()
            many = [_start(here, counted, NETC_CONFIG=config.name) for _ in range(STARTS)]
        what = f"the same and containers that were never started, listed too (made in {made:.0f} s)"
        _show_starts(CONTAINERS, many, what)


# --- the start


@contextmanager
def _netc(here: Site, *flags: str, **environment: str) -> Iterator[Terminal]:
    """The program on the Docker host; it is ended by its own key."""
    argv = here.lab.command("host", [*NETC, *flags])
    env = plain(here.lab.environment, **environment)
    with Terminal(argv, env=env, cwd=ROOT) as terminal:
        yield terminal
        terminal.send("q")
        terminal.ended()


def _rows(text: str) -> list[str]:
    """The lines of the table that services are on."""
    lines = text.splitlines()
    end = next((at for at, line in enumerate(lines) if line.startswith("─ ")), len(lines))
    return [line for line in lines[2:end] if re.match(r"[ ✓] \S", line)]


def _start(here: Site, counted: str, *, all_on: bool = False, **environment: str) -> Start:
    def services(text: str) -> bool:
        return counted in text and len(_rows(text)) >= 10

    def leases(text: str) -> bool:
        rows = _rows(text)
        seen = rows if all_on else rows[:2]
        return services(text) and all("bound" in row for row in seen)

    with _netc(here, **environment) as terminal:
        terminal.wait_for(leases, 60, "leases")
        terminal.quiet(SETTLE)
        found = [terminal.first(wanted) for wanted in (str.strip, services, leases)]
        assert None not in found
        return Start(*(at for at in found if at is not None))


def _import() -> float:
    begin = time.monotonic()
    subprocess.run([PYTHON, "-c", "import textual.app"], check=True)
    return time.monotonic() - begin


def _bare(here: Site) -> float:
    with Terminal([PYTHON, "-c", BARE_APP], env=plain(here.lab.environment)) as terminal:
        terminal.wait_for("m19")
        found = terminal.first("m19")
        assert found is not None
        return found


def _idle(here: Site, count: int) -> float:
    """Containers that were made and never started; seconds that it took."""
    begin = time.monotonic()

    def lane(numbers: Sequence[int]) -> None:
        bare = Bare(here.lab.socket)
        for number in numbers:
            body = b'{"Image":"netc-lab/web"}'
            bare.do(Call("POST", f"/containers/create?name=idle{number:03}", body))

    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lane, (range(at, count, LANES) for at in range(LANES))))
    return time.monotonic() - begin


def _show_starts(count: int, starts: Sequence[Start], what: str) -> None:
    budget = START_BUDGET[count]
    rows = []
    for name, index in (("first paint", 0), ("services", 1), ("leases", 2)):
        values = [start[index] for start in starts]
        kept = (f"{budget} s", at_most(median(values), budget)) if name == "services" else ("", "")
        rows.append((name, _seconds(values), _range(values), *kept))
    table(
        f"tui: from the start of the process to what is on screen (medians of {STARTS});"
        f" {count}: {what}",
        ("", "after", "range", "budget", ""),
        rows,
    )


# --- at rest, and the cursor


class Rest(NamedTuple):
    """What it takes while nothing happens."""

    rate: float
    cpu: float
    rss: float
    pss: float


def _rest(terminal: Terminal) -> Rest:
    """With a service that is on under the cursor: a countdown, and rules that are read."""
    terminal.wait_for("PER S")
    time.sleep(5)  # what was read is settled, and seldom read again
    mark, cpu = terminal.mark(), terminal.cpu
    time.sleep(REST)
    took = time.monotonic() - mark.at
    return Rest(
        terminal.bytes_since(mark) / took,
        (terminal.cpu - cpu) / took * 100,
        terminal.rss,
        terminal.pss,
    )


@contextmanager
def _visited(here: Site) -> Iterator[None]:
    """Meanwhile the LAN machine gets a page of each service each second, if it has any."""
    leases = json.loads(here.netc("leases", "--json"))["leases"]
    pages = [f"http://{lease['ip']}/" for lease in leases]
    process = here.lab.popen("client", [PYTHON, "-S", "-c", VISITOR, *pages])
    with process:
        try:
            yield
        finally:
            process.kill()


def _show_rest(found: dict[str, Rest], busy: Rest) -> None:
    visited = f"{busy.rate:.0f}", "", "", f"{busy.cpu:.2f} %", "", "", *_memory(busy)
    table(
        f"tui: at rest, {REST:.0f} s, {len(SERVICES)} network containers, one that is bound under"
        " the cursor",
        ("", "bytes/s", "budget", "", "CPU", "budget", "", "RSS", "PSS"),
        [
            (
                name,
                f"{one.rate:.0f}",
                f"{REST_BUDGET:.0f}",
                at_most(one.rate, REST_BUDGET),
                f"{one.cpu:.2f} %",
                f"{CPU_BUDGET} %",
                at_most(one.cpu, CPU_BUDGET),
                *_memory(one),
            )
            for name, one in found.items()
        ]
        + [("a visit to each every second", *visited)],
    )


def _memory(one: Rest) -> tuple[str, str]:
    return f"{one.rss:.0f} MB", f"{one.pss:.0f} MB"


class Move(NamedTuple):
    """The cursor, one row down or up."""

    octets: int
    first: float
    """Milliseconds to the first byte: the cursor is seen to move."""
    drawn: float
    """Milliseconds until lease and events are drawn; rules are read anew, and come when they do."""


def _moves(terminal: Terminal) -> list[Move]:
    found = []
    for at in range(MOVES):
        terminal.quiet(0.1)
        mark = terminal.send("k" if at // 10 % 2 else "j")
        terminal.quiet(SETTLE)
        chunks = terminal.since(mark)
        octets = sum(len(chunk.data) for chunk in chunks)
        times = [(chunk.at - mark.at) * 1000 for chunk in chunks]
        drawn = max(at for at in times if at < PANELS_COME)
        found.append(Move(octets, times[0], drawn))
    return found


def _show_moves(found: dict[str, list[Move]]) -> None:
    rows = []
    for name, moves in found.items():
        octets, times = [move.octets for move in moves], [move.first for move in moves]
        drawn = [move.drawn for move in moves]
        rows.append(
            (
                name,
                f"{median(octets):.0f}",
                f"{min(octets)}-{max(octets)}",
                str(MOVE_BUDGET),
                at_most(median(octets), MOVE_BUDGET),
                f"{median(times):.0f} ms",
                f"{min(times):.0f}-{max(times):.0f}",
                f"{MOVE_TIME_BUDGET:.0f} ms",
                at_most(median(times), MOVE_TIME_BUDGET),
                f"{median(drawn):.0f} ms",
                f"{min(drawn):.0f}-{max(drawn):.0f}",
            )
        )
    table(
        f"tui: the cursor one row on, all are on (medians of {MOVES}): bytes until {SETTLE} s of"
        " silence, with all panels; time to the first byte, and until lease and events are drawn",
        ("", "bytes", "range", "budget", "", "first byte", "range", "budget", "", "drawn", "range"),
        rows,
    )


# --- turning on


def _turned_on(here: Site) -> tuple[list[float], list[float]]:
    """From the key to the answer, and the engine doing the same by bare calls."""
    ip = here.up("web1")
    here.netc("down", "web1")
    bare = Bare(here.lab.socket)
    calls = record(here, "web1")
    bare.remove("netc-web1")
    taken, floor = [], []
    with _netc(here, "-i", "eth1", NETC_CONFIRM_OFF="false") as terminal:
        terminal.wait_for("bound")
        terminal.send("/")
        terminal.wait_for(" filter: ")
        terminal.quiet(SETTLE)
        terminal.send("web1")
        terminal.wait_for(lambda text: [row[2:6] for row in _rows(text)] == ["web1"], why="web1")
        terminal.send("\r")
        for _ in range(TOGGLES):
            terminal.wait_for("○ off")
            terminal.quiet(SETTLE)
            with here.poller(ip) as poller:
                begin = terminal.send(" ").at
                taken.append(first(poller) - begin)
            terminal.wait_for("web1: on: ")
            terminal.send(" ")
            terminal.wait_for("web1: off")
            terminal.quiet(SETTLE)
            with here.poller(ip) as poller:
                begin = time.monotonic()
                for call in calls:
                    bare.do(call)
                floor.append(first(poller) - begin)
            bare.remove("netc-web1")
    return taken, floor


def _show_turned_on(taken: Sequence[float], floor: Sequence[float]) -> None:
    table(
        "tui: from the key that turns a service on to the first HTTP answer on the LAN, LAN"
        f" network there; floor: the same calls, bare (medians of {TOGGLES})",
        ("", "netc", "range", "floor", "range", "ratio"),
        [
            (
                "space",
                _seconds(taken),
                _range(taken),
                _seconds(floor),
                _range(floor),
                f"{median(taken) / median(floor):.2f}x",
            )
        ],
    )


def _seconds(values: Sequence[float]) -> str:
    return f"{median(values):.2f} s"


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.2f}-{max(values):.2f}"
