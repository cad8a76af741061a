"""What a container's labels ask for, and whether the operator lets labels ask for it.

Whoever may start a container writes its labels, and whoever makes an image writes labels that each
container of it has. So a wish is granted as a whole or not at all: half of one would be something
that nobody asked for.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from netc_tui.core import compose, identity
from netc_tui.core.errors import NetcError
from netc_tui.core.model import LABEL, Container
from netc_tui.core.ports import Forward, Port, parse_all, unasked
from netc_tui.core.text import printable, shortened

ENABLE = f"{LABEL}enable"
SERVICES_OWN, ANY = "exposed", "any"
"""What labels may say of ports: those that the service exposes, or what they like."""

LONGEST = 255
"""Characters of a name in a label at most: no interface, network or name in the DNS has more."""
_NAMED = ("interface", "network", "dns.name")
_SHOWN = 60
"""Characters of a label that are told. A label may be of any length, and what is told of it stands
on screens and in logs."""
_TOLD = 300
"""Characters of a reason."""

_TRUTHS = {"true": True, "1": True, "yes": True, "on": True}
_TRUTHS |= {"false": False, "0": False, "no": False, "off": False, "": False}


class Wish(msgspec.Struct, frozen=True):
    """What the labels of one container ask for; empty: netc chooses."""

    service: str
    service_id: str
    interface: str = ""
    ports: tuple[Forward, ...] = ()
    hostname: str = ""
    mac: str = ""
    network: str = ""
    name: str = ""
    """Under which name it is to be published, where names are."""
    seed: str = ""


class Vain(msgspec.Struct, frozen=True):
    """A container whose labels ask for what makes no sense, or is not granted."""

    service: str
    why: str


LABELS: Mapping[str, str] = {
    ENABLE: "true: give it a network container",
    f"{LABEL}interface": "on this interface",
    f"{LABEL}ports": "PUB[:PRIV][/PROTO], several with commas; without: what it exposes",
    f"{LABEL}hostname": "the name that it asks the DHCP server for",
    f"{LABEL}mac": "its MAC address on the LAN",
    f"{LABEL}seed": "what its MAC address and client-id are derived from",
    f"{LABEL}network": "the Docker network over which the service is reached",
    f"{LABEL}dns.name": "the name under which it is published; several may share one",
}
"""The labels of a service that netc knows, each with a line on it."""


class Policy(msgspec.Struct, frozen=True):
    """What the operator lets labels ask for."""

    interface: str = ""
    """The one that is taken where a label names none; empty: each must name one."""
    interfaces: tuple[str, ...] = ()
    """Those that labels may name beside it."""
    ports: str = SERVICES_OWN
    """SERVICES_OWN, ANY, or the public ports themselves: ``80,443,8000-8099/udp``."""
    projects: tuple[str, ...] = ()
    """The Compose projects that may ask, as shell patterns; none: anybody, also without one."""
    mac: bool = False
    hostname: bool = False
    network: bool = False
    name: bool = False
    """May they name one?"""
    published: bool = False
    """Are names published at all?"""


def wish(container: Container) -> Wish | Vain | None:
    """What ``container`` asks for; None for one that asks for nothing."""
    own = {name: text for name, text in container.labels.items() if name.startswith(LABEL)}
    asked = own.get(ENABLE)
    if asked is None or container.ours or container.labels.get(compose.ONE_OFF) == "True":
        return None
    truth = _TRUTHS.get(asked.strip().lower())
    if truth is False:
        return None
    if truth is None:
        return Vain(container.name, f"{ENABLE}={_quoted(asked)}: write true or false")
    if unknown := next((name for name in own if name not in LABELS), ""):
        why = f"{_quoted(unknown)}: no such label{_nearest(unknown)}"
        return Vain(container.name, why)
    try:
        said = {name.removeprefix(LABEL): text.strip() for name, text in own.items()}
        mac, hostname = said.get("mac", ""), said.get("hostname", "")
        seed = said.get("seed", "")
        if long := next((name for name in _NAMED if len(said.get(name, "")) > LONGEST), ""):
            return Vain(container.name, f"{LABEL}{long}: {LONGEST} characters at most")
        return Wish(
            service=container.name,
            service_id=container.id,
            interface=said.get("interface", ""),
            ports=parse_all(filter(None, map(str.strip, said.get("ports", "").split(",")))),
            hostname=identity.check_hostname(hostname) if hostname else "",
            mac=identity.check_mac(mac) if mac else "",
            seed=identity.check_seed(seed) if seed else "",
            network=said.get("network", ""),
            name=said.get("dns.name", ""),
        )
    except NetcError as error:
        return Vain(container.name, shortened(error.message, _TOLD))


def _quoted(text: str) -> str:
    return shortened(printable(text), _SHOWN)


def _nearest(name: str) -> str:
    found = difflib.get_close_matches(name[:LONGEST], list(LABELS), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""


def granted(
    asked: Wish, container: Container, exposed: Sequence[Port] | None, policy: Policy
) -> Wish | Vain:
    """The wish with what the operator's settings add, or why it is asked in vain. What depends on
    ``exposed`` is left open where that is not known (None)."""
    why = next(_refusals(asked, container, exposed, policy), None)
    if why is not None:
        return Vain(asked.service, why)
    return msgspec.structs.replace(
        asked,
        interface=asked.interface or policy.interface,
        ports=asked.ports or unasked(exposed or ()),
    )


def _refusals(
    asked: Wish, container: Container, exposed: Sequence[Port] | None, policy: Policy
) -> Iterator[str]:
    project = container.labels.get(compose.PROJECT, "")
    if policy.projects and not any(fnmatchcase(project, pattern) for pattern in policy.projects):
        whose = f"of the project {_quoted(project)}" if project else "of no Compose project"
        yield f"it is {whose}, and labels may ask for {', '.join(policy.projects)} alone"
    if not (asked.interface or policy.interface):
        yield f"no interface is said; add the label {LABEL}interface, or set interface"
    known = (policy.interface, *policy.interfaces)
    if asked.interface and asked.interface not in known:
        allowed = ", ".join(filter(None, known)) or "none"
        yield (
            f"the interface {_quoted(asked.interface)} is none that labels may ask for"
            f" ({allowed}); watch.interfaces allows more"
        )
    # Who chooses the seed chooses the MAC address.
    granting = {"seed": "mac"}
    for what in ("mac", "seed", "hostname", "network", "name"):
        allowed_by = granting.get(what, what)
        if getattr(asked, what) and not getattr(policy, allowed_by):
            label = "dns.name" if what == "name" else what
            yield f"labels may not ask for {LABEL}{label}; watch.{allowed_by} = true allows it"
    if exposed is None:
        return
    wanted = asked.ports or unasked(exposed)
    if not wanted:
        yield f"it exposes no ports; say which with the label {LABEL}ports"
    if over := _over(wanted, exposed, policy.ports):
        yield f"labels may not ask for the port {over}; watch.ports allows more"


def _over(wanted: Iterable[Forward], exposed: Sequence[Port], allowed: str) -> str:
    """The first port of those that is not allowed; empty: all are."""
    if allowed == ANY:
        return ""
    if allowed == SERVICES_OWN:
        there = {(port.proto, port.port) for port in exposed}
        over = (
            single
            for forward in wanted
            for single in forward.singles()
            if (single.proto, single.private) not in there
        )
        return str(next(over, ""))
    spans = parse_all(allowed.split(","))
    return str(
        next(
            (
                forward
                for forward in wanted
                if not any(
                    span.proto == forward.proto
                    and span.public <= forward.public
                    and forward.last <= span.last
                    for span in spans
                )
            ),
            "",
        )
    )


def check_ports(allowed: str) -> str:
    """What a setting of ``Policy.ports`` may be. Raises NetcError (usage)."""
    if allowed not in (SERVICES_OWN, ANY):
        parse_all(allowed.split(","))
    return allowed
