"""How long nobody answers at an address while it is moved, as a client sees it that comes every
20 ms, and a machine that asks for it ten times a second.

The floor is the same client while nothing is moved: what the machine's own unrest costs.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from statistics import median

from netc_tui.core.errors import NetcError
from netc_tui.lab import Lab
from netc_tui.lab.layout import HOSTS, HostName
from tests.bench.site import NETC, ROOT
from tests.bench.table import at_most, table
from tests.lab.moving import seen

ROUNDS = 5
DEAD = "tcp://127.0.0.1:1"
"""Where no engine is."""
BUDGETS = {"service": 1.0, "host": 3.0, "several": 2.0, "nobody": 5.0}
"""Seconds: to another service, to another host, and at most, whatever happens."""


def run() -> None:
    """The figures, each of several rounds."""
    with _lab() as lab:
        floor = [_still(lab, _netc(lab, "host", "up", "web1", "eth1"))]
        service = [gap for _ in range(ROUNDS) for gap in _between_services(lab)]
        host = [gap for _ in range(ROUNDS) for gap in _between_hosts(lab)]
        taken, nobody, several = zip(*_healed(lab), strict=True)
    rows = [
        _row("to another service, and back", service, BUDGETS["service"]),
        _row("to another host, and back", host, BUDGETS["host"]),
        _row("a client while nothing is moved", floor, None),
    ]
    table(
        f"move: longest time between two pages ({2 * ROUNDS} moves)",
        ("", "median", "range", "budget", ""),
        rows,
    )
    rows = [
        _row("the command on the other host", taken, None),
        _row("nobody answers ARP", nobody, BUDGETS["nobody"]),
        _row("two answer, once it is healed", several, BUDGETS["several"]),
    ]
    table(
        f"move: a host is cut off, another takes its place, it is healed ({len(taken)} times)",
        ("", "median", "range", "budget", ""),
        rows,
    )


def _row(
    what: str, found: "list[float] | tuple[float, ...]", budget: float | None
) -> tuple[str, ...]:
    told = (what, f"{median(found):.2f} s", f"{min(found):.2f}-{max(found):.2f}")
    if budget is None:
        return (*told, "", "")
    return (*told, f"{budget:.0f} s", at_most(max(found), budget))


@contextlib.contextmanager
def _lab() -> Iterator[Lab]:
    lab = Lab(f"b{os.getpid()}", hosts=2)
    try:
        lab.up()
        for host in HOSTS[:2]:
            _netc(lab, host, "image", "build", "--base", "host")
        yield lab
    finally:
        lab.down()


def _netc(lab: Lab, host: HostName, *words: str) -> str:
    """What `netc` prints on a host, an address without its name. Raises NetcError."""
    done = lab.run(host, [*NETC, *words], cwd=ROOT)
    if done.returncode:
        raise NetcError(f"netc {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip().removeprefix("ip=")


def _still(lab: Lab, address: str) -> float:
    with seen(lab, "visitor.py", address, "80") as visits:
        time.sleep(5)
    return float(visits["longest"])


def _moved(lab: Lab, address: str, host: HostName, *words: str) -> float:
    with seen(lab, "visitor.py", address, "80") as visits:
        time.sleep(0.5)
        _netc(lab, host, "move", *words)
        time.sleep(0.5)
    return float(visits["longest"])


def _between_services(lab: Lab) -> Iterator[float]:
    address = _netc(lab, "host", "up", "web1", "eth1")
    yield _moved(lab, address, "host", "web1", "--to-service", "web2")
    yield _moved(lab, address, "host", "web2", "--to-service", "web1")


def _between_hosts(lab: Lab) -> Iterator[float]:
    address = _netc(lab, "host", "up", "web1", "eth1")
    ways: tuple[tuple[HostName, HostName], ...] = (("host", "host2"), ("host2", "host"))
    for source, target in ways:
        there = f"unix://{lab.socket_of(target)}"
        yield _moved(lab, address, source, "web1", "--to", there)


def _healed(lab: Lab) -> Iterator[tuple[float, float, float]]:
    address = _netc(lab, "host", "up", "web1", "eth1")
    seed = lab.run("host", ["docker", "info", "-f", "{{.ID}}"]).stdout.strip()
    cut: HostName = "host"
    other: HostName = "host2"
    for number in range(2 * ROUNDS):
        with seen(lab, "answers.py", "eth0", lab.CLIENT_IP, address) as heard:
            lab.host(cut).cut(silently=bool(number % 2))
            begin = time.monotonic()
            asked = ("--from", DEAD, "--seed", seed, "--interface", "eth1", "--no-check")
            _netc(lab, other, "move", "web1", *asked)
            took = time.monotonic() - begin
            lab.host(cut).heal()
            time.sleep(4)
        yield took, heard["nobody"], heard["several"]
        _netc(lab, cut, "down", "web1")
        cut, other = other, cut
