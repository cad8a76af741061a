"""How a network container can reach a service: over which network, and by which name."""

from collections.abc import Sequence

import msgspec

from netc_tui.core import compose
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import private_network_name
from netc_tui.core.model import DEFAULT_BRIDGE, Container, Network


class Reach(msgspec.Struct, frozen=True):
    """A way from a network container to its service."""

    network: str
    target: str
    """The container that has the address; empty: the host itself."""
    linked: bool = False
    """By a legacy link: the default bridge has no name server."""
    compose: tuple[str, str] | None = None
    """Compose project and service, when the network is that project's own."""
    private: bool = False
    """Over a network of netc's own for this service, which may have to be made yet."""


def reach(
    service: Container,
    containers: Sequence[Container],
    networks: Sequence[Network],
    wanted: str | None = None,
    *,
    private: bool = False,
) -> Reach:
    """The way to ``service``, over the network ``wanted`` when one is named.

    Of several, one whose containers may talk to each other comes first, then one that is not
    internal, then a user-defined one (its name server
    follows a service that is made anew), then the first by name. ``private``: where that leads to
    the default bridge, the service's private network instead of a link. That can be ``wanted`` by
    its name, too. Raises NetcError for a service that cannot be reached.
    """
    owner = _owner(service, containers)
    if owner.network_mode == "none":
        raise NetcError(
            f"{service.name} runs with `--network none`: nothing can reach it; give it a network",
            Exit.NO_SERVICE,
        )
    if owner.network_mode == "host":
        return _through_host(service, networks, wanted)
    # What netc itself connected it to is no network of the service's own.
    by_name = {network.name: network for network in networks if not network.ours}
    attached = [by_name[name] for name in owner.addresses if name in by_name]
    if wanted is not None and _means_private(wanted, service, networks):
        if not any(network.name == DEFAULT_BRIDGE for network in attached):
            raise NetcError(
                f"{service.name} is not on the default bridge: it needs no private network"
            )
        return Reach(private_network_name(service.name), owner.name, private=True)
    if wanted is not None:
        attached = [network for network in attached if wanted in (network.name, network.id)]
        if not attached:
            has = ", ".join(sorted(name for name in owner.addresses if name in by_name)) or "none"
            raise NetcError(f"{service.name} is not on a network {wanted!r}; it is on: {has}")
    usable = [n for n in attached if n.driver in ("bridge", "overlay") and n.attachable]
    if not usable:
        on = ", ".join(f"{n.name} ({n.driver})" for n in attached) or "no network"
        raise NetcError(
            f"{service.name} is on {on}; netc needs a bridge or an attachable overlay network",
            Exit.NO_SERVICE,
        )
    best = min(usable, key=lambda n: (not n.icc, n.internal, n.name == DEFAULT_BRIDGE, n.name))
    if private and wanted is None and best.name == DEFAULT_BRIDGE:
        return Reach(private_network_name(service.name), owner.name, private=True)
    return Reach(best.name, owner.name, best.name == DEFAULT_BRIDGE, _compose(owner, best))


def check_open(found: Reach, networks: Sequence[Network]) -> None:
    """Raise NetcError when Docker drops what a network container would send to the service.

    On the default bridge a link opens the ports that the image exposes, but only at the address
    that the service has when the network container starts: seen on 20.10 to end with its restart.
    The host itself is reached all the same.
    """
    network = next((network for network in networks if network.name == found.network), None)
    if network is None or network.icc or not found.target:
        return
    raise NetcError(
        f"{found.target} is on the network {network.name}, whose containers Docker does not let"
        " talk to each other (com.docker.network.bridge.enable_icc=false): nothing could reach it"
        " from its network container; give it one where they may: docker network create"
        f" netc-reach && docker network connect netc-reach {found.target}",
        Exit.NO_SERVICE,
    )


def _means_private(wanted: str, service: Container, networks: Sequence[Network]) -> bool:
    ids = [network.id for network in networks if network.private == service.name]
    return wanted == private_network_name(service.name) or wanted in ids


def target(service: Container, containers: Sequence[Container]) -> str:
    """The container whose address the service has; empty: the host itself has it. Raises NetcError
    when that container is gone."""
    owner = _owner(service, containers)
    return "" if owner.network_mode == "host" else owner.name


def _owner(service: Container, containers: Sequence[Container]) -> Container:
    """The container whose network namespace the service uses: mostly its own."""
    seen = {service.id}
    while service.network_mode.startswith("container:"):
        key = service.network_mode.removeprefix("container:")
        owner = next(
            (container for container in containers if key in (container.id, container.name)), None
        )
        if owner is None or owner.id in seen:
            raise NetcError(
                f"{service.name} uses the network of container {key[:12]}, which is gone",
                Exit.NO_SERVICE,
            )
        service = owner
        seen.add(owner.id)
    return service


def _through_host(service: Container, networks: Sequence[Network], wanted: str | None) -> Reach:
    if wanted not in (None, DEFAULT_BRIDGE):
        raise NetcError(
            f"{service.name} is on the host's network; it is reached over {DEFAULT_BRIDGE} only"
        )
    if not any(network.name == DEFAULT_BRIDGE for network in networks):
        raise NetcError(
            f"{service.name} is on the host's network, and this engine has no default bridge to"
            " reach the host over; start the engine without --bridge=none"
        )
    return Reach(DEFAULT_BRIDGE, "")


def _compose(owner: Container, network: Network) -> tuple[str, str] | None:
    project = owner.labels.get(compose.PROJECT)
    service = owner.labels.get(compose.SERVICE)
    if project and service and network.labels.get(compose.PROJECT) == project:
        return project, service
    return None
