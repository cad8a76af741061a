"""What an archive for somebody who helps may hold: what is left out of it, and how long its parts
may be."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote

from netc_tui.core.model import FOR, LABEL, OWN, Container, Labels, Made
from netc_tui.core.text import printable

T = TypeVar("T")
LINES = 1000
"""Of a log, from its end."""
MOST = 1_000_000
"""Bytes of a file."""
ENGINE = "DOCKER_HOST"
"""The one variable of others that says something of netc."""
LEFT_OUT = (
    "Of services: environment, command line, mounts, volumes, labels but for Compose's project and"
    " service",
    "Of network containers: labels and environment that are none of netc's",
    f"Of netc's own environment: all but NETC_... and {ENGINE}",
    "User names and passwords in the addresses of engines and registries, and whatever is called a"
    " password, a secret or a token",
    "The settings file as it is written: only what is in force",
)
"""For people."""
OWN_LABELS = frozenset(
    {OWN, FOR, *(LABEL + field.replace("_", "-") for field in Labels.__struct_fields__)}
)

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,20}://)[^\s\"'<>]{0,4096}@")
"""Up to the last @: a password may have one, and a slash, that should have been escaped."""
_REGISTRY = re.compile(
    r"(?:(?<![\w/@.:\\-])|(?<=\\[nrtbf]))"
    r"[^\s\"'/@:,=()]{1,256}:[^\s\"'/@,]{1,4096}@(?=[\w.-]{1,256}(?::[0-9]+)?/)"
)
"""USER:PASSWORD@ before REGISTRY/IMAGE; not the tag before the @ of a digest. A JSON escape is not
cut in two."""
_NAMED = re.compile(
    r"(?i)((?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|credentials?|signature)[\w.-]{0,64}=)"
    r"[^\s\"'<>&;,\\]{1,4096}"
)
"""What is called a secret: in a query, a variable, an option."""
_BEARER = re.compile(r"(?i)\b(bearer +|authorization: *basic +)[A-Za-z0-9._~+/-]{6,4096}=*")
"""What a request shows in order to be let in (RFC 6750, RFC 7617)."""
GONE = "..."


def cleaned(text: str, secrets: Iterable[str] = ()) -> str:
    """Without user names and passwords in addresses, without what is called a password, a secret
    or a token, and without ``secrets`` wherever they are."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, GONE)
    text = _REGISTRY.sub("", _URL.sub(r"\1", text))
    return _BEARER.sub(rf"\g<1>{GONE}", _NAMED.sub(rf"\g<1>{GONE}", text))


def secrets_in(url: str) -> tuple[str, ...]:
    """The password in an engine's address, with its user and alone, as it is written and meant."""
    user = url.rpartition("@")[0].rpartition("://")[2]
    password = user.partition(":")[2]
    if not password or url.startswith("unix://"):
        return ()
    plain = (user, unquote(user), password, unquote(password))
    found = (*plain, *(json.dumps(text)[1:-1] for text in plain))
    # A short one is a part of other words; in an address it is found all the same.
    return tuple(dict.fromkeys(text for text in found if len(text) > 3))


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Of the environment of this program what is netc's, and which engine it names."""
    return {
        name: environ[name]
        for name in sorted(environ)
        if name.startswith("NETC_") or name == ENGINE
    }


def own_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Those that netc writes."""
    return {name: labels[name] for name in sorted(labels) if name in OWN_LABELS}


def file_name(text: str) -> str:
    """A name from outside as that of a file: no other folder, nothing hidden."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)[:128].lstrip(".-") or "_"


def plan(container: Container, made: Made | None) -> list[str]:
    """How a network container was made, a fact a line."""
    lines = [
        f"{container.name}: {container.status}",
        f"image {container.image}" + (f" ({made.image})" if made is not None else ""),
        *_block("labels", own_labels(container.labels)),
        "networks:",
        *(f"  {name}: {address or '-'}" for name, address in container.addresses.items()),
    ]
    if made is not None:
        lines += [
            *_block("state", made.state),
            *_block("environment", made.environment),
            *_block("limits", made.limits),
            "links:",
            *(f"  {link}" for link in made.links),
            "mounts:",
            *(f"  {mount}" for mount in made.mounts),
        ]
    return list(map(printable, lines))


def _block(head: str, facts: Mapping[str, Any]) -> list[str]:
    lines = [f"{head}:"]
    for name, value in facts.items():
        first, *more = str(value).splitlines() or [""]
        lines += [f"  {name}={first}", *(f"    {line}" for line in more)]
    return lines


def last_lines(lines: Sequence[bytes], most: int = MOST) -> tuple[bytes, ...]:
    """As many of the last as there is room for, each with its end."""
    kept: list[bytes] = []
    for line in reversed(lines[-LINES:]):
        most -= len(line) + 1
        if most < 0:
            break
        kept.append(line)
    return tuple(reversed(kept))


def first_lines(lines: Iterable[str], most: int = MOST) -> str:
    """As many of the first as there is room for."""
    kept = []
    for line in lines:
        most -= len(line.encode(errors="replace")) + 1
        if most < 0:
            break
        kept.append(f"{line}\n")
    return "".join(kept)


def fitting(rows: Sequence[T], write: Callable[[Sequence[T]], str], most: int = MOST) -> str:
    """What ``write`` makes of as many of the first rows as there is room for: a document that was
    cut could not be read."""
    text = write(rows)
    while rows and len(text.encode()) > most:
        rows = rows[: len(rows) // 2]
        text = write(rows)
    return text
