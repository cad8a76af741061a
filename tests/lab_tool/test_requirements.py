"""What the machine must have for a lab, and who may make one."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab, requirements


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


def test_a_lab_of_several_hosts_needs_ssh_and_one_of_one_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ssh = {"ssh", "ssh-keygen", "sshd"}
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        requirements.shutil, "which", lambda name, **_: None if name in ssh else f"/bin/{name}"
    )
    requirements.require_all(Path("/"))
    with pytest.raises(NetcError, match=r"--no-remove openssh-client openssh-server$"):
        requirements.require_all(Path("/"), Path("/"))


def test_without_root_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)
    with pytest.raises(NetcError, match="root") as caught:
        Lab("x").down()
    assert caught.value.code == Exit.ENGINE


def test_without_root_nothing_is_said_to_be_up_or_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000)
    with pytest.raises(NetcError, match="root"):
        Lab("x").status()
