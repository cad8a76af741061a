"""Hosts as values: those that the settings declare in ``[hosts]``, Docker contexts, and urls.

A name that both have is the declared one's: the settings are netc's own.
"""

from collections.abc import Mapping
from difflib import get_close_matches

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import endpoints
from netc_tui.engine.endpoint import CONTEXT, Endpoint


class Host(msgspec.Struct, frozen=True):
    """A machine with a Docker engine, by the name that the operator calls it."""

    name: str
    endpoint: Endpoint


def named(name: str, declared: Mapping[str, str], option: str = "--host") -> Host:
    """The host that somebody means by ``name``, given with an ``option``: declared, a Docker
    context, or an url.

    Raises NetcError: usage when there is none of that name, engine when it cannot be used.
    """
    if "://" in name:
        return Host(name, endpoints.at(name, option))
    if name in declared:
        return Host(name, endpoints.at(declared[name], f"the host {name}"))
    if name in endpoints.contexts():
        return Host(name, endpoints.of_context(name))
    raise NetcError(f"there is no host {name!r}{_instead(name, declared)}", Exit.USAGE)


def every(declared: Mapping[str, str], contexts: bool = True) -> tuple[Host, ...]:
    """All that are declared, in their order; then the Docker ``contexts``, but for those of the
    same name or url. One that cannot be used is among them, and its endpoint says why."""
    found = [Host(name, _declared(name, url)) for name, url in declared.items()]
    urls = {host.endpoint.url for host in found}
    for name in endpoints.contexts() if contexts else ():
        endpoint = _context(name)
        if name not in declared and endpoint.url not in urls:
            found.append(Host(name, endpoint))
    return tuple(found)


def mended(host: Host) -> Endpoint:
    """Its endpoint; where it could not be used, what it is now: its files may be there."""
    found = host.endpoint
    if not found.fault:
        return found
    return _declared(host.name, found.url) if found.url else _context(host.name)


def names(declared: Mapping[str, str]) -> tuple[str, ...]:
    """All names that ``named`` knows."""
    return tuple(dict.fromkeys((*declared, *endpoints.contexts())))


def _declared(name: str, url: str) -> Endpoint:
    source = f"the host {name}"
    try:
        return endpoints.at(url, source)
    except NetcError as error:
        return Endpoint(url, source, local=False, fault=error.message)


def _context(name: str) -> Endpoint:
    try:
        return endpoints.of_context(name)
    except NetcError as error:
        source = f"{CONTEXT}{name}"
        return Endpoint("", source, local=False, fault=error.message)


def _instead(name: str, declared: Mapping[str, str]) -> str:
    known = names(declared)
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there are: {', '.join(known)} ([hosts] in the settings, and Docker contexts)"
