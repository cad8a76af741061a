"""The session that the operator sits in: its SSH connection, and what sudo dropped of it."""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from netc_tui.core.links import Link
from netc_tui.core.model import Interface

VARIABLE = "SSH_CONNECTION"
"""Client address and port, server address and port (ssh(1))."""
ANCESTORS = 64
"""How far up processes are looked at."""
PROC = Path("/proc")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def session_address(environ: Mapping[str, str], pid: int, proc: Path = PROC) -> str | None:
    """This machine's address of the SSH session that carries the process ``pid``; None without.

    ``environ`` is that process's environment. sudo drops the variable: the ancestors have it.
    """
    for connection in _values(VARIABLE, environ, pid, proc):
        if (found := _server(connection)) is not None:
            return str(found)
    return None


def inherited(
    environ: Mapping[str, str], pid: int, names: Iterable[str], proc: Path = PROC
) -> dict[str, str]:
    """``environ`` with the variables of these names as the nearest ancestor has them that has them:
    sudo drops them, though they hold for what it runs as well."""
    found = dict(environ)
    for name in names:
        if value := next(filter(None, _values(name, environ, pid, proc)), ""):
            found[name] = value
    return found


def _values(name: str, environ: Mapping[str, str], pid: int, proc: Path) -> Iterator[str]:
    """A variable in the environment of the process ``pid``, of its parent, and so on."""
    yield environ.get(name, "")
    for _ in range(ANCESTORS):
        pid = _parent(pid, proc)
        if pid <= 1:
            return
        yield _variable(name, pid, proc)


def session_interface(
    address: str | None, interfaces: Iterable[Interface | Link], proc: Path = PROC
) -> str | None:
    """The name of the one of these interfaces that has that address."""
    wanted = _address(address or "")
    if wanted is None:
        return None
    if isinstance(wanted, ipaddress.IPv6Address):  # of interfaces, the IPv4 addresses are known
        names = {interface.name for interface in interfaces}
        return next((name for name in _with(wanted, proc) if name in names), None)
    for interface in interfaces:
        if any(_address(own.partition("/")[0]) == wanted for own in interface.addresses):
            return interface.name
    return None


def _with(wanted: ipaddress.IPv6Address, proc: Path) -> Iterable[str]:
    """The interfaces with an IPv6 address: its scope, or as the kernel lists them (proc(5))."""
    if wanted.scope_id:
        return (wanted.scope_id,)
    try:
        rows = (proc / "net/if_inet6").read_text().splitlines()
    except OSError:  # a kernel without IPv6
        return ()
    return (row.split()[-1] for row in rows if row.startswith(wanted.packed.hex()))


def _server(connection: str) -> Address | None:
    parts = connection.split()
    return _address(parts[2]) if len(parts) == 4 else None


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _variable(name: str, pid: int, proc: Path) -> str:
    """A variable of another process; empty where it is not set or may not be read."""
    try:
        content = (proc / str(pid) / "environ").read_bytes()
    except OSError:
        return ""
    start = name.encode() + b"="
    for entry in content.split(b"\0"):
        if entry.startswith(start):
            return entry.removeprefix(start).decode(errors="replace")
    return ""


def _parent(pid: int, proc: Path) -> int:
    """The parent's process id; 0 where there is none or it cannot be told."""
    try:
        # The name, in parentheses, may be anything; the fields after it are state and parent.
        stat = (proc / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return int(stat[1])
    except (OSError, IndexError, ValueError):
        return 0
