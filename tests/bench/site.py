"""A lab to measure in: the command line, the docker client, and pages got by the LAN machine."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netc_tui.core.errors import NetcError
from netc_tui.lab import Lab
from netc_tui.lab.cleanup import cgroups
from netc_tui.lab.processes import environment

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PYTHON = sys.executable
NETC = (PYTHON, "-m", "netc_tui")


def require(package: str, *programs: str) -> None:
    """Raise NetcError, naming the package, unless the programs are there."""
    if any(shutil.which(program, path=environment()["PATH"]) is None for program in programs):
        raise NetcError(f"a package is missing: apt-get install --no-install-recommends {package}")


@dataclass(frozen=True)
class Site:
    """A lab that is up, with the image of network containers built."""

    lab: Lab

    def netc(self, *arguments: str) -> str:
        """What `netc` prints. Raises NetcError when it fails."""
        return self.host(*NETC, *arguments)

    def up(self, service: str, interface: str = "eth1") -> str:
        """Turn a service on; its address."""
        return self.netc("up", service, interface).strip().removeprefix("ip=")

    def docker(self, *arguments: str, **options: Any) -> str:
        """What the docker client prints. Raises NetcError when it fails."""
        return self.host("docker", *arguments, **options)

    def host(self, *argv: str, **options: Any) -> str:
        """What a command on the Docker host prints. Raises NetcError when it fails."""
        done = self.lab.exec(argv, cwd=ROOT, **options)
        if done.returncode:
            raise NetcError(f"{' '.join(argv[:6])}: {(done.stderr or done.stdout).strip()}")
        return done.stdout.strip()

    def containers(self, *names: str, image: str = "netc-lab/web") -> None:
        """Run further services."""
        common = ("--restart=unless-stopped", image)
        for name in names:
            self.docker("run", "-d", f"--name={name}", f"--hostname={name}", *common)

    def cgroup(self, container: str, file: str) -> Path:
        """A file of a container's cgroup: in one hierarchy of version 1, or in that of 2."""
        own = self.docker("inspect", "--format={{.Id}}", container)
        for parent in cgroups(self.lab.layout):
            if (parent / own / file).exists():
                return parent / own / file
        raise NetcError(f"the container {container} has no {file} in any cgroup")

    def pids(self, container: str) -> list[str]:
        """A container's processes, by their numbers here and not in the engine's namespace."""
        return self.cgroup(container, "cgroup.procs").read_text().split()

    @contextlib.contextmanager
    def poller(self, *hosts: str, seconds: float = 30) -> Iterator["subprocess.Popen[str]"]:
        """On the LAN machine, something that tries to get a page of each of these names or
        addresses until it has; see ``first``."""
        # No neighbour has ever heard of the address, in each round alike.
        self.lab.client(["ip", "neigh", "flush", "all"])
        command = [PYTHON, "-S", str(HERE / "poller.py"), str(seconds), *hosts]
        process = self.lab.popen("client", command, stdout=subprocess.PIPE)
        with process:
            try:
                assert process.stdout is not None
                process.stdout.readline()  # it is at it
                yield process
            finally:
                process.kill()


def first(poller: "subprocess.Popen[str]") -> float:
    """When the first answer came, of each (time.monotonic, which is one clock for all
    processes)."""
    said = poller.stdout.readline() if poller.stdout else ""
    if not said:
        raise NetcError("no HTTP answer on the LAN in time")
    return float(said)


@contextlib.contextmanager
def site() -> Iterator[Site]:
    """A lab of its own, removed at the end however that comes."""
    lab = Lab(f"b{os.getpid()}")
    try:
        lab.up()
        found = Site(lab)
        found.netc("image", "build", "--base", "host")
        yield found
    finally:
        lab.down()


def connect(path: Path) -> socket.socket:
    """A connection to a Unix socket."""
    made = socket.socket(socket.AF_UNIX)
    made.connect(str(path))
    return made
