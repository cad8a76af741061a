"""Faults that `netc doctor` must name, each by the code of what is wrong first on the path."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netc_tui.core.errors import Exit
from netc_tui.core.findings import HOST, KINDS, Severity
from netc_tui.core.protocol import PROBE
from netc_tui.lab.layout import HOST_IP, RANGE, SERVER_IP
from tests.lab.conftest import Site, eventually

from .checks import (
    delete_one_rule,
    each_second,
    flush_nat,
    neighbour_goes,
    parent_down,
    plug,
    pull_cable,
    short_leases,
    squat,
)
from .dhcp import ScriptedServer
from .fault import End, Step, scene_of
from .lease import OTHER, log_path, now, serve
from .look import Told, exits, take
from .scene import Scene
from .table import columns
from .target import (
    disconnect,
    go_on,
    hang,
    hidden,
    listen,
    on,
    own_network,
    restart,
    stop,
    try_up,
)

PATIENCE = 10
"""Seconds that a doctor may take."""
ELSEWHERE = "192.0.2.77"
"""A client's address to which no route leads (RFC 5737)."""
LOWER = [f"10.77.0.{last}" for last in range(60, 70)]
"""Addresses in the half of the LAN that the gateway is in."""
WRONG_MAC = "02:99:00:00:99:99"

Shown = Callable[[Scene], object]


web1_on = on("web1")


def web1_off(scene: Scene) -> None:
    scene.restore("web1")


Follow = Callable[[Scene, str], str]


def on_host(scene: Scene, remedy: str) -> str:
    """What a command prints that an operator copied into a shell of the Docker host."""
    netc = f'netc() {{ "{sys.executable}" -m netc_tui "$@"; }}'
    return _printed(scene.site.lab.exec(["sh", "-c", f"{netc}; {remedy}"], timeout=60), remedy)


def on_client(scene: Scene, remedy: str) -> str:
    """The same on the LAN machine, which has of such programs those of busybox."""
    arp = 'arp() { busybox arp "$@"; }'
    return _printed(scene.site.lab.client(["sh", "-c", f"{arp}; {remedy}"], timeout=60), remedy)


def by_pid(scene: Scene, remedy: str) -> str:
    """The same on the Docker host, where processes have the numbers that Docker tells."""
    return scene.in_engine("sh", "-c", f"export DOCKER_HOST={scene.site.lab.docker_host}; {remedy}")


def _printed(done: subprocess.CompletedProcess[str], remedy: str) -> str:
    assert done.returncode == 0, f"`{remedy}` ended with {done.returncode}: {done.stderr[-300:]}"
    return done.stdout


@dataclass(frozen=True)
class DoctorFault:
    """One way for things to go wrong, and what a doctor must call it."""

    name: str
    what: str
    """One line for people."""
    codes: tuple[str, ...]
    """Each of them is the right name of it; empty: there is nothing to be found."""
    inject: Step
    shown: Shown
    """What shows, without the doctor, that the fault is there; waited for."""
    prepare: Step = web1_on
    within: float = 10
    """Seconds until it is there."""
    also: tuple[str, ...] = ()
    """What else may be found; anything beyond is wrong."""
    heal: Step | None = None
    """What ends it, or what is to be done for it before the remedy: the doctor then has to find
    nothing, but for ``also``, and the LAN machine gets the page."""
    mends: bool = False
    """The remedy is a command that ends it (after ``heal``)."""
    shows: str | None = None
    """What the remedy prints while it lasts, where it is a command that shows more; None: it cannot
    be run in a lab, or mends."""
    follow: Follow = on_host
    """How the remedy is run, and what it prints."""
    code: int | None = None
    """The exit code, unless the severity tells it."""
    whole: bool = False
    """The host and all paths are asked about, not this service alone."""
    times: int = 1
    """How often the doctor is asked."""
    core: bool = False
    """One of the short set."""
    slow: bool = False
    """It takes more than 40 s."""

    @property
    def label(self) -> str:
        """What it is to be called, in one word."""
        return "/".join(self.codes) or "-"

    @property
    def hop(self) -> str:
        """Where it is to be found."""
        return KINDS[self.codes[0]].hop if self.codes else ""


@dataclass(frozen=True)
class Diagnosis:
    """What `netc doctor --json` printed."""

    exit: int
    took: float
    error: str
    service: dict[str, Any]
    """The service; empty when it is not in it."""
    host: list[dict[str, Any]]

    @property
    def findings(self) -> list[tuple[str, dict[str, Any]]]:
        """Hop and finding: those of the path, the cause first, and then those of the host."""
        at = {hop["finding"]["code"]: hop["hop"] for hop in self._hops if hop["finding"]}
        path = [(at.get(one["code"], "no hop"), one) for one in self.service.get("findings", ())]
        return path + [(HOST, one) for one in self.host]

    def first(self, hop: str) -> tuple[str, dict[str, Any]] | None:
        """The cause; where it is to be that of the host, the first of those."""
        return next((one for one in self.findings if hop != HOST or one[0] == HOST), None)

    @property
    def _hops(self) -> list[dict[str, Any]]:
        hops: list[dict[str, Any]] = self.service.get("hops", [])
        return hops


@dataclass
class Named(End):
    """What came of one fault."""

    fault: DoctorFault
    named: str = ""
    """Code and title of what was found."""
    hop: str = ""
    took: float | None = None
    """Seconds of the doctor, the longest of all times."""
    remedy: str = ""
    """What came of the command that it told: ``mends``, ``shows``; empty: it was not run."""


def diagnose(site: Site, service: str, *, whole: bool = False) -> Diagnosis:
    """Ask the doctor. Raises ValueError when it prints no JSON."""
    begin = time.monotonic()
    done = site.run("doctor", *([] if whole else [service]), "--json", timeout=60)
    took = time.monotonic() - begin
    error = done.stderr.strip()
    try:
        document = json.loads(done.stdout)
    except ValueError:
        raise ValueError(
            f"netc doctor: {done.returncode} {done.stdout[-200:]} {error[-300:]}"
        ) from None
    own: dict[str, Any] = next((one for one in document["services"] if one["name"] == service), {})
    return Diagnosis(done.returncode, took, error, own, document["host"])


def judge(fault: DoctorFault, found: Diagnosis) -> list[str]:
    """What should have been otherwise, a line each."""
    problems = []
    told = "; ".join(f"{hop}: {one['code']} {one['cause']}" for hop, one in found.findings)
    first = found.first(fault.hop)
    code, hop = (first[1]["code"], first[0]) if first else ("", "")
    if fault.codes and code not in fault.codes:
        problems.append(f"{' or '.join(fault.codes)} was wanted: {told or 'nothing was found'}")
    elif fault.codes and hop != fault.hop:
        problems.append(f"{code} was told at {hop}, not at {fault.hop}")
    codes = [one["code"] for _, one in found.findings]
    if beyond := [one for one in codes if one not in fault.codes + fault.also]:
        problems.append(f"{' '.join(beyond)} beside it: {told}")
    right = code if code in fault.codes else next(iter(fault.codes), "")
    broken = right and KINDS[right].severity is Severity.BROKEN
    wanted = fault.code or (Exit.PATH if broken else Exit.DONE)
    if found.exit != wanted:
        problems.append(f"exit code {found.exit}, not {int(wanted)}: {found.error[-200:]}")
    health = found.service.get("health")
    good = "broken" if broken else "doubtful" if right else "healthy"
    if fault.hop != HOST and health != good:
        problems.append(f"health {health}, not {good}")
    problems += [
        f"{finding['code']} without {' and '.join(missing)}"
        for _, finding in found.findings
        if (missing := [name for name in ("title", "cause") if not finding.get(name)])
    ]
    if found.took > PATIENCE:
        problems.append(f"it took {found.took:.1f} s")
    return problems


def run(fault: DoctorFault, site: Site) -> Named:
    """Put a fault into a lab, ask the doctor, heal it, and clean up."""
    result = Named(fault)
    with scene_of(site, result) as scene:
        fault.prepare(scene)
        scene.start()
        fault.inject(scene)
        eventually(lambda: fault.shown(scene), seconds=fault.within)
        for _ in range(fault.times):
            found = diagnose(site, scene.service, whole=fault.whole)
            result.took = max(found.took, result.took or 0)
            result.problems += [one for one in judge(fault, found) if one not in result.problems]
            for hop, one in found.findings[:1]:
                result.hop, result.named = hop, f"{one['code']} {one['title']}"
        first = found.first(fault.hop)
        remedy = first[1]["remedy"] if first else ""
        assert remedy or (not fault.mends and fault.shows is None), "no command was told"
        if fault.shows is not None:
            printed = fault.follow(scene, remedy)
            assert fault.shows in printed, f"`{remedy}` prints {printed[-200:]!r}"
            result.remedy = "shows"
        if fault.heal is None and not fault.mends:
            return result
        if fault.heal is not None:
            fault.heal(scene)
        if fault.mends:
            fault.follow(scene, remedy)
            result.remedy = "mends"
        eventually(
            lambda: diagnose(site, scene.service, whole=fault.whole).findings,
            lambda left: all(one["code"] in fault.also for _, one in left),
            seconds=30,
        )
        scene.address = scene.show()["ip"]
        eventually(lambda: page(scene))
    return result


def table(results: Sequence[Named]) -> str:
    """The table for people."""
    return columns(
        ("", "FAULT", "HOP", "TOOK", "REMEDY", "NAMED"),
        [
            (
                "ok" if not one.problems else "FAIL",
                one.fault.name,
                one.hop or "-",
                "-" if one.took is None else f"{one.took:.1f} s",
                one.remedy or "-",
                one.named or "nothing",
            )
            for one in results
        ],
        [one.problems for one in results],
    )


def as_json(result: Named) -> dict[str, object]:
    """One fault for scripts."""
    return {
        "fault": result.fault.name,
        "what": result.fault.what,
        "ok": not result.problems,
        "wanted": result.fault.codes,
        "named": result.named,
        "hop": result.hop,
        "remedy": result.remedy,
        "took_s": None if result.took is None else round(result.took, 2),
        "problems": result.problems,
        "seconds": round(result.seconds, 1),
    }


# --- what shows that a fault is there


def seen(told: Told) -> Shown:
    """`netc ls`, or the command that was the fault, tells it."""

    def shown(scene: Scene) -> bool:
        look = take(scene.site, scene.service, scene.container, scene.since)
        return told(type(look)(**{**look.__dict__, "command": scene.command}))

    return shown


def page(scene: Scene) -> bool:
    return scene.site.get(scene.address, scene.port, 1) == scene.page


def no_page(scene: Scene) -> bool:
    return scene.site.get(scene.address, scene.port, 1) is None


def fetched(scene: Scene, where: Any, url: str, *options: str) -> bool:
    """Whether a place gets a page."""
    curl = ["curl", "-s", "--max-time", "1", *options, f"http://{url}/"]
    return scene.site.lab.run(where, curl).returncode == 0


def offered(scene: Scene) -> bool:
    """Whether the LAN machine is offered an address, too; it does not keep it."""
    ask = "udhcpc -f -n -q -t 2 -T 1 -i eth0 -s /bin/true"
    return scene.site.lab.client(["busybox", *ask.split()]).returncode == 0


# --- the LAN


def lock_port(scene: Scene) -> None:
    """The switch port passes frames of the host's own MAC alone, as port security has it."""
    mac = json.loads(scene.host_ip("-j", "link", "show", "eth1"))[0]["address"]
    lan = scene.site.lab.lan
    port = ["dev", "host-eth1"]
    scene.later(unlock_port, scene)
    scene.kept["mac"] = mac
    lan(["bridge", "link", "set", *port, "learning", "off", "locked", "on"], check=True)
    lan(["ip", "link", "set", *port, "type", "bridge_slave", "fdb_flush"], check=True)
    lan(["bridge", "fdb", "replace", mac, *port, "master", "static"], check=True)


def unlock_port(scene: Scene) -> None:
    port = ["dev", "host-eth1"]
    lan = scene.site.lab.lan
    lan(["bridge", "link", "set", *port, "learning", "on", "locked", "off"])
    lan(["bridge", "fdb", "del", scene.kept["mac"], *port, "master", "static"])


def lock_on_clients(scene: Scene) -> None:
    """The same while a client asks: its connections are begun, and are no fault of their own."""
    asks("client")(scene)
    lock_port(scene)


def lock_and_up(scene: Scene) -> None:
    lock_port(scene)
    scene.try_up("--timeout", "6")


def host_alone_passes(scene: Scene) -> bool:
    ping = scene.site.lab.exec(["ping", "-c1", "-W1", SERVER_IP]).returncode == 0
    return ping and (not scene.address or no_page(scene))


def wrong_gateway(scene: Scene) -> None:
    scene.restore("web1")
    scene.later(scene.site.lab.start_dhcp)
    scene.site.lab.start_dhcp("--dhcp-option=3,10.77.0.250")


def right_gateway(scene: Scene) -> None:
    scene.site.lab.start_dhcp()


def small_mtu(scene: Scene) -> None:
    """The wire drops what is larger than 1400 bytes, in both directions."""
    scene.later(large_mtu, scene)
    scene.lan_ip("link", "set", "host-eth1", "mtu", "1400")


def large_mtu(scene: Scene) -> None:
    scene.lan_ip("link", "set", "host-eth1", "mtu", "1500")


def only_small_ones_pass(scene: Scene) -> bool:
    def passes(size: int) -> bool:
        ping = ["ping", "-c1", "-W1", "-Mdo", f"-s{size}", SERVER_IP]
        return scene.site.lab.exec(ping).returncode == 0

    return passes(1000) and not passes(1472)


# --- the address


def no_server(scene: Scene) -> None:
    scene.later(scene.site.lab.start_dhcp)
    scene.site.lab.stop_dhcp()
    scene.try_up("--timeout", "5")


def start_server(scene: Scene) -> None:
    scene.site.lab.start_dhcp()


def used_up(scene: Scene) -> None:
    """Each address of the pool is somebody's, for an hour."""
    lab = scene.site.lab
    lab.stop_dhcp()
    before = lab.lease_file.read_text() if lab.lease_file.exists() else ""
    net, _, first = RANGE[0].rpartition(".")
    end = int(time.time()) + 3600
    lab.lease_file.write_text(
        "".join(
            f"{end} 02:98:00:00:00:{last:02x} {net}.{last} * *\n"
            for last in range(int(first), int(RANGE[1].rpartition(".")[2]) + 1)
        )
    )

    def undo() -> None:
        lab.stop_dhcp()
        lab.lease_file.write_text(before)
        lab.start_dhcp()

    scene.kept["undo"] = undo
    scene.later(undo)
    lab.start_dhcp()
    scene.try_up("--timeout", "6")


def free_again(scene: Scene) -> None:
    scene.kept["undo"]()


def nothing_left(scene: Scene) -> bool:
    return "no address available" in scene.site.lab.dhcp_log.read_text() and not offered(scene)


def stranger_serves(scene: Scene) -> None:
    """A second server, as a router has it that somebody plugged in."""
    own = "10.77.0.66"
    other = scene.neighbour(address=own)
    # The LAN machine may be quick to take one of them.
    left = [OTHER, *LOWER[:3]]
    made = ScriptedServer(other.prefix, "eth0", server=own, router=own, addresses=left)
    scene.kept["rogue"] = made
    scene.later(made.close)


def stranger_leaves(scene: Scene) -> None:
    scene.kept["rogue"].close()
    scene.kept["neighbour"].close()


def stranger_heard(scene: Scene) -> bool:
    return offered(scene) and bool(scene.kept["rogue"].count("discover"))


def two_have_it(scene: Scene) -> bool:
    ask = ["busybox", "arping", "-c2", "-w2", "-Ieth0", scene.address]
    said = scene.site.lab.client(ask).stdout
    return len({word for word in said.split() if word.startswith("[")}) == 2


def prefix_is(wanted: int) -> Shown:
    return lambda scene: scene.show()["prefix"] == wanted


def mended_in_vain(scene: Scene) -> bool:
    """It mended them as often as it does, at looks that it was asked for, and they are away."""
    scene.docker("exec", scene.container, *PROBE, check=False)
    return scene.site.events(scene.service).count("drift") >= 3 and no_page(scene)


# --- the rules, the service, and its port


def pause_service(scene: Scene) -> None:
    scene.later(lambda: scene.docker("unpause", scene.service, check=False))
    scene.docker("pause", scene.service)


def firewall(scene: Scene) -> None:
    """The service's own firewall drops what comes for its port."""
    rule = ("INPUT", "-p", "tcp", "--dport", str(scene.port), "-j", "DROP")
    own = scene.service
    scene.kept["rule"] = lambda: scene.inside("iptables", "-D", *rule, container=own, check=False)
    scene.later(scene.kept["rule"])
    scene.inside("iptables", "-I", *rule, container=own)


# --- clients


def peace(name: str) -> Step:
    """End what a step began."""
    return lambda scene: scene.kept[name]()


def asks(where: Any, port: int = 80) -> Step:
    """A machine asks the LAN address for a page, more often than a look is long."""

    def inject(scene: Scene) -> None:
        scene.again_and_again(where, f"curl -s --max-time 0.5 http://{scene.address}:{port}/")

    return inject


def host_asks(scene: Scene) -> None:
    """The Docker host asks; the kernel remembers for long whom it asked for in vain."""
    scene.later(scene.host_ip, "neigh", "flush", "to", scene.address)
    scene.later(scene.site.run, "route", "del", scene.service)
    asks("host")(scene)


def host_fails(scene: Scene) -> bool:
    known = scene.host_ip("neigh", "show", scene.address)
    return not fetched(scene, "host", scene.address) and (
        "FAILED" in known or "INCOMPLETE" in known
    )


def stale_neighbour(scene: Scene) -> None:
    """The LAN machine sends to a MAC that nobody has, and heeds no announcement."""
    entry = ["ip", "neigh", "replace", scene.address, "lladdr", WRONG_MAC, "dev", "eth0"]
    scene.later(scene.site.lab.client, ["ip", "neigh", "del", scene.address, "dev", "eth0"])
    scene.site.lab.client([*entry, "nud", "permanent"], check=True)
    asks("client")(scene)


def others_get_it(scene: Scene) -> bool:
    return no_page(scene) and fetched(scene, "lan", scene.address)


def client_from_elsewhere(scene: Scene) -> None:
    """A client asks under an address to which the gateway has no route."""
    address = ["dev", "lo", f"{ELSEWHERE}/32"]
    scene.later(scene.site.lab.client, ["ip", "addr", "del", *address])
    scene.site.lab.client(["ip", "addr", "add", *address], check=True)
    curl = f"curl -s --max-time 2 --interface {ELSEWHERE} http://{scene.address}/"
    scene.again_and_again("client", curl)


def no_way_back(scene: Scene) -> bool:
    """Others get the page; that client is answered, and does not hear it."""
    known = scene.inside("cat", "/proc/net/nf_conntrack")
    return page(scene) and any(
        f"src={ELSEWHERE} " in line and "SYN_RECV" in line for line in known.splitlines()
    )


def published_alone_answers(scene: Scene) -> bool:
    return (
        fetched(scene, "client", f"{HOST_IP}:8081")
        and not fetched(scene, "client", f"{scene.address}:8081")
        and page(scene)
    )


# --- the host


def hangs(scene: Scene) -> bool:
    return ") T " in Path(f"/proc/{scene.kept['dockerd']}/stat").read_text()


def clock_was_wrong(scene: Scene) -> None:
    """All that was said until now was said in the year 2000, by a clock that was put right since.

    The machine's own clock is everybody's: what was told under the wrong one is put in its place,
    in the log and in what is kept beside it.
    """
    form = "{{range .Mounts}}{{.Source}}{{end}}"
    state = scene.docker("inspect", "-f", form, scene.container) + "/state"
    change = r"""s/:\(\\*\)"20[0-9][0-9]-/:\1"2000-/g"""
    for path in (log_path(scene), state):
        line = f"sed '{change}' {path} >{path}.x && cat {path}.x >{path} && rm {path}.x"
        scene.in_engine("sh", "-c", line)


def said_in_2000(scene: Scene) -> bool:
    return all(event["time"].startswith("2000-") for event in scene.events())


def nothing(scene: Scene) -> None:
    """It is sound."""


def busy(scene: Scene) -> None:
    """Two machines ask it for pages all the time."""
    scene.up()
    for where in ("client", "lan"):
        asks(where)(scene)


def restart_it(scene: Scene) -> None:
    scene.docker("restart", "-t", "1", scene.container)


def filtered_bridges(scene: Scene) -> None:
    """The host's iptables see what goes over its bridges."""
    name = "net.bridge.bridge-nf-call-iptables"
    host = scene.site.lab.exec
    before = host(["sysctl", "-n", name], check=True).stdout.strip()
    scene.later(host, ["sysctl", "-w", f"{name}={before}"])
    host(["sysctl", "-w", f"{name}=1"], check=True)
    scene.up()


def range_of_ports(scene: Scene) -> None:
    scene.of("many", 9001, "many")
    script = "mkdir /srv; echo many >/srv/index.html; trap 'exit 0' TERM; for p in 0 1 2; do"
    script += " httpd -p 800$p -h /srv; done; while :; do sleep 3600 & wait; done"
    scene.later(scene.docker, "rm", "-f", "many")
    scene.docker("run", "-d", "--name=many", "netc-lab/worker", "sh", "-c", script)
    scene.up("--port", "9000-9002:8000-8002")


def resolves(scene: Scene) -> bool:
    ask = ["busybox", "nslookup", "service.test", scene.address]
    return "192.0.2.53" in scene.site.lab.client(ask).stdout


def renews(scene: Scene) -> bool:
    """It is asking for more time, or has just got it."""
    return bool(scene.events()[-1]["event"] in ("renewing", "renewed"))


def anything(scene: Scene) -> bool:
    """Not waited for: it is looked at at once."""
    return True


FAULTS = (
    DoctorFault("parent-down", "the host's interface is down", ("N101",),
                parent_down, no_page, mends=True),
    DoctorFault("no-carrier", "the cable is pulled", ("N102",), pull_cable, no_page,
                shows="NO-CARRIER", heal=plug),
    DoctorFault("gateway-wrong", "the server hands out a gateway that nobody is", ("N104",),
                try_up(), seen(exits(7)), prepare=wrong_gateway, heal=right_gateway, mends=True),
    DoctorFault("foreign-macs-dropped", "the switch comes to pass the host's own MAC alone",
                ("N105",), lock_on_clients, host_alone_passes, heal=unlock_port),
    DoctorFault("foreign-macs-dropped-at-up", "the switch passes the host's own MAC alone",
                ("N105",), lock_and_up, host_alone_passes, prepare=web1_off),
    DoctorFault("no-server", "no DHCP server while the service is turned on", ("N201",),
                no_server, seen(exits(4)), prepare=web1_off, also=("N814",), heal=start_server),
    DoctorFault("pool-empty", "the server has no address left", ("N202",),
                used_up, nothing_left, prepare=web1_off, heal=free_again, mends=True),
    DoctorFault("second-server", "a stranger serves addresses, too", ("N203",),
                stranger_serves, stranger_heard, also=("N813",), heal=stranger_leaves),
    DoctorFault("nak-loop", "the server refuses each address that it offered", ("N204",),
                try_up("--timeout", "8"), lambda scene: scene.dhcp.count("request") > 1,
                prepare=serve(refuse=True), heal=now(refuse=False), mends=True),
    DoctorFault("squatter", "a neighbour takes the address", ("N205",), squat, two_have_it,
                heal=neighbour_goes, mends=True),
    DoctorFault("netmask-wider", "the server gives /16 where the host has /24", ("N207",),
                try_up(), prefix_is(16), prepare=serve(mask="255.255.0.0"),
                heal=now(mask="255.255.255.0"), mends=True),
    DoctorFault("netmask-narrower", "the server gives /25 where the host has /24", ("N207",),
                try_up(), prefix_is(25),
                prepare=serve(mask="255.255.255.128", addresses=LOWER),
                heal=now(mask="255.255.255.0"), mends=True),
    DoctorFault("rules-flushed", "the nat table is flushed just before", ("N301", "N303"),
                flush_nat, anything, also=("N303",), heal=nothing),
    DoctorFault("rules-flushed-again-and-again", "another tool flushes the nat table each second",
                ("N301",), each_second(flush_nat), mended_in_vain, within=30,
                also=("N303",), shows="CHAIN"),
    DoctorFault("rule-deleted", "one rule is deleted just before", ("N301", "N303"),
                delete_one_rule, anything, also=("N303",), heal=nothing),
    DoctorFault("service-stopped", "the service is stopped", ("N401",), stop, no_page, mends=True,
                core=True),
    DoctorFault("service-paused", "the service is paused", ("N402",), pause_service, no_page,
                mends=True),
    DoctorFault("service-disconnected", "the service is taken off its network", ("N404",),
                disconnect, no_page, prepare=own_network(), mends=True),
    DoctorFault("listens-on-nothing", "nothing listens on the port", ("N501",),
                try_up(), no_page, prepare=hidden(""), shows="", heal=listen),
    DoctorFault("listens-on-loopback", "the service listens on 127.0.0.1 alone", ("N502",),
                try_up(), no_page, prepare=hidden("httpd -p 127.0.0.1:80 -h /srv; "),
                shows="-p 127.0.0.1:80", core=True),
    DoctorFault("firewall-in-service", "the service's own firewall drops", ("N503",),
                firewall, no_page, follow=by_pid, shows="--dport 80 -j DROP",
                heal=peace("rule")),
    DoctorFault("host-as-client", "the Docker host asks the LAN address", ("N601",),
                host_asks, host_fails, mends=True),
    DoctorFault("stale-neighbour", "a neighbour sends to an old MAC", ("N602",),
                stale_neighbour, others_get_it, follow=on_client, mends=True),
    DoctorFault("no-way-back", "no route leads back to a client", ("N603",),
                client_from_elsewhere, no_way_back, follow=on_client, shows="dev eth0",
                heal=peace("loop")),
    DoctorFault("small-mtu", "the wire drops packets of full size", ("N604",),
                small_mtu, only_small_ones_pass, heal=large_mtu),
    DoctorFault("published-port", "a client asks the LAN address for the published port",
                ("N605",), asks("client", 8081), published_alone_answers, shows="80/tcp",
                heal=peace("loop")),
    DoctorFault("engine-hung", "dockerd hangs", ("N801",), hang, hangs, code=Exit.ENGINE,
                heal=go_on, whole=True, core=True),
    DoctorFault("clock-put", "the clock was years back until it was put", ("N812",),
                clock_was_wrong, said_in_2000, whole=True),
    DoctorFault("sound-link", "nothing, over a link", (), nothing, page, times=3),
    DoctorFault("sound-own-network", "nothing, on a network of its own", (), nothing, page,
                prepare=on("app", 8080), times=2),
    DoctorFault("sound-private-network", "nothing, with --private-network; on the host neither",
                (), nothing, page, prepare=on("web2", 80, "--private-network"), times=3,
                whole=True),
    DoctorFault("sound-datagrams", "nothing, and it serves datagrams, too", (), nothing, resolves,
                prepare=on("dns", 53), times=2),
    DoctorFault("sound-range", "nothing, and a range of ports is forwarded", (), nothing, page,
                prepare=range_of_ports, times=2),
    DoctorFault("sound-filtered-bridges", "nothing, and the host's iptables see its bridges", (),
                nothing, page, prepare=filtered_bridges, times=2, whole=True),
    DoctorFault("sound-busy", "nothing, and clients are at it all the time", (), nothing, page,
                prepare=busy, times=3),
    DoctorFault("sound-renewal", "nothing, and the lease is renewed each few seconds", (), nothing,
                renews, prepare=short_leases(lifetime=8, t1=2, t2=7), times=4),
    DoctorFault("sound-right-after-up", "nothing, and it was turned on just now", (), web1_on,
                anything, prepare=web1_off, times=1),
    DoctorFault("sound-after-restart", "nothing, and it restarted just now", (), restart_it,
                anything, times=2),
    DoctorFault("sound-after-restart-of-service", "nothing, and the service restarted just now",
                (), restart, anything, times=2),
    DoctorFault("sound-after-restart-on-own-network", "the same on a network of its own", (),
                restart, anything, prepare=on("app", 8080), times=2),
)  # fmt: skip
