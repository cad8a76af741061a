"""What the operator lets labels ask for."""

from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.wishes import Policy
from netc_tui.settings.declared import DnsSettings, Settings, WatchSettings
from netc_tui.settings.policy import in_force, policy


def test_by_default_no_more_than_the_service_exposes_on_the_configured_interface() -> None:
    assert policy(Settings(interface="eth1")) == Policy("eth1")


def test_what_is_set_is_in_force() -> None:
    watch = WatchSettings(
        interfaces="eth2, eth3,", ports="80,443", projects="shop*", mac=True, hostname=True
    )
    assert policy(Settings(interface="eth1", watch=watch)) == Policy(
        "eth1", ("eth2", "eth3"), "80,443", ("shop*",), mac=True, hostname=True
    )


@pytest.mark.parametrize("ports", ["", "all", "80;443", "99999"])
def test_ports_that_make_no_sense_are_told_by_the_setting(ports: str) -> None:
    with pytest.raises(NetcError, match=r"^watch\.ports: ") as caught:
        policy(Settings(watch=WatchSettings(ports=ports)))
    assert caught.value.code is Exit.USAGE


def test_it_is_that_of_the_file_and_of_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('interface = "eth1"\n[watch]\nmac = true\n')
    found = in_force(str(file), {"NETC_WATCH_PORTS": "any"})
    assert found == Policy("eth1", ports="any", mac=True)
    dns = DnsSettings(publish="etcd", server="http://10.0.0.2:2379")
    assert policy(Settings(interface="eth1", dns=dns)).published
