"""`netc watch`: from `docker run` to an answer by name, its cost at rest, an engine's restart."""

import json
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from netc_tui.core import identity
from netc_tui.core.errors import NetcError
from netc_tui.lab import Lab
from tests.bench.bare import Bare, Call
from tests.bench.site import NETC, PYTHON, ROOT, Site, first, require, site
from tests.bench.table import at_most, table
from tests.bench.up import record
from tests.terminal import TICKS

IMAGE, PLAIN = "netc-bench/labelled", "netc-lab/web"
ENABLE = "netc.enable=true"
LANES = 4
METRICS = "127.0.0.1:9713"
SCRAPED = 15.0
"""Seconds between two scrapes, as Prometheus has it by default."""
SETTLE = 5.0
"""A watcher is at rest when it used hardly any CPU for so many seconds."""
QUIET = 0.05
"""Seconds of CPU, for that."""
PSS_BUDGET, CPU_BUDGET = 60.0, 0.5
CONVERGED_BUDGET = 15.0
DEADLINE = 120.0
"""Seconds that anything may take."""
MORE = ("10.77.0.11,10.77.0.99", "10.77.0.200,10.77.0.254")
"""Addresses of the LAN that its DHCP server does not grant otherwise."""
ZONE, REVERSE, NAMED_PORT = "home.lan", "77.10.in-addr.arpa", 5353

IDLE = """
import asyncio, sys, time
import docker.api.client
client = docker.api.client.APIClient(sys.argv[1], "1.41")
client.ping()
print("ready", flush=True)
time.sleep(3600)
"""
"""The floor of a watcher at rest: a Python that has asked the engine once, by its SDK."""


class Sizes(NamedTuple):
    """How much is measured."""

    rounds: int
    """From `docker run` to the answer."""
    kept: int
    """Network containers of a watcher at rest."""
    rest: float
    """Seconds."""
    again: int
    """So often all of them are removed and made anew in one life."""
    waiting: int
    """Labelled services when the engine is killed."""


def run() -> None:
    """All of it."""
    _run(Sizes(rounds=7, kept=50, rest=60.0, again=10, waiting=200))


def short() -> None:
    """The same with less of everything."""
    _run(Sizes(rounds=3, kept=20, rest=10.0, again=0, waiting=20))


def _run(sizes: Sizes) -> None:
    require("bind9", "named", "tsig-keygen")
    with site() as here:
        here.lab.start_dhcp(*_ranges())
        here.docker("commit", f"--change=LABEL {ENABLE}", "web1", IMAGE)
        _show_answers(sizes, _answers(here, sizes))
        services = [f"s{number:03}" for number in range(max(sizes.kept, sizes.waiting))]
        _show_rest(sizes, *_rests(here, sizes, services[: sizes.kept]))
        _start(here, services[sizes.kept :])
        _show_restarts(sizes, _restarts(here, services[: sizes.waiting]))


def _ranges() -> list[str]:
    return [f"--dhcp-range={addresses},255.255.255.0,10m" for addresses in MORE]


# --- a watcher, and what it watches


class Watcher:
    """One at work."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def pss(self) -> float:
        """Megabytes, pages that it shares with other processes in proportion."""
        fields = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().split()
        return int(fields[fields.index("Pss:") + 1]) / 1000


@contextmanager
def _watcher(here: Site, *arguments: str, **environment: str) -> Iterator[Watcher]:
    """One that is ended in order. Raises NetcError if it ended before."""
    with tempfile.TemporaryFile("w+") as said:
        process = here.lab.popen(
            "host",
            [*NETC, "watch", *arguments],
            env={**here.lab.environment, "NETC_INTERFACE": "eth1", **environment},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        with process:
            try:
                yield Watcher(process)
                if process.poll() is not None:
                    said.seek(0)
                    raise NetcError(f"netc watch ended: {said.read().strip()[-300:]}")
            finally:
                process.send_signal(signal.SIGTERM)


def _start(here: Site, names: Sequence[str], *options: str) -> None:
    """Run services whose labels ask for a network container."""

    def start(name: str) -> None:
        here.docker("run", "-d", f"--name={name}", f"--hostname={name}", "--restart=always", IMAGE)

    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(start, names))


def _remove(here: Site, names: Sequence[str]) -> None:
    """Of services or network containers: at once, the first without a word to the DHCP server."""
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lambda name: Bare(here.lab.socket).remove(name), names))


def _names(here: Site) -> list[str]:
    """The containers that run."""
    said = Bare(here.lab.socket).do(Call("GET", "/containers/json"))
    # A service that is linked goes by the name of the link, too: "/netc-web1/target".
    names = (name.lstrip("/") for row in json.loads(said) for name in row["Names"])
    return [name for name in names if "/" not in name]


def _on(here: Site) -> list[str]:
    """The network containers of services that a bench runs."""
    return [name for name in _names(here) if name.startswith("netc-s")]


def _until(what: str, holds: Callable[[], bool]) -> float:
    """Wait for something; the seconds that it took. Raises NetcError."""
    begin = time.monotonic()
    while not holds():
        if time.monotonic() - begin > DEADLINE:
            raise NetcError(f"{what}: not within {DEADLINE:.0f} s")
        time.sleep(0.25)
    return time.monotonic() - begin


# --- from `docker run` to an answer by name


def _answers(here: Site, sizes: Sizes) -> dict[str, list[float]]:
    """Seconds to the first answer by name, by the way that was taken."""
    here.up("web2")  # the LAN network is there
    here.containers("seen")
    calls = record(here, "seen")
    facts = _facts(here, "seen")
    bare = Bare(here.lab.socket)
    bare.remove("netc-seen")
    taken: dict[str, list[float]] = {}

    def take(way: str, name: str, host: str, do: Callable[[str], None]) -> None:
        with here.poller(host) as poller:
            begin = time.monotonic()
            do(name)
            taken.setdefault(way, []).append(first(poller) - begin)

    def labelled(name: str) -> None:
        here.docker("run", "-d", f"--name={name}", f"--hostname={name}", IMAGE)

    def by_hand(name: str) -> None:
        here.docker("run", "-d", f"--name={name}", f"--hostname={name}", PLAIN)
        here.up(name)

    def by_calls(name: str) -> None:
        body = json.dumps({"Image": PLAIN, "Hostname": name}).encode()
        bare.do(Call("POST", f"/containers/create?name={name}", body))
        bare.do(Call("POST", f"/containers/{name}/start"))
        for call in calls:
            for old, new in zip(facts, _facts(here, name), strict=True):
                call = call.replaced(old, new)
            bare.do(call)

    with _named(here) as settings:
        with _watcher(here):
            _begun(here)
            for number in range(sizes.rounds):
                lan = f"{Lab.DOMAIN}"
                take("watched", f"w{number}", f"w{number}.{lan}", labelled)
                take("by hand", f"h{number}", f"h{number}.{lan}", by_hand)
                take("bare", f"b{number}", f"b{number}.{lan}", by_calls)
        with _watcher(here, **settings):
            _begun(here)
            for number in range(sizes.rounds):
                take("published", f"p{number}", f"p{number}.{ZONE}", labelled)
    done = [f"{way}{number}" for way in "whbp" for number in range(sizes.rounds)]
    _remove(here, [f"netc-{name}" for name in (*done, "web2")])
    _remove(here, [*done, "seen"])
    return taken


def _begun(here: Site) -> None:
    """A watcher that has begun writes that down on the engine."""

    def written() -> bool:
        found = Bare(here.lab.socket).do(Call("GET", "/volumes"))
        return any(row["Name"] == "netc-watch" for row in json.loads(found)["Volumes"] or ())

    _until("netc watch begins", written)


def _facts(here: Site, name: str) -> tuple[str, ...]:
    """What in the calls for a service is its own."""
    engine = here.docker("info", "--format={{.ID}}")
    who = identity.derive(engine, name)
    return name, here.docker("inspect", "--format={{.Id}}", name), who.mac, who.client_id


@contextmanager
def _named(here: Site) -> Iterator[dict[str, str]]:
    """BIND on the LAN, which the LAN's own server asks for its zone; netc's settings for it."""
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder, "key")
        key.touch(0o600)
        key.write_text(here.host("tsig-keygen", "netc"))
        soa = "$TTL 60\n@ IN SOA ns admin 1 3600 600 86400 1\n@ IN NS ns\nns IN A 10.77.0.1\n"
        zones = ""
        for zone in (ZONE, REVERSE):
            Path(folder, zone).write_text(soa)
            zones += (
                f'zone "{zone}" {{ type primary; file "{zone}"; allow-update {{ key netc; }}; }};'
            )
        config = Path(folder, "named.conf")
        config.write_text(
            f'include "{key}"; options {{ directory "{folder}"; managed-keys-directory "{folder}";'
            f" pid-file none; session-keyfile none; recursion no; dnssec-validation no; notify no;"
            f" listen-on port {NAMED_PORT} {{ {Lab.SERVER_IP}; }}; listen-on-v6 {{ none; }}; }};"
            f" controls {{ }}; {zones}"
        )
        server = f"{Lab.SERVER_IP}#{NAMED_PORT}"
        process = here.lab.popen(
            "lan",
            ["named", "-g", "-n", "1", "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with process:
            try:
                here.lab.start_dhcp(*_ranges(), f"--server=/{ZONE}/{server}", "--no-negcache")
                yield {
                    "NETC_DNS_PUBLISH": "rfc2136",
                    "NETC_DNS_SERVER": f"{Lab.SERVER_IP}:{NAMED_PORT}",
                    "NETC_DNS_ZONE": ZONE,
                    "NETC_DNS_REVERSE": REVERSE,
                    "NETC_DNS_KEY_FILE": str(key),
                }
            finally:
                process.kill()


def _show_answers(sizes: Sizes, taken: dict[str, list[float]]) -> None:
    floor = median(taken["bare"])
    ways = {
        "netc watch": "watched",
        "netc watch, the name published to BIND (RFC 2136)": "published",
        "by hand: docker run, netc up": "by hand",
        "floor: bare engine calls": "bare",
    }
    table(
        "watch: from `docker run` of a labelled image to the first HTTP answer by name on the LAN,"
        f" LAN network there (medians of {sizes.rounds})",
        ("", "took", "range", "ratio"),
        [
            (
                words,
                f"{median(taken[way]):.2f} s",
                f"{min(taken[way]):.2f}-{max(taken[way]):.2f}",
                f"{median(taken[way]) / floor:.2f}x",
            )
            for words, way in ways.items()
        ],
    )


# --- at rest


class Rest(NamedTuple):
    """What it takes while nothing happens."""

    pss: float
    cpu: float


def _rests(here: Site, sizes: Sizes, services: Sequence[str]) -> tuple[dict[str, Rest], float]:
    """By what it did before; and the megabytes of the floor."""
    found = {}
    _start(here, services)
    for arguments in ((), ("--metrics", METRICS)):
        how = " with metrics" if arguments else ""
        with _scraped(here, bool(arguments)):
            with _watcher(here, *arguments) as watcher:
                _until("all on", lambda: len(_on(here)) == len(services))
                found[f"that turned them on{how}"] = _rest(watcher, sizes)
                for _ in range(sizes.again if arguments else 0):
                    _again(here, services)
                if arguments and sizes.again:
                    times = f"and off and on again, {sizes.again} times over"
                    found[f"{times}{how}"] = _rest(watcher, sizes)
            with _watcher(here, *arguments) as watcher:
                found[f"fresh{how}"] = _rest(watcher, sizes)
        if not arguments:
            _remove(here, _on(here))
    command = here.lab.command("host", [PYTHON, "-c", IDLE, here.lab.docker_host])
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as idle:
        try:
            assert idle.stdout is not None
            idle.stdout.readline()
            fields = Path(f"/proc/{idle.pid}/smaps_rollup").read_text().split()
        finally:
            idle.kill()
    return found, int(fields[fields.index("Pss:") + 1]) / 1000


def _rest(watcher: Watcher, sizes: Sizes) -> Rest:
    time.sleep(SETTLE)

    def quiet() -> bool:
        before = watcher.cpu
        time.sleep(SETTLE)
        return watcher.cpu - before <= QUIET

    _until("at rest", quiet)
    begin, cpu = time.monotonic(), watcher.cpu
    time.sleep(sizes.rest)
    return Rest(watcher.pss, (watcher.cpu - cpu) / (time.monotonic() - begin) * 100)


def _again(here: Site, services: Sequence[str]) -> None:
    """All services are removed and made anew."""
    _remove(here, services)
    _until("all off", lambda: not _on(here))
    _start(here, services)
    _until("all on", lambda: len(_on(here)) == len(services))


@contextmanager
def _scraped(here: Site, asked: bool) -> Iterator[None]:
    """Meanwhile the metrics are taken, as Prometheus would."""
    over = threading.Event()

    def scrape() -> None:
        while not over.wait(SCRAPED):
            here.lab.exec(["curl", "-s", f"http://{METRICS}/metrics"])

    thread = threading.Thread(target=scrape)
    if asked:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if asked:
            thread.join()


def _show_rest(sizes: Sizes, found: dict[str, Rest], floor: float) -> None:
    table(
        f"watch: at rest, {sizes.rest:.0f} s, {sizes.kept} network containers; metrics are scraped"
        f" every {SCRAPED:.0f} s",
        ("", "PSS", "budget", "", "CPU", "budget", ""),
        [
            (
                name,
                f"{rest.pss:.0f} MB",
                f"{PSS_BUDGET:.0f} MB",
                at_most(rest.pss, PSS_BUDGET),
                f"{rest.cpu:.2f} %",
                f"{CPU_BUDGET} %",
                at_most(rest.cpu, CPU_BUDGET),
            )
            for name, rest in found.items()
        ]
        + [("floor: a Python with Docker's SDK", f"{floor:.0f} MB", "", "", "0 %", "", "")],
    )


# --- an engine's restart


class Restart(NamedTuple):
    """Seconds from the engine's first answer."""

    services: float
    """Until all services run again."""
    answered: float | None
    """Until all have answered on the LAN; None: not in time."""


def _restarts(here: Site, services: Sequence[str]) -> dict[str, Restart]:
    """By how many were on when it was killed. Services run again by themselves."""
    found = {}
    hosts = [f"{name}.{Lab.DOMAIN}" for name in services]
    for what, share in (("none", 0.0), ("half", 0.5), ("all", 1.0)):
        _remove(here, _on(here))
        with ExitStack() as stack:
            if wanted := int(len(services) * share):
                stack.enter_context(_watcher(here))
                _until(f"{what} on", lambda wanted=wanted: len(_on(here)) >= wanted)
            here.lab.stop_engine(signal.SIGKILL)
            if not wanted:
                stack.enter_context(_watcher(here))
            back = threading.Thread(target=here.lab.start_engine)
            back.start()
            try:
                found[what] = _came_back(here, services, hosts)
            finally:
                back.join()
            kept = sorted(_on(here))
        whole = [f"netc-{name}" for name in services]
        if found[what].answered is not None and kept != whole:
            raise NetcError(f"{len(kept)} network containers for {len(services)} services")
    return found


def _came_back(here: Site, services: Sequence[str], hosts: Sequence[str]) -> Restart:
    while True:
        try:
            Bare(here.lab.socket).do(Call("GET", "/_ping"))
            break
        except OSError:
            time.sleep(0.01)
    begin = time.monotonic()
    with here.poller(*hosts, seconds=DEADLINE) as poller:
        # Asked seldom: that costs the engine time, which is measured.
        _until("the services", lambda: set(services) <= set(_names(here)))
        again = time.monotonic() - begin
        try:
            return Restart(again, first(poller) - begin)
        except NetcError:
            return Restart(again, None)


def _show_restarts(sizes: Sizes, found: dict[str, Restart]) -> None:
    table(
        f"watch: kill -9 of dockerd with {sizes.waiting} labelled services; seconds from its first"
        " answer (one round each)",
        ("network containers before", "all answer on the LAN", "budget", "", "floor: services run"),
        [
            (
                what,
                f"{each.answered:.1f} s" if each.answered else f"not in {DEADLINE:.0f} s",
                f"{CONVERGED_BUDGET:.0f} s",
                at_most(each.answered or DEADLINE, CONVERGED_BUDGET),
                f"{each.services:.1f} s",
            )
            for what, each in found.items()
        ],
    )
