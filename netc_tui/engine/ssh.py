"""ssh as netc calls it: the address in an ssh:// url, the command, and what its own words mean.

All that is the operator's own (~/.ssh/config, agents, jump hosts, known hosts) is used as it is.
What his configuration says of forwarding agents, sharing connections, and commands is for his
logins: here it is switched off.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine.endpoint import SSH

DEFAULT_SOCKET = "/var/run/docker.sock"
CONNECTING = 8
"""Seconds for the other machine to answer at all; TCP has asked four times by then."""
_URL = re.compile(
    r"ssh://(?:(?P<user>[^@/:\s-][^/:\s]*)@)?"
    r"(?:\[(?P<address>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<name>[\w.][\w.-]*))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<path>/[\w/.@+=,-]*)?"
)
_USUAL = (
    *("-nNT", "-o", "BatchMode=yes"),
    *("-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=2"),
    *("-o", f"ConnectTimeout={CONNECTING}", "-o", "LogLevel=INFO"),
    *("-o", "ControlMaster=no", "-o", "ControlPath=none", "-o", "RemoteCommand=none"),
    # One that goes on behind its caller's back would end with nobody.
    *("-o", "ForkAfterAuthentication=no"),
    *("-o", "PermitLocalCommand=no", "-o", "ForwardAgent=no", "-o", "ForwardX11=no"),
    *("-o", "Tunnel=no", "-o", "StreamLocalBindMask=0177"),
)


class Destination(msgspec.Struct, frozen=True):
    """Where ssh leads, from an url."""

    host: str
    """As ssh takes it: also a name that only ~/.ssh/config knows."""
    user: str = ""
    """Empty: whom ssh takes by itself."""
    port: int | None = None
    socket: str = DEFAULT_SOCKET
    """The engine's, over there."""

    @property
    def words(self) -> tuple[str, ...]:
        """These words of ssh's command line; nothing in them is an option of somebody else's."""
        port = ("-p", str(self.port)) if self.port is not None else ()
        return (*port, f"{self.user}@{self.host}" if self.user else self.host)

    @property
    def by_hand(self) -> str:
        """What an operator types to get there."""
        return " ".join(("ssh", *self.words))

    @property
    def more(self) -> str:
        """How to see more of what is wrong."""
        return " ".join(("ssh -v", *self.words))


def destination(url: str) -> Destination:
    """The address in ssh://[USER@]HOST[:PORT][/SOCKET]. Raises NetcError (engine)."""
    found = _URL.fullmatch(url)
    port = int(found["port"]) if found and found["port"] else None
    if found is None or not (port is None or 0 < port < 65536):
        raise NetcError(
            f"{url} is no address for ssh; write {SSH}USER@HOST, {SSH}USER@HOST:PORT or"
            f" {SSH}USER@HOST/path/to/docker.sock",
            Exit.ENGINE,
        )
    path = found["path"] if (found["path"] or "/") != "/" else DEFAULT_SOCKET
    return Destination(found["address"] or found["name"], found["user"] or "", port, path)


def forwarding(there: Destination, own: Path, *, strict: bool = True) -> tuple[str, ...]:
    """The command that makes the engine's socket over there one of this machine, until it ends.
    ``strict``: it ends, too, when another forward of the operator's cannot be made."""
    only = (
        *("-o", f"ExitOnForwardFailure={'yes' if strict else 'no'}"),
        *("-o", "StreamLocalBindUnlink=yes", "-o", "ClearAllForwardings=no"),
    )
    return ("ssh", *_USUAL, *only, "-L", f"{own}:{there.socket}", *there.words)


ASKED = (
    # Each shell takes it, whatever the operator's is over there.
    "sh -c 'p={path}; q=`readlink -f $p || echo $p`;"
    " if test -S $p; then if test -w $p; then said=deaf;"
    " while read -r _ _ _ flags _ _ _ name; do"
    ' case "$flags $name" in "00010000 $p"|"00010000 $q") said=open;; esac;'
    " done </proc/net/unix; echo netc:$said; else echo netc:closed; fi;"
    " elif test -e $p; then echo netc:other; else echo netc:none; fi'"
)
"""What is said of a socket over there. (In /proc/net/unix, 00010000 is who listens; it has the name
that the socket was made with, and others may listen at their own docker.sock.)"""


def asking(there: Destination) -> tuple[str, ...]:
    """The command that asks how the engine's socket stands; it prints one of ``STANDING``."""
    usual = ("-nT", *_USUAL[1:], "-o", "ClearAllForwardings=yes", "-o", "SessionType=default")
    return ("ssh", *usual, *there.words, ASKED.format(path=there.socket))


def behind(there: Destination, said: str) -> str:
    """Why nothing answers at the socket over there, given what ``asking`` printed."""
    standing = re.search(r"netc:(\w+)", said)
    host, path = there.host, there.socket
    user = there.user or "you"
    match standing and standing[1]:
        case "none":
            return (
                f"no Docker engine on {host}: {path} does not exist there; start it, or name"
                f" another socket: {SSH}...{host}/path/to/docker.sock"
            )
        case "other":
            return f"{path} on {host} is no socket; name that of its Docker engine in the url"
        case "closed":
            return (
                f"not permitted to use {path} on {host}: there, add {user} to the group that the"
                " socket belongs to (`sudo usermod -aG docker USER`), or log in as another user"
            )
        case "deaf":
            return (
                f"the Docker engine on {host} is not running: nobody listens at {path}; start it"
                f" there: {there.by_hand} sudo systemctl start docker"
            )
        case "open":
            return (
                f"the ssh server of {host} does not lead to {path}: set AllowStreamLocalForwarding"
                " yes in its sshd_config (or it has DisableForwarding, or AllowTcpForwarding no, or"
                " your key has no-port-forwarding)"
            )
    return f"no Docker engine answers at {path} on {host}; see there: {there.by_hand}"


_REFUSED = re.compile(r"(?m)^\S+: Permission denied \(|Too many authentication failures")


def refused(lines: Iterable[str]) -> bool:
    """Did it end since the login was refused?"""
    return _REFUSED.search("\n".join(lines)) is not None


_DROPPED = re.compile(r"kex_exchange_identification: (?:read: )?Connection (?:closed|reset) by")


def dropped(lines: Iterable[str]) -> bool:
    """Did it end before the server, or one on the way, said a word? It may have had no room."""
    text = "\n".join(lines)
    return _DROPPED.search(text) is not None and not refused(lines)


def failed(there: Destination, lines: Iterable[str]) -> str:
    """Why ssh ended, with what to do, given what it printed on stderr."""
    said = [line.strip() for line in lines if line.strip()]
    text, host = "\n".join(said), there.host
    last = re.sub(r"^(?:ssh: |Fatal: )", "", said[-1]) if said else "it said nothing"
    see = f"see more: {there.more}"
    if "UNKNOWN port" in text:  # what was said is a jump host's, or of the way to one
        if found := re.search(r"open failed: (?:connect failed: )?(.*)", text):
            return f"{host} does not answer the machine on the way to it ({found[1]}); {see}"
        asked = r"(?m)^(\S+): Permission denied \(|host key is known for (\S+) and"
        if found := re.search(asked, text):
            host = f"{found[1] or found[2]}, which is on the way to {host},"
    if "HOST IDENTIFICATION HAS CHANGED" in text:
        old = re.search(r"(?m)^\s*(ssh-keygen .*-R .*)$", text)
        remove = " ".join(old[1].split()) if old else f"ssh-keygen -R {host}"
        return (
            f"the host key of {host} is another than the known one: somebody may be in between. If"
            f" it was made anew: {remove}, then log in by hand: {there.by_hand}"
        )
    if "Host key verification failed" in text or "host key is known for" in text:
        return (
            f"the host key of {host} is not known here: log in once by hand, and compare it:"
            f" {there.by_hand}"
        )
    if refused(said):
        return (
            f"{host} refuses the login: a key that needs no typing is needed, in ~/.ssh or an agent"
            f" (ssh-copy-id puts it there); {see}"
        )
    if found := re.search(r"Could not resolve hostname ([^:]*): (.*)", text):
        return f"the name {found[1]} is not known ({found[2].rstrip('.')}); {see}"
    if found := re.search(r"connect to (?:host|address) (\S+) port (\d+): (.*)", text):
        return f"{found[1]} does not answer at port {found[2]} ({found[3]}); {see}"
    if re.search(r"(?m)^Connection .*timed out", text):  # what a server greets with may say so, too
        return f"{host} does not answer ({last}); {see}"
    if found := re.search(r"cannot bind to path .*", text):
        last = found[0]
    return f"ssh to {host} failed: {last}; {see}"


_IN_THE_WAY = re.compile(
    r"Could not request (?:local|remote) forwarding|remote port forwarding failed"
)


def in_the_way(lines: Iterable[str], own: Path) -> bool:
    """Did ssh end since a forward cannot be made that is not our ``own``? It is one that the
    operator configured for his logins: who is logged in there already has its port."""
    text = "\n".join(lines)
    return _IN_THE_WAY.search(text) is not None and str(own) not in text


def ended(there: Destination, lines: Iterable[str]) -> str:
    """Why a connection that was good is no more."""
    said = [line.strip() for line in lines if line.strip()]
    if any(line.startswith("Timeout, server") for line in said):
        return f"{there.host} does not answer any more; see more: {there.more}"
    last = f": {said[-1]}" if said else ""
    return f"the ssh connection to {there.host} has ended{last}; see more: {there.more}"
