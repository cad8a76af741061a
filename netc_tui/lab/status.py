"""What is up of a lab, as a value to print or to compare."""

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.lab import dhcp, engine, network, services
from netc_tui.lab.api import answers
from netc_tui.lab.folders import require_root_s
from netc_tui.lab.layout import PLACES, Layout


class LabStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a lab. ``up`` is true when all of it but the services is there."""

    name: str
    up: bool
    namespaces: tuple[str, ...]
    """The network namespaces that exist."""
    dhcp: int | None
    """The pid of dnsmasq."""
    engine: int | None
    """The pid of dockerd, when it answers."""
    docker_host: str
    services: dict[str, str]
    """Docker's word for the state of each service."""


def status(layout: Layout) -> LabStatus:
    """Look at the lab as root, change nothing."""
    whole = built(layout)
    server = next(iter(dhcp.processes(layout)), None)
    daemon = next(iter(engine.processes(layout)), None)
    if not answers(layout.socket):
        daemon = None
    running = {}
    if daemon:
        try:
            running = services.states(layout)
        except NetcError:
            daemon = None  # it went away since it was asked
    return LabStatus(
        name=layout.name,
        up=whole and server is not None and daemon is not None,
        namespaces=tuple(layout.namespace(where) for where in network.existing(layout)),
        dhcp=server.pid if server else None,
        engine=daemon.pid if daemon else None,
        docker_host=f"unix://{layout.socket}",
        services=running,
    )


def built(layout: Layout) -> bool:
    """Whether the lab was built to the end, and neither crash nor reboot took it apart since.

    Raises NetcError when another user could have made it look so.
    """
    require_root_s(layout)
    namespaces = len(network.existing(layout)) == len(PLACES)
    return layout.built.exists() and namespaces and engine.init_of(layout) is not None
