"""A place for the parts of a network container's loop to run in without root: what they would run is
only noted.

A clock of its own is set by the test, and programs like ``ip`` and ``udhcpc`` are stubs on PATH.
"""

import json
import os
import subprocess
from importlib import resources
from pathlib import Path

from netc_tui.core.protocol import Env
from netc_tui.sidecar import PARTS

FOLDER = Path(str(resources.files("netc_tui.sidecar")))
MAC = "02:00:00:00:00:07"
PROGRAMS = ("conntrack", "iptables-restore", "iptables-save", "ip6tables-restore")
APPLETS = ("ip", "udhcpc", "arping", "arp", "nslookup", "usleep")
"""Busybox prefers its own to what is on PATH, but not to functions."""
WARNING = "ip6tables does not work here; IPv6 is not filtered"
NOTE = """#!/bin/sh
echo "${0##*/} $*" >>"$CALLS"
[ ! -r "$ANSWERS/${0##*/}" ] || cat "$ANSWERS/${0##*/}"
"""
FUNCTIONS = "\n".join(f'{name}() {{ echo "{name} $*" >>"$CALLS"; }}' for name in APPLETS)
HELPERS = """
settle() { # all that was begun beside this shell has ended: each has the other end of a FIFO open
    exec 9>&-
    cat <&8
    exec 9>"$BESIDE"
}
exec 9<>"$BESIDE" 8<"$BESIDE" 9>&- 9>"$BESIDE"
clock() { echo "$1 0" >"$PROC/uptime"; uptime; }  # SECONDS.HH
pass() { clock "$(((now + $1) / 100)).$(((now + $1) / 10 % 10))$(((now + $1) % 10))"; } # HUNDREDTHS
kill() { echo "kill $*" >>"$CALLS"; }
take_lan() { echo "ip link set $lan address $1" >>"$CALLS"; } # it empties the link of all routes
offer() { # KIND NAME=VALUE...: what the hook leaves
    kind=$1; shift
    printf '%s\\n' "$@" >"$RUN/hook.$kind"
}
on_hook_alone() { # and no twin is there, which takes a second to find out
    on_hook; wait; on_hook
}
in_use=yes # no test but those of that (test_twin) waits for who has the first address
bound_at_ten() { # a lease of 100 s, T1 40 s, T2 80 s, at the time 10.00
    lan=eth1 svc=eth0 svc_ip=172.17.0.6 svc_subnet=172.17.0.6/16
    clock 10.00
    client=77
    offer bound ip=10.77.0.50 subnet=255.255.255.0 router=10.77.0.1 server=10.77.0.1 lease=100 \\
        t1=00000028 t2=00000050
    on_hook
    settle
    : >"$CALLS"
}
"""


class Box:
    """A place for one script to run in, with its stubs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (
            "run",
            "lease",
            "bin",
            "answers",
            "proc/sys/kernel/random",
            "net/eth1",
            "proc/77",
            "proc/net",
        ):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "proc/77/cwd").touch()
        (folder / "proc/uptime").write_text("10.00 0\n")
        self.neighbours()
        (folder / "lease/rules").write_text("*nat\n-A X -d @IP@/32 -j Y\nCOMMIT\n")
        (folder / "net/eth1/mtu").write_text("1500\n")
        for name in PROGRAMS:
            stub = folder / "bin" / name
            stub.write_text(NOTE)
            stub.chmod(0o755)

    def answer(self, program: str, text: str) -> None:
        (self.folder / "answers" / program).write_text(text)

    def neighbours(self, *known: tuple[str, str, str]) -> None:
        """What the kernel says of its neighbours: address, MAC, link."""
        table = ["IP address       HW type     Flags       HW address            Mask     Device"]
        table += [
            f"{ip:<16} 0x1         0x2         {mac}     *        {on}" for ip, mac, on in known
        ]
        (self.folder / "proc/net/arp").write_text("\n".join(table) + "\n")

    def run(self, script: str, **environment: str) -> "Told":
        environment = {
            **dict.fromkeys(Env, ""),
            "NETC_NAME": "web",
            "NETC_PTR": "web.backend",
            "NETC_LOOKUP": "dns",
            "NETC_MAC": MAC,
            "NETC_BASE_RULES": "*filter\n:INPUT DROP [0:0]\nCOMMIT",
            "RUN": str(self.folder / "run"),
            "VOLUME": str(self.folder / "lease"),
            "HOSTS": str(self.folder / "hosts"),
            "NET": str(self.folder / "net"),
            "PROC": str(self.folder / "proc"),
            "HERE": str(FOLDER),
            "CALLS": str(self.folder / "calls"),
            "BESIDE": str(self.folder / "beside"),
            "ANSWERS": str(self.folder / "answers"),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            **environment,
        }
        parts = "\n".join(f". {FOLDER / part}" for part in PARTS if part != "loop")
        # A file for the FIFO: what is written there wakes nobody here.
        code = f"set -u\nexec 3<>{self.folder / 'run/events'}\n{parts}\n{FUNCTIONS}\n{HELPERS}\nuptime\n{script}\n"
        beside = self.folder / "beside"
        beside.unlink(missing_ok=True)
        os.mkfifo(beside)
        reading = os.open(beside, os.O_RDONLY | os.O_NONBLOCK)
        ran = subprocess.run(
            ["busybox", "sh", "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        os.set_blocking(reading, True)
        assert os.read(reading, 1) == b"", "until all that it began has ended"
        os.close(reading)
        assert not ran.stderr, ran.stderr
        calls = self.folder / "calls"
        return Told(
            ran.stdout, calls.read_text().splitlines() if calls.exists() else [], ran.returncode
        )


class Told:
    def __init__(self, out: str, calls: list[str], code: int) -> None:
        self.code = code
        lines = out.splitlines()
        self.events = [json.loads(line) for line in lines if line.startswith("{")]
        self.lines = [line for line in lines if not line.startswith("{")]
        self.calls = calls

    @property
    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def called(self, program: str) -> list[str]:
        return [call for call in self.calls if call.startswith(program + " ")]
