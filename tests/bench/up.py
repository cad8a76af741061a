"""`netc up` from the shell's point of view, beside the bare engine making the same container."""

import json
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from statistics import median

from netc_tui.core.errors import NetcError
from tests.bench.bare import Bare, Call, recorder
from tests.bench.site import NETC, PYTHON, ROOT, Site, first, site
from tests.bench.table import at_most, table

ROUNDS = 7
LINES = 3
BUDGET = 1.4
SERVICE, OWN, LAN = "web1", "netc-web1", "netc-lan-eth1"

Span = tuple[str, float, float]
"""What, when it began, how long it took."""


def run() -> None:
    """The figures, with the LAN network to be made and with it there."""
    with site() as here:
        ip = here.up(SERVICE)
        bare = Bare(here.lab.socket)
        rows = []
        for title, keep in (("first on the interface", False), ("LAN network there", True)):
            if keep:
                here.up("web2")

            def clear(keep: bool = keep) -> None:
                bare.remove(OWN)
                if not keep:
                    bare.remove_network(LAN)

            clear()
            calls = record(here, SERVICE)
            clear()
            netc, floor, spans = _alternate(here, ip, bare, calls, clear)
            rows.append(
                (
                    title,
                    f"{median(netc):.3f} s",
                    f"{min(netc):.2f}-{max(netc):.2f}",
                    f"{median(floor):.3f} s",
                    f"{min(floor):.2f}-{max(floor):.2f}",
                    f"{median(netc) / median(floor):.2f}x",
                    f"{BUDGET}x",
                    at_most(median(netc) / median(floor), BUDGET),
                )
            )
            if not keep:
                lines = [_line(here, ip, clear) for _ in range(LINES)]
                floor_spans = spans
        table(
            f"up: `netc up web1 eth1`, whole process, to the first HTTP answer on the LAN;"
            f" floor: the same calls, bare (medians of {ROUNDS})",
            ("", "netc", "range", "floor", "range", "ratio", "budget", ""),
            rows,
        )
        _timeline(f"up: where the time goes, first on the interface (medians of {LINES})", lines)
        _timeline(f"up: the floor's time, first on the interface (of {ROUNDS})", floor_spans)


def record(here: Site, service: str) -> list[Call]:
    """The calls by which `netc up` changes the engine."""
    with recorder(here.lab.socket) as (found, address):
        environment = {**here.lab.environment, "DOCKER_HOST": address}
        here.host(*NETC, "up", service, "eth1", env=environment)
        calls = found.changes()
    if not any(call.path.endswith("/start") for call in calls):
        raise NetcError(f"netc up was not seen to start anything: {calls}")
    return calls


def _alternate(
    here: Site, ip: str, bare: Bare, calls: Sequence[Call], clear: Callable[[], None]
) -> tuple[list[float], list[float], list[list[Span]]]:
    netc, floor, spans = [], [], []
    command = here.lab.command("host", [*NETC, "up", SERVICE, "eth1"])
    for _ in range(ROUNDS):
        with here.poller(ip) as poller:
            begin = time.monotonic()
            process = subprocess.Popen(
                command,
                env=here.lab.environment,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            _, said = process.communicate()
            if process.returncode:
                raise NetcError(f"netc up failed: {said.strip()}")
            netc.append(first(poller) - begin)
        clear()
        with here.poller(ip) as poller:
            begin, taken = time.monotonic(), []
            for call in calls:
                start = time.monotonic()
                bare.do(call)
                taken.append((f"engine: {call.name}", start - begin, time.monotonic() - start))
            floor.append(first(poller) - begin)
        spans.append([*taken, ("first HTTP answer", floor[-1], 0.0), *_said(here, begin)])
        clear()
    return netc, floor, spans


def _line(here: Site, ip: str, clear: Callable[[], None]) -> list[Span]:
    """One `netc up` with a clock beside it."""
    with here.poller(ip) as poller:
        begin = time.monotonic()
        arguments = ("line", str(begin), SERVICE, "eth1")
        said = here.host(PYTHON, "-m", "tests.bench.inside", *arguments)
        answered = first(poller)
    spans = [tuple(span) for span in json.loads(said.splitlines()[-1])]
    spans += [("first HTTP answer", answered - begin, 0.0), *_said(here, begin)]
    clear()
    return spans


def _said(here: Site, begin: float) -> list[Span]:
    """When the network container said what, by the engine's clock."""
    Bare(here.lab.socket).wait_for(OWN, b'"event":"bound"')  # it answers a little before it says so
    ahead = time.time() - time.monotonic()
    found = []
    for row in here.docker("logs", "--timestamps", OWN).splitlines():
        stamp, _, text = row.partition(" ")
        at = datetime.fromisoformat(stamp[:26].rstrip("Z") + "+00:00").timestamp()
        found.append((f"container says: {json.loads(text)['event']}", at - ahead - begin, 0.0))
    return found


def _timeline(title: str, rounds: Sequence[Sequence[Span]]) -> None:
    """The median of each span over the rounds that have it."""
    starts: dict[tuple[str, int], list[float]] = defaultdict(list)
    lengths: dict[tuple[str, int], list[float]] = defaultdict(list)
    for spans in rounds:
        seen: dict[str, int] = defaultdict(int)
        for name, start, length in sorted(spans, key=lambda span: span[1]):
            seen[name] += 1
            starts[name, seen[name]].append(start)
            lengths[name, seen[name]].append(length)
    often = [key for key in starts if len(starts[key]) > len(rounds) / 2]
    rows = [
        (
            name,
            f"{median(starts[name, nth]) * 1000:.0f}",
            f"{median(lengths[name, nth]) * 1000:.0f}" if any(lengths[name, nth]) else "",
        )
        for name, nth in sorted(often, key=lambda key: median(starts[key]))
    ]
    table(title, ("", "at ms", "took ms"), rows)
