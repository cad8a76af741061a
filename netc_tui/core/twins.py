"""Hosts whose engines have one id: one engine that is reached in two ways, or cloned machines."""

from collections.abc import Iterable

import msgspec


class Identified(msgspec.Struct, frozen=True):
    """What tells the engine of one host from others."""

    host: str
    engine: str
    """The engine's id."""
    bridge: str | None = None
    """The id of its default bridge. An engine makes it anew whenever it starts, while a clone keeps
    all else; None: not known, or there is none."""


def twins(known: Iterable[Identified]) -> tuple[str, ...]:
    """A line on each engine id that several hosts have, with what to do."""
    hosts: dict[str, list[Identified]] = {}
    for each in known:
        hosts.setdefault(each.engine, []).append(each)
    return tuple(_told(alike) for alike in hosts.values() if len(alike) > 1)


def _told(alike: list[Identified]) -> str:
    names = [each.host for each in alike]
    they = f"{', '.join(names[:-1])} and {names[-1]}"
    bridges = {each.bridge for each in alike}
    if len(bridges) == 1 and None not in bridges:
        return f"{they} are one and the same engine"
    return (
        f"{they} have one engine id, as cloned machines do: network containers of services of the"
        " same name have the same MAC address on them. On all but one: rm /etc/docker/key.json"
        " /var/lib/docker/engine-id, systemctl restart docker, then `netc down` and `netc up` for"
        " what is on"
    )
