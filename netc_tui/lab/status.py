"""What is up of a lab, as a value to print or to compare."""

from collections.abc import Sequence

import msgspec

from netc_tui.core.errors import NetcError
from netc_tui.lab import dhcp, engine, network, services, ssh
from netc_tui.lab.api import answers
from netc_tui.lab.folders import require_root_s
from netc_tui.lab.layout import HOSTS, HostLayout, Layout, Where
from netc_tui.lab.requirements import require_root


class LabHostStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a Docker host."""

    name: str
    address: str
    """Its own in the first LAN."""
    off: bool
    """Whether it was switched off."""
    engine: int | None
    """The pid of dockerd, when it answers."""
    sshd: int | None
    """The pid of sshd; a lab of one host has none."""
    docker_host: str
    root: str
    """The folder that the engine runs from."""
    services: dict[str, str]
    """Docker's word for the state of each service."""


class LabStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a lab. ``up`` is true when all of it but the services is there."""

    name: str
    up: bool
    namespaces: tuple[str, ...]
    """The network namespaces that exist."""
    dhcp: int | None
    """The pid of dnsmasq."""
    engine: int | None
    """The pid of dockerd of the first Docker host, when it answers."""
    docker_host: str
    services: dict[str, str]
    """Docker's word for the state of each service of the first Docker host."""
    hosts: tuple[LabHostStatus, ...]
    """All Docker hosts, the first one, too."""


def status(layout: Layout) -> LabStatus:
    """Look at the lab as root, change nothing."""
    whole = built(layout)
    server = next(iter(dhcp.processes(layout)), None)
    hosts = tuple(map(_host_status, hosts_of(layout) or layout.hosts(1)))
    runs = (host.engine and (host.sshd or not layout.ssh.exists()) for host in hosts)
    return LabStatus(
        name=layout.name,
        up=whole and server is not None and all(runs),
        namespaces=tuple(layout.namespace(where) for where in network.existing(layout)),
        dhcp=server.pid if server else None,
        engine=hosts[0].engine,
        docker_host=hosts[0].docker_host,
        services=hosts[0].services,
        hosts=hosts,
    )


def _host_status(host: HostLayout) -> LabHostStatus:
    daemon = next(iter(engine.processes(host)), None)
    if not answers(host.socket):
        daemon = None
    running = {}
    if daemon:
        try:
            running = services.states(host)
        except NetcError:
            daemon = None  # it went away since it was asked
    sshd = next(iter(ssh.processes(host)), None) if host.lab.ssh.exists() else None
    return LabHostStatus(
        name=host.name,
        address=host.addresses["eth1"],
        off=host.off.exists(),
        engine=daemon.pid if daemon else None,
        sshd=sshd.pid if sshd else None,
        docker_host=f"unix://{host.socket}",
        root=str(host.root.readlink()) if host.root.is_symlink() else "",
        services=running,
    )


def hosts_of(layout: Layout) -> tuple[HostLayout, ...]:
    """The Docker hosts that the lab was built with; none when it was not built to the end."""
    try:
        names = layout.built.read_text().split()
    except OSError:
        return ()
    return tuple(layout.host(name) for name in HOSTS if name in names)


def places(hosts: Sequence[HostLayout]) -> tuple[Where, ...]:
    """The places of a lab with these Docker hosts."""
    return "lan", *(host.name for host in hosts), "client"


def built(layout: Layout) -> bool:
    """Whether the lab was built to the end, and neither crash nor reboot took it apart since.

    A host that was switched off is not taken apart. Raises NetcError when another user could have
    made it look so.
    """
    require_root_s(layout)
    hosts = hosts_of(layout)
    return (
        bool(hosts)
        and {*places(hosts)} <= {*network.existing(layout)}
        and all(host.off.exists() or engine.init_of(host) is not None for host in hosts)
    )


def require_up(layout: Layout, where: Where = "host") -> None:
    """Raise NetcError, with what to do, unless commands can be run in a place of it."""
    require_root()
    option = "" if layout.name == "lab" else f" --name {layout.name}"
    if not built(layout):
        raise NetcError(f"the lab {layout.name} is not up: netc lab up{option}")
    if where not in places(hosts_of(layout)):
        raise NetcError(f"the lab {layout.name} has no {where}: netc lab up{option} --hosts N")
