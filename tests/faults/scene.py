"""A lab with one fault in it: short ways to do it, and each undone at the end."""

import contextlib
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netc_tui.lab import engine as lab_engine
from netc_tui.lab.cleanup import cgroups
from netc_tui.lab.layout import HOST_IP, SERVER_IP, Where
from netc_tui.lab.processes import enter
from tests.lab.conftest import Site, eventually

from .dhcp import Neighbour, ScriptedServer

POOL = tuple(f"10.77.0.{last}" for last in range(150, 160))
"""What a scripted server gives unless told otherwise."""


@dataclass
class Scene:
    """What one fault is about: a service, its network container, and how to get at them."""

    site: Site
    undo: ExitStack
    service: str = "web1"
    port: int = 80
    page: str = "web1"
    """What the service answers."""
    address: str = ""
    """Its address on the LAN; empty until it has one."""
    container: str = "netc-web1"
    began: float = field(default_factory=time.monotonic)
    """Since when the fault is there (time.monotonic)."""
    since: str = ""
    """The same, as `docker logs` takes it."""
    command: subprocess.CompletedProcess[str] | None = None
    """The command that was the fault, when it was one."""
    indistinguishable: bool = False
    """Another container took the service's place in a way that cannot be excluded."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What the steps of one fault tell each other."""

    def start(self) -> None:
        """The fault begins now."""
        self.began = time.monotonic()
        self.since = datetime.now(UTC).isoformat().replace("+00:00", "Z")

    def later(self, work: Callable[..., object], *arguments: object) -> None:
        """Do this at the end, whatever happens."""
        self.undo.callback(work, *arguments)

    # --- Docker

    def docker(self, *arguments: str, check: bool = True) -> str:
        """What the docker client prints."""
        return self.site.docker(*arguments, check=check)

    def of(self, service: str, port: int = 80, page: str = "") -> None:
        """What the fault is about."""
        self.service, self.port, self.page = service, port, page or service
        self.container = f"netc-{service}"

    def run_service(self, name: str, *options: str, image: str = "netc-lab/web") -> None:
        """Run a container that answers with its name."""
        self.later(self.docker, "rm", "-f", name)
        self.docker("run", "-d", "--name", name, "--hostname", name, *options, image)

    def network(self, name: str, *options: str) -> None:
        """Make a network."""
        self.later(lambda: self.docker("network", "rm", name, check=False))
        self.docker("network", "create", *options, name)

    def restore(self, *services: str) -> None:
        """Have these services of the lab run again at the end."""
        self.later(self.docker, "start", *services)

    def ip_of(self, container: str) -> str:
        """Its first address on a network of Docker's."""
        form = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
        return self.docker("inspect", "-f", form, container).split()[0]

    def mac_of(self, container: str) -> str:
        """Its MAC on the same."""
        form = "{{range .NetworkSettings.Networks}}{{.MacAddress}} {{end}}"
        return self.docker("inspect", "-f", form, container).split()[0]

    def state(self, container: str = "") -> str:
        """Docker's word for a container's state."""
        return self.docker("inspect", "-f", "{{.State.Status}}", container or self.container)

    # --- netc

    def up(self, *options: str) -> None:
        """Turn the service on; remember its address."""
        self.address = self.site.up(self.service, "eth1", *options)

    def try_up(self, *options: str) -> None:
        """Turn it on, as the fault itself: how that ends is looked at."""
        self.command = self.site.run("up", self.service, "eth1", *options)
        if found := re.search(r"^ip=([0-9.]+)$", self.command.stdout, re.MULTILINE):
            self.address = found[1]

    def show(self) -> dict[str, Any]:
        """The network container as `netc show --json` has it."""
        return self.site.show(self.service)

    def events(self) -> list[dict[str, Any]]:
        """All that it has said."""
        return self.site.log(self.service)

    # --- processes and the network inside

    def pids(self, container: str = "") -> list[int]:
        """A container's processes, by their numbers on this machine; its PID 1 first."""
        own = self.docker("inspect", "-f", "{{.Id}}", container or self.container)
        numbers: dict[int, int] = {}
        for parent in cgroups(self.site.lab.layout):
            listed = parent / own / "cgroup.procs"
            for pid in listed.read_text().split() if listed.exists() else ():
                with contextlib.suppress(OSError):
                    status = Path(f"/proc/{pid}/status").read_text()
                    numbers[int(pid)] = int(
                        status.partition("NSpid:")[2].split("\n")[0].split()[-1]
                    )
        return sorted(numbers, key=numbers.__getitem__)

    def inside(self, *argv: str, check: bool = True, container: str = "") -> str:
        """What a command of this machine prints in the network namespace of a container."""
        pid = self.pids(container)[0]
        command = ["nsenter", f"--net=/proc/{pid}/ns/net", "--", *argv]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        assert not check or done.returncode == 0, (argv, done.stderr)
        return done.stdout

    def lan_link(self) -> str:
        """The network container's link to the LAN, known by its MAC."""
        mac = self.show()["mac"]
        for line in self.inside("ip", "-o", "link").splitlines():
            if mac in line:
                return line.split()[1].rstrip(":").partition("@")[0]
        raise AssertionError(f"no link with the MAC {mac} in {self.container}")

    def rules(self, table: str = "nat") -> list[list[str]]:
        """The rules in a table, each as iptables' arguments."""
        lines = self.saved(table).splitlines()
        return [shlex.split(line) for line in lines if line.startswith("-A ")]

    def saved(self, table: str) -> str:
        """A table as iptables-save(8) prints it."""
        return self.inside(*self._iptables("-save"), "-t", table)

    def iptables(self, *arguments: str, check: bool = True) -> str:
        """Run iptables on the network container's rules."""
        return self.inside(*self._iptables(""), *arguments, check=check)

    def delete_rule(self, wanted: Callable[[list[str]], bool], table: str = "nat") -> bool:
        """Delete the first rule that is wanted; whether there was one."""
        found = next((rule for rule in self.rules(table) if wanted(rule)), None)
        if found is not None:
            self.iptables("-t", table, "-D", *found[1:], check=False)
        return found is not None

    def _iptables(self, tail: str) -> list[str]:
        if "iptables" not in self.kept:
            saved = self.inside("iptables-save", check=False)
            self.kept["iptables"] = "iptables" if "NETC" in saved else "iptables-legacy"
        return [self.kept["iptables"] + tail]

    # --- the LAN

    def server(self, **script: Any) -> ScriptedServer:
        """A scripted DHCP server in place of the lab's."""
        lab = self.site.lab
        lab.stop_dhcp()
        self.later(lab.start_dhcp)
        script = {"addresses": POOL, **script}
        made = ScriptedServer(enter(lab.layout, "lan"), "br0", **script)
        self.later(made.close)
        self.kept["server"] = made
        return made

    @property
    def dhcp(self) -> ScriptedServer:
        """The scripted server."""
        found: ScriptedServer = self.kept["server"]
        return found

    def neighbour(self, mac: str = "", address: str = "") -> Neighbour:
        """Another machine on the LAN."""
        made = Neighbour(self.site.lab, mac, address)
        self.later(made.close)
        self.kept["neighbour"] = made
        return made

    def again_and_again(self, where: Where, line: str) -> None:
        """A line of shell in a place, a few times a second until the end."""
        loop = ["sh", "-c", f"while :; do {line}; sleep 0.3; done"]
        quiet = subprocess.DEVNULL
        process = self.site.lab.popen(where, loop, stdout=quiet, stderr=quiet)

        def end() -> None:
            process.kill()
            process.wait()

        self.kept["loop"] = end
        self.later(end)

    def host_ip(self, *arguments: str, check: bool = True) -> str:
        """ip(8) on the Docker host."""
        done = self.site.lab.exec(["ip", *arguments])
        assert not check or done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def lan_ip(self, *arguments: str) -> None:
        """ip(8) where the bridges are."""
        done = self.site.lab.lan(["ip", *arguments])
        assert done.returncode == 0, (arguments, done.stderr)

    def plug(self) -> None:
        """Make the Docker host's first interface again as the lab made it; it may be there."""
        lab = self.site.lab
        if lab.lan(["ip", "link", "show", "host-eth1"]).returncode:
            host = lab.layout.namespace("host")
            self.lan_ip("link", "add", "host-eth1", "type", "veth",
                        "peer", "name", "eth1", "netns", host)  # fmt: skip
        self.lan_ip("link", "set", "host-eth1", "master", "br0", "up")
        self.host_ip("addr", "replace", f"{HOST_IP}/24", "dev", "eth1")
        self.host_ip("link", "set", "eth1", "up")
        self.host_ip("route", "replace", "default", "via", SERVER_IP)

    # --- the engine

    def in_engine(self, *argv: str) -> str:
        """Run a command where the engine's own files are."""
        init = lab_engine.init_of(self.site.lab.layout.host())
        assert init is not None
        command = ["nsenter", f"--target={init.pid}", "--pid", "--mount", "--", *argv]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def dockerd(self) -> int:
        """The engine's process."""
        (found,) = lab_engine.processes(self.site.lab.layout.host())
        return found.pid

    def power_cut(self) -> None:
        """All that runs under the engine's init ends at once: dockerd, shims, containers."""
        lab = self.site.lab
        init = lab_engine.init_of(lab.layout.host())
        assert init is not None
        # Everything in that PID namespace but its init and the one that asks.
        kill = (
            "for p in /proc/[0-9]*; do n=${p#/proc/}; [ $n = 1 ] || [ $n = $$ ] || kill -9 $n; done"
        )
        target = f"--target={init.pid}"
        prefix = ["nsenter", target, "--pid", "--mount", "--"]
        subprocess.run([*prefix, "sh", "-c", kill], capture_output=True, check=False)
        eventually(lambda: lab_engine.processes(lab.layout.host()), lambda found: not found, 10)
        self.in_engine("rm", "-f", "/run/docker.pid", "/var/run/docker.pid")  # a boot empties /run
