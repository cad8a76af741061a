"""Commands as an operator waits for them, beside a Python that does nothing."""

import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from netc_tui.core.errors import NetcError
from tests.bench.site import NETC, PYTHON, ROOT, Site, site
from tests.bench.table import at_most, table

ROUNDS = 11
IMPORTS = {
    "typer": "typer",
    "msgspec": "msgspec",
    "docker": "docker",
    "pyroute2": "pyroute2",
    "asyncio": "asyncio",
    "the command line": "netc_tui.cli.main",
    "the engine": "netc_tui.engine",
    "up, all of it": "netc_tui.cli.main, netc_tui.cli.output, netc_tui.engine, "
    "netc_tui.operations.up",
}
IMPORT_ROUNDS = 3


def run() -> None:
    """`netc ls`, `netc history` and `netc --help`; then what imports cost."""
    extra = [f"more{number:02}" for number in range(15)]
    held = ["web1", "web2", "dns", *extra[:2]]
    floor = [PYTHON, "-c", "pass"]
    commands = {
        "netc ls": [*NETC, "ls"],
        "netc history": [*NETC, "history"],
        "netc --help": [*NETC, "--help"],
        "docker ps": ["docker", "ps"],
        "python -c pass": floor,
    }
    budgets = {"netc ls": 0.45, "netc history": 0.45, "netc --help": 0.2}
    with site() as here:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(here.containers, extra))
        for service in held:
            here.up(service)
        listed = here.netc("ls")
        if listed.count("bound") != len(held):
            raise NetcError(f"netc ls does not show {len(held)} leases:\n{listed}")
        taken = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                taken[name].append(_time(here, command))
        imports = {
            name: median(
                _time(here, [PYTHON, "-c", f"import {modules}"]) for _ in range(IMPORT_ROUNDS)
            )
            for name, modules in IMPORTS.items()
        }
    nothing = median(taken["python -c pass"])
    rows = []
    for name, found in taken.items():
        budget = budgets.get(name)
        rows.append(
            (
                name,
                f"{median(found):.3f} s",
                f"{min(found):.2f}-{max(found):.2f}",
                f"{median(found) / nothing:.1f}x",
                f"{budget} s" if budget else "",
                at_most(median(found), budget) if budget else "",
            )
        )
    table(
        f"cli: whole process, 20 services and 5 network containers (medians of {ROUNDS})",
        ("", "took", "range", "ratio", "budget", ""),
        rows,
    )
    table(
        f"cli: what an import costs, above a Python that does nothing (medians of {IMPORT_ROUNDS})",
        ("", "took ms"),
        [(name, f"{(took - nothing) * 1000:.0f}") for name, took in imports.items()],
    )


def _time(here: Site, command: Sequence[str]) -> float:
    """Seconds from its start to its end."""
    argv = here.lab.command("host", command)
    begin = time.monotonic()
    done = subprocess.run(
        argv, env=here.lab.environment, cwd=ROOT, capture_output=True, check=False
    )
    took = time.monotonic() - begin
    if done.returncode:
        raise NetcError(f"{' '.join(command)} failed: {done.stderr.decode().strip()}")
    return took
