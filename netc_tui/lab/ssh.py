"""ssh between the Docker hosts of a lab: a server on each, and a client that knows them all.

Only a lab of several hosts has it. Keys are made for the lab and are gone with it, and the servers
listen in its network alone. Whoever logs in is root on that host: among its processes, with its
files, and with its engine at /var/run/docker.sock.
"""

import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from netc_tui.core.errors import NetcError
from netc_tui.lab import engine
from netc_tui.lab.folders import make
from netc_tui.lab.layout import HostLayout, Layout
from netc_tui.lab.processes import (
    Process,
    comes,
    ended,
    environment,
    inside,
    kill,
    run,
    spawn,
)

PORT = 22
LISTENS = re.compile(rf":{PORT:04X} 0+:0+ 0A ")
"""A socket that listens at the port, as /proc/net/tcp writes it."""

SERVER = """\
Port {port}
AddressFamily inet
HostKey {key}
AuthorizedKeysFile {folder}/key.pub
AuthenticationMethods publickey
PermitRootLogin prohibit-password
UsePAM no
UseDNS no
PidFile none
LogLevel VERBOSE
# Many at once: each call of a client without a connection of its own begins with a new one.
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
"""
CLIENT = """\
Host *
  User root
  Port {port}
  IdentityFile {folder}/key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile {folder}/known_hosts
  GlobalKnownHostsFile none
  StrictHostKeyChecking yes
  UpdateHostKeys no
  PasswordAuthentication no
  KbdInteractiveAuthentication no
"""


def prepare(layout: Layout, hosts: Sequence[HostLayout], lock: int) -> None:
    """Make the keys, what clients know, and a command ``ssh`` that goes by it."""
    folder = layout.ssh
    make(folder)
    folder.chmod(0o700)
    _make_key(folder / "key", lock)
    names = []
    for host in hosts:
        _make_key(folder / host.name, lock)
        key = (folder / f"{host.name}.pub").read_text()
        names.append(f"{','.join(host.addresses.values())} {key}")
        server = SERVER.format(port=PORT, key=folder / host.name, folder=folder)
        _config(host).write_text(server)
    (folder / "known_hosts").write_text("".join(names))
    named = [f"Host {host.name}\n  HostName {host.addresses['eth1']}\n" for host in hosts]
    config = folder / "config"
    config.write_text("".join(named) + CLIENT.format(port=PORT, folder=folder))
    make(programs(layout))
    command = programs(layout) / "ssh"
    real = shutil.which("ssh", path=environment()["PATH"])
    # An -F of the caller's comes later, and is the one that counts.
    command.write_text(f'#!/bin/sh\nexec {real} -F {config} "$@"\n')
    command.chmod(0o755)


def programs(layout: Layout) -> Path:
    """A folder with the command ``ssh``, there in a lab of several hosts."""
    return layout.ssh / "bin"


def start(host: HostLayout, lock: int) -> None:
    """Start the server of a host, and wait until it listens."""
    init = engine.init_of(host)
    # sshd runs itself again for each login, by the path that it was called with.
    command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(_config(host))]
    with engine.within(host) as prefix:
        spawn(prefix, command, _log(host), lock)

    def listens() -> bool:
        with suppress(OSError):
            sockets = Path(f"/proc/{init.pid}/net/tcp").read_text() if init else ""
            return bool(LISTENS.search(sockets))
        return False

    if not comes(listens, lambda: _titled(host, str(_config(host))), 10):
        reason = _log(host).read_text(errors="replace").strip().splitlines() or ["it says nothing"]
        raise NetcError(f"sshd of {host.name} did not start: {reason[-1]}")


def stop(host: HostLayout) -> None:
    """End the server and all connections to it, at once and without a word to anybody."""
    found = [p for p in inside(host.lab, host.name) if re.match(r"(/\S+/)?sshd\b", p.title)]
    kill(found)
    if not ended(found, 5):
        raise NetcError(f"sshd of {host.name} does not end")


def processes(host: HostLayout) -> list[Process]:
    """The process that takes connections, if it runs."""
    return _titled(host, str(_config(host)), "[listener]")


def _titled(host: HostLayout, *words: str) -> list[Process]:
    # sshd writes a title over its arguments, which has them all.
    return [p for p in inside(host.lab, host.name) if all(word in p.title for word in words)]


def _config(host: HostLayout) -> Path:
    return host.lab.ssh / f"{host.name}.conf"


def _log(host: HostLayout) -> Path:
    return host.lab.ssh / f"{host.name}.log"


def _make_key(file: Path, lock: int) -> None:
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(file)], lock)
