"""What the machine must have for a lab, said in one error and not in one after the other."""

import os
import shutil
import sys

from netc_tui.core.errors import Exit, NetcError
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
    "unshare": "util-linux",
    "setsid": "util-linux",
}
"""The programs a lab uses, and the Debian packages they are in."""


def require_all() -> None:
    """Raise NetcError unless this is Linux, with all programs, and this process is root."""
    if sys.platform != "linux":
        raise NetcError("the lab needs Linux: it is made of network namespaces")
    path = environment()["PATH"]
    missing = {name for program, name in PACKAGES.items() if not shutil.which(program, path=path)}
    if missing:
        root = "" if os.geteuid() == 0 else "root, and "
        raise NetcError(
            f"the lab needs {root}packages that are missing: "
            f"apt-get install --no-install-recommends {' '.join(sorted(missing))}"
        )
    require_root()


def require_root() -> None:
    """Raise NetcError unless this process is root."""
    if os.geteuid() != 0:
        raise NetcError("the lab needs root; try sudo", Exit.ENGINE)
