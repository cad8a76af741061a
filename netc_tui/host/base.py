"""The ``host`` base of the sidecar's image: this machine's own busybox, iptables and conntrack."""

import os
from pathlib import Path

from netc_tui.core.errors import NetcError
from netc_tui.host.rootfs import find, rootfs

ROOT = "NETC_HOST_ROOT"
"""A folder in the environment, to take them from that: a lab whose engine is of another release."""

COMMANDS = ("iptables-restore", "iptables-save", "ip6tables-restore", "conntrack")
LEGACY = ("iptables-legacy-restore", "iptables-legacy-save", "ip6tables-legacy-restore")
"""For kernels without nf_tables; taken along where this machine has them."""
EXTENSIONS = (
    "xt_DNAT",
    "xt_MASQUERADE",
    "xt_NAT",
    "xt_conntrack",
    "xt_sctp",
    "xt_standard",
    "xt_tcp",
    "xt_udp",
    "ipt_REJECT",
    "ipt_icmp",
)
"""The iptables extensions that our rules use (core.rules)."""
APPLETS = {
    *("sh", "ip", "udhcpc", "arping", "arp", "nslookup", "nc", "env", "sha256sum", "stat", "touch"),
    *("sed", "tr", "date", "head", "od", "usleep", "grep", "mkfifo", "mv", "rm", "ping"),
    *("sort", "uniq", "cut", "awk"),
}


def sidecar_base() -> bytes:
    """The root file system as a tar. Raises NetcError when this machine lacks a part of it."""
    from netc_tui.host.rootfs import applets

    root = Path(os.environ.get(ROOT) or "/")
    lacking = APPLETS - set(applets(find("busybox", root)))
    if lacking:
        raise NetcError(
            f"the busybox of this machine lacks {', '.join(sorted(lacking))};"
            " install another one (Debian: busybox-static)"
        )
    legacy = [name for name in LEGACY if _has(name, root)]
    return rootfs([*COMMANDS, *legacy], extra=_extensions(root), root=root)


def _has(command: str, root: Path) -> bool:
    try:
        find(command, root)
    except NetcError:
        return False
    return True


def _extensions(root: Path) -> list[Path]:
    folders = [
        folder
        for pattern in ("usr/lib/*/xtables", "usr/lib/xtables", "usr/lib64/xtables", "lib/xtables")
        for folder in root.glob(pattern)
    ]
    files = [folder / f"lib{name}.so" for folder in folders for name in EXTENSIONS]
    # Some distributions link several into one file, or leave small ones out of their set.
    return [file for file in files if file.exists()]
