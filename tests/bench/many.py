"""Many services turned on at once by one process, beside the bare engine doing the same."""

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from netc_tui.core import identity
from tests.bench.bare import Bare, Call
from tests.bench.site import PYTHON, Site, site
from tests.bench.table import at_most, table
from tests.bench.up import record

BUDGET = {20: None, 50: 15.0}
LANES = 8
"""Calls at a time, for the floor: as many as netc makes."""


def run() -> None:
    """The figures for 20 and for 50."""
    names = [f"m{number:02}" for number in range(1, max(BUDGET) + 1)]
    with site() as here:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(here.containers, names))
        calls = record(here, names[0])
        # The LAN network stays: `web1` holds it.
        here.up("web1")
        plans = _plans(here, calls, names)
        _clear(here, names[:1])
        rows = []
        for count, budget in BUDGET.items():
            said = here.host(PYTHON, "-m", "tests.bench.inside", "many", "eth1", *names[:count])
            netc = float(json.loads(said))
            _clear(here, names[:count])
            floor = _floor(here, plans[:count], names[:count])
            if count < max(BUDGET):  # the last go with the lab
                _clear(here, names[:count])
            rows.append(
                (
                    f"{count} services",
                    f"{netc:.1f} s",
                    f"{netc / count * 1000:.0f} ms",
                    f"{floor:.1f} s",
                    f"{netc / floor:.2f}x",
                    "" if budget is None else f"{budget:.0f} s",
                    "" if budget is None else at_most(netc, budget),
                )
            )
    table(
        f"many: services turned on at once, until all are bound; floor: the same calls, bare,"
        f" {LANES} at a time (one round)",
        ("", "netc", "each", "floor", "ratio", "budget", ""),
        rows,
    )


def _plans(here: Site, calls: Sequence[Call], names: Sequence[str]) -> list[list[Call]]:
    """The calls for each service, made from those seen for the first."""
    engine = here.docker("info", "--format={{.ID}}")
    ids = here.docker("inspect", "--format={{.Id}}", *names).split()
    facts = []
    for name, own in zip(names, ids, strict=True):
        who = identity.derive(engine, name)
        facts.append((name, own, who.mac, who.client_id))
    plans = []
    for fact in facts:
        plan = [call for call in calls if not call.path.endswith("/networks/create")]
        for old, new in zip(facts[0], fact, strict=True):
            plan = [call.replaced(old, new) for call in plan]
        plans.append(plan)
    return plans


def _floor(here: Site, plans: Sequence[Sequence[Call]], names: Sequence[str]) -> float:
    lanes = threading.Semaphore(LANES)

    def one(plan: Sequence[Call], name: str) -> None:
        bare = Bare(here.lab.socket)
        for call in plan:
            with lanes:
                bare.do(call)
        bare.wait_for(f"netc-{name}", b'"event":"bound"')

    with ThreadPoolExecutor(len(plans)) as pool:
        begin = time.monotonic()
        list(pool.map(one, plans, names))
        return time.monotonic() - begin


def _clear(here: Site, names: Sequence[str]) -> None:
    """Take them off the LAN, in the way that leaves the DHCP server as it was."""
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lambda name: Bare(here.lab.socket).remove(f"netc-{name}"), names))
