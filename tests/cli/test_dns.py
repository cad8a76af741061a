"""How commands publish names: as the settings say."""

from pathlib import Path
from typing import Any

import pytest

from netc_tui.cli.dns import in_force
from netc_tui.core.errors import Exit, NetcError
from tests.operations.looking import world


def test_without_a_word_of_it_names_are_not_published(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("")
    assert in_force(str(file)) is None


def test_what_the_file_says_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[dns]\npublish = "etcd"\nserver = "http://127.0.0.1:2379"\nzone = "home.lan"\n'
    )
    found = in_force(str(file))
    assert found is not None
    assert found.zone == "home.lan"


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text('key "k" { algorithm hmac-sha256; secret "c2VjcmV0"; };\n')
    key.chmod(0o644)
    file = tmp_path / "c.toml"
    file.write_text(f'[dns]\npublish = "rfc2136"\nzone = "home.lan"\nkey_file = "{key}"\n')
    with pytest.raises(NetcError, match="chmod 600") as caught:
        in_force(str(file))
    assert caught.value.code is Exit.USAGE


@pytest.mark.usefixtures("machine")
def test_a_command_says_what_is_wrong_with_them(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETC_DNS_PUBLISH", "carrier pigeon")
    code, _, err = netc(world(), "up", "web", "eth0")
    assert (code, err.splitlines()) == (
        2,
        [
            "netc: NETC_DNS_PUBLISH: 'carrier pigeon' is not one of off, rfc2136, etcd",
        ],
    )
