"""The unit that runs the watcher: what systemd says of it."""

import configparser
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from netc_tui.cli import unit as module
from tests.cli.process import netc

NOTHING: dict[str, str] = {"XDG_CONFIG_HOME": "/nonexistent"}


def unit(
    config: str | None = None,
    metrics: str | None = None,
    secrets: tuple[str, ...] = (),
    environ: dict[str, str] = NOTHING,
) -> str:
    return module.unit(config, metrics, secrets, environ)


@pytest.fixture(autouse=True)
def _of_nobody_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that everybody may read, as /etc is."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def parsed(text: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(text)
    return found


def test_it_runs_this_netc_with_what_it_needs_and_no_more(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/netc/bin/netc"])
    file = shared / "netc.toml"
    file.write_text("")
    service = parsed(unit(str(file)))["Service"]
    assert service["ExecStart"] == f"/opt/netc/bin/netc watch --config {file}"
    told = parsed(unit(None, "127.0.0.1:9713"))["Service"]
    assert told["ExecStart"] == "/opt/netc/bin/netc watch --metrics 127.0.0.1:9713"
    assert service["SupplementaryGroups"] == "docker"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectHome"] == "yes"
    assert service["DynamicUser"] == "yes"
    assert "User" not in service
    assert "Environment" not in service


def test_the_settings_in_force_here_are_in_force_there(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/netc/bin/netc"])
    monkeypatch.chdir(shared)
    (shared / "mine.toml").write_text("")
    service = parsed(unit("mine.toml"))["Service"]
    assert service["ExecStart"].endswith(f"--config {shared}/mine.toml")
    found = {"NETC_CONFIG": str(shared / "mine.toml"), "NETC_INTERFACE": "eth1", "NETC_BASE": ""}
    found["NETC_WATCH_PROJECTS"] = '100% "x"'
    text = unit(environ={**found, "DOCKER_HOST": "unix:///srv/d.sock", "HOME": "/root"})
    assert parsed(text)["Service"]["ExecStart"].endswith(f"--config {shared}/mine.toml")
    assert [line for line in text.splitlines() if line.startswith("Environment=")] == [
        'Environment="DOCKER_HOST=unix:///srv/d.sock"',
        'Environment="NETC_INTERFACE=eth1"',
        'Environment="NETC_WATCH_PROJECTS=100%% \\"x\\""',
    ]


def test_who_alone_may_read_what_is_needed_runs_it(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/netc/bin/netc"])
    daemon = pwd.getpwnam("daemon")
    file = shared / "netc.toml"
    file.write_text("")
    file.chmod(0o600)
    os.chown(file, daemon.pw_uid, daemon.pw_gid)
    service = parsed(unit(str(file)))["Service"]
    assert service["User"] == "daemon"
    assert "DynamicUser" not in service
    folder = shared / "own"
    folder.mkdir(mode=0o700)
    (folder / "netc.toml").write_text("")
    assert parsed(unit(str(folder / "netc.toml")))["Service"]["User"] == pwd.getpwuid(0).pw_name


def test_a_module_is_run_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/srv/netc_tui/__main__.py"])
    service = parsed(unit())["Service"]
    assert service["ExecStart"] == f"{sys.executable} -m netc_tui watch"


def test_the_secrets_that_the_settings_name_are_lent_to_it(tmp_path: Path) -> None:
    config = tmp_path / "netc.toml"
    told = '[dns]\npublish = "{}"\nserver = "10.0.0.1"\nkey_file = "/etc/netc/50%.key"\n'
    config.write_text(told.format("rfc2136"))
    service = parsed(netc("watch", "--unit", "--config", str(config)).stdout)["Service"]
    assert service["LoadCredential"] == "50%%.key:/etc/netc/50%%.key"
    config.write_text(told.format("off"))
    assert "LoadCredential" not in netc("watch", "--unit", "--config", str(config)).stdout


def test_a_word_of_the_command_stays_one(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/home/me/my netc/bin/netc"])
    file = shared / '50% "$HOME".toml'
    file.write_text("")
    service = parsed(unit(str(file)))["Service"]
    assert service["ExecStart"] == (
        f'"/home/me/my netc/bin/netc" watch --config "{shared}/50%% \\"$$HOME\\".toml"'
    )
    assert service["ProtectHome"] == "read-only"


def test_systemd_finds_nothing_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [sys.executable])
    file = tmp_path / "netc-watch.service"
    secrets = ("/etc/netc/tsig.key", "/srv/50% of it")
    file.write_text(unit(secrets=secrets, environ={**NOTHING, "NETC_INTERFACE": "eth1"}))
    verify = shutil.which("systemd-analyze")
    assert verify, "systemd is a part of Debian"
    done = subprocess.run(
        [verify, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "netc-watch" in line]
    assert said == []
