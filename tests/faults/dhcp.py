"""The other end of the scripted DHCP server, and a neighbour on the LAN of one's own making."""

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from netc_tui.lab import Lab

SERVER = Path(__file__).parents[1] / "lab" / "dhcp_server.py"
_numbers = itertools.count(1)


class Neighbour:
    """Another machine on the first LAN, with a MAC of its own. It ends with this process."""

    def __init__(self, lab: Lab, mac: str = "", address: str = "") -> None:
        number = next(_numbers)
        self.mac = mac or f"02:99:00:00:{os.getpid() % 256:02x}:{number % 256:02x}"
        own = os.stat("/proc/self/ns/net").st_ino  # noqa: PTH116
        hold = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sleep", "86400"]
        self._process = lab.popen("lan", hold)
        pid = self._process.pid
        lan = lab.layout.namespace_path("lan").stat().st_ino
        deadline = time.monotonic() + 5
        while os.stat(f"/proc/{pid}/ns/net").st_ino in (own, lan):  # noqa: PTH116
            assert time.monotonic() < deadline, "no namespace for a neighbour"
            time.sleep(0.02)
        self.prefix = ["nsenter", f"--net=/proc/{pid}/ns/net", "--"]
        port = f"nb{number}"
        lab.lan(
            ["ip", "link", "add", port, "type", "veth",
             "peer", "name", "eth0", "address", self.mac, "netns", str(pid)], check=True
        )  # fmt: skip
        lab.lan(["ip", "link", "set", port, "master", "br0", "up"], check=True)
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "link", "set", "eth0", "up")
        if address:
            self.take(address)

    def run(self, *argv: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command there."""
        return subprocess.run(
            [*self.prefix, *argv], capture_output=True, text=True, check=check, timeout=30
        )

    def take(self, address: str) -> None:
        """Have an address, and tell the LAN."""
        self.run("ip", "addr", "add", f"{address}/24", "dev", "eth0")
        self.run("busybox", "arping", "-U", "-c", "1", "-I", "eth0", address, check=False)

    def sees(self, address: str) -> bool:
        """Whether anybody answers ARP for an address."""
        ask = ("busybox", "arping", "-D", "-f", "-c", "1", "-w", "1", "-I", "eth0", address)
        return self.run(*ask, check=False).returncode != 0

    def close(self) -> None:
        """End it; the kernel takes its link away."""
        self._process.kill()
        self._process.wait()


class ScriptedServer:
    """A DHCP server that follows a script, see ``tests/lab/dhcp_server.py``."""

    def __init__(self, prefix: Sequence[str], interface: str, **script: Any) -> None:
        command = [*prefix, sys.executable, str(SERVER), "--script", interface, json.dumps(script)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self.heard: list[dict[str, Any]] = []
        self._done: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def set(self, **script: Any) -> None:
        """Change what it does, from now on."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(script) + "\n")
        self._process.stdin.flush()
        self._done.get(timeout=5)

    def count(self, message: str, since: float = 0) -> int:
        """How many messages of a kind came in since then (time.monotonic)."""
        return sum(1 for one in list(self.heard) if one["message"] == message and one["at"] > since)

    def close(self) -> None:
        """End it, without a word to the clients."""
        self._process.kill()
        self._process.communicate()
        self._thread.join(5)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "set" in told:
                self._done.put(None)
            else:
                self.heard.append(told)
