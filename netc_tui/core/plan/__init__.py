"""What turning a service on, off or over to another interface will do, as a list of steps.

A plan is made from what the engine says now and from what is wanted. Applying it, and making and
applying another, leads to the same end wherever the first was cut off: creating the container is
the one commit point.
"""

from netc_tui.core.plan.container import TARGET_ALIAS
from netc_tui.core.plan.decision import down, orphans, up
from netc_tui.core.plan.networks import free_subnet, private_network
from netc_tui.core.plan.steps import (
    BuildImage,
    Connect,
    ConnectService,
    ContainerSpec,
    CreateContainer,
    CreateNetwork,
    CreatePrivateNetwork,
    DisconnectGuest,
    DisconnectService,
    HandOver,
    PublishName,
    PutFiles,
    RemoveContainer,
    RemoveNetwork,
    Start,
    Step,
    Verify,
    When,
    WithdrawName,
)
from netc_tui.core.plan.world import Guest, Naming, Wanted, World, guests, used_networks

__all__ = [
    "TARGET_ALIAS",
    "BuildImage",
    "Connect",
    "ConnectService",
    "ContainerSpec",
    "CreateContainer",
    "CreateNetwork",
    "CreatePrivateNetwork",
    "DisconnectGuest",
    "DisconnectService",
    "Guest",
    "HandOver",
    "Naming",
    "PublishName",
    "PutFiles",
    "RemoveContainer",
    "RemoveNetwork",
    "Start",
    "Step",
    "Verify",
    "Wanted",
    "When",
    "WithdrawName",
    "World",
    "down",
    "free_subnet",
    "guests",
    "orphans",
    "private_network",
    "up",
    "used_networks",
]
