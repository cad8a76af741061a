"""The lab's network: a namespace for each machine, two bridges, and cables between them.

Each cable is made in the namespace "lan" with its far end already in the other one, so that no
interface ever shows up on the machine itself.
"""

from collections.abc import Sequence

from netc_tui.lab.folders import make
from netc_tui.lab.layout import (
    CLIENT_IP,
    CLIENT_IP2,
    DOMAIN,
    PLACES,
    SERVER_IP,
    SERVER_IP2,
    HostLayout,
    Layout,
    Where,
)
from netc_tui.lab.processes import enter, run

BRIDGES = {"eth1": "br0", "eth2": "br1"}
"""Where the interfaces of a Docker host are plugged in."""
DISABLED = "0"
"""The state of a bridge's port at which all is dropped, both ways (bridge(8))."""


def name_hosts(layout: Layout, hosts: Sequence[HostLayout], lock: int) -> None:
    """Give each host a name of its own: what runs there tells its engine from others by it."""
    make(layout.uts("host").parent)
    for host in hosts:
        file = layout.uts(host.name)
        file.touch()
        name = f"echo {host.name} > /proc/sys/kernel/hostname"
        run(["unshare", f"--uts={file}", "sh", "-c", name], lock)


def create(layout: Layout, hosts: Sequence[HostLayout], lock: int) -> None:
    """Make the namespaces and all that is in them."""
    client = layout.namespace("client")
    configure: dict[Where, list[str]] = {
        "lan": [
            *_bridge("br0", "02:77:00:00:00:01", SERVER_IP),
            *_bridge("br1", "02:78:00:00:00:01", SERVER_IP2),
            *(line for host in hosts for line in _cables(host)),
            *_cable("br0", "client-eth0", f"eth0 netns {client}"),
            *_cable("br1", "client-eth1", f"eth1 netns {client}"),
        ],
        **{host.name: _addresses(host) for host in hosts},
        "client": [*_address("eth0", CLIENT_IP), *_address("eth1", CLIENT_IP2)],
    }
    for where in configure:
        run(["ip", "netns", "add", layout.namespace(where)], lock)
    for where, lines in configure.items():
        _batch(layout, where, ["link set lo up", *lines], lock)
    # The server is the router of both LANs, as the box in a home or office is.
    forward = "echo 1 > /proc/sys/net/ipv4/ip_forward"
    run([*enter(layout, "lan"), "sh", "-c", forward], lock)
    layout.resolv_conf.write_text(f"search {DOMAIN}\nnameserver {SERVER_IP}\n")


def delete(layout: Layout, lock: int) -> None:
    """Remove the namespaces; those that are half made, too."""
    for where in existing(layout):
        run(["ip", "netns", "del", layout.namespace(where)], lock)


def existing(layout: Layout) -> list[Where]:
    """The namespaces that are there."""
    return [where for where in PLACES if layout.namespace_path(where).exists()]


def switch_off(host: HostLayout, lock: int) -> None:
    """Have its namespace as that of a machine without current: no cables, nothing in it."""
    _batch(host.lab, "lan", [f"link del {port}" for port in _ports(host).values()], lock)
    for change in ("del", "add"):
        run(["ip", "netns", change, host.lab.namespace(host.name)], lock)


def switch_on(host: HostLayout, lock: int) -> None:
    """Plug it in again, and configure it as it was."""
    _batch(host.lab, "lan", _cables(host), lock)
    _batch(host.lab, host.name, ["link set lo up", *_addresses(host)], lock)


def cut(host: HostLayout, lock: int, *, silently: bool) -> None:
    """Let nothing through between a host and the LANs.

    The host's interfaces lose their carrier, or ``silently`` nothing tells it.
    """
    for port in _ports(host).values():
        if silently:
            drop = ("bridge", "link", "set", "dev", port, "state", DISABLED)
            run([*enter(host.lab, "lan"), *drop], lock)
        else:
            _batch(host.lab, "lan", [f"link set {port} down"], lock)


def heal(host: HostLayout, lock: int) -> None:
    """Undo ``cut``, of whichever kind."""
    for interface, port in _ports(host).items():
        # Plugged in anew, its state is as at the start, whether there is a carrier or not.
        again = (f"{port} up", f"{port} nomaster", f"{port} master {BRIDGES[interface]}")
        _batch(host.lab, "lan", [f"link set {change}" for change in again], lock)


def _ports(host: HostLayout) -> dict[str, str]:
    """The far ends of a host's cables, by its interfaces."""
    return {interface: f"{host.name}-{interface}" for interface in BRIDGES}


def _batch(layout: Layout, where: Where, lines: Sequence[str], lock: int) -> None:
    run(["ip", "-n", layout.namespace(where), "-batch", "-"], lock, text="\n".join(lines))


def _cables(host: HostLayout) -> list[str]:
    namespace, addresses, ports = host.lab.namespace(host.name), host.addresses, _ports(host)
    return [
        line
        for interface, bridge in BRIDGES.items()
        for line in _cable(
            bridge,
            ports[interface],
            # The same after it was switched off and on.
            f"{interface} address {_mac(addresses[interface])} netns {namespace}",
        )
    ]


def _addresses(host: HostLayout) -> list[str]:
    return [
        *(line for interface, ip in host.addresses.items() for line in _address(interface, ip)),
        f"route add default via {SERVER_IP}",
    ]


def _mac(ip: str) -> str:
    _, lan, _, last = map(int, ip.split("."))
    return f"02:{lan}:00:00:00:{last:02x}"


def _bridge(name: str, mac: str, ip: str) -> list[str]:
    # A MAC of its own: else the bridge takes that of a port, and changes it with its ports.
    return [f"link add {name} address {mac} type bridge", *_address(name, ip)]


def _cable(bridge: str, port: str, far: str) -> list[str]:
    return [
        f"link add {port} type veth peer name {far}",
        f"link set {port} master {bridge} up",
    ]


def _address(interface: str, ip: str) -> list[str]:
    return [f"addr add {ip}/24 dev {interface}", f"link set {interface} up"]
