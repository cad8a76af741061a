"""The links of a host: what its kernel says of each, and which of them can carry a LAN network.

Those of this machine are read from the kernel (``host.interfaces``); those of another are printed
there by ``sidecar/interfaces`` and parsed here, into the same values.
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Interface

IFF_UP, IFF_LOOPBACK, IFF_NOARP, IFF_MASTER = 0x1, 0x8, 0x80, 0x400
ARPHRD_ETHER = 1
NOTHING = "-"
"""What is printed of a file that is not there."""


class Link(msgspec.Struct, frozen=True):
    """What the kernel says of an interface (rtnetlink(7)), as far as it matters here."""

    index: int
    name: str
    kind: str
    mac: str | None
    up: bool
    loopback: bool
    ether: bool
    carrier: bool
    wireless: bool = False
    master: str | None = None
    """The bridge or bond that it is a port of."""
    master_kind: str | None = None
    addresses: tuple[str, ...] = ()


def unfit(link: Link, docker_bridges: frozenset[str], ipvlan: Mapping[str, str]) -> str | None:
    """Why a link cannot carry a LAN network, with what to do where something can be done.

    ``docker_bridges`` are the bridges of Docker's networks; ``ipvlan`` maps the parents of ipvlan
    networks to these networks' names.
    """
    if link.loopback:
        return "it is the loopback"
    if not link.ether:
        return "it is no Ethernet interface; macvlan needs one"
    if link.name in docker_bridges or link.name == "docker_gwbridge":
        return "it was made by Docker for its own containers"
    if link.master is not None and link.master in docker_bridges:
        return f"it was made by Docker: a container's end in the bridge {link.master}"
    if link.master is not None and link.master_kind != "vrf":
        return f"it is a port of {link.master}; take {link.master} itself"
    if link.wireless:
        return "it is wireless: access points drop frames of further MAC addresses"
    if link.name in ipvlan:
        return f"the ipvlan network {ipvlan[link.name]} is on it, which excludes macvlan"
    if not link.up:
        return f"it is down; bring it up with: ip link set {link.name} up"
    if not link.carrier:
        return "it has no carrier; is the cable in?"
    return None


def interfaces(
    found: Sequence[Link], docker_bridges: frozenset[str], ipvlan: Mapping[str, str]
) -> tuple[Interface, ...]:
    """All interfaces, fit ones first, each with the reason where it is unfit."""
    judged = [
        Interface(
            name=link.name,
            kind="wireless" if link.wireless else link.kind,
            mac=link.mac,
            addresses=link.addresses,
            up=link.up,
            carrier=link.carrier,
            unfit=unfit(link, docker_bridges, ipvlan),
            of_container=link.master is not None and link.master in docker_bridges,
        )
        for link in found
    ]
    return tuple(
        sorted(judged, key=lambda interface: (interface.unfit is not None, interface.name))
    )


def check_known(name: str, known: Sequence[str], where: str) -> None:
    """Raise NetcError (interface), offering the nearest, when there is no such interface; ``where``
    it is not in words: ``on this machine``."""
    from difflib import get_close_matches

    if name in known:
        return
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else "`netc interfaces` shows which there are"
    raise NetcError(f"no interface {name!r} {where}; {hint}", Exit.INTERFACE)


class _Row(msgspec.Struct, frozen=True):
    """One line of a link, as it is printed."""

    name: str
    index: int
    on: int
    """The index of the link that it is on, or whose other end it is; its own where it is neither"""
    mac: str
    flags: int
    type: int
    carrier: str
    master: int
    typed: str
    has: frozenset[str]

    @property
    def wireless(self) -> bool:
        return not {"phy80211", "wireless"}.isdisjoint(self.has) or self.typed == "wlan"

    @property
    def kind(self) -> str:
        """As rtnetlink calls it, as far as files tell it."""
        for file, kind in (("bridge", "bridge"), ("bonding", "bond"), ("tun_flags", "tun")):
            if file in self.has:
                return kind
        if self.wireless or "device" in self.has:
            return "ethernet"
        if self.typed != NOTHING:
            return self.typed
        if self.flags & IFF_MASTER and self.flags & IFF_NOARP:
            return "vrf"
        if self.on == self.index:
            return "ethernet"
        # On another link, or the one end of two. (A VLAN, and most others, say what they are.)
        return "macvlan" if "lower" in self.has else "veth"


def parse(printed: str) -> tuple[Link, ...]:
    """The links, of what ``sidecar/interfaces`` printed; what cannot be read is left out."""
    lines = printed.split("\n")
    rows = {row.index: row for row in map(_row, lines) if row is not None}
    addresses = _addresses(lines)
    found = []
    for row in rows.values():
        master = rows.get(row.master)
        found.append(
            Link(
                index=row.index,
                name=row.name,
                kind=row.kind,
                mac=row.mac if row.mac != NOTHING else None,
                up=bool(row.flags & IFF_UP),
                loopback=bool(row.flags & IFF_LOOPBACK),
                ether=row.type == ARPHRD_ETHER,
                carrier=row.carrier == "1",
                wireless=row.wireless,
                master=master.name if master is not None else None,
                master_kind=master.kind if master is not None else None,
                addresses=tuple(addresses.get(row.index, ())),
            )
        )
    return tuple(sorted(found, key=lambda link: link.index))


def _row(line: str) -> _Row | None:
    # Not `split()`: of blanks only that of ASCII cannot be in a name.
    match line.split(" "):
        case ["link", name, index, on, mac, flags, type, carrier, master, typed, has] if name:
            try:
                return _Row(
                    *(name, int(index), _number(on), mac, int(flags, 16), int(type)),
                    *(carrier, _number(master), typed, frozenset(has.split(","))),
                )
            except ValueError:
                return None
    return None


def _number(text: str) -> int:
    return 0 if text == NOTHING else int(text)


_ADDRESS = re.compile(r"(\d+): [^ ]+ +inet ([0-9.]+)(?: peer [0-9.]+)?(/\d+)? ")


def _addresses(lines: Iterable[str]) -> dict[int, list[str]]:
    """ADDRESS/PREFIX by the index of the link, of what `ip -o -4 addr` printed."""
    found: dict[int, list[str]] = {}
    for line in lines:
        if (told := _ADDRESS.match(line)) is not None:
            index, address, length = told.groups()
            try:
                own = str(ipaddress.IPv4Interface(f"{address}{length or '/32'}"))
            except ValueError:
                continue
            found.setdefault(int(index), []).append(own)
    return found
