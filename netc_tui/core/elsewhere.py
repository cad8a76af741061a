"""Commands for another machine, as they are to be given here."""

import re
import shlex
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import msgspec

from netc_tui.core.findings import Finding
from netc_tui.core.model import NetworkContainer
from netc_tui.core.path import Check
from netc_tui.core.words import command

AND = " && "
_WITHIN = re.compile(
    # Not within a name, a path, or what is quoted for another machine already.
    r"(?<![\w./'-])(?:netc (?!ls --all)(?=(?:up|down|auto|ls|show|rules|clients|leases|renew"
    r"|doctor|history|plan|interfaces|route|image|support|move)\b)|docker (?=(?:ps|logs|start"
    r"|stop|restart|rm|rename|unpause|update|inspect|network|volume|image|compose|info|service"
    r"|node)\b))"
)
"""Where a command of netc or of Docker stands in a sentence, before its own words."""


def aimed(text: str, host: str, url: str, client: Sequence[str] = ()) -> str:
    """A command, so that it acts on the machine that ``--host`` calls so, whose engine is at
    ``url``: netc and Docker reach it from here, all else has to be run there. ``client``: what
    tells Docker's own client, where that is more than the url."""
    parts = text.split(AND)
    if not all(map(_whole, parts)):
        parts = [text]  # it is in a name
    return AND.join(_aimed(part, host, url, client) for part in parts)


def aimed_within(text: str, host: str, url: str, client: Sequence[str] = ()) -> str:
    """A sentence, with the commands of netc and of Docker in it as ``aimed`` has them."""
    return _WITHIN.sub(lambda found: _aimed(found[0], host, url, client), text)


def _whole(text: str) -> bool:
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def _aimed(text: str, host: str, url: str, client: Sequence[str]) -> str:
    program, _, rest = text.partition(" ")
    if program == "netc":
        return f"{command('netc', '--host', host)} {rest}"
    if program == "docker":
        return f"{command('docker', *(client or ('-H', url)))} {rest}"
    parts = urlsplit(url)
    if parts.scheme != "ssh" or not parts.hostname:
        return text
    login = f"{parts.username}@{parts.hostname}" if parts.username else parts.hostname
    port = ("-p", str(parts.port)) if parts.port else ()
    return command("ssh", *port, login, text)


def with_remedy(found: Finding, aim: Callable[[str], str]) -> Finding:
    """The same, with such a remedy."""
    return msgspec.structs.replace(found, remedy=aim(found.remedy)) if found.remedy else found


def with_remedies(found: Check, aim: Callable[[str], str]) -> Check:
    """The same, with such remedies."""
    parts = (
        part
        if part.finding is None
        else msgspec.structs.replace(part, finding=with_remedy(part.finding, aim))
        for part in found.parts
    )
    return msgspec.structs.replace(found, parts=tuple(parts))


def with_health(
    own: NetworkContainer, aim: Callable[[str], str], told: Callable[[str], str]
) -> NetworkContainer:
    """The same, with such a remedy, and such sentences, in what is known of its health."""
    health = own.health
    finding = with_remedy(health.finding, aim) if health.finding is not None else None
    reason = told(health.reason) if health.reason is not None else None
    health = msgspec.structs.replace(health, finding=finding, reason=reason)
    return msgspec.structs.replace(own, health=health)
