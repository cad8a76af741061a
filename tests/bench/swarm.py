"""A network container that is a service of a Swarm of three managers: how soon it is there, and how
long nobody answers when its node is drained, loses its power, is cut off and comes back."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from netc_tui.core.errors import NetcError
from netc_tui.lab import Lab
from netc_tui.lab.layout import HOSTS, HostName
from tests.bench.site import NETC, ROOT
from tests.bench.table import at_most, table
from tests.lab.conftest import eventually
from tests.lab.swarming import docker, node_of, serve, swarm, watched

ROUNDS = 3
SERVICE, OWN = "job", "netc-job"
BOUND_BUDGET, DRAIN_BUDGET, POWER_BUDGET, HEAL_BUDGET = 2.8, 1.5, 16.0, 2.0
SETTLE = 20.0
"""Seconds that one looks on after a network was healed."""


class Taken(NamedTuple):
    """How long nobody answered at most, in seconds."""

    fault: float
    after: float
    """Once it was mended."""
    led: bool
    """Was it the leader of the managers?"""


def netc(lab: Lab, host: HostName, *arguments: str) -> str:
    """What `netc` prints there. Raises NetcError when it fails."""
    done = lab.run(host, [*NETC, *arguments], cwd=ROOT)
    if done.returncode:
        raise NetcError(f"netc {' '.join(arguments)} on {host}: {done.stderr.strip()}")
    return done.stdout.strip()


@contextmanager
def three() -> Iterator[Lab]:
    """A Swarm of three managers with one service, turned on, that each node can carry."""
    lab = Lab("bench-swarm", hosts=3)
    try:
        lab.up()
        for host in HOSTS:
            netc(lab, host, "image", "build", "--base", "host")
        with swarm(lab, HOSTS):
            docker(lab, HOSTS[0], "network", "create", "--driver=overlay", "over")
            serve(lab, HOSTS[0], SERVICE, "--network=over", "--mode=global")
            eventually(lambda: node_of(lab, HOSTS[0], SERVICE), seconds=60)
            yield lab
    finally:
        lab.down()


def run() -> None:
    """Print it."""
    with three() as lab:
        address, bound, whole = _first(lab)
        for host in HOSTS[1:]:
            netc(lab, host, "up", SERVICE, "eth1", "--port=80")
        drained = [_round(lab, address, _drain) for _ in range(ROUNDS)]
        off = [_round(lab, address, _power_off) for _ in range(ROUNDS)]
        cut = [_round(lab, address, _cut, SETTLE) for _ in range(ROUNDS)]
        listed = _listing(lab)
    plain = [taken.fault for taken in (*off, *cut) if not taken.led]
    led = [taken.fault for taken in (*off, *cut) if taken.led]
    healed = [taken.after for taken in cut]
    told = (
        ("its node is drained", [taken.fault for taken in drained], DRAIN_BUDGET),
        ("its node loses power, or is cut off", plain, POWER_BUDGET),
        ("the same, and it was the leader of the managers", led, None),
        ("its node is healed again", healed, HEAL_BUDGET),
    )
    kept = at_most(bound, BOUND_BUDGET)
    rows = [("its service is created, until it is bound", f"{bound:.1f} s", "2.8 s", kept)]
    rows += [("`netc up`, whole process, with its look at the path", f"{whole:.1f} s", "", "")]
    for what, taken, budget in told:
        values = " ".join(f"{value:.1f}" for value in taken) or "-"
        kept = at_most(median(taken), budget) if taken and budget is not None else ""
        rows.append((what, values, f"{budget:g} s" if budget is not None else "", kept))
    rows += [(f"`netc ls`, it runs {where}", f"{value:.2f} s", "", "") for where, value in listed]
    table("a service of a Swarm of three managers", ("", "nobody answers for", "budget", ""), rows)


def _first(lab: Lab) -> tuple[str, float, float]:
    """Its address; the seconds from the creation of its service until it was bound, and of all."""
    begin = time.monotonic()
    process = lab.popen(
        *(HOSTS[0], [*NETC, "up", SERVICE, "eth1", "--port=80"]),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    created, bound, address, said = 0.0, 0.0, "", []
    for line in process.stdout:
        said.append(line.strip())
        if line.startswith("create service"):
            created = time.monotonic()
        elif line.startswith("ip="):
            address, bound = line.strip().removeprefix("ip="), time.monotonic()
    if process.wait() or not address:
        raise NetcError(f"netc up: {' | '.join(said)}")
    return address, bound - created, time.monotonic() - begin


def _round(
    lab: Lab,
    address: str,
    fault: Callable[[Lab, HostName], Callable[[], None]],
    settle: float = 0,
) -> Taken:
    at = next(host for host in HOSTS if host == node_of(lab, HOSTS[0], OWN))
    left = next(host for host in HOSTS if host != at)
    led = docker(lab, left, "node", "inspect", at, "--format={{.ManagerStatus.Leader}}") == "true"
    with watched(lab, address) as eye:
        eventually(eye.good, seconds=30)
        begin = time.monotonic()
        mend = fault(lab, at)
        eventually(lambda: node_of(lab, left, OWN) not in ("", at), seconds=150)
        time.sleep(5)
        eventually(eye.good, seconds=30)
        taken, mended = eye.outage(begin), time.monotonic()
        mend()
        time.sleep(settle)
        after = eye.outage(mended)
    ready = "--format={{.Status}} {{.Availability}}"
    eventually(
        lambda: docker(lab, left, "node", "ls", ready, check=False).split("\n"),
        lambda told: told == ["Ready Active"] * 3,
        seconds=90,
    )
    time.sleep(5)
    return Taken(taken, after, led)


def _drain(lab: Lab, at: HostName) -> Callable[[], None]:
    left = next(host for host in HOSTS if host != at)
    docker(lab, left, "node", "update", "--availability=drain", at)

    def back() -> None:
        docker(lab, left, "node", "update", "--availability=active", at)

    return back


def _power_off(lab: Lab, at: HostName) -> Callable[[], None]:
    lab.host(at).power_off()
    return lab.host(at).power_on


def _cut(lab: Lab, at: HostName) -> Callable[[], None]:
    lab.host(at).cut(silently=True)
    return lab.host(at).heal


def _listing(lab: Lab) -> list[tuple[str, float]]:
    at = next(host for host in HOSTS if host == node_of(lab, HOSTS[0], OWN))
    found = []
    for where, host in (("here", at), ("elsewhere", next(h for h in HOSTS if h != at))):
        taken = []
        for _ in range(ROUNDS):
            begin = time.monotonic()
            netc(lab, host, "ls")
            taken.append(time.monotonic() - begin)
        found.append((where, median(taken)))
    return found
