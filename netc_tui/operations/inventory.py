"""What there is: services with their ports, their network containers and leases."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import container_name
from netc_tui.core.lease import Event, fold
from netc_tui.core.model import (
    Container,
    Labels,
    NetworkContainer,
    Service,
    health,
    network_container,
)
from netc_tui.core.ports import Port
from netc_tui.engine import EngineApi
from netc_tui.host import clock

GONE = "gone"
"""State of a service that is not there while its network container is."""
TAIL = 20
"""Lines of a log that are read for the last event; more only if none of them can be read."""


async def services(engine: EngineApi, *, stopped: bool = False) -> tuple[Service, ...]:
    """The services by name: those that run, ``stopped`` ones too when asked for, and any that has
    a network container."""
    containers = await engine.containers()
    leases, ports = await asyncio.gather(
        _leases(engine, containers), inspected(engine, filter(silent, containers))
    )
    return assemble(containers, ports, leases, datetime.now(UTC), stopped=stopped)


def assemble(
    containers: Sequence[Container],
    ports: Mapping[str, tuple[Port, ...]],
    leases: Mapping[str, Event | None],
    now: datetime,
    *,
    stopped: bool = False,
) -> tuple[Service, ...]:
    """The services by name at ``now``, of what was read before; see ``services``.

    ``ports`` and ``leases`` are by container id: what a container exposes, and what a network
    container said last. What is not in them is not known.
    """
    companions = _companions(containers, leases, now)
    found = [
        _service(one, ports.get(one.id, one.ports), companions.pop(one.name, None))
        for one in containers
        if not one.ours and (one.running or stopped or one.name in companions)
    ]
    found += [
        Service(name, None, None, GONE, (), network_container=left)
        for name, left in companions.items()
    ]
    return tuple(sorted(found, key=lambda service: service.name))


async def network_containers(
    engine: EngineApi, containers: Sequence[Container]
) -> dict[str, NetworkContainer]:
    """The network containers among ``containers`` with their leases, by service."""
    return _companions(containers, await _leases(engine, containers), datetime.now(UTC))


def _companions(
    containers: Iterable[Container], leases: Mapping[str, Event | None], now: datetime
) -> dict[str, NetworkContainer]:
    """By service; without those whose labels are not whole."""
    boot = clock.boot()
    return {
        labels.service: network_container(one, labels, leases.get(one.id), now, boot)
        for one in containers
        if one.ours and (labels := Labels.of(one)) is not None
    }


def standing(container: Container, labels: Labels, said: Event | None) -> NetworkContainer:
    """How a network container stands now, of which ``said`` is the last that it said."""
    return network_container(container, labels, said, datetime.now(UTC), clock.boot())


async def _leases(engine: EngineApi, containers: Iterable[Container]) -> dict[str, Event | None]:
    """What each network container said last, by its id."""
    ours = [one for one in containers if one.ours and Labels.of(one) is not None]
    found = await asyncio.gather(*(lease(engine, one) for one in ours))
    return {one.id: said for one, said in zip(ours, found, strict=True)}


async def lease(engine: EngineApi, container: Container) -> Event | None:
    """What a network container said last."""
    last = fold(await engine.log(container.name, TAIL))
    return last or fold(await engine.log(container.name))


async def service(engine: EngineApi, name: str) -> Service:
    """One service, running or not, or one that is gone and has left its network container.

    Raises NetcError (no service).
    """
    containers = await engine.containers()
    found = named(name, [one for one in containers if not one.ours])
    name = found.name if found is not None else name
    own = container_name(name)
    companion = await network_containers(engine, [one for one in containers if one.name == own])
    left = companion.get(name)
    if found is not None:
        ports = await inspected(engine, filter(silent, [found]))
        return _service(found, ports.get(found.id, found.ports), left)
    if left is not None:
        return Service(name, None, None, GONE, (), network_container=left)
    raise unknown(name, containers)


async def companion(engine: EngineApi, service: str) -> tuple[Container, Labels]:
    """The network container of a service by its very name. Raises NetcError when it is gone."""
    container = await engine.container(container_name(service))
    labels = Labels.of(container) if container is not None and container.ours else None
    if container is None or labels is None:
        raise NetcError(f"{container_name(service)} was removed by somebody else meanwhile")
    return container, labels


async def exposed(engine: EngineApi, name: str) -> tuple[Service, NetworkContainer]:
    """One service with its network container. Raises NetcError (no service)."""
    found = await service(engine, name)
    if found.network_container is None:
        raise NetcError(
            f"{name} has no network container; make one with: netc up {name} INTERFACE",
            Exit.NO_SERVICE,
        )
    return found, found.network_container


def named(name: str, containers: Iterable[Container]) -> Container | None:
    """The container of that name or id; a name goes before an id."""
    known = tuple(containers)
    by_name = (one for one in known if one.name == name)
    by_id = (one for one in known if name in (one.id, one.id[:12]))
    return next(by_name, None) or next(by_id, None)


def unknown(name: str, containers: Sequence[Container]) -> NetcError:
    """The error for a name that nothing has; offers the nearest."""
    near = get_close_matches(name, [one.name for one in containers if not one.ours], 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else "`netc ls` shows which there are"
    return NetcError(f"no service {name!r}; {hint}", Exit.NO_SERVICE)


def _service(one: Container, ports: tuple[Port, ...], left: NetworkContainer | None) -> Service:
    return Service(
        name=one.name,
        id=one.id,
        image=one.image,
        state=one.state,
        ports=ports,
        project=one.labels.get("com.docker.compose.project"),
        compose=one.labels.get("com.docker.compose.service"),
        health=health(one.status),
        network_container=left,
    )


def silent(one: Container) -> bool:
    """Does the listing tell nothing of what this container exposes? It tells nothing of one
    without a network of its own."""
    borrowed = one.network_mode == "host" or one.network_mode.startswith("container:")
    return borrowed and not one.ports and not one.ours


async def inspected(
    engine: EngineApi, containers: Iterable[Container]
) -> dict[str, tuple[Port, ...]]:
    """The ports that these expose, by id; not of one that is gone by now."""
    asked = list(containers)
    answers = await asyncio.gather(
        *(engine.exposed(one.id) for one in asked), return_exceptions=True
    )
    return {
        one.id: found
        for one, found in zip(asked, answers, strict=True)
        if not isinstance(found, BaseException)
    }
