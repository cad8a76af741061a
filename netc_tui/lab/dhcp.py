"""The LAN's DHCP and DNS server: one dnsmasq for both bridges.

DNS knows the names that machines gave with DHCP, so ``web1.lab.lan`` resolves on the LAN.
"""

from collections.abc import Sequence

from netc_tui.core.errors import NetcError
from netc_tui.lab.layout import DOMAIN, RANGE, RANGE2, Layout
from netc_tui.lab.processes import Process, comes, ended, enter, kill, placed, run, spawn

PROGRAM = "dnsmasq"
BOOTPS = ":0043 "
"""Port 67 as /proc/net/udp writes it."""


def start(layout: Layout, lock: int, lease: str, extra: Sequence[str] = ()) -> None:
    """Start it and wait until it listens. ``lease`` as dnsmasq takes it: at least 2m."""
    spawn(enter(layout, "lan"), [*_arguments(layout, lease), *extra], layout.dhcp_log, lock)
    if not comes(lambda: _listens(layout, lock), lambda: processes(layout), 10):
        reason = layout.dhcp_log.read_text().strip().splitlines() or ["it says nothing"]
        raise NetcError(f"dnsmasq did not start: {reason[-1]}")


def stop(layout: Layout) -> None:
    """End it; at once and without a word to its clients, as a broken server would."""
    found = processes(layout)
    kill(found)
    if not ended(found, 5):
        raise NetcError("dnsmasq does not end")


def processes(layout: Layout) -> list[Process]:
    """Its process, if it runs."""
    return placed(layout, "lan", _own(layout), PROGRAM)


def _listens(layout: Layout, lock: int) -> bool:
    sockets = run([*enter(layout, "lan"), "cat", "/proc/net/udp"], lock)
    return BOOTPS in sockets and bool(processes(layout))


def _own(layout: Layout) -> str:
    return f"--dhcp-leasefile={layout.lease_file}"


def _arguments(layout: Layout, lease: str) -> list[str]:
    return [
        PROGRAM,
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--pid-file=",
        "--user=root",
        "--bind-interfaces",
        "--interface=br0",
        "--interface=br1",
        "--no-resolv",
        "--no-hosts",
        "--expand-hosts",
        f"--domain={DOMAIN}",
        f"--local=/{DOMAIN}/",
        # The server's own check for a free address takes 3 s before each offer.
        "--no-ping",
        "--dhcp-authoritative",
        f"--dhcp-range={','.join(RANGE)},255.255.255.0,{lease}",
        f"--dhcp-range={','.join(RANGE2)},255.255.255.0,{lease}",
        _own(layout),
        "--log-dhcp",
        f"--log-facility={layout.dhcp_log}",
    ]
