"""Where everything of a lab is, derived from its name alone.

There is no record of what a lab has started: ``down`` after a crash must find it all with nothing
but the name. So no path here depends on the caller's HOME, and no name of one lab is the start
of a name of another where the two could be taken for each other.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from netc_tui.core.errors import Exit, NetcError

HostName = Literal["host", "host2", "host3"]
Where = Literal["lan", "host", "host2", "host3", "client"]
"""The LAN with its DHCP server, the Docker hosts, another machine on the LAN."""

HOSTS: tuple[HostName, ...] = ("host", "host2", "host3")
"""The Docker hosts that a lab can have; the first is always there."""
PLACES: tuple[Where, ...] = ("lan", *HOSTS, "client")

# Two LANs (each a bridge in the namespace "lan"), so that a network container can be moved from
# one interface of the host to the other. Labs are isolated: all have the same addresses.
SERVER_IP = "10.77.0.1"
HOST_IP = "10.77.0.10"
CLIENT_IP = "10.77.0.2"
RANGE = ("10.77.0.100", "10.77.0.199")
SERVER_IP2 = "10.78.0.1"
HOST_IP2 = "10.78.0.10"
CLIENT_IP2 = "10.78.0.2"
RANGE2 = ("10.78.0.100", "10.78.0.199")
DOMAIN = "lab.lan"

RUNTIME = Path("/run/netc-lab")
NAMESPACES = Path("/run/netns")


@dataclass(frozen=True)
class Layout:
    """The names and paths of one lab. Raises NetcError when ``name`` is not fit for one."""

    name: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9-]{1,12}", self.name):
            raise NetcError(
                f"{self.name!r} is no name for a lab: 1 to 12 of a-z, 0-9 and -", Exit.USAGE
            )

    @property
    def mark(self) -> str:
        """A whole argument of the lab's processes, by which ``down`` finds them."""
        return f"netc-lab-{self.name}"

    def namespace(self, where: Where) -> str:
        """The name of a network namespace, as ``ip netns`` knows it."""
        return f"netc-{self.name}-{where}"

    def namespace_path(self, where: Where) -> Path:
        """The file that a network namespace is bound to."""
        return NAMESPACES / self.namespace(where)

    def uts(self, where: Where) -> Path:
        """The file that holds a place's own host name; only a lab of several hosts has some."""
        return self.runtime / "uts" / where

    @property
    def runtime(self) -> Path:
        """Socket and logs. In /run: gone after a reboot, as the lab is."""
        return RUNTIME / self.name

    @property
    def lock(self) -> Path:
        """Held by whoever changes the lab; beside ``runtime``, so as to outlive it."""
        return RUNTIME / f"{self.name}.lock"

    @property
    def data(self) -> Path:
        """The engine's data root: on a real file system, which overlay2 needs."""
        return Path(platformdirs.site_cache_path("netc")) / "lab" / self.name

    @property
    def cgroup(self) -> str:
        """The parent of the containers' cgroups, from the root of each hierarchy."""
        return f"/netc-lab-{self.name}"

    @property
    def built(self) -> Path:
        """Names the lab's Docker hosts. The last step of building: without it it is a leftover."""
        return self.runtime / "built"

    @property
    def docker_config(self) -> Path:
        """A client configuration of its own, so that the user's contexts and logins stay out."""
        return self.runtime / "docker-config"

    @property
    def ssh(self) -> Path:
        """Keys and configuration of ssh, for root alone; only a lab of several hosts has it."""
        return self.runtime / "ssh"

    @property
    def dhcp_log(self) -> Path:
        """What dnsmasq says, each DHCP packet included."""
        return self.runtime / "dnsmasq.log"

    @property
    def lease_file(self) -> Path:
        """The leases dnsmasq has granted."""
        return self.runtime / "dnsmasq.leases"

    @property
    def resolv_conf(self) -> Path:
        """Names the lab's DNS server, for the client and the containers."""
        return self.runtime / "resolv.conf"

    def host(self, name: HostName = "host") -> "HostLayout":
        """Where everything of one of its Docker hosts is."""
        return HostLayout(self, name)

    def hosts(self, count: int = len(HOSTS)) -> "tuple[HostLayout, ...]":
        """The first ``count`` of the Docker hosts that it can have."""
        return tuple(map(self.host, HOSTS[:count]))


@dataclass(frozen=True)
class HostLayout:
    """The names and paths of one Docker host. Those of the first are as in a lab with no other."""

    lab: Layout
    name: HostName = "host"

    @property
    def addresses(self) -> dict[str, str]:
        """Its interfaces, and the address on each: one in each LAN."""
        found = {}
        for interface, first in (("eth1", HOST_IP), ("eth2", HOST_IP2)):
            lan, _, last = first.rpartition(".")
            found[interface] = f"{lan}.{int(last) + HOSTS.index(self.name)}"
        return found

    @property
    def runtime(self) -> Path:
        """Its socket, and what else is not to be on a disk."""
        return self.lab.runtime / self._folder

    @property
    def data(self) -> Path:
        """What is on its disk: the engine's data root."""
        return self.lab.data / self._folder

    @property
    def cgroup(self) -> str:
        """The parent of the containers' cgroups, from the root of each hierarchy."""
        return f"{self.lab.cgroup}/{self._folder}".rstrip("/")

    @property
    def socket(self) -> Path:
        """The engine's socket."""
        return self.runtime / "docker.sock"

    @property
    def root(self) -> Path:
        """A link to the folder that the engine of a lab which is up runs from, "/" as a rule."""
        return self.runtime / "root"

    @property
    def programs(self) -> Path:
        """A folder with the Docker client of ``root``, where that is another than "/"."""
        return self.runtime / "bin"

    @property
    def etc(self) -> Path:
        """What is kept of its /etc/docker while it is switched off."""
        return self.runtime / "etc"

    @property
    def ready(self) -> Path:
        """Written once its namespaces are made."""
        return self.runtime / "init.ready"

    @property
    def off(self) -> Path:
        """There while it is switched off."""
        return self.runtime / "off"

    @property
    def engine_log(self) -> Path:
        """What dockerd and containerd say; beside ``runtime``, to be read after a failed start."""
        return RUNTIME / ".".join(filter(None, (self.lab.name, self._folder, "dockerd.log")))

    @property
    def _folder(self) -> str:
        return "" if self.name == HOSTS[0] else self.name
