"""Services of a Swarm among those of an engine: their tasks are not listed one by one."""

from collections.abc import Iterable, Sequence

import msgspec

from netc_tui.core.identity import as_hostname, is_image
from netc_tui.core.model import CHOSEN_MAC, Container, Labels, NetworkContainer, Service
from netc_tui.core.ports import Port
from netc_tui.core.swarm import OF_SWARM, SERVICE, Replicas, SwarmService
from netc_tui.core.words import command

GONE = "gone"
"""State of a service that is not there while its network container is."""


def service_of(container: Container) -> str | None:
    """The name of the Swarm's service whose task this is; None for any other container."""
    return container.labels.get(SERVICE)


def is_own(container: Container) -> bool:
    """Is it the task of a network container's service?"""
    known = container.own_image or is_image(container.image)
    return known and service_of(container) is not None


def own_labels(service: SwarmService) -> Labels | None:
    """The labels of a Swarm's service that is a network container; None for any other."""
    return Labels.read(service.labels) if is_image(service.image) else None


def again(own: SwarmService, labels: Labels, service: SwarmService | None) -> str:
    """The command that makes the network container of a ``service`` anew as it is, given on any
    manager: not each can tell what the service exposes."""
    options = [word for forward in labels.forwards for word in ("--port", str(forward))]
    if labels.hostname != as_hostname(labels.service):
        options += ["--hostname", labels.hostname]
    if own.labels.get(CHOSEN_MAC) == labels.mac:
        options += ["--mac", labels.mac]
    if service is not None and len(service.networks) > 1:
        options += ["--network", labels.network]
    return command("netc", "up", labels.service, labels.interface, *options)


def folded(
    containers: Sequence[Container],
    services: Iterable[SwarmService] | None,
    own: dict[str, NetworkContainer],
) -> tuple[Service, ...]:
    """The services of a Swarm, each of its tasks among ``containers`` told by it.

    ``services``: those of the Swarm; None where this engine is not told, a worker's: then those are
    known that have a task here. ``own``: their network containers, by service. One that has the
    name of a container here is called otherwise (``OF_SWARM``): keys and commands act on either.
    """
    names = {container.name for container in containers}
    return tuple(
        _called_otherwise(service) if service.name in names else service
        for service in _folded(containers, services, own)
    )


def _called_otherwise(service: Service) -> Service:
    name, own = OF_SWARM + service.name, service.network_container
    if own is not None:
        own = msgspec.structs.replace(own, service=name)
    return msgspec.structs.replace(service, name=name, network_container=own)


def _folded(
    containers: Sequence[Container],
    services: Iterable[SwarmService] | None,
    own: dict[str, NetworkContainer],
) -> tuple[Service, ...]:
    here: dict[str, list[Container]] = {}
    for container in containers:
        name = service_of(container)
        if name is not None and not is_own(container):
            here.setdefault(name, []).append(container)
    if services is None:
        return tuple(_seen_here(name, tasks) for name, tasks in here.items())
    found = []
    for service in services:
        if own_labels(service) is None:
            tasks = here.get(service.name, [])
            found.append(_service(service, tasks, own.get(service.name)))
    known = {service.name for service in found}
    left = (each for name, each in own.items() if name not in known)
    return (
        *found,
        *(Service(each.service, None, None, GONE, (), network_container=each) for each in left),
    )


def _service(
    service: SwarmService, tasks: Sequence[Container], own: NetworkContainer | None
) -> Service:
    here = sum(task.running for task in tasks)
    replicas = msgspec.structs.replace(service.replicas, here=here)
    return Service(
        name=service.name,
        id=service.id,
        image=service.image,
        state=_state(replicas),
        ports=ports(service.ports, tasks),
        network_container=own,
        replicas=replicas,
    )


def _seen_here(name: str, tasks: Sequence[Container]) -> Service:
    replicas = Replicas(here=sum(task.running for task in tasks))
    return Service(
        name=name,
        id=None,
        image=tasks[0].image.partition("@")[0],
        state=_state(replicas),
        ports=ports((), tasks),
        replicas=replicas,
    )


def _state(replicas: Replicas) -> str:
    """As a container's, to whom that is enough: does it run?"""
    running = replicas.here if replicas.running is None else replicas.running
    return "running" if running else "stopped"


def ports(published: Iterable[Port], tasks: Iterable[Container]) -> tuple[Port, ...]:
    """What a service is known to expose: what the Swarm publishes of it, and what its tasks here
    expose."""
    found = {(port.port, port.proto): port for task in tasks for port in task.ports}
    found |= {(port.port, port.proto): port for port in published}
    return tuple(found[key] for key in sorted(found))
