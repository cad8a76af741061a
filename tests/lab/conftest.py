"""A lab for the tests of a session, and the command line run in it as an operator would."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from netc_tui.lab import Lab
from netc_tui.lab.layout import HOSTS, HostName

from .guard import guarded

T = TypeVar("T")
SERVICES = ("web1", "web2", "dns", "app", "worker")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/lab/" in str(item.path):
            item.add_marker(pytest.mark.lab)


@dataclass(frozen=True)
class Site:
    """A Docker host of a lab with short ways to do what tests do all the time."""

    lab: Lab
    host: HostName = "host"

    def netc(self, *arguments: str, code: int | None = 0, **options: Any) -> str:
        """What `netc` prints on stdout; fails unless it exits with ``code`` (None: any)."""
        done = self.run(*arguments, **options)
        assert code is None or done.returncode == code, (
            f"netc {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """`netc` on the Docker host: exit code, stdout, stderr."""
        return self.lab.run(self.host, [sys.executable, "-m", "netc_tui", *arguments], **options)

    def up(self, service: str, interface: str = "eth1", *options: str) -> str:
        """`netc up`; the address."""
        out = self.netc("up", service, interface, *options)
        assert out.startswith("ip="), out
        return out.strip().removeprefix("ip=")

    def show(self, service: str) -> dict[str, Any]:
        """The network container of a service as `netc show --json` has it."""
        return json.loads(self.netc("show", service, "--json"))["network_container"]

    def docker(self, *arguments: str, check: bool = True) -> str:
        """What the docker client prints."""
        done = self.lab.run(self.host, ["docker", *arguments])
        assert not check or done.returncode == 0, (arguments, done.stderr)
        return done.stdout.strip()

    def get(self, address: str, port: int = 80, seconds: float = 2) -> str | None:
        """The first line of a page as the LAN machine gets it; None when it does not."""
        done = self.lab.client(
            ["curl", "-s", "--max-time", str(seconds), f"http://{address}:{port}/"]
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def log(self, service: str) -> list[dict[str, Any]]:
        """All that a network container has said."""
        done = self.lab.run(self.host, ["docker", "logs", f"netc-{service}"])
        return [json.loads(line) for line in done.stdout.splitlines()]

    def events(self, service: str) -> list[str]:
        """The names of its events."""
        return [line["event"] for line in self.log(service)]

    def leftovers(self) -> list[str]:
        """The containers and networks of netc's that are there."""
        label = "--filter=label=netc.schema"
        return [
            *self.docker("ps", "-a", label, "--format={{.Names}}").split(),
            *self.docker("network", "ls", label, "--format={{.Name}}").split(),
        ]

    def clear(self) -> None:
        """Remove all that netc made, and what tests made beside the lab's services."""
        names = self.docker("ps", "-a", "--format={{.Names}}").split()
        own = [name for name in names if name not in SERVICES]
        if own:
            self.docker("rm", "-f", "-v", *own)
        known = {"bridge", "host", "none", "backend"}
        others = set(self.docker("network", "ls", "--format={{.Name}}").split()) - known
        for name in others:
            # Also those that do not run: they could not be started without it.
            on = self.docker("ps", "-a", f"--filter=network={name}", "--format={{.Names}}")
            for one in on.split():
                self.docker("network", "disconnect", "--force", name, one)
            self.docker("network", "rm", name)
        if memos := self.docker("volume", "ls", "--filter=label=netc.memo", "-q").split():
            self.docker("volume", "rm", *memos)

    def tidy(self) -> None:
        """All services up, and nothing else there."""
        self.clear()
        running = self.docker("ps", "--format={{.Names}}").split()
        if stopped := [name for name in SERVICES if name not in running]:
            self.docker("start", *stopped)


def eventually(
    look: Callable[[], T], good: Callable[[T], bool] = bool, seconds: float = 5, every: float = 0.1
) -> T:
    """What ``look`` sees as soon as it is ``good``; fails with the last of it when time is over."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if good(seen):
            return seen
        assert time.monotonic() < deadline, f"after {seconds} s still: {seen!r}"
        time.sleep(every)


@pytest.fixture(scope="session")
def session_site() -> Iterator[Site]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    lab = Lab(f"t{os.getpid()}{worker[-1:]}")
    with guarded(lab):
        site = Site(lab)
        site.netc("image", "build", "--base", "host")
        yield site


@pytest.fixture
def site(session_site: Site) -> Iterator[Site]:
    """The session's lab, with all services up and nothing of netc's in it, before and after."""
    yield session_site
    session_site.lab.up()  # starts the DHCP server and the engine again where a test stopped them
    session_site.tidy()


@pytest.fixture(scope="session")
def session_sites() -> Iterator[tuple[Site, Site, Site]]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    lab = Lab(f"t{os.getpid()}{worker[-1:]}h", hosts=3)
    with guarded(lab):
        one, two, three = (Site(lab, host) for host in HOSTS)
        with ThreadPoolExecutor() as pool:
            build = ("image", "build", "--base", "host")
            list(pool.map(lambda site: site.netc(*build), (one, two, three)))
        yield one, two, three


@pytest.fixture
def sites(session_sites: tuple[Site, Site, Site]) -> Iterator[tuple[Site, Site, Site]]:
    """The Docker hosts of the session's lab that has three, each as ``site`` is.

    Whatever of it was stopped or switched off, and whoever was cut from the LAN, is back after it.
    """
    yield session_sites
    lab = session_sites[0].lab
    lab.up()
    for host in HOSTS:
        lab.host(host).heal()
    with ThreadPoolExecutor() as pool:
        list(pool.map(Site.tidy, session_sites))
