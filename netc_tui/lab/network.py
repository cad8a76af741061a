"""The lab's network: three namespaces, two bridges, and cables between them.

Each cable is made in the namespace "lan" with its far end already in the other one, so that no
interface ever shows up on the machine itself.
"""

from netc_tui.lab.layout import (
    CLIENT_IP,
    CLIENT_IP2,
    DOMAIN,
    HOST_IP,
    HOST_IP2,
    PLACES,
    SERVER_IP,
    SERVER_IP2,
    Layout,
    Where,
)
from netc_tui.lab.processes import enter, run


def create(layout: Layout, lock: int) -> None:
    """Make the namespaces and all that is in them."""
    for where in PLACES:
        run(["ip", "netns", "add", layout.namespace(where)], lock)
    host, client = layout.namespace("host"), layout.namespace("client")
    configure = {
        "lan": [
            *_bridge("br0", "02:77:00:00:00:01", SERVER_IP),
            *_bridge("br1", "02:78:00:00:00:01", SERVER_IP2),
            *_cable("br0", "host-eth1", "eth1", host),
            *_cable("br1", "host-eth2", "eth2", host),
            *_cable("br0", "client-eth0", "eth0", client),
            *_cable("br1", "client-eth1", "eth1", client),
        ],
        "host": [
            *_address("eth1", HOST_IP),
            *_address("eth2", HOST_IP2),
            f"route add default via {SERVER_IP}",
        ],
        "client": [*_address("eth0", CLIENT_IP), *_address("eth1", CLIENT_IP2)],
    }
    for where in PLACES:
        lines = ["link set lo up", *configure[where]]
        run(["ip", "-n", layout.namespace(where), "-batch", "-"], lock, text="\n".join(lines))
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


def _bridge(name: str, mac: str, ip: str) -> list[str]:
    # A MAC of its own: else the bridge takes that of a port, and changes it with its ports.
    return [f"link add {name} address {mac} type bridge", *_address(name, ip)]


def _cable(bridge: str, port: str, name: str, namespace: str) -> list[str]:
    return [
        f"link add {port} type veth peer name {name} netns {namespace}",
        f"link set {port} master {bridge} up",
    ]


def _address(interface: str, ip: str) -> list[str]:
    return [f"addr add {ip}/24 dev {interface}", f"link set {interface} up"]
