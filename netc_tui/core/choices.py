"""What was chosen for a network container, and what netc would choose by itself."""

import msgspec

from netc_tui.core import identity
from netc_tui.core.model import Service
from netc_tui.core.ports import Forward, unasked
from netc_tui.core.swarm import OF_SWARM


class Choices(msgspec.Struct, frozen=True):
    """What must be said to have a network container as it is; empty: netc chooses that itself."""

    interface: str = ""
    ports: tuple[Forward, ...] = ()
    hostname: str = ""
    mac: str = ""
    network: str = ""
    """Of one that is on never empty: what netc would choose depends on the other containers."""


def chosen(service: Service, engine_id: str) -> Choices:
    """The choices in force for a service; none for one that is off."""
    now = service.network_container
    if now is None:
        return Choices()
    name = now.moved or service.name.removeprefix(OF_SWARM)
    own = identity.derive(now.seed or engine_id, name)
    return Choices(
        interface=now.interface,
        ports=now.ports if now.ports != unasked(service.ports) else (),
        hostname=now.hostname if now.hostname != own.hostname else "",
        mac=now.mac if now.mac != own.mac else "",
        network=now.network,
    )
