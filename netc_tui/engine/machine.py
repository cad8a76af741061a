"""Is an engine on this machine, so that its interfaces are this machine's?

The path of a socket does not tell: it may be forwarded from another machine (``ssh -L``), belong to
a virtual one, or be lent to a container. What tells:

- The engine's host has this machine's name and kernel. A container that has the socket, but a
  network of its own, has a name of its own, too; one with ``--network host`` has the host's.
- Whoever listens is root, or the engine rootless. Machines made from one image have the same name
  and kernel; but there ssh listens for whoever called it. (Who a process is, its name does not
  tell reliably: systemd may listen for dockerd, a distribution may wrap it.)

What remains is a socket that root itself has forwarded from such a twin. A doubt the other way
round, a proxy of a plain user on this machine, counts as another machine.
"""

import os
import re
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netc_tui.engine.read import rootless

PATIENCE = 5
ROOT = 0


def here(path: Path, info: Mapping[str, Any]) -> bool:
    """Is the engine at this socket on this machine? ``info`` is what GET /info says.

    Raises OSError when nobody listens there any more.
    """
    own = os.uname()
    named = str(info.get("Name") or "") == own.nodename
    same = named and _kernel(str(info.get("KernelVersion") or "")) == _kernel(own.release)
    return same and (rootless(info) or listener(path) == ROOT)


def listener(path: Path) -> int:
    """The user who listens at a socket (SO_PEERCRED), by number. Raises OSError."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(PATIENCE)
        asking.connect(str(path))
        size = struct.calcsize("3i")
        _, user, _ = struct.unpack(
            "3i", asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        )
    return int(user)


def _kernel(release: str) -> str:
    """A release as Docker writes it, which has three numbers where the kernel's may have two."""
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?(.*)", release)
    return "{}.{}.{}{}".format(*found.groups("0")) if found else release
