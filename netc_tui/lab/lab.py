"""The lab as its users see it: up, down, and commands in its places."""

import signal
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netc_tui.lab import cleanup, dhcp, engine, layout, lock, network, services
from netc_tui.lab.layout import Layout, Where
from netc_tui.lab.processes import enter, environment
from netc_tui.lab.requirements import require_all, require_root
from netc_tui.lab.status import LabStatus, built, status

LEASE = "10m"

# On the client, names resolve with the lab's DNS server: $0 is bound over /etc/resolv.conf.
_RESOLVE = 'mount --bind "$0" /etc/resolv.conf 2>/dev/null; exec "$@"'


@dataclass(frozen=True)
class Lab:
    """A LAN on this machine, known by its name alone: an equal value is the same lab.

    Raises NetcError when the name is not 1 to 12 of a-z, 0-9 and "-". All methods that change
    the lab raise NetcError, and wait for one another, also across processes.
    """

    name: str = "lab"
    layout: Layout = field(init=False, repr=False, compare=False)

    SERVER_IP = layout.SERVER_IP
    HOST_IP = layout.HOST_IP
    CLIENT_IP = layout.CLIENT_IP
    RANGE = layout.RANGE
    SERVER_IP2 = layout.SERVER_IP2
    HOST_IP2 = layout.HOST_IP2
    CLIENT_IP2 = layout.CLIENT_IP2
    RANGE2 = layout.RANGE2

    def __post_init__(self) -> None:
        object.__setattr__(self, "layout", Layout(self.name))
