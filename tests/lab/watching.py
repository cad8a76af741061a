"""`netc watch` as a process in a lab, and services with labels."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from netc_tui.core.memos import WATCHER
from netc_tui.lab.layout import Where

from .conftest import Site, eventually

IMAGE = "netc-lab/web"
YES = ("--label", "netc.enable=true")


class Watch:
    """A watcher at work."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        self.process, self._log = process, log

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def ended(self, number: signal.Signals) -> float:
        """The seconds that it takes to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(10)
        return time.monotonic() - began


@contextmanager
def watch(
    site: Site,
    folder: Path,
    *arguments: str,
    where: Where = "host",
    environment: Mapping[str, str] = {},
) -> Iterator[Watch]:
    """One that is at work, and is killed at the end if it still is."""
    log = folder / f"watch-{time.monotonic_ns()}"
    with log.open("w") as out:
        process = site.lab.popen(
            where,
            [sys.executable, "-m", "netc_tui", "watch", *arguments],
            env={**site.lab.environment, "NETC_INTERFACE": "eth1", **environment},
            stdout=out,
            stderr=out,
        )
    try:
        yield Watch(process, log)
    finally:
        process.kill()
        process.wait()


def run(site: Site, name: str, *options: str) -> None:
    site.docker("run", "-d", "--name", name, *options, IMAGE)


def address(site: Site, name: str) -> str | None:
    """Its address on the LAN, if it has one."""
    found = site.run("show", name, "--json")
    own = json.loads(found.stdout)["network_container"] if found.returncode == 0 else None
    return own["ip"] if own is not None else None


def answers(site: Site, name: str, port: int = 80) -> str:
    """Its address, as soon as it answers there."""
    ip = eventually(lambda: address(site, name), seconds=15)
    assert ip is not None
    eventually(lambda: site.get(ip, port), seconds=10)
    return ip


def on(site: Site) -> set[str]:
    """The network containers that there are."""
    return {name for name in site.leftovers() if not name.startswith("netc-lan-")}


def memo(site: Site) -> bool:
    return WATCHER in site.docker("volume", "ls", "--format={{.Name}}").split()


def made_since(site: Site, began: float) -> list[str]:
    """The network containers that were made since that moment, each as often as it was."""
    only = (
        "--filter=label=netc.schema",
        "--filter=event=create",
        "--format={{.Actor.Attributes.name}}",
    )
    return site.docker("events", f"--since={began}", f"--until={time.time()}", *only).split()
