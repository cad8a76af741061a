"""Kea with its DDNS daemon and BIND in a network of their own: what Kea writes for a network
container's client-id, and what netc makes of it. ``unshare --net python -m tests.lab.kea_names``
prints it as JSON."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from netc_tui.core import publication
from netc_tui.core.identity import derive
from netc_tui.core.ports import parse_all
from netc_tui.names.publisher import service_name
from netc_tui.names.rfc2136 import Rfc2136
from tests.names.servers import HOST, REVERSE, ZONE, Process, RealServer, bind, free_port, program

CLIENT = derive("engine", "web")


def main(folder: Path) -> dict[str, Any]:
    """Have Kea name a client, then netc publish the same, and take it back."""
    for words in (
        "link set lo up",
        "link add server type veth peer name client",
        "address add 192.168.0.1/24 dev server",
        "link set server up",
        "link set client up",
    ):
        subprocess.run([program("ip"), *words.split()], check=True)
    # Later releases write nowhere but where these say.
    names = ("PIDFILE_DIR", "LOCKFILE_DIR", "DHCP_DATA_DIR", "LOG_FILE_DIR")
    os.environ |= {f"KEA_{name}": str(folder) for name in names}
    with bind(folder / "bind") as server:
        running = _kea(folder, server)
        try:
            _ask_for_an_address()
            name = f"{CLIENT.hostname}.{ZONE}"
            until = time.monotonic() + 10
            while not server.ask("50.0.168.192.in-addr.arpa", "PTR"):
                assert time.monotonic() < until, "Kea registered no name"
                time.sleep(0.1)
            written = server.ask(name, "DHCID")
        finally:
            for process in running:
                process.kill()
        published = publication.plan(
            CLIENT.hostname, ZONE, "192.168.0.50", CLIENT.client_id, parse_all(["80"]),
            service_name, lease=600, left=600,
        )  # fmt: skip
        by = Rfc2136(server.settings())
        return {
            "name": name,
            "kea": [each.replace(" ", "") for each in written],
            "held": by.held(published).ours,
            "published": by.publish(published).done,
            "then": [each.replace(" ", "") for each in server.ask(name, "DHCID")],
            "withdrawn": by.withdraw(published).done,
            "left": server.ask(name, "A"),
        }


def _kea(folder: Path, server: RealServer) -> list[Process]:
    """kea-dhcp4 and kea-dhcp-ddns, started."""
    port = free_port()
    dns = [{"ip-address": HOST, "port": server.port}]
    secret = server.key.read_text().split('secret "')[1].split('"')[0]
    ddns = {
        "ip-address": HOST,
        "port": port,
        "tsig-keys": [{"name": "netc", "algorithm": "HMAC-SHA256", "secret": secret}],
        "forward-ddns": {
            "ddns-domains": [{"name": f"{ZONE}.", "key-name": "netc", "dns-servers": dns}]
        },
        "reverse-ddns": {
            "ddns-domains": [{"name": f"{REVERSE}.", "key-name": "netc", "dns-servers": dns}]
        },
    }
    dhcp = {
        "interfaces-config": {"interfaces": ["server"], "dhcp-socket-type": "raw"},
        "lease-database": {"type": "memfile", "persist": False},
        "valid-lifetime": 600,
        "subnet4": [{"id": 1, "subnet": "192.168.0.0/24", "pools": [{"pool": "192.168.0.50/32"}]}],
        "dhcp-ddns": {"enable-updates": True, "server-ip": HOST, "server-port": port},
        "ddns-send-updates": True,
        "ddns-qualifying-suffix": ZONE,
    }
    found = []
    for name, key, told, sign in (
        ("kea-dhcp-ddns", "DhcpDdns", ddns, "DHCP_DDNS_STARTED"),
        ("kea-dhcp4", "Dhcp4", dhcp, "DHCP4_STARTED"),
    ):
        own = folder / name
        own.mkdir()
        log = [{"name": name, "severity": "INFO", "output_options": [{"output": "stdout"}]}]
        (own / "kea.json").write_text(json.dumps({key: told | {"loggers": log}}))
        command = [program(name), "-c", str(own / "kea.json")]
        process = Process(
            command, own, lambda own=own, sign=sign: sign in (own / "log").read_text()
        )  # type: ignore[misc]
        process.start()
        found.append(process)
    return found


def _has_said(log: Path, sign: str) -> bool:
    return sign in log.read_text()


def _ask_for_an_address() -> None:
    """As a network container does."""
    subprocess.run(
        [
            program("busybox"), "udhcpc", "-f", "-n", "-q", "-t", "5", "-T", "1", "-i", "client",
            "-s", "/bin/true", "-C", "-x", f"0x3d:{CLIENT.client_id}",
            "-x", f"hostname:{CLIENT.hostname}",
        ],
        check=True, stdout=sys.stderr,
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
