"""The lab itself: what it has, and that nothing is left of it, however it ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab, engine
from netc_tui.lab.processes import inside, running
from tests import engines

pytestmark = pytest.mark.lab

NAME = f"t{os.getpid() % 10000}"
GET = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=2).read().decode())"
FETCH = (sys.executable, "-c", GET)  # Debian 12's busybox wget crashes outside of a container
ENGINE_ID = ("docker", "info", "--format", "{{.ID}}")
UDHCPC = ("busybox", "udhcpc", "-n", "-q", "-f", "-s", "/bin/true")
UP = "import sys; from netc_tui.lab import Lab; Lab(sys.argv[1]).up()"
DOWN = "import sys; from netc_tui.lab import Lab; Lab(sys.argv[1]).down()"


def links() -> str:
    listed = subprocess.run(["ip", "-br", "link"], capture_output=True, text=True, check=True)
    return listed.stdout


def leftovers(lab: Lab) -> list[str]:
    """All traces of a lab on this machine, looked for by other means than the lab's own."""
    found = [str(path) for path in Path("/run/netns").glob(f"netc-{lab.name}-*")]
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            argv = line.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if f"netc-lab-{lab.name} " in argv or f"/netc-lab/{lab.name}/" in argv:
            found.append(f"process {argv}")
    mounts = Path("/proc/self/mountinfo").read_text()
    found += [line for line in mounts.splitlines() if f"/{lab.name}/" in line]
    # Not Path.glob: cgroups of other labs go while they are walked through.
    for folder, names, _ in os.walk("/sys/fs/cgroup"):
        found += [f"{folder}/{name}" for name in names if name == f"netc-lab-{lab.name}"]
    found += [str(path) for path in Path("/run/netc-lab").glob(f"{lab.name}*")]
    found += [str(path) for path in (lab.folder, lab.layout.data) if path.exists()]
    return found


def start(script: str, lab: Lab) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script, lab.name], start_new_session=True)


def wait_for(lab: Lab, *argv: str) -> str:
    """What the LAN machine gets, once it gets something: a service starts a little late."""
    for _ in range(100):
        done = lab.client(argv)
        if done.returncode == 0:
            return done.stdout.strip()
        time.sleep(0.05)
    raise AssertionError(done.stderr)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab(f"{NAME}a")
    lab.up()
    yield lab
    lab.down()
    assert not leftovers(lab)


@pytest.fixture
def doomed() -> Iterator[Lab]:
    """A lab that is not up yet, and is gone after the test."""
    lab = Lab(f"{NAME}d")
    yield lab
    lab.down()
    assert not leftovers(lab)


def test_a_second_up_changes_nothing(lab: Lab) -> None:
    before = lab.status()
    lab.up()
    assert before.up
    assert lab.status() == before


def test_services_run(lab: Lab) -> None:
    names = ("web1", "web2", "dns", "app", "worker")
    assert lab.status().services == dict.fromkeys(names, "running")
    assert wait_for(lab, *FETCH, f"http://{lab.HOST_IP}:8081/") == "web1"
    assert wait_for(lab, *FETCH, f"http://{lab.HOST_IP}:8082/") == "web2"
    assert lab.exec([*FETCH, "http://172.17.0.2/"]).stdout.strip() == "web1"
    answer = lab.exec(["busybox", "nslookup", "service.test", "172.17.0.4"])
    assert "192.0.2.53" in answer.stdout


def test_services_stop_at_once(lab: Lab) -> None:
    names = list(lab.status().services)
    begin = time.monotonic()
    lab.exec(["docker", "stop", "--time", "8", *names], check=True)
    assert time.monotonic() - begin < 5
    lab.exec(["docker", "start", *names], check=True)


def test_docker_programs_see_only_the_lab(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.1:2375")
    shown = lab.exec(["docker", "info", "--format", "{{.DockerRootDir}}"], check=True)
    assert shown.stdout.strip() == str(lab.layout.data / "docker")


def test_dhcp_serves_both_lans(lab: Lab) -> None:
    for interface, network in (("eth0", "10.77.0."), ("eth1", "10.78.0.")):
        asked = lab.client([*UDHCPC, "-i", interface], check=True)
        assert f"lease of {network}" in asked.stderr
    assert "DHCPACK" in lab.dhcp_log.read_text()
    assert lab.lease_file.read_text().count("10.7") == 2


def test_names_given_with_dhcp_resolve_on_the_lan(lab: Lab) -> None:
    lab.client([*UDHCPC, "-i", "eth0", "-x", "hostname:printer"], check=True)
    found = lab.client(["getent", "ahostsv4", "printer.lab.lan"], check=True)
    assert "10.77.0." in found.stdout


def test_dhcp_stops_and_starts_with_other_arguments(lab: Lab) -> None:
    lab.stop_dhcp()
    assert lab.status().dhcp is None
    assert not lab.status().up
    lab.start_dhcp("--dhcp-option=option:ntp-server,192.0.2.123", lease="2m")
    asked = lab.client([*UDHCPC, "-i", "eth0"], check=True)
    assert "lease time 120" in asked.stderr
    with pytest.raises(NetcError, match="dnsmasq did not start"):
        lab.start_dhcp("--no-such-option")
    lab.up()
    assert lab.status().up


def test_services_outlive_a_restart_of_the_engine(lab: Lab) -> None:
    identity = lab.exec(ENGINE_ID, check=True).stdout
    lab.restart_engine()
    assert set(lab.status().services.values()) == {"running"}
    assert wait_for(lab, *FETCH, f"http://{lab.HOST_IP}:8081/") == "web1"
    assert lab.exec(ENGINE_ID, check=True).stdout == identity


def test_the_engine_comes_back_after_it_was_killed(lab: Lab) -> None:
    """With what it does to its containers then: dockerd ends them, and on 20.10 leaves them so."""
    lab.stop_engine(signal.SIGKILL)
    assert not lab.status().up
    lab.start_engine()
    assert lab.status().up
    lab.exec(["docker", "start", *lab.status().services], check=True)


def test_labs_are_apart(lab: Lab) -> None:
    """Also where one name is the beginning of the other."""
    other = Lab(f"{lab.name}b")
    try:
        other.up(services=False)
        lab.exec(["docker", "network", "create", "apart"], check=True)
        listed = other.exec(["docker", "network", "ls", "--format", "{{.Name}}"], check=True)
        assert set(listed.stdout.split()) == {"bridge", "host", "none"}
        ids = {each.exec(ENGINE_ID, check=True).stdout for each in (lab, other)}
        assert len(ids) == 2
        assert lab.client(["ping", "-c1", "-W1", other.SERVER_IP]).returncode == 0
        lab.exec(["docker", "network", "rm", "apart"], check=True)
    finally:
        other.down()
    assert not leftovers(other)
    assert lab.status().up
    assert wait_for(lab, *FETCH, f"http://{lab.HOST_IP}:8081/") == "web1"


def test_nothing_shows_on_the_machine_itself(doomed: Lab) -> None:
    before = links()
    doomed.up()
    assert links() == before
    doomed.down()
    assert links() == before
    assert not leftovers(doomed)


def test_down_ends_what_runs_in_the_lab(doomed: Lab) -> None:
    doomed.up(services=False)
    places = ("lan", "host", "client")
    runs = [doomed.popen(where, ["sleep", "300"]) for where in places]
    while len(running("300", "sleep")) < len(runs):
        time.sleep(0.02)
    doomed.down()
    doomed.down()
    assert [process.wait(5) for process in runs] == [-signal.SIGKILL] * len(runs)


FOREVER = "while :; do sleep 1; done"
# With a right that users lack where AppArmor keeps user namespaces from them (Ubuntu): the rest of
# what they can do there is as everywhere else.
AS_NOBODY = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=+sys_admin", "--ambient-caps=+sys_admin"),
)


@contextmanager
def running_beside(*argv: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is no part of a lab, whatever its arguments say; and that must not end."""
    beside = subprocess.Popen(argv, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.3)
        assert beside.poll() is None
        yield beside
        assert beside.poll() is None, "it was taken for a part of the lab, and killed"
    finally:
        os.killpg(beside.pid, signal.SIGKILL)
        beside.wait()


def test_what_another_user_names_as_the_lab_s_own_is_neither_entered_nor_killed(
    doomed: Lab,
) -> None:
    """Root entered its mount namespace, and ran the programs that it found there."""
    own = ("sh", "-c", FOREVER, doomed.layout.mark)
    with running_beside(*AS_NOBODY, "unshare", "-Urpf", "--kill-child", "--mount-proc", *own):
        assert engine.init_of(doomed.layout.host()) is None
        doomed.up(services=False)
        init = engine.init_of(doomed.layout.host())
        assert init in inside(doomed.layout, "host")
        (daemon,) = engine.processes(doomed.layout.host())
        theirs, ours = (Path(f"/proc/{one.pid}/ns/mnt").readlink() for one in (daemon, init))
        assert theirs == ours
        doomed.stop_engine()
        doomed.start_engine()
        doomed.down()


def test_a_user_s_processes_are_not_taken_for_the_servers(doomed: Lab) -> None:
    doomed.up(services=False)
    doomed.stop_dhcp()
    doomed.stop_engine()
    names = {
        "dnsmasq": f"--dhcp-leasefile={doomed.lease_file}",
        "dockerd": f"--host=unix://{doomed.socket}",
    }
    with ExitStack() as beside:
        for program, argument in names.items():
            shell = ("bash", "-c", f"exec -a {program} sh -c '{FOREVER}' {argument}")
            for prefix in ((), AS_NOBODY, (*AS_NOBODY, "unshare", "-Ur")):
                beside.enter_context(running_beside(*prefix, *shell))
        found = doomed.status()
        assert (found.dhcp, found.engine) == (None, None)
        doomed.up(services=False)
        assert doomed.status().up
        doomed.down()


def test_root_s_and_set_user_id_programs_that_name_the_lab_are_left_alone(doomed: Lab) -> None:
    with tempfile.TemporaryDirectory() as folder:  # another user has no way into tmp_path
        Path(folder).chmod(0o755)
        tail = shutil.copy("/usr/bin/tail", folder)
        Path(tail).chmod(0o4755)
        follow = (tail, "-f", "/dev/null", doomed.layout.mark)
        with running_beside(*follow), running_beside(*AS_NOBODY, *follow) as raised:
            users = Path(f"/proc/{raised.pid}/status").read_text().split("Uid:")[1].split()
            assert users[:2] == ["65534", "0"]
            doomed.up(services=False)
            doomed.down()


def test_root_in_a_container_of_its_own_that_names_the_lab_is_left_alone(
    doomed: Lab, tmp_path: Path
) -> None:
    """As PID 1 of an image that somebody else made: its files are not to be run outside."""
    shutil.copy(shutil.which("busybox") or "", tmp_path / "busybox")
    root = ("chroot", str(tmp_path), "/busybox")
    unshare = (*root, "unshare", "--pid", "--net", "--fork", "/busybox")
    own = ("sh", "-c", "while :; do read line </wait; done", doomed.layout.mark)
    os.mkfifo(tmp_path / "wait")
    with running_beside(*unshare, *own):
        assert engine.init_of(doomed.layout.host()) is None
        doomed.up(services=False)
        assert engine.init_of(doomed.layout.host()) in inside(doomed.layout, "host")
        doomed.down()


@pytest.mark.parametrize("which", ["runtime", "data"])
@pytest.mark.parametrize("kind", ["somebody else's", "writable", "link"])
def test_a_folder_that_another_user_can_change_is_not_used(
    doomed: Lab, which: str, kind: str, tmp_path: Path
) -> None:
    folder: Path = getattr(doomed.layout, which)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if kind == "link":
        folder.symlink_to(tmp_path)
    else:
        folder.mkdir()
        folder.chmod(0o777 if kind == "writable" else 0o755)
    if kind == "somebody else's":
        os.chown(folder, 65534, 65534)
    try:
        for act in (doomed.up, doomed.down, doomed.status, doomed.require_up):
            with pytest.raises(NetcError, match="only root can write to") as caught:
                act()
            assert str(folder) in caught.value.message
    finally:
        folder.unlink() if kind == "link" else folder.rmdir()


def test_a_generous_umask_opens_nothing_to_others(doomed: Lab) -> None:
    before = os.umask(0)
    try:
        doomed.up(services=False)
    finally:
        os.umask(before)
    for folder in (doomed.folder.parent, doomed.folder, doomed.layout.data):
        assert folder.stat().st_mode & 0o022 == 0, folder
    assert doomed.layout.lock.stat().st_mode & 0o077 == 0


def test_down_finds_the_engine_when_its_namespace_s_name_is_gone(doomed: Lab) -> None:
    doomed.up(services=False)
    init = engine.init_of(doomed.layout.host())
    assert init
    subprocess.run(["ip", "netns", "del", doomed.host_ns], check=True)
    assert not doomed.status().up
    doomed.down()
    assert not init.alive


@pytest.mark.parametrize("delay", [0.1, 0.15, 0.2, 0.3, 0.5, 0.8, 1.2, 1.8, 2.4])
def test_down_after_up_was_killed(doomed: Lab, delay: float) -> None:
    process = start(UP, doomed)
    time.sleep(delay)
    process.kill()
    process.wait()
    doomed.down()
    assert not leftovers(doomed)


@pytest.mark.parametrize("delay", [0.08, 0.12, 0.16, 0.2])
def test_down_after_down_was_killed(doomed: Lab, delay: float) -> None:
    doomed.up(services=False)
    process = start(DOWN, doomed)
    time.sleep(delay)
    process.kill()
    process.wait()
    doomed.down()
    assert not leftovers(doomed)


@pytest.mark.parametrize("program", ["dockerd", "containerd", "dnsmasq", "sh", "unshare"])
def test_up_again_after_a_part_was_killed(doomed: Lab, program: str) -> None:
    """``sh`` is the init of the engine's namespaces."""
    doomed.up(services=False)
    found = [process for process in inside(doomed.layout) if process.program == program]
    assert found
    for process in found:
        os.kill(process.pid, signal.SIGKILL)
    while any(process.alive for process in found):
        time.sleep(0.02)
    doomed.up(services=False)
    doomed.exec(["docker", "info"], check=True)
    assert doomed.status().up


@pytest.mark.parametrize("delay", [0.3, 0.6, 1.5])
def test_an_interrupted_up_undoes_itself(doomed: Lab, delay: float) -> None:
    process = start(UP, doomed)
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) != 0
    assert not leftovers(doomed)


def test_two_ups_at_once(doomed: Lab) -> None:
    processes = [start(UP, doomed) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert doomed.status().up


def test_an_engine_that_does_not_start(
    doomed: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "dockerd"
    fake.write_text("#!/bin/sh\necho 'failed to start daemon: no such luck'\necho bye\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(NetcError, match="failed to start daemon: no such luck") as caught:
        Lab(doomed.name, root=Path("/")).up()
    assert caught.value.code == Exit.ENGINE
    log = doomed.layout.host().engine_log
    assert str(log) in caught.value.message
    assert "bye" in log.read_text()
    assert not doomed.status().namespaces


def test_an_engine_of_another_release_runs_from_a_folder(doomed: Lab) -> None:
    root = engines.folder("trixie")
    before = sorted(str(path) for path in (root / "etc").rglob("*"))
    lab = Lab(doomed.name, root=root)
    lab.up()
    try:
        versions = lab.exec(
            ["docker", "version", "--format", "{{.Client.Version}} {{.Server.Version}}"], check=True
        )
        assert [version[:5] for version in versions.stdout.split()] == ["26.1."] * 2
        assert wait_for(lab, *FETCH, f"http://{lab.HOST_IP}:8081/") == "web1"
        for service in ("web1", "dns"):
            said = lab.exec(["docker", "exec", service, "busybox"], check=True).stdout
            assert "v1.37" in said, said
        lab.exec([sys.executable, "-m", "netc_tui", "image", "build"], check=True)
        address = lab.exec([sys.executable, "-m", "netc_tui", "up", "web1", "eth1"], check=True)
        inside_it = ["docker", "exec", "netc-web1", "sh", "-c", "busybox; iptables-save -V"]
        said = lab.exec(inside_it, check=True).stdout
        assert ("v1.37" in said, "v1.8.11" in said) == (True, True), said
        url = f"http://{address.stdout.strip().removeprefix('ip=')}/"
        assert wait_for(lab, *FETCH, url) == "web1"
        lab.restart_engine()
        assert lab.status().up
        with pytest.raises(NetcError, match="take it down first"):
            Lab(doomed.name, root=Path("/")).up()
        assert lab.status().up
    finally:
        lab.down()
    assert not leftovers(lab)
    assert sorted(str(path) for path in (root / "etc").rglob("*")) == before
