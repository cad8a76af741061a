"""The engine's JSON read into our values: each key that netc relies on is named here."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from netc_tui.core.identity import PREFIX, is_image
from netc_tui.core.model import (
    HELPER,
    LABEL,
    OWN,
    Change,
    Container,
    Ended,
    Engine,
    Happened,
    Image,
    Made,
    Network,
    Remembered,
)
from netc_tui.core.plan import TARGET_ALIAS
from netc_tui.core.ports import Port
from netc_tui.core.protocol import FOLDER, Env
from netc_tui.engine import sentences, swarm_read


def engine(host: str, api: str, info: Mapping[str, Any], *, local: bool = False) -> Engine:
    """From GET /info, the API version that GET /_ping names, and where it is."""
    major, _, minor = api.partition(".")
    return Engine(
        id=str(info.get("ID") or info.get("Name") or host),
        host=host,
        name=str(info.get("Name") or ""),
        version=str(info.get("ServerVersion") or ""),
        api=(int(major), int(minor or 0)),
        rootless=rootless(info),
        desktop="Docker Desktop" in str(info.get("OperatingSystem") or ""),
        architecture=str(info.get("Architecture") or ""),
        local=local,
        limits_processors=bool(info.get("CpuCfsQuota", True)),
        swarm=swarm_read.membership(info),
    )


def rootless(info: Mapping[str, Any]) -> bool:
    """Does the engine run as a plain user? From GET /info."""
    return any("rootless" in str(option) for option in info.get("SecurityOptions") or ())


def nameless(row: Mapping[str, Any]) -> bool:
    """Could this be a container of netc's whose image gave its name to another? Then it is listed
    by its id, and only its own labels tell whether it is netc's."""
    own = not {OWN, HELPER}.isdisjoint(row.get("Labels") or {})
    return own and not is_image(str(row.get("Image") or ""))


def helper(row: Mapping[str, Any], own_images: frozenset[str] = frozenset()) -> bool:
    """Is it one in which netc runs a command for a moment? A label alone does not make one, or any
    container could hide from netc."""
    own = is_image(str(row.get("Image") or "")) or row.get("ImageID") in own_images
    return own and HELPER in (row.get("Labels") or {})


def container(row: Mapping[str, Any], own_images: frozenset[str] = frozenset()) -> Container:
    """From one object of GET /containers/json. ``own_images``: the ids of those that netc made."""
    own = [name for name in row.get("Names") or () if name.count("/") == 1]
    networks = (row.get("NetworkSettings") or {}).get("Networks") or {}
    return Container(
        id=row["Id"],
        # A linked container has further names, /LINKER/ALIAS.
        name=(own or [row["Id"][:12]])[0].lstrip("/"),
        image=str(row.get("Image") or ""),
        state=str(row.get("State") or "").lower(),
        status=str(row.get("Status") or ""),
        network_mode=str((row.get("HostConfig") or {}).get("NetworkMode") or ""),
        addresses={
            name: (facts or {}).get("IPAddress") or None for name, facts in networks.items()
        },
        network_ids={
            name: (facts or {}).get("NetworkID") or "" for name, facts in networks.items()
        },
        ports=_ports(row.get("Ports") or ()),
        labels=dict(row.get("Labels") or {}),
        own_image=row.get("ImageID") in own_images,
        health=sentences.health(str(row.get("Status") or "")),
    )


def _ports(rows: Any) -> tuple[Port, ...]:
    published: dict[tuple[int, str], list[str]] = {}
    for row in rows:
        key = (int(row["PrivatePort"]), str(row.get("Type") or "tcp"))
        on = published.setdefault(key, [])
        if "PublicPort" in row:
            address = str(row.get("IP") or "0.0.0.0")  # noqa: S104 # as Docker writes it
            on.append(
                f"[{address}]:{row['PublicPort']}"
                if ":" in address
                else f"{address}:{row['PublicPort']}"
            )
    return tuple(
        Port(number, proto, tuple(sorted(on)))
        for (number, proto), on in sorted(published.items(), key=lambda item: item[0])
    )


def image(inspected: Mapping[str, Any]) -> Image:
    """From GET /images/NAME/json."""
    config = inspected.get("Config") or {}
    return Image(str(inspected["Id"]), dict(config.get("Labels") or {}), exposed(inspected))


def ended(inspected: Mapping[str, Any]) -> Ended:
    """From GET /containers/ID/json."""
    state = inspected.get("State") or {}
    error = " ".join(str(state.get("Error") or "").split())
    return Ended(int(state.get("ExitCode") or 0), error)


LIMITED = (
    *("CapAdd", "CapDrop", "CpuPeriod", "CpuQuota", "Dns", "DnsSearch", "Memory", "NetworkMode"),
    *("PidsLimit", "Privileged", "ReadonlyRootfs", "RestartPolicy", "SecurityOpt", "Sysctls"),
    "Tmpfs",
)
"""What netc sets of a network container's HostConfig, and what it relies on to be unset."""
LIVES = ("Status", "ExitCode", "Error", "OOMKilled", "StartedAt", "FinishedAt")
"""Of the state of a container."""
ROTATED = ("max-size", "max-file")
"""Of the options of its log; an engine's own may have passwords among them."""


def made(inspected: Mapping[str, Any]) -> Made:
    """From GET /containers/ID/json of a network container."""
    config, host = inspected.get("Config") or {}, inspected.get("HostConfig") or {}
    pairs = (str(line).partition("=") for line in config.get("Env") or ())
    log = host.get("LogConfig") or {}
    options = {key: value for key, value in (log.get("Config") or {}).items() if key in ROTATED}
    state = inspected.get("State") or {}
    links = [*(host.get("Links") or ()), *(host.get("ExtraHosts") or ())]
    return Made(
        image=str(inspected.get("Image") or ""),
        environment={key: value for key, _, value in pairs if key in set(Env)},
        limits={key: host.get(key) for key in LIMITED}
        | {"LogConfig": {"Type": log.get("Type"), "Config": options}},
        state={key: state.get(key) for key in LIVES}
        | {"Created": inspected.get("Created"), "RestartCount": inspected.get("RestartCount")},
        links=tuple(link for link in map(str, links) if TARGET_ALIAS in link),
        mounts=tuple(
            f"{mount.get('Type')} {mount['Destination']}"
            for mount in inspected.get("Mounts") or ()
            if mount.get("Destination") == FOLDER
        ),
    )


def exposed(inspected: Mapping[str, Any]) -> tuple[Port, ...]:
    """From GET /containers/ID/json, or of an image."""
    ports = []
    for key in (inspected.get("Config") or {}).get("ExposedPorts") or {}:
        number, _, proto = str(key).partition("/")
        if number.isdigit():
            ports.append(Port(int(number), proto or "tcp"))
    return tuple(sorted(ports))


def network(row: Mapping[str, Any]) -> Network:
    """From one object of GET /networks."""
    options = row.get("Options") or {}
    driver = str(row.get("Driver") or "")
    bridge = None
    if driver == "bridge":
        bridge = options.get("com.docker.network.bridge.name") or f"br-{row['Id'][:12]}"
    on_parent = driver in ("macvlan", "ipvlan") or bool(row.get("ConfigOnly"))
    pools = (row.get("IPAM") or {}).get("Config") or ()
    return Network(
        id=row["Id"],
        name=row["Name"],
        driver=driver,
        subnets=_ipv4(pools, "Subnet"),
        gateways=tuple(text.partition("/")[0] for text in _ipv4(pools, "Gateway")),
        parent=options.get("parent") if on_parent else None,
        bridge=bridge,
        internal=bool(row.get("Internal")),
        icc=str(options.get("com.docker.network.bridge.enable_icc", "true")).lower() != "false",
        attachable=row.get("Scope") != "swarm" or bool(row.get("Attachable")),
        labels=dict(row.get("Labels") or {}),
        config_only=bool(row.get("ConfigOnly")),
        config_from=str((row.get("ConfigFrom") or {}).get("Network") or ""),
        ingress=bool(row.get("Ingress")),
    )


def _ipv4(pools: Iterable[Mapping[str, Any]], key: str) -> tuple[str, ...]:
    found = (str(pool.get(key) or "") for pool in pools)
    return tuple(text for text in found if text and ":" not in text)


class _Actor(msgspec.Struct):
    ID: str = ""
    Attributes: dict[str, str] = {}


class _Event(msgspec.Struct):
    Type: str
    Action: str
    Actor: _Actor
    timeNano: int = 0


_event = msgspec.json.Decoder(_Event)


def change(line: bytes) -> Change | None:
    """From one line of GET /events; None for what is no change that matters here."""
    try:
        event = _event.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    if event.Action not in ACTIONS.get(event.Type, ()):
        return None
    facts = event.Actor.Attributes
    if HELPER in facts and is_image(facts.get("image", "")):
        return None
    if event.Type == "network" and facts.get("type") == "host":
        return None  # who comes to it and goes is told as a container, unless it is a helper
    name = facts.get("name", "")
    if event.Type == "volume":
        name = event.Actor.ID
        if event.Action != "prune" and not name.startswith(PREFIX):
            return None
    return Change(event.Type, event.Action, event.Actor.ID, name)


REMEMBERED = 256
"""Events that an engine remembers at most."""


def remembered(text: bytes) -> Remembered:
    """From the answer to GET /events with an end."""
    lines = text.splitlines()
    found: list[Happened] = []
    since = until = None
    for line in lines:
        try:
            event = _event.decode(line)
            at = datetime.fromtimestamp(event.timeNano / 1e9, UTC)
        except (msgspec.MsgspecError, OverflowError, OSError, ValueError, RecursionError):
            continue
        since, until = since or at, at
        facts = event.Actor.Attributes
        own = OWN in facts and is_image(facts.get("image", ""))
        if event.Type == "container" and own and HELPER not in facts:
            labels = {name: value for name, value in facts.items() if name.startswith(LABEL)}
            code = facts.get("exitCode", "")
            found.append(Happened(at, event.Action, event.Actor.ID, labels, code))
    return Remembered(tuple(found), since, until, whole=len(lines) < REMEMBERED)


_HEALTH = ("healthy", "unhealthy", "starting")
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "container": (
        *("create", "start", "die", "stop", "destroy", "rename", "pause", "unpause", "update"),
        # By their full names: the engine tells of each single probe, too.
        *(f"health_status: {health}" for health in _HEALTH),
    ),
    "network": ("create", "connect", "disconnect", "destroy"),
    # Of many that are removed at once no name is told.
    "volume": ("create", "destroy", "prune"),
    # Told by a manager of a Swarm, of what happens on any node. What becomes of tasks is told by
    # none, but of those on the same node as of any container.
    "service": ("create", "update", "remove"),
    # Lost, heard of again, drained, or with other labels.
    "node": ("create", "update", "remove"),
}
"""The events that change what is shown. Not exec_create and its like, which our own looks cause;
nor any of a helper's (``helper``), nor of volumes that by their names are no memos."""
