"""A Swarm of the three Docker hosts of a lab, and an eye on an address of it from the LAN."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

from netc_tui.lab import Lab
from netc_tui.lab.layout import HostName

PATIENCE = 0.1
"""Seconds for an answer: what a question is waited for longer, an outage is measured longer."""
POLLER = Path(__file__).parents[1] / "faults" / "lan_poller.py"


def docker(lab: Lab, host: HostName, *arguments: str, check: bool = True) -> str:
    """What the docker client prints on a host."""
    done = lab.run(host, ["docker", *arguments], timeout=60)
    assert not check or done.returncode == 0, (host, arguments, done.stderr)
    return done.stdout.strip()


@contextmanager
def swarm(
    lab: Lab, managers: Sequence[HostName], workers: Sequence[HostName] = ()
) -> Iterator[None]:
    """A Swarm of these hosts; gone afterwards, whatever became of it."""
    first, *others = managers
    address = lab.host(first).address
    try:
        docker(lab, first, "swarm", "init", f"--advertise-addr={address}")
        for role, hosts in (("manager", others), ("worker", workers)):
            token = docker(lab, first, "swarm", "join-token", "-q", role)
            for host in hosts:
                own = f"--advertise-addr={lab.host(host).address}"
                docker(lab, host, "swarm", "join", "--token", token, own, f"{address}:2377")
        yield
    finally:
        for host in (*managers, *workers):
            lab.host(host).power_on()
            lab.host(host).heal()
        for host in (*managers, *workers):
            with suppress(subprocess.TimeoutExpired):
                docker(lab, host, "swarm", "leave", "--force", check=False)
        for host in (*managers, *workers):
            for name in docker(
                lab, host, "network", "ls", "-q", "--filter=label=netc.swarm"
            ).split():
                docker(lab, host, "network", "rm", name, check=False)
            docker(lab, host, "network", "rm", "docker_gwbridge", check=False)


def serve(lab: Lab, host: HostName, name: str, *options: str) -> None:
    """A service whose page tells on which node it is."""
    docker(
        *(lab, host, "service", "create", "--quiet", "--no-resolve-image", "--detach"),
        *("--name", name, "--hostname", name + "-at-{{.Node.Hostname}}", *options),
        "netc-lab/web",
    )


def node_of(lab: Lab, host: HostName, service: str) -> str:
    """The node on which the task of a service runs, as a host is told; empty: none, or nothing is
    told, as while the managers choose another leader."""
    form = "{{.CurrentState}} {{.Node}}"
    told = docker(lab, host, "service", "ps", service, "--filter=desired-state=running",
                  f"--format={form}", check=False)  # fmt: skip
    for line in told.splitlines():
        if line.startswith("Running"):
            return line.rpartition(" ")[2]
    return ""


class Eye:
    """Asks an address for a page five times a second, from the LAN machine."""

    def __init__(self, lab: Lab, address: str, port: int = 80) -> None:
        self.seen: list[tuple[float, str]] = []
        self._process = lab.popen(
            "client",
            [sys.executable, str(POLLER), str(PATIENCE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(f"{address} {port}\n")
        self._process.stdin.flush()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            at, _, came = line.strip().partition(" ")
            self.seen.append((float(at), came))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def good(self) -> bool:
        """Did the last question bring a page?"""
        return bool(self.seen) and self.seen[-1][1].startswith("page")

    def outage(self, since: float) -> float:
        """Seconds from ``since`` (time.monotonic) on that nobody answered at most, from one page to
        the next."""
        pages = [at for at, came in self.seen if came.startswith("page")]
        before = max((at for at in pages if at <= since), default=since)
        after = [at for at in pages if at > since]
        points = [before, *after, time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(points))


@contextmanager
def watched(lab: Lab, address: str, port: int = 80) -> Iterator[Eye]:
    eye = Eye(lab, address, port)
    try:
        yield eye
    finally:
        eye.close()


def macs(lab: Lab, address: str) -> set[str]:
    """Who on the LAN says that it has an address."""
    ask = ["busybox", "arping", "-c", "2", "-w", "2", "-I", "eth0", address]
    told = lab.client(ask).stdout
    return {line.split("[")[1].split("]")[0].lower() for line in told.splitlines() if "[" in line}


def inspected(lab: Lab, host: HostName, *what: str) -> dict[str, object]:
    """What an engine knows of one thing."""
    found: list[dict[str, object]] = json.loads(docker(lab, host, *what))
    return found[0]
