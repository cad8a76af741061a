"""The lab as its users see it: up, down, and commands in its places."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import building, cleanup, dhcp, layout
from netc_tui.lab.clients import environment_of
from netc_tui.lab.host import LabHost
from netc_tui.lab.layout import HOSTS, HostName, Layout, Where
from netc_tui.lab.lock import discard, locked
from netc_tui.lab.processes import enter
from netc_tui.lab.requirements import require_all, require_root
from netc_tui.lab.status import LabStatus, built, hosts_of, require_up, status

ROOT = "NETC_LAB_ROOT"

# $0 is bound over /etc/resolv.conf, for this one command: names are the lab's then.
_RESOLVE = 'mount --bind "$0" /etc/resolv.conf 2>/dev/null; exec "$@"'


@dataclass(frozen=True)
class Lab:
    """A LAN on this machine, known by its name alone: an equal value is the same lab.

    ``root`` is a folder that ``up`` takes the engine, its client, and the binaries in images from:
    one with another release's files, made by debootstrap. Unless given it is NETC_LAB_ROOT in the
    environment, or "/". ``hosts`` is how many Docker hosts ``up`` makes, 1 to 3: "host", "host2",
    "host3"; ``roots`` are the folders of those that have another one.

    Raises NetcError when the name is not 1 to 12 of a-z, 0-9 and "-", and when there cannot be such
    hosts. The methods that change the lab raise NetcError when they fail, and wait for one another,
    also across processes.
    """

    name: str = "lab"
    root: Path = field(
        default_factory=lambda: Path(os.environ.get(ROOT) or "/").absolute(), compare=False
    )
    hosts: int = field(default=1, compare=False)
    roots: Mapping[HostName, Path] = field(default_factory=dict, compare=False)

    SERVER_IP = layout.SERVER_IP
    HOST_IP = layout.HOST_IP
    CLIENT_IP = layout.CLIENT_IP
    RANGE = layout.RANGE
    SERVER_IP2 = layout.SERVER_IP2
    HOST_IP2 = layout.HOST_IP2
    CLIENT_IP2 = layout.CLIENT_IP2
    RANGE2 = layout.RANGE2
    DOMAIN = layout.DOMAIN

    def __post_init__(self) -> None:
        Layout(self.name)
        if not 1 <= self.hosts <= len(HOSTS):
            raise NetcError(f"a lab has 1 to {len(HOSTS)} Docker hosts", Exit.USAGE)
        if strange := {*self.roots} - {*HOSTS[: self.hosts]}:
            raise NetcError(f"the lab is to have no {min(strange)}", Exit.USAGE)

    @property
    def layout(self) -> Layout:
        """Where everything of it is."""
        return Layout(self.name)

    @property
    def wanted(self) -> building.Roots:
        """The Docker hosts that ``up`` makes, and the folder that the engine of each runs from."""
        return {name: self.roots.get(name, self.root) for name in HOSTS[: self.hosts]}

    @property
    def host_ns(self) -> str:
        """The network namespace of the Docker host; its LANs are on eth1 and eth2."""
        return self.layout.namespace("host")

    @property
    def client_ns(self) -> str:
        """The network namespace of another machine on the LANs, eth0 and eth1."""
        return self.layout.namespace("client")

    @property
    def lan_ns(self) -> str:
        """The network namespace of the LANs: bridges br0 and br1, and the DHCP server."""
        return self.layout.namespace("lan")

    @property
    def socket(self) -> Path:
        """The engine's socket."""
        return self.socket_of(HOSTS[0])

    @property
    def docker_host(self) -> str:
        """The engine's address, as DOCKER_HOST takes it."""
        return f"unix://{self.socket}"

    @property
    def folder(self) -> Path:
        """Socket and logs; the engine's data is in ``layout.data``."""
        return self.layout.runtime

    @property
    def dhcp_log(self) -> Path:
        """What dnsmasq says, each DHCP packet included."""
        return self.layout.dhcp_log

    @property
    def lease_file(self) -> Path:
        """The leases dnsmasq has granted."""
        return self.layout.lease_file

    @property
    def environment(self) -> dict[str, str]:
        """This environment, with the lab's engine in place of all that Docker clients know.

        netc builds its image from this machine's binaries: no registry is in reach. Where there are
        several hosts, ``ssh`` is the lab's, and the further ones are contexts.
        """
        return self.environment_of(HOSTS[0])

    def host(self, name: HostName = "host") -> LabHost:
        """One of its Docker hosts, to do something to."""
        return LabHost(self.layout.host(name))

    def socket_of(self, host: HostName) -> Path:
        """The socket of a Docker host's engine."""
        return self.layout.host(host).socket

    def environment_of(self, where: Where) -> dict[str, str]:
        """``environment``, of another place: those that are no Docker hosts have the first's."""
        host = next((host for host in self.layout.hosts() if host.name == where), None)
        return environment_of(host or self.layout.host())

    def up(self, *, services: bool = True) -> None:
        """Bring all of it up; what already is, stays as it is.

        A lab that was left half made is removed first, and one that cannot be finished, too.
        """
        require_all(*self.wanted.values())
        with locked(self.layout) as lock:
            if built(self.layout):
                self._require_alike()
                building.complete(self.layout, lock, with_services=services)
                return
            self._remove(lock)
            try:
                building.build(self.layout, self.wanted, lock, with_services=services)
            except NetcError:
                cleanup.remove(self.layout, lock)  # the engine's log stays, the error names it
                raise
            except BaseException:
                self._remove(lock)
                discard(self.layout)
                raise

    def down(self) -> None:
        """Remove all of it, whatever is left of it. The engine and what runs there is killed."""
        require_root()
        with locked(self.layout) as lock:
            self._remove(lock)
            discard(self.layout)

    def status(self) -> LabStatus:
        """What is up. Raises NetcError without root, who alone sees whose processes there are."""
        require_root()
        return status(self.layout)

    def require_up(self, where: Where = "host") -> None:
        """Raise NetcError, with what to do, unless commands can be run in a place of it."""
        require_up(self.layout, where)

    def command(self, where: Where, argv: Sequence[str]) -> list[str]:
        """``argv`` with a prefix that runs it in a place; use ``environment_of`` it, too."""
        return [
            *enter(self.layout, where),
            *(self.resolving(argv) if where == "client" else argv),
        ]

    def resolving(self, argv: Sequence[str]) -> list[str]:
        """``argv`` with a prefix that has names from the LAN's name server."""
        resolve = _RESOLVE, str(self.layout.resolv_conf)
        return ["unshare", "--mount", "sh", "-c", *resolve, *argv]

    def run(
        self, where: Where, argv: Sequence[str], **options: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a place. ``options`` as for subprocess.run; text, output captured."""
        if not {"stdout", "stderr", "capture_output"} & options.keys():
            options["capture_output"] = True
        options = {"text": True, "check": False, "env": self.environment_of(where), **options}
        return subprocess.run(self.command(where, argv), **options)

    def popen(self, where: Where, argv: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Start a command in a place. ``options`` as for subprocess.Popen; text."""
        options = {"text": True, "env": self.environment_of(where), **options}
        return subprocess.Popen(self.command(where, argv), **options)

    def exec(self, argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command on the Docker host, with its engine."""
        return self.run("host", argv, **options)

    def client(self, argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command on the LAN machine."""
        return self.run("client", argv, **options)

    def lan(self, argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command where the bridges and the DHCP server are."""
        return self.run("lan", argv, **options)

    def start_dhcp(self, *extra: str, lease: str = building.LEASE) -> None:
        """Start dnsmasq with ``extra`` arguments, in place of the one that runs.

        ``lease`` as dnsmasq takes it: 2m at least.
        """
        with self._changing() as lock:
            dhcp.stop(self.layout)
            dhcp.start(self.layout, lock, lease, extra)

    def stop_dhcp(self) -> None:
        """End dnsmasq at once; its leases stay on file."""
        with self._changing():
            dhcp.stop(self.layout)

    def start_engine(self) -> None:
        """``LabHost.start_engine`` of the first Docker host."""
        self.host().start_engine()

    def stop_engine(self, number: signal.Signals = signal.SIGTERM) -> None:
        """``LabHost.stop_engine`` of the first Docker host."""
        self.host().stop_engine(number)

    def restart_engine(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End dockerd and start it again: as an upgrade (SIGTERM) or a crash (SIGKILL) would."""
        self.stop_engine(number)
        self.start_engine()

    @contextmanager
    def _changing(self) -> Iterator[int]:
        self.require_up()
        with locked(self.layout) as lock:
            yield lock

    def _require_alike(self) -> None:
        """Raise NetcError unless the lab that is up has the hosts that this one is to have."""
        there = {host.name: host.root.readlink() for host in hosts_of(self.layout)}
        for name, root in self.wanted.items():
            if name not in there:
                differs = f"with {len(there)} of the {self.hosts} Docker hosts"
            elif there[name] != root:
                differs = f"with the engine in {there[name]}, not {root}"
            else:
                continue
            raise NetcError(
                f"the lab {self.name} is up {differs}:"
                f" take it down first: netc lab down --name {self.name}"
            )

    def _remove(self, lock: int) -> None:
        cleanup.remove(self.layout, lock)
        for host in self.layout.hosts():
            host.engine_log.unlink(missing_ok=True)
