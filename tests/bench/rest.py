"""What a network container costs while nothing happens, beside a container that only sleeps."""

import time
from pathlib import Path

from netc_tui import sidecar
from netc_tui.core.errors import NetcError
from netc_tui.operations.image import BASE_TAG
from tests.bench.site import Site, site
from tests.bench.table import at_most, table

SETTLE = 5
"""Seconds until a network container is at rest: it announces its address twice more after 1 s."""
MINUTE = 60
PSS_BUDGET, IMAGE_BUDGET = 3.0, 12.0
CPU_BUDGET = 0.25
"""Percent of a core: the least that top and docker stats let one see."""


def run() -> None:
    """Memory, CPU and image size."""
    ways = (("web1", "default bridge, /etc/hosts"), ("app", "user-defined network, DNS"))
    rows = []
    with site() as here:
        alone = {}
        for service, _ in ways:
            here.up(service)
            time.sleep(SETTLE)
            alone[service] = pss(here, f"netc-{service}")
            here.netc("down", service)
        for service, _ in ways:
            here.up(service)
        time.sleep(SETTLE)
        names = [*(f"netc-{service}" for service, _ in ways), "worker"]
        before = {name: (time.monotonic(), cpu_seconds(here, name)) for name in names}
        time.sleep(MINUTE)
        cpu = {}
        for name, (began, used) in before.items():
            cpu[name] = (cpu_seconds(here, name) - used) / (time.monotonic() - began) * 100
        for service, how in ways:
            name = f"netc-{service}"
            rows.append(
                (
                    how,
                    f"{alone[service]:.2f} MB",
                    f"{pss(here, name):.2f} MB",
                    f"{PSS_BUDGET:.0f} MB",
                    at_most(alone[service], PSS_BUDGET),
                    f"{cpu[name]:.3f} %",
                    f"{CPU_BUDGET} %",
                    at_most(cpu[name], CPU_BUDGET),
                )
            )
        sleeper = f"{pss(here, 'worker'):.2f} MB"
        floor = ("floor: a shell asleep", sleeper, sleeper, "", "", f"{cpu['worker']:.3f} %")
        rows.append((*floor, "", ""))
        sizes = [_megabytes(here, tag) for tag in (sidecar.image(), BASE_TAG)]
    table(
        f"rest: a network container at rest, {MINUTE} s (PSS of its processes; CPU of one core)",
        ("", "PSS alone", "of two", "budget", "", "CPU", "budget", ""),
        rows,
    )
    size, base = sizes
    table(
        "rest: the image; floor: its base alone, from this machine's binaries",
        ("", "netc", "floor", "ratio", "budget", ""),
        [
            (
                "image",
                f"{size:.1f} MB",
                f"{base:.1f} MB",
                f"{size / base:.2f}x",
                f"{IMAGE_BUDGET:.0f} MB",
                at_most(size, IMAGE_BUDGET),
            )
        ],
    )


def cpu_seconds(here: Site, name: str) -> float:
    """Seconds of CPU that a container has used."""
    try:
        return int(here.cgroup(name, "cpuacct.usage").read_text()) / 1e9
    except NetcError:
        fields = here.cgroup(name, "cpu.stat").read_text().split()
        return int(fields[fields.index("usage_usec") + 1]) / 1e6


def pss(here: Site, name: str) -> float:
    """Megabytes of a container's processes, pages they share with others in proportion."""
    total = 0
    for pid in here.pids(name):
        try:
            fields = Path(f"/proc/{pid}/smaps_rollup").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a lookup that was just over
        total += int(fields[fields.index("Pss:") + 1])
    return total / 1000


def _megabytes(here: Site, tag: str) -> float:
    return int(here.docker("image", "inspect", "--format={{.Size}}", tag)) / 1e6
