"""ISC Kea in a lab, in place of dnsmasq: it grants leases shorter than two minutes."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netc_tui.lab import Lab


class Kea:
    """One Kea DHCPv4 server on br0, its leases kept on file over a restart."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab, self.folder = lab, folder
        self.process: subprocess.Popen[str] | None = None

    def start(self, *, pool: str, lifetime: int, t1: int | None, t2: int | None) -> None:
        config: dict[str, Any] = {
            "interfaces-config": {"interfaces": ["br0"], "dhcp-socket-type": "raw"},
            "lease-database": {
                "type": "memfile",
                "name": str(self.folder / "leases.csv"),
                "lfc-interval": 0,
            },
            "valid-lifetime": lifetime,
            "calculate-tee-times": False,
            "authoritative": True,
            "subnet4": [
                {
                    "id": 1,
                    "subnet": "10.77.0.0/24",
                    "pools": [{"pool": pool}],
                    "option-data": [{"name": "routers", "data": "10.77.0.1"}],
                }
            ],
            "loggers": [
                {
                    "name": "kea-dhcp4",
                    "severity": "DEBUG",
                    "debuglevel": 55,
                    "output_options": [{"output": str(self.log), "flush": True}],
                }
            ],
        }
        if t1:
            config["renew-timer"] = t1
        if t2:
            config["rebind-timer"] = t2
        path = self.folder / "kea.json"
        path.write_text(json.dumps({"Dhcp4": config}))
        # Later releases write nowhere but where these say (PIDs, locks, leases, logs).
        names = ("PIDFILE_DIR", "LOCKFILE_DIR", "DHCP_DATA_DIR", "LOG_FILE_DIR")
        folders = {f"KEA_{name}": str(self.folder) for name in names}
        self.process = self.lab.popen(
            "lan", ["kea-dhcp4", "-c", str(path)], env={**os.environ, **folders}
        )
        deadline = time.monotonic() + 10
        while "DHCP4_STARTED" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def stop(self) -> None:
        """As a power cut would: nothing is said to the clients."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.log.unlink(missing_ok=True)
            for path in self.folder.glob("*.pid"):
                path.unlink()

    @property
    def log(self) -> Path:
        return self.folder / "kea.log"

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@contextmanager
def kea(lab: Lab, folder: Path) -> Iterator[Kea]:
    """Kea instead of dnsmasq, until the end of the block."""
    lab.stop_dhcp()
    server = Kea(lab, folder)
    try:
        yield server
    finally:
        server.stop()
        lab.start_dhcp()
