"""Names that netc publishes, from the settings to another machine of the LAN, with BIND, Knot and
etcd on the LAN."""

import base64
import binascii
import json
import re
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from netc_tui.core import publication
from netc_tui.lab.layout import SERVER_IP
from tests.names.etcds import PASSWORD, EtcdServer, etcd, with_passwords
from tests.names.servers import ZONE, RealServer, bind, knot

from .conftest import Site, eventually
from .inside import inside

T = TypeVar("T")
REVERSE = "77.10.in-addr.arpa"
SECONDS = 2
"""That a server has to answer."""
HEALED = 45
"""Seconds until a watcher has tried again what failed, with some to spare."""
KILLED = -9
DOWN, UP = range(7, 22), range(16, 27)
"""Answers after which netc is killed: from the last look before the first that is about a name,
until nothing more is done that a name depends on."""
TWO = pytest.mark.parametrize(
    "names", ["bind", pytest.param("etcd", marks=pytest.mark.slow)], indirect=True
)
TAKEN_BY = "10.77.0.99"
IMAGE = "netc-lab/web"


@dataclass
class Names:
    """A publisher on the LAN, the settings for it, and what others see of it."""

    site: Site
    server: RealServer | EtcdServer
    settings: Path
    secret: str
    """What is to be seen nowhere."""

    def netc(self, *words: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = self.site.run(*words, env=self.environment)
        assert code is None or done.returncode == code, (words, done.stdout, done.stderr)
        return done

    @property
    def environment(self) -> dict[str, str]:
        return {**self.site.lab.environment, "NETC_CONFIG": str(self.settings)}

    def up(self, service: str = "web1", *words: str) -> str:
        """The address."""
        done = self.netc("up", service, "eth1", "--no-check", *words)
        return done.stdout.strip().removeprefix("ip=")

    def a(self, label: str = "web1") -> list[str]:
        """The addresses of a name, as a machine of the LAN is told."""
        if isinstance(self.server, RealServer):
            return self._dig(f"{label}.{ZONE}", "A")
        return self.server.a(f"{label}.{ZONE}")

    def _dig(self, name: str, kind: str) -> list[str]:
        where = (f"@{self.server.host}", "-p", str(self.server.port))  # type: ignore[union-attr]
        done = self.site.lab.client(["dig", "+short", "+time=2", "+tries=2", *where, name, kind])
        assert done.returncode == 0, done.stdout
        return sorted(done.stdout.split("\n")[:-1])

    def all_of(self, label: str, address: str = "") -> list[str]:
        """All records, or keys, that there are of it."""
        name = f"{label}.{ZONE}"
        if isinstance(self.server, EtcdServer):
            return [each for each in self.server.under("/skydns/") if each.endswith(f"/{label}")]
        reverse = [f"{'.'.join(reversed(address.split('.')))}.in-addr.arpa"] if address else []
        asked = [(name, "A"), (name, "DHCID"), (f"_http._tcp.{name}", "SRV")]
        asked += [(each, "PTR") for each in reverse]
        return [text for each in asked for text in self.server.ask(*each)]

    def others(self) -> Any:
        """What is not netc's."""
        if isinstance(self.server, EtcdServer):
            return {k: v for k, v in self.server.under("/skydns/").items() if "netc" not in v}
        asked = ("printer", "A"), ("nas", "CNAME"), ("note", "TXT"), ("kea", "A"), ("kea", "DHCID")
        found = [self.server.ask(f"{label}.{ZONE}", kind) for label, kind in asked]
        return [*found, self.server.ask(f"9.0.{REVERSE}", "PTR")]

    def take(self, label: str) -> None:
        """Somebody else has the name."""
        if isinstance(self.server, EtcdServer):
            self.server.put(publication.key(f"{label}.{ZONE}"), json.dumps({"host": TAKEN_BY}))
        else:
            self.server.by_hand(f"update add {label}.{ZONE}. 60 A {TAKEN_BY}")

    def give_back(self, label: str) -> None:
        if isinstance(self.server, EtcdServer):
            self.server.remove(publication.key(f"{label}.{ZONE}"))
        else:
            self.server.by_hand(f"update delete {label}.{ZONE}. A")

    def memos(self) -> set[str]:
        """The names that are written down."""
        told = self.site.docker("volume", "ls", "-q", "--filter=label=netc.memo=name")
        return {name.removeprefix("netc-name-").rpartition("-")[0] for name in told.split()}


def _settings(folder: Path, **given: str) -> Path:
    path = folder / "config.toml"
    lines = [f"{key} = {json.dumps(text)}" for key, text in given.items()]
    path.write_text("\n".join(["[dns]", f"timeout = {SECONDS}", *lines]) + "\n")
    return path


@contextmanager
def _bind_or_knot(kind: Any, site: Site, folder: Path) -> Iterator[Names]:
    with inside(site.lab, "lan"), kind(folder, host=SERVER_IP, reverse=REVERSE) as server:
        own = {"publish": "rfc2136", "server": server.at, "zone": ZONE, "reverse": REVERSE}
        settings = _settings(folder, **own, key_file=str(server.key))
        secret = server.key.read_text().split('secret "')[1].split('"')[0]
        yield Names(site, server, settings, secret)


@contextmanager
def _etcd(site: Site, folder: Path) -> Iterator[Names]:
    """With TLS both ways, and a password."""
    with inside(site.lab, "lan"), etcd(folder, tls=True, host=SERVER_IP) as server:
        with_passwords(server, {"netc": "/skydns/"})
        server.put("/skydns/lan/home/printer", json.dumps({"host": "10.77.0.9"}))
        path = folder / "password"
        path.touch(0o600)
        path.write_text(PASSWORD)
        files = server.settings()
        own = {"publish": "etcd", "server": server.url, "zone": ZONE, "user": "netc"}
        own |= {"password_file": str(path), "ca": files.ca, "certificate": files.certificate}
        settings = _settings(folder, **own, certificate_key=files.certificate_key)
        yield Names(site, server, settings, PASSWORD)


@pytest.fixture(params=["bind", "knot", "etcd"])
def names(request: pytest.FixtureRequest, site: Site, tmp_path: Path) -> Iterator[Names]:
    match request.param:
        case "bind":
            made = _bind_or_knot(bind, site, tmp_path / "names")
        case "knot":
            made = _bind_or_knot(knot, site, tmp_path / "names")
        case _:
            made = _etcd(site, tmp_path / "names")
    with made as found:
        others = found.others()
        assert any(others)
        yield found
        assert found.others() == others, "what is not netc's stays as it is"
    for name in site.docker("volume", "ls", "--filter=label=netc.memo", "-q").split():
        site.docker("volume", "rm", name)


@contextmanager
def watch(names: Names, folder: Path) -> Iterator[Path]:
    """A watcher at work; where it writes what it says."""
    log = folder / f"watch-{time.monotonic_ns()}"
    with log.open("w") as out:
        process = names.site.lab.popen(
            "host", [sys.executable, "-m", "netc_tui", "watch"],
            env=names.environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        yield log
    finally:
        process.kill()
        process.wait()


def assert_gone(names: Names, *labels: str, address: str = "") -> None:
    """Nothing is left of them, nor written down."""
    left = {label: names.all_of(label, address) for label in labels}
    assert not any(left.values()), left
    assert not names.memos() & {f"{label}.{ZONE}" for label in labels}


def test_a_name_comes_and_goes_with_its_service(names: Names) -> None:
    address = names.up()
    assert names.a() == [address]
    assert names.memos() == {f"web1.{ZONE}"}
    if isinstance(names.server, RealServer):
        (service,) = names._dig(f"_http._tcp.web1.{ZONE}", "SRV")
        assert service == f"0 0 80 web1.{ZONE}."
        assert names.server.ask(f"{address.split('.')[3]}.0.{REVERSE}", "PTR") == [f"web1.{ZONE}."]
        assert 198 <= names.server.ttl(f"web1.{ZONE}", "A") <= 200, "a third of the lease"
    else:
        assert names.server.srv(f"web1.{ZONE}") == [(80, address)]
        assert names.server.skydns(f"web1.{ZONE}")[0]["host"] == address
    # With other ports it is made anew, and nothing stands that is so no longer.
    assert names.up("web1", "--port", "8081:80") == address
    if isinstance(names.server, RealServer):
        assert names._dig(f"_http._tcp.web1.{ZONE}", "SRV") == []
    else:
        assert names.server.srv(f"web1.{ZONE}") == [(8081, address)]
    names.up()
    names.up("web1", "--name", "shop")
    assert (names.a(), names.a("shop")) == ([], [address])
    assert names.memos() == {f"shop.{ZONE}"}
    names.netc("down", "web1")
    assert_gone(names, "web1", "shop", address=address)


def test_a_name_follows_its_address_and_its_lease(names: Names, tmp_path: Path) -> None:
    address = names.up()
    own = names.site.show("web1")
    with watch(names, tmp_path) as log:
        if isinstance(names.server, EtcdServer):
            key = publication.key(f"web1.{ZONE}")

            def left() -> int:
                return int(names.server.lease(key)["TTL"])  # type: ignore[union-attr]

            time.sleep(10)
            assert left() <= 592
            names.netc("renew", "web1")
            eventually(lambda: left() >= 595, seconds=10)
        names.site.lab.stop_dhcp()
        names.site.lab.lease_file.unlink()
        elsewhere = "10.77.0.150" if address != "10.77.0.150" else "10.77.0.151"
        names.site.lab.start_dhcp(f"--dhcp-host={own['mac']},{elsewhere}")
        try:
            names.site.run("renew", "web1")
            eventually(lambda: names.a() == [elsewhere], seconds=30)
            assert address not in str(names.all_of("web1", address))
            assert names.memos() == {f"web1.{ZONE}"}
            names.site.docker("rm", "-f", "-v", "netc-web1")
            eventually(lambda: names.memos() == set(), seconds=20)
            assert_gone(names, "web1", address=elsewhere)
        finally:
            names.site.lab.start_dhcp()
        assert "Traceback" not in log.read_text()


def test_a_name_that_is_taken_is_a_trouble_of_that_service_alone(
    names: Names, tmp_path: Path
) -> None:
    names.take("web1")
    done = names.netc("up", "web1", "eth1", code=1)
    said = done.stderr.splitlines()[-1]
    assert said.startswith(f"netc: its name is not published: web1.{ZONE} is taken: ")
    assert TAKEN_BY in said
    assert names.site.get(done.stdout.splitlines()[0].removeprefix("ip=")) == "web1"
    names.netc("up", "web2", "eth1", "--no-check")
    with watch(names, tmp_path) as log:
        eventually(lambda: "web1: its name is not published" in log.read_text(), seconds=10)
        assert "web2" not in log.read_text()
        assert names.a() == [TAKEN_BY]
        names.give_back("web1")
        eventually(lambda: names.a() == [names.site.show("web1")["ip"]], seconds=HEALED)
        assert log.read_text().count("web1: its name is not published") == 1
    names.take("web3")
    for service in ("web1", "web2"):
        names.netc("down", service)
    assert_gone(names, "web1", "web2")
    names.give_back("web3")


def test_a_server_that_is_away_costs_its_time_and_no_more(names: Names, tmp_path: Path) -> None:
    began = time.monotonic()
    names.up()
    names.netc("down", "web1")
    usual = time.monotonic() - began
    with names.server.process.stopped():
        began = time.monotonic()
        done = names.netc("up", "web1", "eth1", "--no-check", code=1)
        address = done.stdout.strip().removeprefix("ip=")
        said = done.stderr.splitlines()[-1]
        assert said.startswith("netc: its name is not published: ")
        assert f"does not answer within {SECONDS} s" in said
        assert time.monotonic() - began < usual + 2 * SECONDS + 2
        assert names.site.get(address) == "web1"
        with watch(names, tmp_path) as log:
            eventually(lambda: "its name is not published" in log.read_text(), seconds=20)
            names.server.process.signal(18)
            eventually(lambda: names.a() == [address], seconds=HEALED)
            assert log.read_text().count("its name is not published") == 1
    with names.server.process.stopped():
        done = names.netc("down", "web1")
        assert "web1: its name was not taken back: " in done.stderr
        assert names.site.leftovers() == []
        assert names.memos() == {f"web1.{ZONE}"}
    assert names.a() == [address]
    done = names.netc("down", "web1")
    assert f"take back the name web1.{ZONE}" in done.stderr
    assert_gone(names, "web1", address=address)


def test_a_service_that_is_made_anew_has_its_name_again(names: Names, tmp_path: Path) -> None:
    site = names.site

    def run() -> None:
        site.docker("run", "-d", "--name", "shop", "--hostname", "shop",
                    "--label", "netc.enable=true",
                    "--label", "netc.interface=eth1", IMAGE)  # fmt: skip

    environment = {**names.environment, "NETC_INTERFACE": "eth1"}
    log = tmp_path / "log"
    with log.open("w") as out:
        process = site.lab.popen(
            "host", [sys.executable, "-m", "netc_tui", "watch"], env=environment,
            stdout=out, stderr=out,
        )  # fmt: skip
    try:
        run()
        (address,) = eventually(lambda: names.a("shop"), seconds=20)
        assert eventually(lambda: site.get(address)) == "shop"
        site.docker("rm", "-f", "shop")
        eventually(lambda: names.a("shop") == [], seconds=20)
        eventually(lambda: names.memos() == set(), seconds=10)
        run()
        (address,) = eventually(lambda: names.a("shop"), seconds=20)
        site.docker("rm", "-f", "shop")
        eventually(lambda: names.memos() == set(), seconds=20)
        assert_gone(names, "shop", address=address)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("names", ["etcd"], indirect=True)
def test_services_share_a_name_when_their_labels_ask_for_it(names: Names) -> None:
    with names.settings.open("a") as settings:
        settings.write("[watch]\nname = true\n")
    asked = ("netc.enable=true", "netc.interface=eth1", "netc.dns.name=shop")
    labels = [word for label in asked for word in ("--label", label)]
    for name in ("shop1", "shop2"):
        names.site.docker("run", "-d", "--name", name, *labels, IMAGE)
    environment = {**names.environment, "NETC_INTERFACE": "eth1"}
    watched = [sys.executable, "-m", "netc_tui", "watch", "--once"]
    assert names.site.lab.exec(watched, env=environment).returncode == 0
    own = {name: names.site.show(name)["ip"] for name in ("shop1", "shop2")}
    assert names.a("shop") == sorted(own.values())
    names.site.docker("rm", "-f", "shop1")
    assert names.site.lab.exec(watched, env=environment).returncode == 0
    assert names.a("shop") == [own["shop2"]]
    names.netc("down", "shop2")
    assert names.a("shop") == []
    assert names.memos() == set()


CRASH = """
import sys
import requests
from netc_tui.cli.main import main
from netc_tui.names.messages import Exchange

def fail(self, *given, **more):
    raise RuntimeError("a defect of netc")

send = requests.Session.send
def only_etcd(self, request, **more):
    return fail(self) if request.url.startswith("https:") else send(self, request, **more)

Exchange._carry = fail
requests.Session.send = only_etcd
main()
"""


def test_a_secret_is_seen_nowhere(names: Names, tmp_path: Path) -> None:
    site, said = names.site, []

    def netc(*words: str, code: int | None = 0) -> str:
        done = names.netc(*words, code=code)
        said.append(done.stdout + done.stderr)
        return said[-1]

    with watch(names, tmp_path) as log:
        names.up()
        eventually(lambda: names.a(), seconds=10)
        for words in (
            "ls --json", "show web1 --json", "doctor web1", "history", "config", "config --schema",
            "plan --json", "up web1 eth1 --no-check --dry-run", "down web1 --dry-run --json",
        ):  # fmt: skip
            netc(*words.split(), code=None)
        archive = tmp_path / "support.tar.gz"
        netc("support", "--output", str(archive))
        with tarfile.open(archive) as tar:
            files = [tar.extractfile(each) for each in tar.getmembers()]
            said += [file.read().decode(errors="replace") for file in files if file]
        for kind, ids in (
            ("container", site.docker("ps", "-aq")),
            ("volume", site.docker("volume", "ls", "-q")),
            ("network", site.docker("network", "ls", "-q")),
            ("image", site.docker("image", "ls", "-q")),
        ):
            said.append(site.docker(kind, "inspect", *ids.split()))
        said.append(site.docker("logs", "netc-web1"))
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (process / "cmdline").read_bytes()
                if b"netc_tui" in words:
                    said += [words.decode(), (process / "environ").read_bytes().decode()]
    said.append(log.read_text())
    crash = [sys.executable, "-c", CRASH, "up", "web1", "eth1", "--no-check"]
    done = site.lab.exec(crash, env=names.environment)
    said.append(done.stdout + done.stderr)
    assert "a defect of netc" in said[-1]
    secret = Path(re.findall(r'(?:key|password)_file = "([^"]+)"', names.settings.read_text())[0])
    right, wrong = secret.read_text(), names.secret[::-1].strip("=") + "="
    secret.write_text(right.replace(names.secret, wrong))
    refused = netc("up", "web1", "eth1", "--no-check", code=1)
    assert "another secret" in refused or "does not take the password" in refused
    secret.write_text(right)
    secret.chmod(0o640)
    for words in ("up web1 eth1", "down web1", "watch", "watch --once"):
        refused = netc(*words.split(), code=2)
        assert refused == (
            f"netc: {secret}: others than its owner may use this secret; run: chmod 600 {secret}\n"
        )
    secret.chmod(0o600)
    netc("down", "web1")
    octets = names.secret.encode()
    shown = {names.secret, wrong, base64.b64encode(octets).decode(), octets.hex()}
    with suppress(binascii.Error):
        raw = base64.b64decode(names.secret, validate=True)
        shown |= {raw.hex(), repr(raw)[2:-1]}
    for text in said:
        assert not [each for each in shown if each in text]
    assert len(said) > 30
    assert any("netc.memo" in text for text in said)


def killed(names: Names, count: int, *words: str) -> bool:
    """Run netc, killed after ``count`` answers of the engine and of whoever takes names."""
    command = [sys.executable, "-m", "tests.lab.killer", str(count), *words]
    done = names.site.lab.exec(command, env=names.environment)
    assert done.returncode in (0, KILLED), (count, done.stderr)
    return done.returncode == KILLED


def started(names: Names, counts: range) -> dict[str, int]:
    """A service for each count."""
    found = {f"n{count}": count for count in counts}
    for name in found:
        names.site.docker("run", "-d", "--name", name, "--network", "backend", IMAGE)
    return found


def at_once(work: Callable[[str], T], services: Iterable[str]) -> dict[str, T]:
    """What comes of each, a few at a time."""
    services = list(services)
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(services, pool.map(work, services), strict=True))


@TWO
def test_turning_off_killed_after_each_answer_leaves_no_name(names: Names) -> None:
    many = started(names, DOWN)
    addresses = at_once(names.up, many)
    assert names.memos() == {f"{name}.{ZONE}" for name in many}
    ends = at_once(lambda name: killed(names, many[name], "down", name), many)
    assert ends[f"n{DOWN[0]}"]
    left = [name for name in many if names.all_of(name)]
    assert f"n{DOWN[0]}" in left, "it had only looked"
    assert f"n{DOWN[-1]}" not in left
    _remove(names, many)
    names.netc("watch", "--once")
    for name, address in addresses.items():
        assert_gone(names, name, address=address)


@TWO
def test_turning_on_killed_after_each_answer_leaves_no_name(names: Names) -> None:
    many = started(names, UP)
    ends = at_once(lambda name: killed(names, many[name], "up", name, "eth1", "--no-check"), many)
    assert ends[f"n{UP[0]}"]
    assert not ends[f"n{UP[-1]}"], "it needs fewer answers, and ended by itself"
    addresses = {name: names.site.show(name)["ip"] for name in many}
    left = [name for name in many if names.all_of(name)]
    assert f"n{UP[0]}" not in left, "that was yet to be"
    assert any(ends[name] for name in left)
    _remove(names, many)
    names.netc("watch", "--once")
    for name, address in addresses.items():
        assert_gone(names, name, address=address)


def _remove(names: Names, services: Iterable[str]) -> None:
    """Somebody removes all of it."""
    there = names.site.docker("ps", "-aq", "--filter=label=netc.schema").split()
    names.site.docker("rm", "-f", "-v", *services, *there)
