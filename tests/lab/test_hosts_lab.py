"""A lab of three Docker hosts: each of its own, ssh between them, and what can befall them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab, api
from netc_tui.lab.layout import HOSTS, HostName
from tests import engines
from tests.lab.conftest import SERVICES, Site, eventually
from tests.lab.test_lab import leftovers

Sites = tuple[Site, Site, Site]

ADDRESSES = {"host": "10.77.0.10", "host2": "10.77.0.11", "host3": "10.77.0.12"}
NETC = (sys.executable, "-m", "netc_tui")
UP = "import sys; from netc_tui.lab import Lab; Lab(sys.argv[1], hosts=3).up()"
INFO = ("docker", "info", "--format")


def engine_id(site: Site) -> str:
    return site.docker("info", "--format={{.ID}}")


def ssh(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    return site.lab.run(site.host, ["ssh", "-o", "ConnectTimeout=2", *arguments], timeout=20)


def carrier(site: Site, interface: str) -> str:
    found = json.loads(site.lab.run(site.host, ["ip", "-j", "link", "show", interface]).stdout)
    return str(found[0]["operstate"])


def hears(site: Site, address: str) -> bool:
    """Whether somebody answers ARP for an address, asked anew."""
    ask = ["busybox", "arping", "-f", "-c", "1", "-w", "1", "-I", "eth1", address]
    return site.lab.run(site.host, ask).returncode == 0


def pings(site: Site, address: str) -> bool:
    return site.lab.run(site.host, ["ping", "-c", "1", "-W", "1", address]).returncode == 0


@contextmanager
def forwarded(site: Site, to: str, path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The socket of another host's engine at ``path``, by ssh."""
    command = [
        "ssh",
        "-nNT",
        "-o",
        "ExitOnForwardFailure=yes",
        "-L",
        f"{path}:/var/run/docker.sock",
    ]
    process = site.lab.popen(site.host, [*command, to], stderr=subprocess.PIPE)
    try:
        eventually(path.exists)
        yield process
    finally:
        process.kill()
        process.communicate()


# --- what there is


def test_each_host_is_of_its_own(sites: Sites) -> None:
    lab = sites[0].lab
    found = lab.status()
    assert found.up
    assert {host.name: host.address for host in found.hosts} == ADDRESSES
    assert len({host.engine for host in found.hosts} | {host.sshd for host in found.hosts}) == 6
    assert found.engine == found.hosts[0].engine
    assert len(set(map(engine_id, sites))) == 3
    for site in sites:
        assert site.docker("info", "--format={{.Name}}") == site.host
        assert lab.run(site.host, ["uname", "-n"]).stdout.strip() == site.host
        root = site.docker("info", "--format={{.DockerRootDir}}")
        assert root == str(lab.layout.host(site.host).data / "docker")
        assert lab.socket_of(site.host).is_socket()


def test_all_are_on_the_same_two_lans(sites: Sites) -> None:
    macs = set()
    for site in sites:
        found = json.loads(site.lab.run(site.host, ["ip", "-j", "addr"]).stdout)
        links = {link["ifname"]: link for link in found}
        for interface, lan in (("eth1", "77"), ("eth2", "78")):
            (address,) = [one for one in links[interface]["addr_info"] if one["family"] == "inet"]
            assert address["local"] == ADDRESSES[site.host].replace("77", lan)
            macs.add(links[interface]["address"])
        for other in ADDRESSES.values():
            assert pings(site, other)
            assert pings(site, other.replace("77", "78"))
    assert len(macs) == 6


def test_the_same_services_run_on_each(sites: Sites) -> None:
    for site, host in zip(sites, sites[0].lab.status().hosts, strict=True):
        assert host.services == dict.fromkeys(SERVICES, "running")
        assert site.get(ADDRESSES[site.host], 8081) == "web1"
        name = f"only-{site.host}"
        site.docker("run", "-d", f"--name={name}", "netc-lab/web")
    for site in sites:
        found = site.docker("ps", "--filter=name=only-", "--format={{.Names}}")
        assert found == f"only-{site.host}"


def test_a_network_container_of_each_has_an_address_of_its_own(sites: Sites) -> None:
    addresses = [site.up("web1") for site in sites]
    assert len(set(addresses)) == 3
    assert [site.get(address) for site, address in zip(sites, addresses, strict=True)] == [
        "web1"
    ] * 3
    assert len({site.show("web1")["mac"] for site in sites}) == 3


# --- ssh


@pytest.mark.parametrize("way", ["host2", "root@host2", "10.77.0.11", "root@10.78.0.11"])
def test_ssh_leads_to_a_host_and_its_engine(sites: Sites, way: str) -> None:
    one, two, _ = sites
    for lab_place in ("host", "host3", "client"):
        done = one.lab.run(lab_place, ["ssh", way, f"hostname; {' '.join(INFO)} '{{{{.ID}}}}'"])
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == ["host2", engine_id(two)]


def test_the_docker_client_goes_by_ssh(sites: Sites) -> None:
    one, two, three = sites
    for options, other in (
        (("-H", "ssh://root@10.77.0.11"), two),
        (("--context", "host2"), two),
        (("--context", "host3"), three),
    ):
        env = {k: v for k, v in one.lab.environment.items() if k != "DOCKER_HOST"}
        done = one.lab.exec(["docker", *options, "info", "--format={{.ID}}"], env=env)
        assert done.stdout.strip() == engine_id(other), done.stderr


def test_a_forward_leads_to_that_host_s_engine(sites: Sites, tmp_path: Path) -> None:
    one, *others = sites
    for other in others:
        path = tmp_path / other.host
        with forwarded(one, ADDRESSES[other.host], path):
            assert json.loads(api.get(path, "/info"))["ID"] == engine_id(other)


def test_keys_are_the_lab_s_own_and_root_s_alone(sites: Sites) -> None:
    one, *_ = sites
    folder = one.lab.layout.ssh
    assert folder.stat().st_mode & 0o777 == 0o700
    for key in ("key", *HOSTS):
        assert (folder / key).stat().st_mode & 0o777 == 0o600
    strange = ssh(one, "-o", "UserKnownHostsFile=/dev/null", "host2", "true")
    assert (strange.returncode, "Host key verification failed" in strange.stderr) == (255, True)
    refused = ssh(one, "-o", "IdentityFile=none", "-F", "none", "root@10.77.0.11", "true")
    assert refused.returncode == 255


def test_sshd_listens_in_the_lab_alone(sites: Sites) -> None:
    for host in sites[0].lab.status().hosts:
        assert host.sshd
        own = Path(f"/proc/{host.sshd}/ns/net")
        assert own.samefile(sites[0].lab.layout.namespace_path(host.name))
        assert not own.samefile("/proc/self/ns/net")


# --- what befalls them


def test_a_host_that_is_cut_from_the_lan_loses_its_carrier(sites: Sites) -> None:
    one, two, _ = sites
    address = two.up("web1")
    host = two.lab.host("host2")
    host.cut()
    assert (carrier(two, "eth1"), carrier(two, "eth2")) == ("DOWN", "DOWN")
    assert not pings(one, ADDRESSES["host2"])
    assert not hears(one, address)
    host.heal()
    eventually(lambda: (carrier(two, "eth1"), carrier(two, "eth2")), lambda s: s == ("UP", "UP"))
    eventually(lambda: pings(one, ADDRESSES["host2"]) and hears(one, address), seconds=10)


def test_a_silent_cut_is_not_told_by_the_carrier(sites: Sites) -> None:
    one, two, three = sites
    address = two.up("web1")
    host = two.lab.host("host2")
    host.cut(silently=True)
    assert (carrier(two, "eth1"), carrier(two, "eth2")) == ("UP", "UP")
    assert not pings(one, ADDRESSES["host2"])
    assert not hears(one, address), "its network containers are cut off, too"
    assert not hears(two, two.lab.SERVER_IP), "the bridge itself does not answer either"
    assert pings(one, ADDRESSES["host3"])
    assert pings(three, three.lab.SERVER_IP)
    host.heal()
    assert pings(one, ADDRESSES["host2"])
    assert hears(one, address)
    assert hears(two, two.lab.SERVER_IP)


def test_a_killed_sshd_takes_its_connections_along(sites: Sites, tmp_path: Path) -> None:
    one, *_ = sites
    host = one.lab.host("host2")
    with forwarded(one, "host2", tmp_path / "socket") as process:
        host.stop_sshd()
        assert process.wait(5) == 255
    assert "refused" in ssh(one, "host2", "true").stderr
    assert not one.lab.status().up
    assert ssh(one, "host3", "true").returncode == 0
    host.start_sshd()
    assert ssh(one, "host2", "true").returncode == 0
    assert one.lab.status().up


def test_an_engine_that_hangs_says_nothing_until_it_goes_on(sites: Sites) -> None:
    one, two, three = sites
    host = one.lab.host("host2")
    host.hang_engine()
    with pytest.raises(OSError, match="timed out"):
        api.get(host.socket, "/_ping")
    assert engine_id(one) != engine_id(three)
    host.resume_engine()
    assert api.get(host.socket, "/_ping") == b"OK"
    host.hang_engine()
    one.lab.up()
    assert engine_id(two), "up has it go on"


def test_each_engine_is_stopped_and_started_for_itself(sites: Sites) -> None:
    one, two, _ = sites
    host = one.lab.host("host2")
    before = engine_id(two)
    host.stop_engine()
    assert [bool(each.engine) for each in one.lab.status().hosts] == [True, False, True]
    host.start_engine()
    assert engine_id(two) == before


@pytest.mark.parametrize("name", HOSTS)
def test_a_power_cut_ends_all_of_a_host_and_it_boots(sites: Sites, name: HostName) -> None:
    site = sites[HOSTS.index(name)]
    other = sites[HOSTS.index(name) - 1]
    lab, host = site.lab, site.lab.host(name)
    address, identity = site.up("web1"), engine_id(site)
    mac = site.show("web1")["mac"]
    links = lab.run(name, ["cat", "/sys/class/net/eth1/address"]).stdout
    beside = lab.popen(name, ["sleep", "300"])
    host.power_off()
    assert beside.wait(5) == -9
    assert not hears(other, address)
    assert not pings(other, ADDRESSES[name])
    assert not host.socket.exists()
    assert json.loads(lab.run(name, ["ip", "-j", "link"]).stdout)[0]["ifname"] == "lo"
    found = lab.status()
    assert not found.up
    assert [each.off for each in found.hosts] == [each == name for each in HOSTS]
    assert engine_id(other) != identity, "the others go on"
    host.power_on()
    assert engine_id(site) == identity
    assert lab.run(name, ["cat", "/sys/class/net/eth1/address"]).stdout == links
    assert ssh(other, name, "hostname").stdout.strip() == name
    eventually(lambda: site.get(address), lambda page: page == "web1", seconds=30)
    assert site.show("web1")["mac"] == mac
    assert lab.status().up


def test_up_boots_what_is_switched_off(sites: Sites) -> None:
    lab = sites[0].lab
    lab.host("host2").power_off()
    lab.host("host3").power_off()
    lab.up()
    assert lab.status().up
    lab.host("host2").power_on()
    assert lab.status().up, "it is on already"


# --- the command line


def test_a_host_is_named_or_numbered(sites: Sites) -> None:
    lab = sites[0].lab

    def netc_lab(*arguments: str, code: int = 0) -> str:
        done = subprocess.run([*NETC, "lab", *arguments], capture_output=True, text=True)
        assert done.returncode == code, done
        return done.stdout + done.stderr

    for given, site in (("2", sites[1]), ("host3", sites[2]), ("1", sites[0])):
        asked = netc_lab("exec", "--name", lab.name, "--host", given, "--", *INFO, "{{.ID}}")
        assert asked.strip() == engine_id(site)
    assert "host, host2, host3" in netc_lab(
        "exec", "--name", lab.name, "--host", "4", "--", "true", code=Exit.USAGE
    )
    assert "1 to 3" in netc_lab("up", "--name", "x", "--hosts", "4", code=Exit.USAGE)
    assert "HOST=FOLDER" in netc_lab("up", "--name", "x", "--root", "/srv", code=Exit.USAGE)
    assert "no host3" in netc_lab(
        "up", "--name", "x", "--hosts", "2", "--root", "3=/srv", code=Exit.USAGE
    )
    shown = netc_lab("status", "--name", lab.name)
    for name, address in ADDRESSES.items():
        assert f"{name:12}{address}" in shown
    assert shown.count("sshd        running") == 3
    (_, two, _) = json.loads(netc_lab("status", "--name", lab.name, "--json"))["hosts"]
    assert (two["name"], two["services"]["web1"]) == ("host2", "running")


# --- made and removed


@pytest.fixture
def doomed() -> Iterator[Lab]:
    """A lab that is not up yet, and is gone after the test."""
    lab = Lab(f"t{os.getpid() % 10000}g", hosts=3)
    yield lab
    lab.down()
    assert not leftovers(lab)


@pytest.mark.parametrize("delay", [0.2, 0.5, 1.0, 2.5])
def test_down_after_up_was_killed(doomed: Lab, delay: float) -> None:
    process = subprocess.Popen([sys.executable, "-c", UP, doomed.name], start_new_session=True)
    time.sleep(delay)
    process.kill()
    process.wait()
    doomed.down()
    assert not leftovers(doomed)


@pytest.mark.parametrize("delay", [0.5, 1.5])
def test_an_interrupted_up_undoes_itself(doomed: Lab, delay: float) -> None:
    """While some hosts are made by threads, which the interruption does not reach."""
    process = subprocess.Popen([sys.executable, "-c", UP, doomed.name], start_new_session=True)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    assert not leftovers(doomed)


def test_an_sshd_that_does_not_start_takes_the_lab_along(
    doomed: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netc_tui.lab.ssh.SERVER", "NoSuchOption yes\n")
    with pytest.raises(NetcError, match=r"sshd of host\d? did not start: .*, 1 bad config"):
        doomed.up(services=False)
    assert not doomed.status().namespaces


def test_a_lab_of_one_host_has_no_ssh_and_is_told_from_one_of_three(doomed: Lab) -> None:
    single = Lab(doomed.name)
    single.up(services=False)
    assert not single.layout.ssh.exists()
    assert Site(single).docker("info", "--format={{.Name}}") == os.uname().nodename
    assert [host.sshd for host in single.status().hosts] == [None]
    assert str(single.folder) not in single.exec(["sh", "-c", "command -v ssh"], check=True).stdout
    with pytest.raises(NetcError, match=r"1 of the 3 Docker hosts: take it down first"):
        doomed.up()
    with pytest.raises(NetcError, match="has no host2"):
        single.host("host2").stop_engine()
    assert single.status().up


def test_a_folder_without_sshd_is_refused_for_one_of_several(doomed: Lab, tmp_path: Path) -> None:
    with pytest.raises(NetcError, match=r"it lacks .*, sshd;"):
        Lab(doomed.name, hosts=2, roots={"host2": tmp_path}).up()


@pytest.mark.slow
def test_hosts_have_engines_of_different_releases(doomed: Lab) -> None:
    roots = {"host2": engines.folder("trixie"), "host3": engines.folder("sid")}
    lab = Lab(doomed.name, root=Path("/"), hosts=3, roots=roots)
    lab.up()
    version = [*INFO, "{{.ServerVersion}} {{.Name}}"]
    said = [lab.run(name, version, check=True).stdout.split() for name in HOSTS]
    assert [name for _, name in said] == [*HOSTS]
    assert said[1][0].startswith("26.1.")
    assert int(said[2][0].split(".")[0]) >= 28
    releases = [lab.exec(["ssh", name, "cat", "/etc/debian_version"]).stdout for name in HOSTS[1:]]
    assert releases[0].startswith("13")
    assert "sid" in releases[1]
    for name in HOSTS:
        site = Site(lab, name)
        site.netc("image", "build", "--base", "host")
        assert site.get(site.up("web1")) == "web1"
        asked = lab.run("client", ["ssh", name, "docker", "info", "--format", "{{.ID}}"])
        assert asked.stdout.strip() == engine_id(site), asked.stderr
    three = Site(lab, "host3")
    identity = engine_id(three)
    lab.host("host3").power_off()
    lab.host("host3").power_on()
    assert engine_id(three) == identity
    lab.up()
    assert lab.status().up
