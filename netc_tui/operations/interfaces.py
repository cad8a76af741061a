"""The host's interfaces, and whether one can carry a LAN network."""

import asyncio
from collections.abc import Callable, Sequence

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Engine, Interface, Network
from netc_tui.engine import EngineApi
from netc_tui.host import interfaces as host


def require_local(engine: Engine) -> None:
    """Raise NetcError (interface) unless the engine's interfaces are this machine's."""
    if engine.desktop:
        raise NetcError(
            "Docker Desktop runs its engine in a virtual machine, away from the LAN; use Docker"
            " Engine on a Linux host",
            Exit.INTERFACE,
        )
    if not engine.local:
        raise NetcError(
            f"the engine at {engine.host} is a remote one ({engine.name or 'unnamed'}): its"
            " interfaces are not this machine's; run netc there",
            Exit.INTERFACE,
        )
    if engine.rootless:
        raise NetcError(
            "this Docker engine runs rootless, without the host's interfaces: macvlan cannot work;"
            " use the system's engine",
            Exit.INTERFACE,
        )


async def interfaces(engine: EngineApi) -> tuple[Interface, ...]:
    """All interfaces of the host, fit ones first. Raises NetcError for a remote engine."""
    require_local(engine.engine)
    links, networks = await asyncio.gather(asyncio.to_thread(host.links), engine.networks())
    return judged(links, networks)


def judged(links: Sequence[host.Link], networks: Sequence[Network]) -> tuple[Interface, ...]:
    """Links that were read as interfaces that are fit or not, given Docker's networks."""
    return host.interfaces(links, *_docker_facts(networks))


ReadLinks = Callable[[], tuple[host.Link, ...]]
"""How the links of this machine are read; it may block."""


async def check(
    name: str, networks: Sequence[Network], links: ReadLinks | None = None
) -> tuple[str, ...]:
    """The host's own addresses on an interface, ADDRESS/PREFIX.

    Raises NetcError (interface) when it is unknown or unfit.
    """
    host.check_known(name)
    for link in await asyncio.to_thread(links or (lambda: host.links(name))):
        if link.name == name:
            if reason := host.unfit(link, *_docker_facts(networks)):
                raise NetcError(f"interface {name} is unfit: {reason}", Exit.INTERFACE)
            return link.addresses
    return ()


def _docker_facts(networks: Sequence[Network]) -> tuple[frozenset[str], dict[str, str]]:
    bridges = frozenset(network.bridge for network in networks if network.bridge)
    ipvlan = {
        network.parent: network.name
        for network in networks
        if network.driver == "ipvlan" and network.parent
    }
    return bridges, ipvlan
