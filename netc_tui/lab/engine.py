"""A private Docker engine, sealed off so that killing one process ends all of it.

dockerd, its containerd, the shims and the containers live in a PID and a mount namespace under a
small init. When that init dies, the kernel kills the rest and drops the mounts: `down` needs no
cooperation from an engine that may hang. Their /run and changes to /etc are private too, so the
machine's own engine (socket, containerd, daemon.json, engine id) is neither seen nor touched.

The programs are the machine's, or those of a folder with another release's files (debootstrap
makes one): then that is the engine's root, and the machine's files are not seen at all.
"""

import re
import shlex
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netc_tui.core.errors import Exit, NetcError
from netc_tui.host.rootfs import find
from netc_tui.lab.api import answers
from netc_tui.lab.layout import HostLayout
from netc_tui.lab.processes import (
    Process,
    comes,
    ended,
    enter,
    inward,
    is_init,
    kill,
    placed,
    spawn,
)

PROGRAM = "dockerd"

# $0 is the lab's mark; $1 its runtime folder, which stays visible in the new /run; $2 a folder
# to hold it meanwhile; $3 the host's data; $4 the folder that the engine's programs are in;
# $5 the host's socket; $6 what is written when all is ready; $7 what was kept of its /etc/docker.
# The loop reaps what the engine orphans: `wait` returns when `sleep` ends.
HERE = """
mount --bind "$1" "$2"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p "$1" /run/etc /run/work
mount --move "$2" "$1"
mount -t overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work overlay /etc
"""
# All changes to the folder go into memory: it can serve several labs. What is mounted on /dev,
# /proc and /sys comes along, since the engine needs the machine's cgroups and devices.
ELSEWHERE = """
mount -t tmpfs -o mode=755 tmpfs "$2"
mkdir "$2/new" "$2/upper" "$2/work"
cd "$4"
mount -t overlay -o "lowerdir=.,upperdir=$2/upper,workdir=$2/work" overlay "$2/new"
cd "$2/new"
for tree in dev proc sys; do mount --rbind "/$tree" "$tree"; done
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p ".$1" ".$3" old
mount --bind "$1" ".$1"
mount --bind "$3" ".$3"
pivot_root . old
cd /
umount --lazy /old
"""
INIT = """
rm -rf /etc/docker /etc/resolv.conf
[ ! -e "$7" ] || cp -r "$7" /etc/docker
cp "$1/resolv.conf" /etc/resolv.conf
# Where a client on the host looks for it, and one that comes by ssh.
ln -s "$5" /run/docker.sock
mkdir -p /run/sshd
# sshd lets nobody in whose password is locked, as root's is on some machines.
sed -i 's/^root:!/root:*/' /etc/shadow || :
: > "$6"
while :; do sleep 86400 & wait; done
"""


def seal(host: HostLayout, lock: int) -> None:
    """Make the namespaces and their init."""
    hold = host.data / "run"
    hold.mkdir(exist_ok=True)
    host.ready.unlink(missing_ok=True)
    root = host.root.readlink()
    elsewhere = root != Path("/")
    if elsewhere:
        _client(host, root)
    own = ("--pid", "--mount", "--fork", "--kill-child=SIGKILL", "--mount-proc")
    script = f"set -e{ELSEWHERE if elsewhere else HERE}{INIT}"
    given = (host.lab.runtime, hold, host.data, root, host.socket, host.ready, host.etc)
    init = ["sh", "-c", script, host.lab.mark, *map(str, given)]
    spawn(enter(host.lab, host.name), ["unshare", *own, "--", *init], host.engine_log, lock)
    if not comes(host.ready.exists, lambda: placed(host.lab, host.name, host.lab.mark), 10):
        raise NetcError(f"the engine's namespaces cannot be made: {_reason(host)}")


def start(host: HostLayout, lock: int) -> None:
    """Start dockerd and wait until it answers; containers that restart are running then."""
    with within(host) as prefix:
        spawn(prefix, _arguments(host), host.engine_log, lock)
    if not comes(lambda: answers(host.socket), lambda: processes(host), 60):
        raise NetcError(f"dockerd did not start: {_reason(host)}", Exit.ENGINE)


def stop(host: HostLayout, number: signal.Signals) -> None:
    """End dockerd. SIGTERM stops the containers first, SIGKILL leaves them as they are."""
    found = processes(host)
    kill(found, number)
    if not ended(found, 60):
        raise NetcError(f"dockerd does not end (log: {host.engine_log})", Exit.ENGINE)


def keep(host: HostLayout) -> None:
    """Keep what is in its /etc/docker for the next ``seal``: up to 20.10 the engine's id is."""
    init = init_of(host)
    if init and (folder := Path(f"/proc/{init.pid}/root/etc/docker")).is_dir():
        shutil.copytree(folder, host.etc, dirs_exist_ok=True)


def processes(host: HostLayout) -> list[Process]:
    """The process of dockerd, if it runs."""
    return placed(host.lab, host.name, _own(host), PROGRAM)


def init_of(host: HostLayout) -> Process | None:
    """The init of the engine's PID namespace, if there is one."""
    return next(filter(is_init, placed(host.lab, host.name, host.lab.mark)), None)


@contextmanager
def within(host: HostLayout) -> Iterator[list[str]]:
    """The prefix that runs a command on a host, with its files and among its processes.

    Raises NetcError when there is no such host.
    """
    init = init_of(host)
    if init is None:
        raise NetcError(f"{host.name} of the lab {host.lab.name} is not up")
    with inward(init, "pid", "mnt", "uts", "net") as prefix:
        yield prefix


def _own(host: HostLayout) -> str:
    return f"--host=unix://{host.socket}"


def _arguments(host: HostLayout) -> list[str]:
    return [
        PROGRAM,
        _own(host),
        f"--data-root={host.data / 'docker'}",
        f"--cgroup-parent={host.cgroup}",
        # With systemd's driver the cgroups would be made by, and left to, the machine's systemd.
        "--exec-opt=native.cgroupdriver=cgroupfs",
        "--bip=172.17.0.1/16",
        # A group is a number in the end, and another group's on the machine than in a folder.
        "--group=0",
    ]


def _client(host: HostLayout, root: Path) -> None:
    """Put the folder's Docker client where commands in the lab find it first.

    It runs on the machine as it is, with the files there, but on its own release's libraries.
    """
    loader = next(iter(sorted(root.glob("lib*/ld-linux*.so.*"))), None)
    client = find("docker", root)
    folders = ":".join(str(folder) for folder in root.glob("usr/lib/*-linux-*"))
    prefix = f"{shlex.quote(str(loader))} --library-path {shlex.quote(folders)} " if loader else ""
    host.programs.mkdir(exist_ok=True)
    script = host.programs / "docker"
    script.write_text(f'#!/bin/sh\nexec {prefix}{shlex.quote(str(client))} "$@"\n')
    script.chmod(0o755)


def _reason(host: HostLayout) -> str:
    """The last line of the log that tells of a failure, and where the log is."""
    lines = host.engine_log.read_text(errors="replace").strip().splitlines()
    telling = [line for line in lines if re.search(r"fail|fatal|level=error|cannot", line, re.I)]
    last = (telling or lines or ["it says nothing"])[-1]
    message = re.search(r'msg="(.*?)(?<!\\)"', last)
    return f"{message[1] if message else last} (log: {host.engine_log})"
