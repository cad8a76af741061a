"""How much goes through a network container, beside a published port and a bare macvlan."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from statistics import median

from netc_tui.core.errors import NetcError
from netc_tui.host.rootfs import rootfs
from tests.bench.site import HERE, PYTHON, Site, require, site
from tests.bench.table import at_least, table

ROUNDS = 5
SECONDS = 3
CONNECTION_ROUNDS = 3
BUDGET = 0.95
IMAGE = "netc-bench/iperf3"
DIRECT_IP = "10.78.0.50"
PORTS = ("5201", "7000")
"""iperf3, and the one that only accepts connections."""


def run() -> None:
    """Throughput, and new connections a second."""
    require("iperf3", "iperf3")
    with site() as here, _service(here) as ways:
        speed: dict[str, list[float]] = {name: [] for name in ways}
        rate: dict[str, list[float]] = {name: [] for name in ways}
        for ip in ways.values():
            _rate(here, ip, 0.2)
        for _ in range(ROUNDS):
            for name, ip in ways.items():
                speed[name].append(_speed(here, ip))
        for _ in range(CONNECTION_ROUNDS):
            for name, ip in ways.items():
                rate[name].append(_rate(here, ip, SECONDS))
    rows = []
    for what, figures, unit, form, budget in (
        ("TCP throughput", speed, "Gbit/s", ".1f", BUDGET),
        ("new connections", rate, "/s", ",.0f", None),
    ):
        middle = {name: median(found) for name, found in figures.items()}
        ratio = middle["netc"] / middle["published"]
        rows.append(
            (
                what,
                *(f"{middle[name]:{form}} {unit}" for name in ("netc", "published", "macvlan")),
                f"{ratio:.2f}x",
                f"{budget}x" if budget else "",
                at_least(ratio, budget) if budget else "",
            )
        )
    table(
        f"through: from a machine on the LAN to a service; ratio to a published port"
        f" (medians of {ROUNDS} and {CONNECTION_ROUNDS}, {SECONDS} s each)",
        ("", "network container", "published port", "directly on macvlan", "ratio", "budget", ""),
        rows,
    )


@contextlib.contextmanager
def _service(here: Site) -> Iterator[dict[str, str]]:
    """The same service in two places; the three addresses where it is."""
    changes = [f"--change=EXPOSE {port}" for port in PORTS]
    changes.append('--change=CMD ["iperf3", "-s"]')
    here.docker("import", *changes, "-", IMAGE, input=rootfs(["iperf3"]), text=False)
    ports = [f"--publish={port}:{port}" for port in PORTS]
    # On the other LAN: engines before 27.0.1 have one macvlan network for each parent.
    lan = ("--driver=macvlan", "--opt=parent=eth2", "--subnet=10.78.0.0/24")
    here.docker("network", "create", *lan, "bench")
    here.docker("run", "-d", "--init=false", "--name=behind", *ports, IMAGE)
    here.docker("run", "-d", "--name=direct", "--network=bench", f"--ip={DIRECT_IP}", IMAGE)
    with contextlib.ExitStack() as stack:
        for name in ("behind", "direct"):
            stack.enter_context(_acceptor(here, name))
        # Now that something listens on each port: `up` fails where nothing does.
        yield {"netc": here.up("behind"), "published": here.lab.HOST_IP, "macvlan": DIRECT_IP}


@contextlib.contextmanager
def _acceptor(here: Site, container: str) -> Iterator[None]:
    """Something that accepts connections in a container's network: no image need have Python."""
    enter = ["nsenter", f"--target={here.pids(container)[0]}", "--net", "--"]
    process = subprocess.Popen(
        [*enter, PYTHON, "-S", str(HERE / "connections.py"), "accept"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            if not (process.stdout and process.stdout.readline()):
                raise NetcError(f"nothing can be run in the network of {container}")
            yield
        finally:
            process.kill()


def _speed(here: Site, ip: str) -> float:
    """Gbit/s as the service gets them."""
    done = here.lab.client(["iperf3", "--client", ip, "--time", str(SECONDS), "--json"])
    said = json.loads(done.stdout or "{}")
    if done.returncode or "error" in said:
        raise NetcError(f"iperf3 to {ip}: {said.get('error') or done.stderr.strip()}")
    return float(said["end"]["sum_received"]["bits_per_second"]) / 1e9


def _rate(here: Site, ip: str, seconds: float) -> float:
    """Connections a second, one after the other."""
    script = str(HERE / "connections.py")
    done = here.lab.client([PYTHON, "-S", script, "make", ip, str(seconds)])
    if done.returncode:
        raise NetcError(f"connections to {ip}: {done.stderr.strip().splitlines()[-1]}")
    return float(done.stdout)
