"""What of the lab can be tested without making one."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab, processes, requirements


@pytest.mark.parametrize("name", ["", "A", "a b", "a/b", "../x", "a" * 13, "a\n"])
def test_unfit_names(name: str) -> None:
    with pytest.raises(NetcError, match="no name for a lab") as caught:
        Lab(name)
    assert caught.value.code == Exit.USAGE


def test_the_longest_name_fits_a_socket_address() -> None:
    assert len(str(Lab("a" * 12).socket)) < 108


def test_a_lab_is_its_name() -> None:
    assert Lab("x") == Lab("x") != Lab("y")


def test_programs_see_only_the_lab_s_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION"):
        monkeypatch.setenv(variable, "1")
    seen = {k: v for k, v in Lab("x").environment.items() if k.startswith("DOCKER_")}
    assert seen == {
        "DOCKER_HOST": "unix:///run/netc-lab/x/docker.sock",
        "DOCKER_CONFIG": "/run/netc-lab/x/docker-config",
    }


def test_missing_packages_are_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)
    with pytest.raises(NetcError, match=r"root, .*apt-get .* dnsmasq-base docker\.io ") as caught:
        Lab("x", root=Path("/")).up()
    assert "\n" not in caught.value.message
    assert " --no-remove " in caught.value.message, "another maker's engine may be there"


@pytest.mark.parametrize(
    ("known", "programs", "named"),
    [
        (True, {"docker"}, {"docker.io", "docker-cli"}),
        (False, {"docker"}, {"docker.io"}),
        (True, {"dockerd"}, {"docker.io"}),
        (True, {"busybox"}, {"busybox-static"}),
    ],
)
def test_the_docker_client_is_in_a_package_of_its_own_on_later_releases(
    known: bool, programs: set[str], named: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        requirements.shutil, "which", lambda name, **_: None if name in programs else f"/bin/{name}"
    )
    monkeypatch.setattr(
        requirements.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=not known)
    )
    with pytest.raises(NetcError, match="packages that are missing") as caught:
        requirements.require_all()
    assert set(caught.value.message.split("--no-remove ")[1].split()) == named


def test_a_folder_without_an_engine_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 0)
    (tmp_path / "usr/sbin").mkdir(parents=True)
    (tmp_path / "usr/sbin/dockerd").touch()
    (tmp_path / "usr/sbin/iptables").symlink_to("/etc/alternatives/in-that-folder-alone")
    with pytest.raises(NetcError, match="it lacks docker, containerd") as caught:
        Lab("x", root=tmp_path).up()
    assert "\n" not in caught.value.message
    assert "iptables" not in caught.value.message


def test_a_lab_takes_its_engine_from_the_environment_s_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NETC_LAB_ROOT", "/somewhere")
    assert Lab("x").root == Path("/somewhere")
    assert Lab("x", root=Path("/")) == Lab("x"), "known by its name alone"
    monkeypatch.setenv("NETC_LAB_ROOT", "")
    assert Lab("x").root == Path("/")


def test_without_root_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)
    with pytest.raises(NetcError, match="root") as caught:
        Lab("x").down()
    assert caught.value.code == Exit.ENGINE


def test_without_root_nothing_is_said_to_be_up_or_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)
    with pytest.raises(NetcError, match="root"):
        Lab("x").status()


@pytest.mark.parametrize("path", ["/usr/bin:", ":/usr/bin", "/usr/bin::/bin", ".:bin:/usr/bin", ""])
def test_root_runs_nothing_from_the_folder_it_is_in(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", path)
    folders = processes.environment()["PATH"].split(":")
    assert all(folder.startswith("/") for folder in folders)
    assert "/usr/sbin" in folders


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_a_signal_reaches_the_process_that_was_found_and_none_with_its_number(
    sleeper: subprocess.Popen[bytes],
) -> None:
    (found,) = processes._those(lambda pid: pid == sleeper.pid)
    assert found.alive
    later = found._replace(start=found.start + 1)
    assert not later.alive
    processes.kill([later])
    with pytest.raises(subprocess.TimeoutExpired):
        sleeper.wait(0.2)
    processes.kill([found], signal.SIGTERM)
    assert sleeper.wait(5) == -signal.SIGTERM
    processes.kill([found])
    assert not found.alive


def test_the_namespaces_of_a_process_that_is_gone_are_not_entered(
    sleeper: subprocess.Popen[bytes],
) -> None:
    (found,) = processes._those(lambda pid: pid == sleeper.pid)
    with processes.inward(found, "net") as prefix:
        file = Path(prefix[1].removeprefix("--net="))
        assert file.samefile(f"/proc/{sleeper.pid}/ns/net")
    later = found._replace(start=found.start + 1)
    with pytest.raises(NetcError, match="is gone"), processes.inward(later, "net"):
        pass


def test_a_pid_that_passes_to_another_process_while_it_is_looked_at_is_not_taken() -> None:
    answers = iter([True, False])
    assert list(processes._those(lambda pid: pid == os.getpid() and next(answers))) == []
