"""`netc doctor`: how long a look takes, whole process, beside what it cannot do without."""

import time
from statistics import median

from tests.bench.site import NETC, PYTHON, Site, site
from tests.bench.table import at_most, table
from tests.bench.tui import SERVICES

RUNS = 7
BUDGET = {1: 3.0, len(SERVICES): 8.0}
"""Seconds, by how many paths are looked at."""


def run() -> None:
    """One path, and twenty with the host; the floor is the slowest of what runs side by side."""
    with site() as here:
        here.containers(*SERVICES[4:])
        here.host(PYTHON, "-m", "tests.bench.inside", "many", "eth1", *SERVICES)
        floor = [_seconds(here, "docker", "exec", "netc-web1", "/bin/sh", "/netc/examine", "tcp/80")
                 for _ in range(RUNS)]  # fmt: skip
        rows = []
        for count, words in ((1, ("web1",)), (len(SERVICES), ())):
            took = [_seconds(here, *NETC, "doctor", *words) for _ in range(RUNS)]
            budget = BUDGET[count]
            rows.append(
                (
                    f"{count} of them" if count > 1 else "one path",
                    f"{median(took):.2f} s",
                    f"{min(took):.2f}-{max(took):.2f}",
                    f"{budget:.0f} s",
                    at_most(median(took), budget),
                )
            )
    rows.append(
        (
            "floor: the look from within alone",
            f"{median(floor):.2f} s",
            f"{min(floor):.2f}-{max(floor):.2f}",
            "",
            "",
        )
    )
    table(
        f"doctor: whole process, as root, all is well (medians of {RUNS})",
        ("", "takes", "range", "budget", ""),
        rows,
    )


def _seconds(here: Site, *argv: str) -> float:
    begin = time.monotonic()
    here.host(*argv)
    return time.monotonic() - begin
