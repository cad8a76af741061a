"""Many hosts on one screen: 20, one of them dead and one slow.

One engine of a lab under many names: what is measured is what the screen takes. A host of its own
would take no more of it, and with ssh an ssh each beside.
"""

import re
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple

from netc_tui.desk.watching import LEAVING
from tests.bench.site import PYTHON, ROOT, Site, site
from tests.bench.table import at_most, table
from tests.terminal import Terminal, plain

HOSTS = 20
DEAD, SLOW = "n07", "n13"
"""One that takes connections and never answers; one that answers after LATE seconds."""
LATE = 2.0
SERVICES = ("app", "dns", "web1", "web2", "m01", "m02")
ON = ("dns", "web1", "web2")
STARTS = 3
MOVES = 30
REST = 40.0
SETTLE = 0.6
ROWS_BUDGET, KEY_BUDGET, CPU_BUDGET, MEMORY_BUDGET = 1.5, 100.0, 1.0, 120.0

SCREEN = """
import sys
from netc_tui.engine.endpoint import Endpoint
from netc_tui.engine.hosts import Host
from netc_tui.host.ahead import Ahead
from netc_tui.settings.declared import Settings
from netc_tui.tui import run
hosts = [each.partition("=") for each in sys.argv[1:]]
far = (None, *[False] * len(hosts))
found = [Host(name, Endpoint(url, name, None, at)) for (name, _, url), at in zip(hosts, far)]
run(Settings(interface="eth1"), Ahead(bytes), (), tuple(found))
"""


class Slow:
    """A way to an engine on which each piece takes its time; without an engine, for ever."""

    def __init__(self, at: Path, engine: Path | None, late: float) -> None:
        self._engine, self._late = engine, late
        self._ears = socket.socket(socket.AF_UNIX)
        self._ears.bind(str(at))
        self._ears.listen(64)
        self._held: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                asking, _ = self._ears.accept()
                self._held.append(asking)
                if self._engine is not None:
                    to = socket.socket(socket.AF_UNIX)
                    to.connect(str(self._engine))
                    self._held.append(to)
                    threading.Thread(target=_pass, args=(asking, to, 0), daemon=True).start()
                    late = (to, asking, self._late)
                    threading.Thread(target=_pass, args=late, daemon=True).start()

    def close(self) -> None:
        for end in (self._ears, *self._held):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _pass(one: socket.socket, other: socket.socket, late: float) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            time.sleep(late)
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)


@contextmanager
def _ways(here: Site) -> Iterator[list[str]]:
    """The hosts, as NAME=URL."""
    with tempfile.TemporaryDirectory() as folder:
        engine = here.lab.socket
        ways = {DEAD: Slow(Path(folder, "dead"), None, 0)}
        ways[SLOW] = Slow(Path(folder, "slow"), engine, LATE)
        try:
            names = [f"n{at:02}" for at in range(1, HOSTS + 1)]
            urls = {DEAD: f"{folder}/dead", SLOW: f"{folder}/slow"}
            yield [f"{name}=unix://{urls.get(name, engine)}" for name in names]
        finally:
            for way in ways.values():
                way.close()


@contextmanager
def _screen(here: Site, hosts: list[str]) -> Iterator[Terminal]:
    argv = here.lab.command("host", [PYTHON, "-c", SCREEN, *hosts])
    with Terminal(argv, env=plain(here.lab.environment), cwd=ROOT) as terminal:
        yield terminal
        terminal.send("q")
        terminal.ended()


class Start(NamedTuple):
    """Seconds since the program was started."""

    paint: float
    rows: float
    """The first services."""
    all_: float
    """Those of all hosts but the dead one."""


def _start(here: Site, hosts: list[str]) -> Start:
    counted = f"{(HOSTS - 1) * len(ON)} of {(HOSTS - 1) * (len(SERVICES) + 1)} on"
    with _screen(here, hosts) as terminal:
        terminal.wait_for(counted, 60)
        terminal.quiet(SETTLE)
        row = re.compile(r"(?m)^  \S+ +n\d\d +running")
        found = [terminal.first(wanted) for wanted in (str.strip, row, counted)]
        assert None not in found
        return Start(*(at for at in found if at is not None))


def _only_dns(terminal: Terminal) -> None:
    terminal.send("/")
    terminal.wait_for(" filter: ")
    terminal.send("dns")
    terminal.wait_for("dns  ")
    terminal.send("\r")
    terminal.quiet(SETTLE)


class Rest(NamedTuple):
    """What it takes while nothing happens."""

    rate: float
    cpu: float
    pss: float
    threads: int


def _rest(terminal: Terminal) -> Rest:
    """With a network container of the first host under the cursor."""
    terminal.send("g")
    time.sleep(LEAVING + 15)  # nobody looks at the other hosts any more
    terminal.wait_for("PER S")
    mark, cpu = terminal.mark(), terminal.cpu
    time.sleep(REST)
    took = time.monotonic() - mark.at
    threads = len(list(Path(f"/proc/{terminal.pid}/task").iterdir()))
    rate = terminal.bytes_since(mark) / took
    return Rest(rate, (terminal.cpu - cpu) / took * 100, terminal.pss, threads)


def _moves(terminal: Terminal) -> list[float]:
    """Milliseconds from a key to the first byte of what it changes."""
    found = []
    terminal.send("g")
    for at in range(MOVES):
        terminal.quiet(0.1)
        mark = terminal.send("k" if at // 10 % 2 else "j")
        terminal.quiet(SETTLE)
        found.append((terminal.since(mark)[0].at - mark.at) * 1000)
    return found


def run() -> None:
    """All of it, on a pty of 120x40."""
    with site() as here, _ways(here) as hosts:
        here.containers(*(set(SERVICES) - {"app", "dns", "web1", "web2"}))
        for service in ON:
            here.up(service)
        starts = [_start(here, hosts) for _ in range(STARTS)]
        with _screen(here, hosts) as terminal:
            terminal.wait_for(f"{(HOSTS - 1) * len(ON)} of ", 60)
            _only_dns(terminal)  # from row to row, each time to another host
            begun = _moves(terminal)
            rest = _rest(terminal)
            moves = _moves(terminal)
        with _screen(here, hosts[:1]) as terminal:
            terminal.wait_for(f"{len(ON)} of ", 60)
            _only_dns(terminal)
            alone = _rest(terminal)
    _show(starts, {"in the first seconds": begun, "at rest": moves}, rest, alone)


def _show(starts: list[Start], keys: dict[str, list[float]], rest: Rest, alone: Rest) -> None:
    what = (
        f"hosts: {HOSTS}, {len(ON)} of {len(SERVICES) + 1} services on on each; {DEAD} is dead,"
        f" {SLOW} {LATE:.0f} s late"
    )
    rows = []
    for name, values, budget in (
        ("first paint", [each.paint for each in starts], None),
        ("first rows", [each.rows for each in starts], ROWS_BUDGET),
        ("all rows, the slow host's too", [each.all_ for each in starts], None),
    ):
        kept = (f"{budget} s", at_most(median(values), budget)) if budget else ("", "")
        spread = f"{min(values):.2f}-{max(values):.2f}"
        rows.append((name, f"{median(values):.2f} s", spread, *kept))
    for name, times in keys.items():
        kept = (f"{KEY_BUDGET:.0f} ms", at_most(max(times), KEY_BUDGET))
        spread = f"{min(times):.0f}-{max(times):.0f}"
        rows.append((f"a key, {name}", f"{median(times):.0f} ms", spread, *kept))
    table(f"{what} (medians)", ("", "after", "range", "budget", ""), rows)
    table(
        f"hosts: at rest, {REST:.0f} s, 120x40",
        ("", "bytes/s", "CPU", "budget", "", "PSS", "budget", "", "threads"),
        [
            (
                f"{HOSTS} hosts",
                f"{rest.rate:.0f}",
                f"{rest.cpu:.2f} %",
                f"{CPU_BUDGET} %",
                at_most(rest.cpu, CPU_BUDGET),
                f"{rest.pss:.0f} MB",
                f"{MEMORY_BUDGET:.0f} MB",
                at_most(rest.pss, MEMORY_BUDGET),
                str(rest.threads),
            ),
            (
                "the first of them alone",
                *(f"{alone.rate:.0f}", f"{alone.cpu:.2f} %", "", ""),
                *(f"{alone.pss:.0f} MB", "", "", str(alone.threads)),
            ),
        ],
    )
