"""Services of a real Swarm of three managers, on the LAN."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from netc_tui.core.identity import derive
from netc_tui.engine import Endpoint, connect
from netc_tui.lab.layout import HOSTS
from tests.lab.conftest import Site, eventually
from tests.lab.swarming import Eye, inspected, macs, node_of, serve, swarm, watched

Sites = tuple[Site, Site, Site]


@pytest.fixture(scope="module")
def members(session_sites: Sites) -> Iterator[Sites]:
    """The hosts as three managers, with an overlay network that no plain container can join."""
    lab = session_sites[0].lab
    with swarm(lab, HOSTS):
        session_sites[0].docker("network", "create", "--driver=overlay", "over")
        yield session_sites


@pytest.fixture
def swarmed(members: Sites) -> Iterator[Sites]:
    """All of them there and ready, no service before nor after."""
    first = members[0]
    yield members
    lab = first.lab
    for host in HOSTS:
        lab.host(host).power_on()
        lab.host(host).heal()
    eventually(lambda: is_ready(first), seconds=90)
    for host in HOSTS:
        insist(first, "node", "update", "--availability=active", host)
    for service in insist(first, "service", "ls", "-q").split():
        insist(first, "service", "rm", service)
    for site in members:
        eventually(lambda site=site: not tasks(site), seconds=30)
        for config in insist(site, "config", "ls", "-q").split():
            site.docker("config", "rm", config, check=False)
        for network in site.docker("network", "ls", "-q", "--filter=label=netc.swarm").split():
            site.docker("network", "rm", network, check=False)
    for host in HOSTS:
        first.docker("node", "update", "--label-rm=netc.lan.eth1", host, check=False)
    eventually(lambda: is_ready(first), seconds=60)


def insist(site: Site, *arguments: str) -> str:
    """What the docker client prints as soon as the managers agree on a leader, which after a fault
    they do again and again for some seconds."""
    told: list[str] = []

    def done() -> bool:
        done = site.lab.run(site.host, ["docker", *arguments], timeout=60)
        told.append(done.stdout.strip())
        return done.returncode == 0

    eventually(done, seconds=60, every=1)
    return told[-1]


def tasks(site: Site) -> list[str]:
    return site.docker("ps", "-aq", "--filter=label=com.docker.swarm.service.name").split()


def is_ready(site: Site) -> bool:
    told = site.docker("node", "ls", "--format={{.Status}}", check=False).split()
    return told == ["Ready"] * 3


def rows(site: Site) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(site.netc("ls", "--json"))["services"]}


def on(sites: Sites, at: int = 0) -> str:
    """A service that is turned on, and can go to each node, beginning with the one that is meant;
    the address."""
    first = sites[0]
    assert insist(first, "service", "ls", "-q") == ""
    serve(first.lab, "host", "job", "--network=over", "--mode=global")
    eventually(lambda: node_of(first.lab, "host", "job"), seconds=30)
    for site in (*sites[at:], *sites[:at]):
        address = site.up("job", "eth1", "--port=80")
    return address


def leader(site: Site) -> int:
    """Which of the hosts is the first among the managers."""
    form = "--format={{.Hostname}} {{.ManagerStatus}}"

    def told() -> list[str]:
        lines = site.docker("node", "ls", form, check=False).splitlines()
        return [line.split()[0] for line in lines if line.endswith("Leader")]

    [name] = eventually(told, seconds=30)
    return [*map(str, HOSTS)].index(name)


def where(site: Site, service: str = "netc-job") -> str:
    return node_of(site.lab, site.host, service)


def others(sites: Sites, *but: str) -> Site:
    return next(site for site in sites if site.host not in but)


def opened(eye: Eye) -> None:
    eventually(eye.good, seconds=20)


def test_it_is_a_service_of_the_swarm_on_the_lan(swarmed: Sites) -> None:
    first, second, _ = swarmed
    address = on(swarmed)
    assert (first.get(address) or "").startswith("job-at-host")
    cluster = first.docker("info", "--format={{.Swarm.Cluster.ID}}")
    own = first.show("job")
    assert own["mac"] == derive(cluster, "job").mac
    assert macs(first.lab, address) == {own["mac"]}
    assert own["health"]["state"] == "healthy"
    found = rows(first)
    assert "netc-job" not in found
    assert not [name for name in found if name.startswith(("job.", "netc-"))]
    assert found["job"]["swarm"] == {"mode": "global", "running": 3, "wanted": 3, "here": 1}
    # Each node knows the same of it, also what it said on another.
    for site in swarmed:
        there = rows(site)["job"]["network_container"]
        assert (there["ip"], there["node"]) == (address, where(first))
    assert second.netc("up", "job", "eth1", "--port=80").strip() == f"ip={address}"
    site = next(site for site in swarmed if site.host == where(first))
    assert "10.77.0" in site.netc("show", "job")
    assert "DNAT" in site.netc("rules", "job")


def test_it_may_do_little(swarmed: Sites) -> None:
    on(swarmed)
    at = next(site for site in swarmed if site.host == where(site))
    [id] = at.docker("ps", "-q", "--filter=label=com.docker.swarm.service.name=netc-job").split()
    host: Any = inspected(at.lab, at.host, "inspect", id)["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert sorted(host["CapAdd"]) == ["CAP_NET_ADMIN", "CAP_NET_RAW"]
    assert host["PidsLimit"] == 64
    assert host["Memory"] == 32 * 1024 * 1024
    assert not host["Privileged"]
    assert not host["Binds"]
    assert at.docker("exec", id, "sh", "-c", "touch /x 2>/dev/null || echo no") == "no"


@pytest.mark.parametrize("mode", ["dnsrr", "vip"])
def test_a_service_on_another_node_is_reached_and_followed(swarmed: Sites, mode: str) -> None:
    """By its tasks, whichever way the service itself has; the kernel here has no IPVS."""
    first = swarmed[0]
    away = "--constraint=node.hostname==host3"
    serve(first.lab, "host", "job", "--network=over", f"--endpoint-mode={mode}", away)
    address = first.up("job", "eth1", "--port=80")
    assert where(first) == "host"
    assert first.get(address) == "job-at-host3"
    first.docker("service", "update", "--quiet", "--detach", "--no-resolve-image",
                 "--constraint-rm=node.hostname==host3",
                 "--constraint-add=node.hostname==host2", "job")  # fmt: skip
    eventually(lambda: first.get(address), lambda page: page == "job-at-host2", 40)


def test_what_is_turned_off_leaves_nothing(swarmed: Sites) -> None:
    on(swarmed)
    for site in swarmed:
        site.netc("down", "job")
    first = swarmed[0]
    assert first.docker("service", "ls", "--format={{.Name}}") == "job"
    assert first.docker("config", "ls", "-q") == ""
    for site in swarmed:
        assert site.docker("network", "ls", "-q", "--filter=label=netc.swarm") == ""
        labels = site.docker("node", "inspect", "self", "--format={{.Spec.Labels}}")
        assert labels == "map[]"
        assert "netc-" not in site.docker("ps", "-a", "--format={{.Names}}")


def test_other_ports_make_it_anew_at_the_same_address(swarmed: Sites) -> None:
    first = swarmed[0]
    address = on(swarmed)
    assert first.up("job", "eth1", "--port=8080:80") == address
    assert (first.get(address, 8080) or "").startswith("job-at-")
    assert first.get(address) is None
    assert len(first.docker("config", "ls", "-q").split()) == 1


def test_its_node_is_drained(swarmed: Sites) -> None:
    first = swarmed[0]
    address = on(swarmed)
    at = where(first)
    with watched(first.lab, address) as eye:
        opened(eye)
        begin = time.monotonic()
        others(swarmed, at).docker("node", "update", "--availability=drain", at)
        eventually(lambda: where(first) not in ("", at), seconds=30)
        opened(eye)
        time.sleep(3)
        print(f"drained: {eye.outage(begin):.1f} s")
        assert eye.outage(begin) < 10
    assert macs(first.lab, address) == {first.show("job")["mac"]}


# A leader that is lost is in the next one, too; each takes most of a minute.
@pytest.mark.parametrize("leads", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_its_node_loses_its_power(swarmed: Sites, leads: bool) -> None:
    """When that was the leader of the managers, they choose another first, who waits for all."""
    first = swarmed[0]
    at = (leader(first) + (0 if leads else 1)) % 3
    address = on(swarmed, at)
    assert where(first) == HOSTS[at]
    left = swarmed[(at + 1) % 3]
    with watched(first.lab, address) as eye:
        opened(eye)
        begin = time.monotonic()
        first.lab.host(HOSTS[at]).power_off()
        eventually(lambda: where(left) not in ("", HOSTS[at]), seconds=120)
        opened(eye)
        time.sleep(3)
        print(f"power cut, leader: {leads}: {eye.outage(begin):.1f} s")
        assert eye.outage(begin) < 120
    eventually(lambda: left.show("job")["ip"], lambda ip: ip == address, seconds=30)


@pytest.mark.parametrize("silently", [True, False])
def test_its_node_is_cut_off_and_comes_back(swarmed: Sites, silently: bool) -> None:
    """The former one is still at work there, and must not take the traffic back."""
    first = swarmed[0]
    at = (leader(first) + 1) % 3
    address = on(swarmed, at)
    left = swarmed[(at + 1) % 3]
    before = first.lab.dhcp_log.read_text().count("RELEASE")
    with watched(first.lab, address) as eye:
        opened(eye)
        first.lab.host(HOSTS[at]).cut(silently=silently)
        eventually(lambda: where(left) not in ("", HOSTS[at]), seconds=120)
        opened(eye)
        begin = time.monotonic()
        first.lab.host(HOSTS[at]).heal()
        time.sleep(20)
        print(f"healed: {eye.outage(begin):.1f} s")
        assert eye.outage(begin) < 5
    # The managers have another leader by now, who begins by knowing nothing.
    own = eventually(lambda: left.show("job"), lambda own: own["ip"] == address, seconds=30)
    assert own["health"]["state"] == "healthy"
    released = [line for line in first.lab.dhcp_log.read_text().splitlines() if "RELEASE" in line]
    assert not [line for line in released[before:] if own["mac"] in line]


def test_a_worker_says_what_it_does_not_see(swarmed: Sites) -> None:
    first, _, third = swarmed
    serve(first.lab, "host", "job", "--network=over", "--mode=global")
    eventually(lambda: len(tasks(third)) == 1, seconds=30)
    first.docker("node", "demote", "host3")
    try:
        eventually(lambda: "worker" in third.run("ls").stderr, seconds=20)
        assert rows(third)["job"]["state"] == "running"
        assert "1 task here" in third.netc("ls")
        for command in (
            *("up job eth1", "down job", "show job", "doctor job", "rules job", "renew job"),
            *("clients job", "history job", "auto job", "move job --to-service web1"),
        ):
            refused = third.run(*command.split())
            assert (refused.returncode, refused.stdout) == (3, ""), command
            assert "give the command on a manager" in refused.stderr, command
            assert len(refused.stderr.splitlines()) == 1, command
        assert "2 managers" in first.run("ls").stderr
        assert "promote" in first.run("doctor").stderr + first.run("doctor").stdout
    finally:
        first.docker("node", "promote", "host3")
        eventually(lambda: third.docker("node", "ls", check=False), seconds=30)


def test_a_manager_that_is_reached_by_ssh(swarmed: Sites) -> None:
    first, second, _ = swarmed
    serve(first.lab, "host", "job", "--network=over", "--mode=global")
    eventually(lambda: node_of(first.lab, "host", "job"), seconds=30)
    far = ("--host", "ssh://host2")
    unknown = first.run(*far, "up", "job", "eth7")
    assert (unknown.returncode, "no interface 'eth7' on host2" in unknown.stderr) == (6, True)
    assert second.docker("node", "inspect", "self", "--format={{.Spec.Labels}}") == "map[]"
    done = first.run(*far, "up", "job", "eth1", "--port=80")
    assert done.returncode == 0, done.stderr
    address = done.stdout.splitlines()[0].removeprefix("ip=")
    assert (first.get(address) or "").startswith("job-at-host")
    assert where(first) == "host2"
    # What is to be done on other nodes is not for that one.
    assert "when this was given there, too: 'netc up job eth1 --port 80'" in done.stderr
    assert first.netc(*far, "show", "job", "--json") != ""
    first.netc(*far, "down", "job")
    assert first.docker("service", "ls", "--format={{.Name}}") == "job"


def test_its_log_is_followed_when_it_goes_to_another_node(swarmed: Sites) -> None:
    first = swarmed[0]
    on(swarmed)
    at = where(first)
    said: list[str] = []

    async def work() -> None:
        engine = await connect(Endpoint(first.lab.docker_host, "the lab"))
        stream = engine.swarm.follow_log("netc-job")
        async with asyncio.timeout(60):
            async for line in stream:
                event = json.loads(line)["event"]
                if event == "bound" and "bound" not in said:
                    drain = ("node", "update", "--availability=drain", at)
                    await asyncio.to_thread(others(swarmed, at).docker, *drain)
                said.append(event)
                if said.count("bound") == 2:
                    break
        stream.close()
        await engine.close()

    asyncio.run(work())
    assert said.index("bound") < said.index("released")


def test_without_a_leader_it_is_told_and_nothing_is_made_up(swarmed: Sites) -> None:
    first, second, third = swarmed
    on(swarmed)
    for site in (second, third):
        first.lab.host(site.host).power_off()

    def told() -> str:
        done = first.run("ls", timeout=30)
        assert done.returncode == 0, done.stderr
        return done.stderr

    eventually(lambda: "tells nothing of its services" in told(), seconds=60)
    assert rows(first).get("job", {"network_container": None})["network_container"] is None
    for command in ("show", "doctor", "down"):
        refused = first.run(command, "job", timeout=60)
        assert (refused.returncode, refused.stdout) == (1, ""), command
        whys = ("does not have a leader", "does not answer in time")
        assert any(why in refused.stderr for why in whys), command
        assert "rpc error" not in refused.stderr, command
