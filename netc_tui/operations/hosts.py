"""What there is on several hosts, asked at once. One that is slow or away holds up no other."""

import asyncio
from collections.abc import Sequence

import msgspec

from netc_tui import sidecar
from netc_tui.core.errors import NetcError
from netc_tui.core.keeping import Written
from netc_tui.core.model import Container, Engine, Network, Service
from netc_tui.core.twins import Identified
from netc_tui.engine import EngineApi
from netc_tui.engine.hosts import Host
from netc_tui.operations import inventory

BRIDGE = "bridge"
"""Docker's name of its default bridge network."""


class Listed(msgspec.Struct, frozen=True):
    """What one host told."""

    host: Host
    error: str = ""
    """Why it told nothing; empty: it did."""
    engine: Engine | None = None
    services: tuple[Service, ...] = ()
    written: Written | None = None
    bridge: str | None = None
    """The id of its default bridge."""
    others: int = 0
    """Network containers that run another version of netc's image than this netc's."""
    unseen: str = ""
    """What is to be known of its Swarm, see ``inventory.overview``."""

    @property
    def known(self) -> Identified | None:
        """What tells its engine from others; None: it told nothing."""
        if self.engine is None:
            return None
        return Identified(self.host.name, self.engine.id, self.bridge)


async def listed(
    hosts: Sequence[Host], *, stopped: bool = False, seconds: float = 10
) -> tuple[Listed, ...]:
    """What each of them tells within so many ``seconds``, in their order."""
    return tuple(await asyncio.gather(*(_listed(host, stopped, seconds) for host in hosts)))


async def _listed(host: Host, stopped: bool, seconds: float) -> Listed:
    from netc_tui.engine import connect

    try:
        async with asyncio.timeout(seconds):
            engine = await connect(host.endpoint)
            try:
                return await _asked(host, engine, stopped)
            finally:
                await engine.close()
    except TimeoutError:
        return Listed(host, f"no answer within {seconds:g} s")
    except NetcError as error:
        return Listed(host, error.message)


async def _asked(host: Host, engine: EngineApi, stopped: bool) -> Listed:
    (services, written, unseen), containers, networks = await asyncio.gather(
        inventory.overview(engine, stopped=stopped), engine.containers(), engine.networks()
    )
    return Listed(
        host,
        "",
        engine.engine,
        services,
        written,
        _bridge(networks),
        _others(containers),
        unseen,
    )


async def bridge(engine: EngineApi) -> str | None:
    """The id of its default bridge. Raises NetcError."""
    return _bridge(await engine.networks())


def _bridge(networks: Sequence[Network]) -> str | None:
    return next((network.id for network in networks if network.name == BRIDGE), None)


def _others(containers: Sequence[Container]) -> int:
    own = sidecar.image()
    return sum(container.ours and container.image != own for container in containers)
