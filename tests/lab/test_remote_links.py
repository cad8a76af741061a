"""The interfaces of an engine's host that is another machine: netc runs on the LAN machine, which
has other ones, and reaches the engine over TCP."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from netc_tui import sidecar
from netc_tui.core import links
from netc_tui.engine import Endpoint, beside, connect
from tests.bench import site as bench
from tests.bench.rest import cpu_seconds, pss

from .conftest import Site, eventually
from .inside import inside
from .test_beside import KILLED_AFTER, held
from .test_interfaces import LINKS, REASONS

pytestmark = pytest.mark.core
PORT = 2375
IMAGE = sidecar.image()
WATCH = """
import asyncio, sys
from netc_tui.engine import Endpoint, connect
from netc_tui.operations.live.interfaces import watch_there

async def work():
    engine = await connect(Endpoint(sys.argv[1], "the lab", local=False))
    def told(found):
        print(found.unknown or " ".join(sorted(one.name for one in found.all if one.carrier)))
        sys.stdout.flush()
        if len(sys.argv) > 2:
            sys.exit(0)
    await watch_there(engine, told)

asyncio.run(work())
"""


@dataclass(frozen=True)
class Far:
    """A lab's engine as the LAN machine reaches it."""

    site: Site
    forwarder: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"tcp://{self.site.lab.HOST_IP}:{PORT}"

    @property
    def environment(self) -> dict[str, str]:
        return {**self.site.lab.environment, "DOCKER_HOST": self.url}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`netc` on the LAN machine."""
        return self.python("-m", "netc_tui", *arguments)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.site.lab.client([sys.executable, *arguments], env=self.environment)

    def netc(self, *arguments: str, code: int = 0) -> str:
        done = self.run(*arguments)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout

    def watch(self) -> subprocess.Popen[str]:
        """Who watches the interfaces there, and prints the names of those with a carrier."""
        command = [sys.executable, "-c", WATCH, self.url]
        env = self.environment
        return self.site.lab.popen("client", command, stdout=subprocess.PIPE, env=env)


@pytest.fixture
def far(site: Site) -> Iterator[Far]:
    command = [sys.executable, "-m", "tests.lab.forwarder", site.lab.HOST_IP, str(PORT)]
    held = site.lab.popen("host", [*command, str(site.lab.socket)], stdout=subprocess.PIPE)
    try:
        assert held.stdout is not None
        assert held.stdout.readline() == f"{PORT}\n"
        yield Far(site, held)
    finally:
        held.kill()
        held.wait()
        if held.stdout is not None:
            held.stdout.close()


MORE = """\
link add up0 link eth1 type macvlan
link add red0 type vrf table 7
link add dummy0 type dummy
link add vx0 type vxlan id 7 dev eth1 dstport 4789
link add bond7 type bond
link add link eth1 name eth1.7 type vlan id 7
"""
"""Kinds of which a kernel may have some."""
NAMES = ("down0", "loose0", "br-lan", "port0", "far1", "tun0", "peer0")
NAMES_MORE = ("up0", "red0", "dummy0", "vx0", "bond7", "eth1.7")


@pytest.fixture
def odd(far: Far) -> Iterator[Far]:
    """The same with odd interfaces on the engine's host."""
    ip = ["ip", "-n", far.site.lab.host_ns]
    try:
        subprocess.run([*ip, "-batch", "-"], input=LINKS, text=True, check=True)
        subprocess.run([*ip, "tuntap", "add", "tun0", "mode", "tun"], check=True)
        for line in MORE.splitlines():
            subprocess.run([*ip, *line.split()], check=False, capture_output=True)
        pair = "link add peer0 type veth peer name peer1"
        subprocess.run([*ip, *pair.split()], check=True)
        to_one = "addr add 10.99.0.1 peer 10.99.0.2/32 dev peer0"
        subprocess.run([*ip, *to_one.split()], check=True)
        far.site.docker("network", "create", "-d", "ipvlan", "-o", "parent=eth2", "sticky")
        yield far
    finally:
        far.site.docker("network", "rm", "sticky", check=False)
        for name in (*NAMES, *NAMES_MORE):
            subprocess.run([*ip, "link", "del", name], check=False, capture_output=True)


def rows(printed: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(printed)["interfaces"]}


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Without what sysfs does not tell: the carrier of what is down, kinds that look alike."""
    alike = {"dummy": "ethernet"}
    kind = alike.get(row["kind"], row["kind"])
    return {**row, "kind": kind, "carrier": row["up"] and row["carrier"]}


def test_they_are_told_as_the_host_tells_them_itself(odd: Far) -> None:
    here, there = (
        rows(odd.site.netc("interfaces", "--json")),
        rows(odd.netc("interfaces", "--json")),
    )
    print("kinds:", sorted({row["kind"] for row in here.values()}))
    assert {"bridge", "veth", "tun"} <= {row["kind"] for row in here.values()}
    assert list(there) == list(here)
    for name, row in here.items():
        assert plain(there[name]) == plain(row), name
    assert there["peer0"]["addresses"] == ["10.99.0.1/32"]
    for name, reason in REASONS.items():
        assert reason in there[name]["unfit"]


def test_up_there_goes_by_them(odd: Far) -> None:
    name = odd.site.docker("info", "--format={{.Name}}")
    for interface, words in {
        "eth7": f"no interface 'eth7' on {name}; did you mean eth",
        "down0": "interface down0 is unfit: it is down",
        "loose0": "it has no carrier",
        "port0": "take br-lan itself",
    }.items():
        for options in ([], ["--dry-run"]):
            said = odd.run("up", "web1", interface, *options)
            assert (said.returncode, said.stdout) == (6, ""), said
            assert words in said.stderr
            assert said.stderr.count("\n") == 1, said.stderr
    assert odd.site.leftovers() == []


def test_a_service_is_turned_on_from_another_machine_and_its_path_is_sound(far: Far) -> None:
    out = far.netc("up", "web1", "eth2")
    address = out.strip().removeprefix("ip=")
    assert far.site.get(address) == "web1"
    environment = far.site.docker("inspect", "-f", "{{json .Config.Env}}", "netc-web1")
    assert f"{far.site.lab.HOST_IP2}/24" in environment
    said = far.netc("doctor", "web1")
    assert "interface eth2" in said
    said = far.netc("doctor")
    assert f"interface eth2: fit, {far.site.lab.HOST_IP2}/24" in said
    for what in ("DHCP on eth2", "engine's rules", "macvlan in the kernel"):
        assert f"{what}: not checked (the engine is on another machine)" in said
    far.site.lab.exec(["ip", "link", "set", "eth2", "down"])
    try:
        said = far.netc("doctor", "web1", code=7)
        assert "eth2 is set down" in said
        assert "eth2 is set down" in far.site.run("doctor", "web1").stdout
    finally:
        far.site.lab.exec(["ip", "link", "set", "eth2", "up"])
    far.netc("down", "web1")


def test_what_is_this_machine_s_own_says_so(far: Far) -> None:
    said = far.run("route", "add", "web1")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (6, "", 1)
    assert "a route is this host's own" in said.stderr


def test_without_netc_s_image_there(far: Far) -> None:
    far.site.docker("rmi", "-f", IMAGE)
    try:
        said = far.run("interfaces")
        assert (said.returncode, said.stdout, said.stderr.count("\n")) == (6, "", 1)
        assert "not known before netc's image is there: netc image build" in said.stderr
        planned = far.run("up", "web1", "eth7", "--dry-run")
        assert planned.returncode == 0
        assert "not checked whether eth7 can carry it" in planned.stderr
        said = far.run("up", "web1", "eth7")
        assert said.returncode == 6
        assert "build" in said.stderr
        assert "no interface 'eth7'" in said.stderr
        assert far.site.leftovers() == []
        assert far.netc("up", "web1", "eth1").startswith("ip=")
    finally:
        far.site.clear()
        far.site.netc("image", "build", "--base", "host")


def test_a_look_leaves_nothing_and_takes_so_long(far: Far) -> None:
    before = held(far.site)

    async def work() -> list[float]:
        engine = await connect(Endpoint(far.site.lab.docker_host, "the lab"))
        times = []
        for _ in range(10):
            began = time.monotonic()
            printed = await engine.on_host(IMAGE, sidecar.interfaces("once"))
            times.append(time.monotonic() - began)
            assert "eth1" in [link.name for link in links.parse(printed)]
        await engine.close()
        return times

    times = sorted(asyncio.run(work()))
    print(f"a look: {times[0]:.2f} to {times[-1]:.2f} s, median {times[5]:.2f} s")
    assert times[5] < 3
    assert eventually(lambda: held(far.site), lambda now: now == before, 10) == before


# --- one that stays


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()


def helpers(site: Site) -> list[str]:
    return site.docker("ps", "-aq", "--no-trunc", "--filter=label=netc.helper").split()


def test_changes_are_told_and_when_netc_is_killed_it_is_gone(odd: Far) -> None:
    before = held(odd.site)
    watching = odd.watch()
    told = lines(watching)
    try:
        assert {"eth1", "eth2", "br-lan"} <= set(next(told).split())
        (helper,) = helpers(odd.site)
        services = json.loads(odd.netc("ls", "--all", "--json"))["services"]
        assert not [one for one in services if one["name"].startswith("netc-look")]
        ip = ["ip", "-n", odd.site.lab.host_ns, "link", "set", "eth2"]
        began = time.monotonic()
        subprocess.run([*ip, "down"], check=True)
        try:
            assert "eth2" not in next(told).split()
            print(f"a change is told after {time.monotonic() - began:.1f} s")
        finally:
            subprocess.run([*ip, "up"], check=True)
        assert "eth2" in next(told).split()
        assert helpers(odd.site) == [helper], "one for all of it"
    finally:
        watching.send_signal(signal.SIGKILL)
        began = time.monotonic()
        watching.wait()
    assert eventually(lambda: held(odd.site), lambda now: now == before, 10) == before
    print(f"gone {time.monotonic() - began:.1f} s after kill -9")


def test_what_it_costs(far: Far) -> None:
    watching = far.watch()
    try:
        next(lines(watching))
        (helper,) = helpers(far.site)
        here = bench.Site(far.site.lab)
        before, began = cpu_seconds(here, helper), time.monotonic()
        time.sleep(20)
        share = (cpu_seconds(here, helper) - before) / (time.monotonic() - began)
        print(f"{share:.3%} of a processor, {pss(here, helper):.2f} MB")
        assert share < 0.01
    finally:
        watching.kill()
        watching.wait()
    eventually(lambda: helpers(far.site), lambda found: not found, 10)


def test_a_cut_that_nobody_notices_ends_it_too(far: Far) -> None:
    """The machine that netc runs on is gone without a word."""
    shell, option, script, *rest = sidecar.interfaces("stay")
    short = script.replace("PAUSE=2 ", "PAUSE=1 ").replace("LIVES=31 ", "LIVES=5 ")
    assert short != script

    async def work() -> None:
        engine = await connect(Endpoint(far.url, "the lab", local=False))
        told = engine.staying(IMAGE, (shell, option, short, *rest))
        async for line in told:
            if not line:
                break
        assert len(await asyncio.to_thread(helpers, far.site)) == 1
        far.forwarder.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            gone = await asyncio.to_thread(
                eventually, lambda: helpers(far.site), lambda found: not found, 20
            )
            assert gone == []
            print(f"gone {time.monotonic() - began:.1f} s after the last word")
        finally:
            far.forwarder.send_signal(signal.SIGCONT)
        told.close()
        await engine.close()

    with inside(far.site.lab, "client"):
        asyncio.run(work())


def test_netc_killed_after_each_answer_of_the_engine(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was not started is no service, and the next look removes it."""
    monkeypatch.setattr(beside, "FORGOTTEN", 1)
    before = held(far.site)
    stayed = 0

    async def look() -> None:
        engine = await connect(Endpoint(far.site.lab.docker_host, "the lab"))
        await engine.on_host(IMAGE, ["true"])
        await engine.close()

    for count in range(1, 20):
        command = [sys.executable, "-c", KILLED_AFTER + WATCH, str(count), far.url, "once"]
        done = far.site.lab.client(command, env=far.environment)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        time.sleep(2)
        stayed += held(far.site) != before
        services = json.loads(far.netc("ls", "--all", "--json"))["services"]
        assert not [one["name"] for one in services if one["name"].startswith("netc-look")]
        asyncio.run(look())
        assert held(far.site) == before, count
        if done.returncode == 0:
            break
    else:
        pytest.fail("it asks less of the engine than that")
    print(f"{stayed} of {count} stayed until the next look")
    assert stayed
