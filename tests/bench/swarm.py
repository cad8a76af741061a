"""A network container that is a service of a Swarm of three managers: how soon it is there, and how
long nobody answers when its node is drained, or loses its power."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from netc_tui.core.errors import NetcError
from netc_tui.lab import Lab
from netc_tui.lab.layout import HOSTS, HostName
from tests.bench.site import NETC, ROOT
from tests.bench.table import at_most, table
from tests.lab.conftest import eventually
from tests.lab.swarming import docker, node_of, serve, swarm, watched

ROUNDS = 3
SERVICE, OWN = "job", "netc-job"
DRAIN_BUDGET = 2.0
POWER_BUDGET = 16.0


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
        begin = time.monotonic()
        address = netc(lab, HOSTS[0], "up", SERVICE, "eth1", "--port=80").removeprefix("ip=")
        first = time.monotonic() - begin
        for host in HOSTS[1:]:
            netc(lab, host, "up", SERVICE, "eth1", "--port=80")
        drained = [_round(lab, address, _drain) for _ in range(ROUNDS)]
        cut = [_round(lab, address, _power_off) for _ in range(ROUNDS)]
        listed = _listing(lab)
    rows = [
        ("`netc up`, whole process, to the lease and a look at the path", f"{first:.1f} s", ""),
        *(
            (what, " ".join(f"{value:.1f}" for value in taken) + " s", at_most(median(taken), most))
            for what, taken, most in (
                (f"its node is drained (budget {DRAIN_BUDGET:g} s)", drained, DRAIN_BUDGET),
                (f"its node loses power (budget {POWER_BUDGET:g} s)", cut, POWER_BUDGET),
            )
        ),
        *((f"`netc ls`, it runs {where}", f"{value:.2f} s", "") for where, value in listed),
    ]
    table("a service of a Swarm of three managers", ("", "taken", ""), rows)


def _round(lab: Lab, address: str, fault: Callable[[Lab, HostName], Callable[[], None]]) -> float:
    """How long nobody answered at most. Raises NetcError when the address is another then."""
    at = next(host for host in HOSTS if host == node_of(lab, HOSTS[0], OWN))
    left = next(host for host in HOSTS if host != at)
    with watched(lab, address) as eye:
        eventually(eye.good, seconds=30)
        begin = time.monotonic()
        mend = fault(lab, at)
        eventually(lambda: node_of(lab, left, OWN) not in ("", at), seconds=90)
        time.sleep(5)
        eventually(eye.good, seconds=30)
        taken = eye.outage(begin)
    mend()
    ready = "{{.Status}} {{.Availability}}"
    eventually(
        lambda: docker(lab, left, "node", "ls", f"--format={ready}").split("\n"),
        lambda told: told == ["Ready Active"] * 3,
        seconds=60,
    )
    time.sleep(5)
    return taken


def _drain(lab: Lab, at: HostName) -> Callable[[], None]:
    left = next(host for host in HOSTS if host != at)
    docker(lab, left, "node", "update", "--availability=drain", at)

    def back() -> None:
        docker(lab, left, "node", "update", "--availability=active", at)

    return back


def _power_off(lab: Lab, at: HostName) -> Callable[[], None]:
    lab.host(at).power_off()
    return lab.host(at).power_on


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
