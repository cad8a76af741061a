"""`.ci/install` on machines that have an engine already, or something that is in the way.

Each test makes a machine of its own: a folder with busybox and stubs, entered by chroot.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ENGINE = ("dockerd", "docker", "containerd", "runc")
OTHERS = (
    *("dnsmasq", "iptables", "iptables-save", "iptables-restore", "ip6tables-restore"),
    *("ip", "conntrack", "curl", "mount", "nsenter", "unshare", "setsid", "setpriv"),
    *("ssh", "ssh-keygen"),
)
APT_GET = """
echo "apt-get $*" >>/said
[ -e /usr/sbin/policy-rc.d ] && echo "no services" >>/said
case "$*" in
"-s "*) cat /planned; exit "$(cat /planned.code)" ;;
*" install "*) [ ! -e /slow ] || { : >/slow.begun; sleep 3; } ;;
esac
"""
POLICY = "usr/sbin/policy-rc.d"


class Machine:
    """What is on it, and what became of it."""

    def __init__(self, root: Path, programs: Sequence[str]) -> None:
        self.root = root
        for folder in ("bin", "usr/bin", "usr/sbin", "netc/.ci", "netc/.venv/bin", "dev"):
            (root / folder).mkdir(parents=True)
        (root / "dev/null").touch()
        busybox = shutil.which("busybox")
        assert busybox
        shutil.copy(busybox, root / "bin/busybox")
        listed = ("sh", "dirname", "grep", "sed", "tr", "tail", "id", "cat", "chmod", "rm", "sleep")
        for applet in listed:
            (root / "bin" / applet).symlink_to("busybox")
        shutil.copy(REPOSITORY / ".ci/install", root / "netc/.ci/install")
        self.stub("netc/.venv/bin/python", "exit 0")
        self.stub("usr/bin/python3", "exit 0")
        self.stub("usr/bin/apt-get", APT_GET)
        self.stub("usr/bin/apt-cache", '[ -e "/known.$2" ]')
        for program in programs:
            self.stub(f"usr/sbin/{program}", "exit 0")
        self.plan("Inst everything\n")

    def stub(self, path: str, script: str) -> None:
        file = self.root / path
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def plan(self, said: str, code: int = 0) -> None:
        """What apt-get says to what it is asked to install."""
        (self.root / "planned").write_text(said)
        (self.root / "planned.code").write_text(str(code))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [
            shutil.which("chroot", path="/usr/sbin:/usr/bin") or "",
            str(self.root),
            "/netc/.ci/install",
            *arguments,
        ]
        return subprocess.Popen(
            command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin"}, start_new_session=True,
        )  # fmt: skip

    def install(self, code: int = 0) -> str:
        """Run it; what it says."""
        process = self.start()
        said = process.communicate(timeout=30)
        assert process.returncode == code, said
        return said[1]

    def asked(self) -> list[str]:
        """What apt-get was told, one a call."""
        said = self.root / "said"
        return said.read_text().splitlines() if said.exists() else []

    def installed(self) -> set[str]:
        """The packages that it was told to install."""
        (line,) = [line for line in self.asked() if line.startswith("apt-get -q install ")]
        assert "--no-remove" in line
        return set(line.split("--no-remove ")[1].split())


def test_an_engine_of_another_maker_is_used_as_it_is(tmp_path: Path) -> None:
    machine = Machine(tmp_path, ENGINE)
    machine.install()
    assert machine.installed().isdisjoint({"docker.io", "docker-cli", "containerd", "runc"})
    assert {"dnsmasq-base", "conntrack", "iptables"} <= machine.installed()


def test_nothing_is_asked_for_when_all_is_there(tmp_path: Path) -> None:
    machine = Machine(tmp_path, [*ENGINE, *OTHERS])
    machine.install()
    assert machine.asked() == []


def test_what_would_remove_something_is_not_done(tmp_path: Path) -> None:
    machine = Machine(tmp_path, [*OTHERS, "containerd", "runc", "docker"])
    machine.plan("Remv containerd.io [1.7]\nRemv docker-ce-cli [28]\nInst docker.io\n")
    (line,) = machine.install(1).splitlines()
    assert "docker.io" in line
    assert "containerd.io docker-ce-cli" in line
    assert not [one for one in machine.asked() if one.startswith("apt-get -q install")]
    assert not (machine.root / POLICY).exists()


def test_what_apt_cannot_do_is_said_in_one_line(tmp_path: Path) -> None:
    machine = Machine(tmp_path, [*OTHERS, "containerd", "runc", "docker"])
    machine.plan("Reading ...\nE: Unable to locate package docker.io\n\n", 100)
    (line,) = machine.install(1).splitlines()
    assert "E: Unable to locate package docker.io" in line


@pytest.mark.parametrize(("known", "package"), [(True, "docker-cli"), (False, "docker.io")])
def test_the_client_is_installed_under_the_release_s_name(
    tmp_path: Path, known: bool, package: str
) -> None:
    machine = Machine(tmp_path, [*OTHERS, "dockerd", "containerd", "runc"])
    if known:
        (tmp_path / "known.docker-cli").touch()
    machine.install()
    assert machine.installed() == {package}


def test_a_busybox_without_what_is_needed_is_not_enough(tmp_path: Path) -> None:
    machine = Machine(tmp_path, [*ENGINE, *OTHERS])
    machine.stub("usr/bin/busybox", "echo sh; echo sed; echo udhcpc6; echo arping")
    machine.install()
    assert machine.installed() == {"busybox-static"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_services_may_start_again_however_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    machine = Machine(tmp_path, ENGINE)
    (tmp_path / "slow").touch()
    process = machine.start()
    deadline = time.monotonic() + 10
    while not (tmp_path / "slow.begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert (machine.root / POLICY).exists()
    os.kill(process.pid, number)
    process.communicate(timeout=10)
    assert process.returncode == 128 + number
    assert not (machine.root / POLICY).exists()


def test_nothing_is_started_while_it_installs(tmp_path: Path) -> None:
    machine = Machine(tmp_path, ENGINE)
    machine.install()
    assert machine.asked()[-1] == "no services"
    assert not (machine.root / POLICY).exists()


def test_a_policy_of_the_machine_s_own_stays(tmp_path: Path) -> None:
    machine = Machine(tmp_path, ENGINE)
    machine.stub(POLICY, "exit 0")
    before = (machine.root / POLICY).read_text()
    machine.install()
    assert (machine.root / POLICY).read_text() == before


def test_a_policy_that_a_killed_one_has_left_goes(tmp_path: Path) -> None:
    machine = Machine(tmp_path, ENGINE)
    (tmp_path / "slow").touch()
    process = machine.start()
    while not (tmp_path / "slow.begun").exists():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert (machine.root / POLICY).exists()
    (tmp_path / "slow").unlink()
    (tmp_path / "said").unlink()
    machine.install()
    assert not (machine.root / POLICY).exists()
