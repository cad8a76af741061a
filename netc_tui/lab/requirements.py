"""What the machine must have for a lab, said in one error and not in one after the other."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from netc_tui.core.errors import Exit, NetcError
from netc_tui.host.rootfs import HERE, SEARCH_PATH
from netc_tui.lab.processes import environment

PACKAGES = {
    "dockerd": "docker.io",
    "docker": "docker.io",
    "containerd": "containerd",
    "runc": "runc",
    "dnsmasq": "dnsmasq-base",
    "busybox": "busybox-static",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "ip": "iproute2",
    "mount": "mount",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
    "setsid": "util-linux",
}
"""The programs a lab uses, and the Debian packages they are in."""
SSH = {"sshd": "openssh-server", "ssh": "openssh-client", "ssh-keygen": "openssh-client"}
"""The same of a lab of several hosts, beside them."""
ENGINE = ("dockerd", "docker", "containerd", "runc", "iptables", "conntrack", "busybox")
"""Those of a folder that a lab's engine runs from."""
CLIENT = "docker-cli"
"""The package of the program "docker" in Debian 13 and later: docker.io has the engine alone."""


def require_all(*roots: Path) -> None:
    """Raise NetcError unless this is Linux, with all programs, and this process is root.

    ``roots`` are the folders that the engines of the lab's hosts run from; unless given one, "/".
    """
    if sys.platform != "linux":
        raise NetcError("the lab needs Linux: it is made of network namespaces")
    roots = roots or (HERE,)
    several = len(roots) > 1
    path = environment()["PATH"]
    wanted = {**PACKAGES, **(SSH if several else {})}
    of_host = (*ENGINE, "sshd") if several else ENGINE
    here = [program for program in wanted if HERE in roots or program not in of_host]
    missing = {wanted[name] for name in here if not shutil.which(name, path=path)}
    if missing:
        if HERE in roots and not shutil.which("docker", path=path) and _is_known(CLIENT):
            missing.add(CLIENT)
        as_root = "" if os.geteuid() == 0 else "root, and "
        # What is there may be of another maker: what it cannot be beside must not remove it.
        raise NetcError(
            f"the lab needs {as_root}packages that are missing: "
            f"apt-get install --no-install-recommends --no-remove {' '.join(sorted(missing))}"
        )
    require_root()
    for root in {*roots} - {HERE}:
        _require_engine(root, of_host)


def _require_engine(root: Path, programs: Sequence[str]) -> None:
    folders = [root / folder.lstrip("/") for folder in SEARCH_PATH.split(":")]
    lacking = [
        program
        for program in programs
        # lexists: some are links that lead somewhere in that folder only.
        if not any(os.path.lexists(folder / program) for folder in folders)
    ]
    if lacking:
        raise NetcError(
            f"{root} is no folder to run an engine from: it lacks {', '.join(lacking)};"
            " make one with python -m tests.engines"
        )


def _is_known(package: str) -> bool:
    """Whether the machine's package lists have it."""
    if not shutil.which("apt-cache"):
        return False
    asked = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
    return asked.returncode == 0


def require_root() -> None:
    """Raise NetcError unless this process is root."""
    if os.geteuid() != 0:
        raise NetcError("the lab needs root; try sudo", Exit.ENGINE)
