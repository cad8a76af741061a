"""`netc watch` and an engine that ends in the middle: how soon all is as it should be again."""

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from netc_tui.core.errors import NetcError

from .conftest import Site, eventually
from .watching import IMAGE, YES, on, watch

RANGES = ("10.77.0.11,10.77.0.99", "10.77.0.200,10.77.0.254")
"""Beside that of the lab: room for 200."""
ANSWERS = ("version", "--format={{.Server.Version}}")
WITHIN = 15.0
"""Seconds from the return of the engine until each has its lease."""


def bound(site: Site, since: str = "") -> set[str]:
    """The services whose network container has a lease from that moment on, by what netc says."""
    found = site.run("leases", "--json")
    rows = json.loads(found.stdout)["leases"] if found.returncode == 0 else ()
    return {row["service"] for row in rows if row["phase"] == "bound" and row["bound_at"] >= since}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("count", "last"), [(12, 4), pytest.param(200, 10, marks=pytest.mark.slow)]
)
def test_it_converges_after_a_killed_engine_is_back(
    site: Site, tmp_path: Path, count: int, last: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is killed while the ``last`` of so many are still to be turned on."""
    site.lab.start_dhcp(*(f"--dhcp-range={each},255.255.255.0,10m" for each in RANGES))
    names = {f"shop{number}" for number in range(count)}
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: site.docker(*_run(name)), sorted(names)))
    with watch(site, tmp_path) as watcher:
        eventually(lambda: len(bound(site)) >= count - last, seconds=4 * count, every=0.5)
        site.lab.stop_engine(signal.SIGKILL)
        began, since = time.monotonic(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        with suppress(NetcError):  # it is not waited for as long as it needs with so many
            site.lab.start_engine()
        eventually(lambda: site.docker(*ANSWERS, check=False), seconds=60 + 2 * count)
        back = time.monotonic()
        eventually(
            lambda: names - bound(site, since), lambda left: not left, seconds=4 * WITHIN, every=0.2
        )
        took = time.monotonic() - back
        with capsys.disabled():
            print(f"\n{count} services: dockerd needed {back - began:.1f} s, then {took:.1f} s")
        assert on(site) == {f"netc-{name}" for name in names}
        assert "again in" not in watcher.said, "what an engine's end broke off counts as no failure"
    assert took < WITHIN, watcher.said


def _run(name: str) -> tuple[str, ...]:
    return ("run", "-d", "--restart=always", "--name", name, *YES, IMAGE)
