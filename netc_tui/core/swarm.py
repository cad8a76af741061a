"""A Docker Swarm as one of its engines tells of it: services, tasks, nodes.

A *node* is a host that is in a Swarm; a *task* is what the Swarm starts for a service, on whichever
node: a container that comes and goes, with a name that is new each time. Only managers know them
all; a worker knows the tasks that run on it, by the labels of their containers.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from netc_tui.core.ports import Port

SERVICE = "com.docker.swarm.service.name"
"""The label of a task's container with the name of its service."""
QUORUM = 3
"""Managers from which on the loss of one leaves a Swarm at work: more than half must be there."""
KNOWN_BY = "tasks."
"""What the name begins with by which Docker's name server knows the tasks of a service."""


OF_SWARM = "swarm:"
"""What the name of a service begins with where a container of this engine has the same one; no
container's can have a colon in it."""


ON_ITS_WAY = frozenset(
    ["new", "allocated", "assigned", "accepted", "preparing", "ready", "starting"]
)
"""The states of a task that is about to run. (One that is pending has no node.)"""


class Membership(msgspec.Struct, frozen=True):
    """An engine in a Swarm, as it was when it was connected to."""

    node: str
    """Its own id there."""
    manager: bool
    cluster: str = ""
    """The id of the Swarm; empty: a worker is not told, nor a manager of a Swarm without leader."""
    managers: int = 0
    """How many there are, in whatever state; 0: not known."""

    @property
    def frail(self) -> str:
        """Why it does not go on by itself whichever node is lost; empty where it does, or nobody
        knows."""
        if not self.manager or not 0 < self.managers < QUORUM:
            return ""
        count = "one manager" if self.managers == 1 else f"{self.managers} managers"
        return (
            f"this Swarm has {count}: when one is lost nothing is started anew on another node;"
            f" that takes {QUORUM} (docker node promote NODE)"
        )


class Replicas(msgspec.Struct, frozen=True):
    """How many tasks of a service run."""

    mode: str = ""
    """Docker's word: replicated, global, replicated-job, global-job; empty: not known here."""
    running: int | None = None
    wanted: int | None = None
    here: int = 0
    """How many of them run on this engine."""

    @property
    def told(self) -> bool:
        """Did its Swarm tell of it? Else no more is known than what runs on this engine."""
        return bool(self.mode)

    def __str__(self) -> str:
        if self.running is None or self.wanted is None:
            return f"{self.here} {'task' if self.here == 1 else 'tasks'} here"
        kind = {"replicated": "replicas"}.get(self.mode, self.mode)
        return f"{self.running}/{self.wanted} {kind}"


class SwarmService(msgspec.Struct, frozen=True):
    """A service of a Swarm."""

    id: str
    name: str
    image: str
    """As it was asked for, without the digest that Docker adds."""
    version: int
    """Of what is asked for: a change names the one that it is about."""
    replicas: Replicas = Replicas()
    networks: tuple[str, ...] = ()
    """The ids of those that it asks for."""
    ports: tuple[Port, ...] = ()
    """Those that the Swarm publishes."""
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)


class SwarmTask(msgspec.Struct, frozen=True):
    """A task of a service."""

    id: str
    service: str
    """The id of its service."""
    node: str
    """The id of its node; empty: none was found for it."""
    state: str
    """Docker's word: pending, preparing, running, shutdown, failed, rejected ..."""
    desired: str
    """The state that it is to have, likewise."""
    error: str = ""
    """What Docker says of why it does not run."""
    no_image: bool = False
    """Is that because its node has not its image?"""
    container: str = ""
    """The id of its container; empty: it has none yet."""
    at: datetime = datetime.fromtimestamp(0, UTC)
    """When it was made."""

    @property
    def running(self) -> bool:
        """Does it run, and is to?"""
        return self.state == self.desired == "running"


class SwarmNode(msgspec.Struct, frozen=True):
    """A node of a Swarm."""

    id: str
    name: str
    version: int = 0
    """See ``SwarmService.version``."""
    manager: bool = False
    ready: bool = True
    """Is it heard of?"""
    active: bool = True
    """Does it take tasks, neither drained nor paused?"""
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)


class SwarmConfig(msgspec.Struct, frozen=True):
    """A config: a file that a Swarm hands to the tasks of services."""

    id: str
    name: str
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)


def counts(tasks: Iterable[SwarmTask], service: str) -> SwarmTask | None:
    """Of the tasks of the service with that id the one that counts: one that runs and is to, else
    the newest. Docker keeps the last few that ended."""
    own = (task for task in tasks if task.service == service)
    return max(
        own, key=lambda task: (task.running, task.desired == "running", task.at), default=None
    )


def failed(tasks: Iterable[SwarmTask], task: SwarmTask | None) -> SwarmTask | None:
    """The one that tells why ``task`` does not run: itself, or the last one of its service that
    could not. Where each fails, the next is made at once, and has nothing to tell yet."""
    if task is None or task.running:
        return None
    if task.error:
        return task
    own = (each for each in tasks if each.service == task.service and each.error)
    return max(own, key=lambda each: each.at, default=None)
