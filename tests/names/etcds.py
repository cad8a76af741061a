"""etcd as Debian has it, alone on ports of its own: plain, or with TLS and passwords; and what
CoreDNS and SkyDNS would answer from what stands in it."""

import base64
import json
import shutil
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netc_tui.core.publication import key
from netc_tui.settings.declared import DnsSettings
from tests.names.servers import HOST, Process, free_port, program

PASSWORD = "hunter2-of-etcd"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@dataclass
class EtcdServer:
    """One member, its data kept on disk over a restart."""

    process: Process
    url: str
    folder: Path
    certificates: Path | None = None
    token: str = ""

    def settings(self, **given: Any) -> DnsSettings:
        """Of netc."""
        own: dict[str, Any] = {"publish": "etcd", "server": self.url, "timeout": 2.0}
        if self.certificates:
            own |= {"ca": str(self.certificates / "ca.pem")}
            own |= {"certificate": str(self.certificates / "client.pem")}
            own |= {"certificate_key": str(self.certificates / "client.key")}
        return DnsSettings(**{**own, **given})

    def call(self, path: str, **body: Any) -> dict[str, Any]:
        """Its API, as curl would use it."""
        return self._open(f"v3/{path}", json.dumps(body).encode())

    def _open(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        context = None
        if self.certificates:
            context = ssl.create_default_context(cafile=str(self.certificates / "ca.pem"))
            folder = self.certificates
            context.load_cert_chain(folder / "client.pem", folder / "client.key")
        # An empty token is a wrong one.
        headers = {"Authorization": self.token} if self.token else {}
        request = urllib.request.Request(f"{self.url}/{path}", body, headers)
        with urllib.request.urlopen(request, context=context, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def answers(self) -> bool:
        """Does it run, and has it a leader?"""
        try:
            return self._open("health") == {"health": "true"}
        except (OSError, ValueError):
            return False

    def under(self, prefix: str) -> dict[str, dict[str, Any]]:
        """All keys that begin so, with their values."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        told = self.call("kv/range", key=encoded(prefix), range_end=encoded(end))
        return {
            base64.b64decode(kv["key"]).decode(): json.loads(base64.b64decode(kv["value"]))
            for kv in told.get("kvs", ())
        }

    def put(self, at: str, value: str) -> None:
        self.call("kv/put", key=encoded(at), value=encoded(value))

    def remove(self, at: str) -> None:
        self.call("kv/deleterange", key=encoded(at))

    def lease(self, at: str) -> dict[str, Any]:
        """The lease that a key goes with."""
        (kv,) = self.call("kv/range", key=encoded(at))["kvs"]
        return self.call("lease/timetolive", ID=kv["lease"]) if "lease" in kv else {}

    def revoke(self, at: str) -> None:
        (kv,) = self.call("kv/range", key=encoded(at))["kvs"]
        self.call("lease/revoke", ID=kv["lease"])

    def revision(self) -> int:
        """How often anything was written."""
        return int(self.call("kv/range", key=encoded("/"))["header"]["revision"])

    # What name servers make of it.

    def coredns(self, name: str) -> list[dict[str, Any]]:
        """The services of a name as CoreDNS finds them (plugin/etcd/etcd.go, get): all below NAME/,
        or else NAME itself."""
        at = key(name)
        below = self.under(f"{at}/")
        return list((below or {k: v for k, v in self.under(at).items() if k == at}).values())

    def skydns(self, name: str) -> list[dict[str, Any]]:
        """As SkyDNS finds them (backends/etcd3/etcd3.go, get): all that begins with NAME."""
        return list(self.under(key(name)).values())

    def a(self, name: str) -> list[str]:
        """The addresses that both answer with."""
        found = [each["host"] for each in self.coredns(name)]
        return sorted(set(found))

    def srv(self, name: str) -> list[tuple[int, str]]:
        """The ports, with the addresses that their made-up targets have."""
        return sorted((each.get("port", 0), each["host"]) for each in self.coredns(name))


@contextmanager
def etcd(folder: Path, *, tls: bool = False, host: str = HOST) -> Iterator[EtcdServer]:
    """One that has nothing in it."""
    folder.mkdir(exist_ok=True)
    certificates = authority(folder / "tls", host) if tls else None
    scheme = "https" if tls else "http"
    url, peer = f"{scheme}://{host}:{free_port(host)}", f"http://{host}:{free_port(host)}"
    command = [
        program("etcd"), "--data-dir", str(folder / "data"), "--name", "lab",
        "--listen-client-urls", url, "--advertise-client-urls", url,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--initial-cluster", f"lab={peer}", "--unsafe-no-fsync", "--log-level", "warn",
    ]  # fmt: skip
    if certificates:
        command += [
            "--cert-file", str(certificates / "server.pem"),
            "--key-file", str(certificates / "server.key"),
            "--trusted-ca-file", str(certificates / "ca.pem"), "--client-cert-auth",
        ]  # fmt: skip
    # 3.4 of Debian does not know how to go without fsync.
    known = subprocess.run([program("etcd"), "--help"], capture_output=True, text=True, check=False)
    if "unsafe-no-fsync" not in known.stdout + known.stderr:
        command.remove("--unsafe-no-fsync")
    process = Process(command, folder, lambda: server.answers())
    server = EtcdServer(process, url, folder, certificates)
    try:
        process.start()
        yield server
    finally:
        process.kill()
        shutil.rmtree(folder / "data", ignore_errors=True)


@contextmanager
def pair(folder: Path) -> Iterator[tuple[EtcdServer, Process]]:
    """One of two members, and the other: without it there is no majority."""
    folder.mkdir(exist_ok=True)
    urls = {name: f"http://{HOST}:{free_port()}" for name in ("one", "two")}
    peers = {name: f"http://{HOST}:{free_port()}" for name in urls}
    processes = []
    for name, url in urls.items():
        (folder / name).mkdir()
        command = [
            program("etcd"), "--data-dir", str(folder / name / "data"), "--name", name,
            "--listen-client-urls", url, "--advertise-client-urls", url,
            "--listen-peer-urls", peers[name], "--initial-advertise-peer-urls", peers[name],
            "--initial-cluster", ",".join(f"{each}={at}" for each, at in peers.items()),
            "--log-level", "warn",
        ]  # fmt: skip
        processes.append(Process(command, folder / name, lambda: both.answers()))
    one, two = processes
    both = EtcdServer(one, urls["one"], folder)
    try:
        one.ready = lambda: True  # it waits for the other
        one.start()
        two.start()
        yield both, two
    finally:
        one.kill()
        two.kill()
        shutil.rmtree(folder, ignore_errors=True)


def authority(folder: Path, host: str = HOST) -> Path:
    """An authority of its own, with a certificate for a server and one for a client."""
    folder.mkdir()
    _openssl(folder, "req", "-x509", "-days", "2", "-subj", "/CN=lab authority", *_new("ca"))
    subjects = {
        "server": ("/CN=server", f"subjectAltName=IP:{host}"),
        # The gateway takes no password from who names himself by his certificate.
        "client": ("/O=lab", "extendedKeyUsage=clientAuth"),
        "named": ("/CN=netc", "extendedKeyUsage=clientAuth"),
    }
    for name, (subject, extra) in subjects.items():
        (folder / "extra").write_text(extra)
        _openssl(folder, "req", "-subj", subject, *_new(name, "csr"))
        _openssl(
            folder, "x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", "ca.pem",
            "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extra", "-out", f"{name}.pem",
        )  # fmt: skip
    return folder


def _new(name: str, kind: str = "pem") -> tuple[str, ...]:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    return (*curve, "-keyout", f"{name}.key", "-out", f"{name}.{kind}")


def _openssl(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [program("openssl"), *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def with_passwords(server: EtcdServer, roles: Mapping[str, str]) -> None:
    """Have it ask for passwords; the users may write what begins with their prefix."""
    server.call("auth/user/add", name="root", password=PASSWORD)
    server.call("auth/user/grant", user="root", role="root")
    for user, prefix in roles.items():
        server.call("auth/user/add", name=user, password=PASSWORD)
        server.call("auth/role/add", name=user)
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        permission = {
            "permType": "READWRITE", "key": encoded(prefix), "range_end": encoded(end)
        }  # fmt: skip
        server.call("auth/role/grant", name=user, perm=permission)
        server.call("auth/user/grant", user=user, role=user)
    server.call("auth/enable")
    log_in(server)


def log_in(server: EtcdServer) -> None:
    """As root, for what a test does by hand."""
    server.token = ""
    server.token = server.call("auth/authenticate", name="root", password=PASSWORD)["token"]
