"""A container of the in-memory engine."""

import time
from dataclasses import dataclass, field
from typing import Any

from netc_tui.core.plan import ContainerSpec
from netc_tui.core.ports import Port
from tests.twin.streams import FakeStream


@dataclass
class Box:
    """A container, as it stands."""

    id: str
    name: str
    image: str
    mode: str
    state: str
    networks: dict[str, str]
    """Name to the id that it had at the last start."""
    ports: tuple[Port, ...] = ()
    exposed: tuple[Port, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    spec: ContainerSpec | None = None
    addresses: dict[str, str] = field(default_factory=dict)
    log: list[tuple[float, bytes]] = field(default_factory=list)
    lease: dict[str, Any] = field(default_factory=dict)
    image_id: str = ""
    exit_code: int = 0
    error: str = ""
    """What Docker says of a start that failed."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What its volume holds."""
    lives: int = 0
    """How often it was started."""
    spoken: int = 0
    """How many events it told since its start."""
    connected: int = 0
    """How many clients are."""
    forwarded: list[tuple[str, str, int, int]] = field(default_factory=list)
    """Forward, direction, packets and bytes since its start."""
    ails: tuple[str, str] | None = None
    """The hop at which its path is broken, and the reason."""
    stands_by: bool = False
    """Does it wait for the address that another has?"""
    takes: bool = False
    """Is it to take that as soon as it is free?"""
    health: str | None = None
    """``healthy``, ``unhealthy`` or ``starting``; None without a health check."""
    followers: list[FakeStream[bytes]] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return self.state in ("running", "paused")

    @property
    def status(self) -> str:
        """Docker's sentence."""
        if self.state == "running" and self.health is not None:
            words = "health: starting" if self.health == "starting" else self.health
            return f"Up 2 minutes ({words})"
        return {
            "created": "Created",
            "running": "Up 2 minutes",
            "paused": "Up 2 minutes (Paused)",
            "exited": f"Exited ({self.exit_code}) 2 minutes ago",
            "restarting": "Restarting (1) 2 seconds ago",
        }.get(self.state, self.state.title())

    def hear(self, line: bytes) -> None:
        """Its log grows."""
        self.log.append((time.time(), line))
        for follower in self.followers:
            follower.tell(line)

    def said(self, since: float | None, tail: int | None) -> list[bytes]:
        """Its log from ``since``, of that the last ``tail`` lines."""
        lines = [line for at, line in self.log if since is None or at >= since]
        return lines if tail is None else lines[max(0, len(lines) - tail) :]

    def end_log(self) -> None:
        """Whoever follows it has heard all."""
        for follower in self.followers:
            follower.end()
        self.followers.clear()
