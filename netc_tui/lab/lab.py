"""The lab as its users see it: up, down, and commands in its places."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netc_tui.core.errors import NetcError
from netc_tui.host.base import ROOT as HOST_ROOT
from netc_tui.lab import cleanup, dhcp, engine, layout, network, services
from netc_tui.lab.folders import make
from netc_tui.lab.layout import Layout, Where
from netc_tui.lab.lock import discard, locked
from netc_tui.lab.processes import enter, environment
from netc_tui.lab.requirements import require_all, require_root
from netc_tui.lab.status import LabStatus, built, status

LEASE = "10m"
ROOT = "NETC_LAB_ROOT"

# $0 is bound over /etc/resolv.conf, for this one command: names are the lab's then.
_RESOLVE = 'mount --bind "$0" /etc/resolv.conf 2>/dev/null; exec "$@"'


@dataclass(frozen=True)
class Lab:
    """A LAN on this machine, known by its name alone: an equal value is the same lab.

    ``root`` is a folder that ``up`` takes the engine, its client, and the binaries in images from:
    one with another release's files, made by debootstrap. Unless given it is NETC_LAB_ROOT in the
    environment, or "/".

    Raises NetcError when the name is not 1 to 12 of a-z, 0-9 and "-". The methods that change the
    lab raise NetcError when they fail, and wait for one another, also across processes.
    """

    name: str = "lab"
    root: Path = field(
        default_factory=lambda: Path(os.environ.get(ROOT) or "/").absolute(), compare=False
    )

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

    @property
    def layout(self) -> Layout:
        """Where everything of it is."""
        return Layout(self.name)

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
        return self.layout.socket

    @property
    def docker_host(self) -> str:
        """The engine's address, as DOCKER_HOST takes it."""
        return f"unix://{self.layout.socket}"

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
        """This environment, with the lab's engine as the only one that Docker clients see.

        netc builds its image from this machine's binaries: no registry is in reach.
        """
        kept = {k: v for k, v in environment().items() if not k.startswith("DOCKER_")}
        config = str(self.layout.docker_config)
        own = {"DOCKER_HOST": self.docker_host, "DOCKER_CONFIG": config, "NETC_BASE": "host"}
        with suppress(OSError):  # not up
            root = self.layout.root.readlink()
            if root != Path("/"):
                own |= {HOST_ROOT: str(root), "PATH": f"{self.layout.programs}:{kept['PATH']}"}
        return {**kept, **own}

    def up(self, *, services: bool = True) -> None:
        """Bring all of it up; what already is, stays as it is.

        A lab that was left half made is removed first, and one that cannot be finished, too.
        """
        require_all(self.root)
        with locked(self.layout) as lock:
            if built(self.layout):
                if (root := self.layout.root.readlink()) != self.root:
                    raise NetcError(
                        f"the lab {self.name} is up with the engine in {root}, not {self.root}:"
                        f" take it down first: netc lab down --name {self.name}"
                    )
                self._complete(lock, services)
                return
            self._remove(lock)
            try:
                self._build(lock, services)
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

    def require_up(self) -> None:
        """Raise NetcError, with what to do, unless commands can be run in it."""
        require_root()
        if not built(self.layout):
            option = "" if self.name == "lab" else f" --name {self.name}"
            raise NetcError(f"the lab {self.name} is not up: netc lab up{option}")

    def command(self, where: Where, argv: Sequence[str]) -> list[str]:
        """``argv`` with a prefix that runs it in a place; on "host", use ``environment`` too."""
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
        options = {"text": True, "check": False, "env": self.environment, **options}
        return subprocess.run(self.command(where, argv), **options)

    def popen(self, where: Where, argv: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Start a command in a place. ``options`` as for subprocess.Popen; text."""
        options = {"text": True, "env": self.environment, **options}
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

    def start_dhcp(self, *extra: str, lease: str = LEASE) -> None:
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
        """Start dockerd unless it runs, and wait until it answers."""
        with self._changing() as lock:
            if not engine.processes(self.layout):
                engine.start(self.layout, lock)

    def stop_engine(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End dockerd. SIGTERM stops the containers first, SIGKILL leaves them as they are."""
        with self._changing():
            engine.stop(self.layout, number)

    def restart_engine(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End dockerd and start it again: as an upgrade (SIGTERM) or a crash (SIGKILL) would."""
        self.stop_engine(number)
        self.start_engine()

    @contextmanager
    def _changing(self) -> Iterator[int]:
        self.require_up()
        with locked(self.layout) as lock:
            yield lock

    def _build(self, lock: int, with_services: bool) -> None:
        make(self.layout.docker_config)
        while not self.layout.data.exists():
            with suppress(FileNotFoundError):  # another lab's down removes empty parents
                make(self.layout.data)
        self.layout.root.symlink_to(self.root)
        network.create(self.layout, lock)
        with ThreadPoolExecutor() as pool:
            files = pool.submit(services.archives, self.root) if with_services else None
            server = pool.submit(dhcp.start, self.layout, lock, LEASE)
            engine.seal(self.layout, lock)
            engine.start(self.layout, lock)
            server.result()
            if files:
                services.start(self.layout, self.environment, files.result())
        self.layout.built.touch()

    def _complete(self, lock: int, with_services: bool) -> None:
        """Start what was stopped since the lab was built."""
        if not dhcp.processes(self.layout):
            dhcp.start(self.layout, lock, LEASE)
        if not engine.processes(self.layout):
            engine.start(self.layout, lock)
        if with_services and services.missing(self.layout):
            services.start(self.layout, self.environment, services.archives(self.root))

    def _remove(self, lock: int) -> None:
        cleanup.remove(self.layout, lock)
        self.layout.engine_log.unlink(missing_ok=True)
