"""What `netc ls` says of a service at one moment, and questions about it."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.lab.conftest import Site

Told = Callable[["Look"], bool]


@dataclass(frozen=True)
class Look:
    """One look: what `netc ls --json` printed, and what the network container has said."""

    code: int
    """The exit code of `netc ls`."""
    took: float
    """Seconds it needed."""
    error: str = ""
    """What it said on stderr."""
    row: dict[str, Any] = field(default_factory=dict)
    """The service; empty when it is not listed."""
    events: list[dict[str, Any]] = field(default_factory=list)
    """What the network container said since the fault."""
    command: subprocess.CompletedProcess[str] | None = None
    """The command that was the fault, when it was one (`netc up` of what cannot work)."""

    @property
    def one(self) -> dict[str, Any]:
        """The network container, as `netc ls --json` has it; empty without one."""
        return self.row.get("network_container") or {}

    @property
    def ip(self) -> str | None:
        return self.one.get("ip")

    @property
    def phase(self) -> str | None:
        return self.one.get("phase")

    @property
    def health(self) -> str | None:
        """``healthy`` or ``broken``; None when it is not known, or not told."""
        return self._health("state")

    @property
    def hop(self) -> str | None:
        """The first broken hop."""
        return self._health("hop")

    @property
    def reason(self) -> str:
        """All that is said of what is wrong: at the hop, by the network container, by Docker."""
        texts = [
            self._health("reason"),
            self.one.get("remedy"),
            self.one.get("message"),
            self.error,
        ]
        return " ".join(filter(None, texts))

    def said(self, *names: str) -> bool:
        """Whether one of these events was among what it said."""
        return any(event.get("event") in names for event in self.events)

    def _health(self, name: str) -> str | None:
        found = self.one.get("health") or {}
        return found.get(name) if isinstance(found, dict) else None


def take(site: Site, service: str, container: str, since: str) -> Look:
    """Look now. ``since`` as `docker logs` takes it."""
    begin = time.monotonic()
    try:
        done = site.run("ls", "--all", "--json", timeout=60)
    except subprocess.TimeoutExpired:
        return Look(-1, time.monotonic() - begin, "`netc ls` did not end within 60 s")
    took = time.monotonic() - begin
    row: dict[str, Any] = {}
    if done.returncode == 0:
        listed = json.loads(done.stdout)["services"]
        # A service that was renamed is listed under its new name.
        by_name = (one for one in listed if one["name"] == service)
        by_own = (
            one for one in listed if (one["network_container"] or {}).get("name") == container
        )
        row = next(by_name, None) or next(by_own, {})
    events = _events(site, container, since) if done.returncode == 0 else []
    return Look(done.returncode, took, done.stderr.strip(), row, events)


def printed(site: Site, service: str) -> str:
    """The line of `netc ls` for people, or what it said instead."""
    try:
        done = site.run("ls", "--all", timeout=60)
    except subprocess.TimeoutExpired:
        return "nothing, for 60 s"
    if done.returncode:
        return f"exit {done.returncode}: {done.stderr.strip().splitlines()[-1]}"
    rows = [line for line in done.stdout.splitlines() if line.split()[:1] == [service]]
    return " ".join(rows[0].split()[1:]) if rows else "not listed"


def _events(site: Site, container: str, since: str) -> list[dict[str, Any]]:
    try:
        done = site.lab.exec(["docker", "logs", "--since", since, container], timeout=10)
    except subprocess.TimeoutExpired:
        return []
    found = []
    for line in done.stdout.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            found.append(event)
    return found


# --- questions; each is a function of a look, to be put into a fault


def healthy(look: Look) -> bool:
    """All that is checked is sound."""
    return look.health == "healthy"


def broken(*hops: str, names: str = "") -> Told:
    """The path is broken at one of these hops; the reason has ``names`` in it."""

    def told(look: Look) -> bool:
        return look.health == "broken" and look.hop in hops and names in look.reason

    return told


def said(*events: str) -> Told:
    """The network container said one of these events."""
    return lambda look: look.said(*events)


def phase(*names: str) -> Told:
    """The lease is in one of these phases."""
    return lambda look: look.phase in names


def exits(code: int, *words: str) -> Told:
    """The command that was the fault ended with this code, and said these words."""

    def told(look: Look) -> bool:
        done = look.command
        return (
            done is not None
            and done.returncode == code
            and all(word in done.stdout + done.stderr for word in words)
        )

    return told


def both(*questions: Told) -> Told:
    """All of them at once."""
    return lambda look: all(question(look) for question in questions)


def exited_with_remedy(look: Look) -> bool:
    """It is shown as exited, with the command that brings it back."""
    commands = (f"docker start {look.one.get('name')}", "netc up")
    return look.one.get("state") == "exited" and any(one in look.reason for one in commands)
