"""The unit that runs the watcher: what systemd says of it."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netc_tui.cli.unit import unit
from tests.cli.process import netc


def parsed(text: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(text)
    return found


def test_it_runs_this_netc_with_what_it_needs_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/opt/netc/bin/netc"])
    service = parsed(unit("/etc/netc.toml"))["Service"]
    assert service["ExecStart"] == "/opt/netc/bin/netc watch --config /etc/netc.toml"
    told = parsed(unit(None, "127.0.0.1:9713"))["Service"]
    assert told["ExecStart"] == "/opt/netc/bin/netc watch --metrics 127.0.0.1:9713"
    assert service["SupplementaryGroups"] == "docker"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectHome"] == "yes"


def test_the_secrets_that_the_settings_name_are_lent_to_it(tmp_path: Path) -> None:
    config = tmp_path / "netc.toml"
    told = '[dns]\npublish = "{}"\nserver = "10.0.0.1"\nkey_file = "/etc/netc/50%.key"\n'
    config.write_text(told.format("rfc2136"))
    service = parsed(netc("watch", "--unit", "--config", str(config)).stdout)["Service"]
    assert service["LoadCredential"] == "50%%.key:/etc/netc/50%%.key"
    config.write_text(told.format("off"))
    assert "LoadCredential" not in netc("watch", "--unit", "--config", str(config)).stdout


def test_a_word_of_the_command_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/home/me/my netc/bin/netc"])
    service = parsed(unit('/srv/50% "$HOME".toml'))["Service"]
    assert service["ExecStart"] == (
        '"/home/me/my netc/bin/netc" watch --config "/srv/50%% \\"$$HOME\\".toml"'
    )
    assert service["ProtectHome"] == "read-only"


def test_systemd_finds_nothing_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [sys.executable])
    file = tmp_path / "netc-watch.service"
    file.write_text(unit(None, None, ["/etc/netc/tsig.key", "/srv/50% of it"]))
    verify = shutil.which("systemd-analyze")
    assert verify, "systemd is a part of Debian"
    done = subprocess.run(
        [verify, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False
    )
    said = [line for line in done.stderr.splitlines() if "netc-watch" in line]
    assert said == []
