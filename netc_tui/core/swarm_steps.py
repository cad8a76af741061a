"""The steps that turn a service of a Swarm on and off, as values: see ``swarm_plan``."""

from typing import ClassVar

import msgspec

from netc_tui.core.plan import Step, When


class SwarmSpec(msgspec.Struct, frozen=True):
    """The service that a network container is in a Swarm; limits are the same for each (engine)."""

    name: str
    image: str
    networks: tuple[str, str]
    """The service's, and the Swarm's LAN network."""
    constraint: str
    environment: dict[str, str]
    config: str
    """The config that becomes the file of its rules."""
    labels: dict[str, str]


class CreateNodeNetwork(Step, frozen=True, tag=True):
    """Say on this node what the Swarm's LAN network is here."""

    name: str
    interface: str
    subnet: str
    labels: dict[str, str]

    def __str__(self) -> str:
        return (
            f"create config-only network {self.name} on this node: macvlan on {self.interface}"
            f" (throw-away subnet {self.subnet})"
        )


class LabelNode(Step, frozen=True, tag=True):
    """Let it be known that this node has the interface."""

    node: str
    name: str
    key: str
    text: str

    def __str__(self) -> str:
        return f"label node {self.name}: {self.key}={self.text}"


class CreateSwarmNetwork(Step, frozen=True, tag=True):
    """Make the Swarm's LAN network of an interface."""

    name: str
    config_from: str

    def __str__(self) -> str:
        return (
            f"create macvlan network {self.name} for all nodes, as each says in {self.config_from}"
        )


class CreateConfig(Step, frozen=True, tag=True):
    """Hand the rules to the Swarm."""

    name: str
    text: str
    labels: dict[str, str]

    def __str__(self) -> str:
        return f"create config {self.name}: the rules for its ports ({len(self.text)} bytes)"


class CreateSwarmService(Step, frozen=True, tag=True):
    """Create the network container as a service of one replica."""

    spec: SwarmSpec

    def __str__(self) -> str:
        overlay, lan = self.spec.networks
        return (
            f"create service {self.spec.name} with one replica on networks {overlay} and {lan},"
            f" where {self.spec.constraint}"
        )


class UpdateSwarmService(Step, frozen=True, tag=True):
    """Have it made anew: the former one stops first."""

    spec: SwarmSpec
    version: int
    why: str

    def __str__(self) -> str:
        return f"update service {self.spec.name}: {self.why}"


class RemoveSwarmService(Step, frozen=True, tag=True):
    """Remove a network container's service; its task stops, which releases its lease."""

    name: str

    def __str__(self) -> str:
        return f"remove service {self.name}: its lease is released"


class RemoveConfig(Step, frozen=True, tag=True):
    """Remove rules that nothing has any more."""

    when: ClassVar[When] = When.END
    name: str

    def __str__(self) -> str:
        return f"remove config {self.name}"


class RemoveSwarmNetwork(Step, frozen=True, tag=True):
    """Remove a network of the Swarm's LAN with its last user."""

    when: ClassVar[When] = When.END
    name: str

    def __str__(self) -> str:
        return f"remove network {self.name}: no network container uses it any more"


class UnlabelNode(Step, frozen=True, tag=True):
    """Take the label of an interface off a node."""

    when: ClassVar[When] = When.END
    node: str
    name: str
    key: str

    def __str__(self) -> str:
        return f"take the label {self.key} off node {self.name}"
