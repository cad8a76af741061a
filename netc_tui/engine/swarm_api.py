"""What netc asks of the manager of a Swarm: a small Protocol, beside ``EngineApi``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from netc_tui.core.swarm import SwarmConfig, SwarmNode, SwarmService, SwarmTask
from netc_tui.engine.api import LogStream

if TYPE_CHECKING:  # a program that only looks needs no plans
    from netc_tui.core.swarm_steps import CreateNodeNetwork, CreateSwarmNetwork, SwarmSpec


class SwarmApi(Protocol):
    """An engine as a manager of its Swarm.

    Every call may raise NetcError: with exit code ENGINE when the engine is away, Refused when it
    is no manager, or the Swarm has no leader.
    """

    async def services(self) -> tuple[SwarmService, ...]:
        """All services, in no order."""
        ...

    async def tasks(self, service: str = "") -> tuple[SwarmTask, ...]:
        """The tasks of a service by its name, or of all, with those that ended lately."""
        ...

    async def nodes(self) -> tuple[SwarmNode, ...]:
        """All nodes."""
        ...

    async def configs(self) -> tuple[SwarmConfig, ...]:
        """All configs."""
        ...

    async def log(self, task: str, tail: int) -> tuple[bytes, ...]:
        """The last lines of the log of a task by its id, on whichever node, oldest first; none when
        it is gone. The node is asked: raises TimeoutError when it is silent for seconds."""
        ...

    def follow_log(self, service: str) -> LogStream:
        """What the tasks of a service have printed, on whichever nodes, those that ended lately
        too, then as it grows, also when another task takes over. In order for each task alone. What
        cannot be had is told in a line."""
        ...

    async def name_image(self, tag: str) -> None:
        """Give an image of this node the name, too, that tasks have it by (``NOWHERE``)."""
        ...

    async def create_network(self, wanted: "CreateNodeNetwork | CreateSwarmNetwork") -> None:
        """Make a LAN network of the Swarm, or what it is on this node. Raises Conflict when the
        name is taken."""
        ...

    async def label_node(self, node: str, key: str, text: str | None) -> None:
        """Put a label on a node by its id; None: take it off. Raises Gone."""
        ...

    async def create_config(self, name: str, text: str, labels: Mapping[str, str]) -> None:
        """Make a config. Raises Conflict when its name is taken."""
        ...

    async def remove_config(self, name: str) -> None:
        """Remove a config; nothing when it is gone. Raises Refused while a service has it."""
        ...

    async def create(self, spec: "SwarmSpec") -> None:
        """Create a network container's service. Raises Conflict when the name is taken, Gone when
        a network or the config is."""
        ...

    async def update(self, spec: "SwarmSpec", version: int) -> None:
        """Have it be as ``spec`` says from now on. Raises Gone; Conflict when it is not of that
        ``version`` any more."""
        ...

    async def remove(self, name: str) -> None:
        """Remove a service; nothing when it is gone. Its tasks end a moment later."""
        ...
