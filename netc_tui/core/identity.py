"""Who a network container is: names, MAC, client-id and hostname, derived and never stored.

They come from a hash of a seed, the engine's id unless another is chosen, and the service's name,
so they are the same after a restart, a reboot and a removal, and the DHCP server gives the same
address; and they differ between two hosts with services of one name. Which seed and whose name it
is for one network container: ``core.origin``.
"""

import hashlib
import re

import msgspec

from netc_tui.core.errors import Exit, NetcError

PREFIX = "netc-"
IMAGE_PREFIX = "netc-sidecar:"
"""What the names of the images begin with that network containers run."""
NOWHERE = "localhost:1/"
"""What stands before such a name in a Swarm. Before each start of a task Docker asks the registry
in its image's name, else a public one. At this one nobody is: that is seen at once, without a name
server, and what is on the node is taken."""
PRIVATE = f"{PREFIX}private-"
"""How the names of private networks begin."""


class Identity(msgspec.Struct, frozen=True):
    """What the DHCP server knows a network container by."""

    mac: str
    """Six octets in hex with colons, locally administered, unicast."""
    client_id: str
    """Option 61 in hex, its type octet first."""
    hostname: str
    """Option 12: one DNS label."""


def derive(seed: str, service: str, *, mac: str = "", hostname: str = "") -> Identity:
    """The identity for ``service`` by a seed, an engine's id as a rule; ``mac`` and ``hostname``
    override.

    The client-id is that of RFC 4361: 255, a 32 bit IAID, a DUID; the DUID is a UUID (RFC 6355).
    Raises NetcError (usage) when an override is not valid.
    """
    digest = hashlib.sha256(f"netc\0{seed}\0{service}".encode()).digest()
    octets = bytes([digest[0] & 0xFC | 0x02]) + digest[1:6]
    return Identity(
        mac=check_mac(mac) if mac else octets.hex(":"),
        client_id=(b"\xff" + digest[6:10] + b"\x00\x04" + digest[10:26]).hex(),
        hostname=check_hostname(hostname) if hostname else as_hostname(service),
    )


def check_seed(text: str) -> str:
    """What an identity can be derived from: up to 128 characters of ASCII that can be seen. Raises
    NetcError (usage)."""
    if not re.fullmatch(r"[!-~]{1,128}", text, re.ASCII):
        raise NetcError(
            f"seed {text!r}: 1 to 128 letters, digits and signs, without blanks", Exit.USAGE
        )
    return text


def check_mac(text: str) -> str:
    """A MAC address in lower case with colons. Raises NetcError (usage)."""
    mac = text.strip().lower().replace("-", ":")
    if not re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", mac):
        raise NetcError(f"MAC {text!r}: write six octets in hex, 02:12:34:56:78:9a", Exit.USAGE)
    if int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00":
        raise NetcError(
            f"MAC {text!r} is no address of one machine; take one that begins with 02", Exit.USAGE
        )
    return mac


def check_hostname(text: str) -> str:
    """A DNS label (RFC 1123 2.1: letters, digits, hyphens inside, up to 63). Raises NetcError."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", text, re.ASCII):
        raise NetcError(
            f"hostname {text!r}: letters, digits and hyphens inside, 63 at most", Exit.USAGE
        )
    return text


def is_sound(mac: str, client_id: str, hostname: str) -> bool:
    """Can these be a network container's? Labels say what they like, and a DHCP server's
    configuration would take a comma for the next option."""
    try:
        check_mac(mac)
        check_hostname(hostname)
    except NetcError:
        return False
    return re.fullmatch(r"([0-9a-f]{2}){2,255}", client_id) is not None


def as_hostname(service: str) -> str:
    """The service's name made a DNS label."""
    label = re.sub(r"[^a-z0-9]+", "-", service.lower()).strip("-")[:63].strip("-")
    return label or "service"


def container_name(service: str) -> str:
    """The name of the network container of ``service``."""
    return PREFIX + service


def lan_network_name(interface: str) -> str:
    """The name of the LAN network that netc makes on ``interface``."""
    return f"{PREFIX}lan-{interface}"


def private_network_name(service: str) -> str:
    """The name of the network that netc makes for ``service`` alone."""
    return f"{PRIVATE}{service}"


def is_image(name: str) -> bool:
    """Is an image of that name one that network containers run?"""
    return name.removeprefix(NOWHERE).startswith(IMAGE_PREFIX)


def image_tag(content: bytes) -> str:
    """The image made of ``content``: another content is another image."""
    return f"{IMAGE_PREFIX}{hashlib.sha256(content).hexdigest()[:12]}"
