"""Real servers for names, from Debian: BIND, Knot and etcd, each alone on ports of its own.

They are processes of the test, in a folder of its own, and end with it.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.query
import dns.resolver
import dns.update

from netc_tui.settings.declared import DnsSettings

HOST = "127.0.0.1"
ZONE, REVERSE = "home.lan", "168.192.in-addr.arpa"
_PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"


def program(name: str) -> str:
    """Its path; a test that needs it fails without."""
    found = shutil.which(name, path=_PATH)
    assert found, f"{name} is not installed: .ci/install --test"
    return found


def free_port(host: str = HOST) -> int:
    """One that nobody has, neither by TCP nor by UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((host, 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind((host, port))
            except OSError:
                continue
            return int(port)


@dataclass
class Process:
    """A server that runs in the foreground, and what it printed."""

    arguments: Sequence[str]
    folder: Path
    ready: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        until = time.monotonic() + 20
        while not self.ready():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It accepts connections and answers nothing."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)


def keygen(name: str, folder: Path, algorithm: str = "hmac-sha256") -> Path:
    """A key as BIND's own program makes it, where only its owner may read it."""
    made = subprocess.run(
        [program("tsig-keygen"), "-a", algorithm, name], capture_output=True, text=True, check=True
    )
    path = folder / f"{name}.key"
    path.touch(0o600)
    path.write_text(made.stdout)
    return path


ZONE_FILE = """\
$TTL 300
@ IN SOA ns.home.lan. admin.home.lan. 1 3600 600 86400 60
@ IN NS ns.home.lan.
"""
HOME_FILE = f"""\
{ZONE_FILE}
ns IN A 127.0.0.1
printer IN A 192.168.0.9
nas IN CNAME printer
note IN TXT "by hand"
_http._tcp.printer IN SRV 0 0 631 printer
kea IN A 192.168.0.8
kea IN DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=
"""
REVERSE_FILE = f"""\
{ZONE_FILE}
9.0 IN PTR printer.home.lan.
"""


@dataclass
class RealServer:
    """BIND or Knot with a zone of names and one of addresses."""

    process: Process
    port: int
    key: Path
    reader: Path
    """A key that may change nothing."""
    host: str = HOST

    @property
    def at(self) -> str:
        return f"{self.host}:{self.port}"

    def settings(self, **given: Any) -> DnsSettings:
        """Of netc."""
        own: dict[str, Any] = {
            "publish": "rfc2136", "server": self.at, "key_file": str(self.key), "timeout": 2.0
        }  # fmt: skip
        return DnsSettings(**{**own, **given})

    def ask(self, name: str, kind: str) -> list[str]:
        """What a client of the LAN is told, in order; nothing when there is nothing."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = [self.host], self.port, 3
        try:
            answer = resolver.resolve(f"{name}.", kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return []
        return sorted(each.to_text() for each in answer.rrset or ())

    def ttl(self, name: str, kind: str) -> int:
        query = dns.message.make_query(f"{name}.", kind)
        return dns.query.udp(query, self.host, 3, self.port).answer[0].ttl

    def by_hand(self, *lines: str, zone: str = ZONE) -> None:
        """As an administrator changes it: with BIND's own program."""
        words = [f"server {self.host} {self.port}", f"zone {zone}.", *lines, "send"]
        done = subprocess.run(
            [program("nsupdate"), "-v", "-k", self.key], input="\n".join(words) + "\n",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def serial(self, zone: str = ZONE) -> int:
        return int(self.ask(zone, "SOA")[0].split()[2])


def _answers(host: str, port: int) -> bool:
    query = dns.message.make_query(f"{ZONE}.", "SOA")
    try:
        return bool(dns.query.udp(query, host, 0.5, port).answer)
    except (OSError, dns.exception.DNSException):
        return False


def _zones(folder: Path) -> None:
    (folder / "home").write_text(HOME_FILE)
    (folder / "reverse").write_text(REVERSE_FILE)


@contextmanager
def bind(
    folder: Path,
    algorithm: str = "hmac-sha256",
    *,
    host: str = HOST,
    reverse: str = REVERSE,
    key: Path | None = None,
) -> Iterator[RealServer]:
    """named, as its manual has it, with one key that may change both zones."""
    folder.mkdir(exist_ok=True)
    _zones(folder)
    port, key = free_port(host), key or keygen("netc", folder, algorithm)
    other = keygen("reader", folder, algorithm)
    zones = {ZONE: "home", reverse: "reverse"} if reverse else {ZONE: "home"}
    text = f"""
        include "{key}";
        include "{other}";
        options {{
            directory "{folder}"; managed-keys-directory "{folder}";
            pid-file none; session-keyfile none;
            listen-on port {port} {{ {host}; }}; listen-on-v6 {{ none; }};
            recursion no; allow-query {{ any; }}; dnssec-validation no; notify no;
            tcp-clients 50; empty-zones-enable yes;
        }};
        controls {{ }};
    """ + "".join(
        f"""zone "{name}" {{ type primary; file "{file}"; allow-update {{ key netc; }}; }};"""
        for name, file in zones.items()
    )
    (folder / "named.conf").write_text(text)
    command = [program("named"), "-g", "-n", "1", "-c", str(folder / "named.conf")]
    process = Process(command, folder, lambda: _answers(host, port))
    try:
        process.start()
        yield RealServer(process, port, key, other, host)
    finally:
        process.kill()


@contextmanager
def knot(folder: Path, *, host: str = HOST, reverse: str = REVERSE) -> Iterator[RealServer]:
    """knotd, the same."""
    folder.mkdir(exist_ok=True)
    _zones(folder)
    port, key, other = free_port(host), keygen("netc", folder), keygen("reader", folder)
    secret, others = (each.read_text().split('secret "')[1].split('"')[0] for each in (key, other))
    (folder / "knot.conf").write_text(f"""
server:
    rundir: "{folder}"
    listen: {host}@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{folder}"
    journal-db-max-size: 20M
    kasp-db-max-size: 10M
    timer-db-max-size: 1M
    catalog-db-max-size: 10M
key:
  - id: netc
    algorithm: hmac-sha256
    secret: {secret}
  - id: reader
    algorithm: hmac-sha256
    secret: {others}
acl:
  - id: netc
    key: netc
    action: [update]
template:
  - id: default
    storage: "{folder}"
    acl: netc
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: changes
zone:
  - domain: {ZONE}
    file: home
  - domain: {reverse}
    file: reverse
""")
    process = Process(
        [program("knotd"), "-c", str(folder / "knot.conf")], folder, lambda: _answers(host, port)
    )
    try:
        process.start()
        yield RealServer(process, port, key, other, host)
    finally:
        process.kill()
