"""Who publishes names is said by the settings, or an error of one line says what is missing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.names import publisher
from netc_tui.names.etcd import Etcd
from netc_tui.names.publisher import service_name
from netc_tui.names.rfc2136 import Rfc2136
from netc_tui.settings.declared import DnsSettings
from tests.test_loading import loaded


def test_names_are_not_published_unless_asked_for() -> None:
    assert publisher(DnsSettings(zone="home.lan", key_file="/nonexistent")) is None


def test_each_way_has_its_publisher(secret_file: Callable[..., Path]) -> None:
    assert isinstance(publisher(DnsSettings(publish="etcd", server="http://a:2379")), Etcd)
    assert isinstance(publisher(DnsSettings(publish="rfc2136", zone="home.lan")), Rfc2136)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"publish": "rfc2136", "zone": "a b"}, "dns.zone 'a b': letters, digits"),
        ({"publish": "etcd", "server": "http://a", "reverse": "x_"}, "dns.reverse 'x_': letters"),
        ({"publish": "rfc2136", "server": "a b"}, "dns.server: 'a b' is not ADDRESS[:PORT]"),
        ({"publish": "rfc2136", "reverse_server": "a:b"}, "dns.reverse_server: 'a:b' is not"),
        ({"publish": "rfc2136", "key_file": "/nonexistent"}, "/nonexistent: No such file"),
        ({"publish": "rfc2136", "user": "netc"}, "dns.user is not for publishing by rfc2136"),
        (
            {"publish": "rfc2136", "ca": "x"},
            "dns.ca is not for publishing by rfc2136; leave it out",
        ),
        ({"publish": "etcd", "key_file": "x"}, "dns.key_file is not for publishing by etcd"),
        ({"publish": "etcd", "reverse_server": "x"}, "dns.reverse_server is not for"),
        ({"publish": "etcd"}, "dns.server: say where etcd is"),
    ],
)
def test_settings_that_make_no_sense(given: dict[str, Any], said: str) -> None:
    with pytest.raises(NetcError) as caught:
        publisher(DnsSettings(**given))
    assert said in caught.value.message
    assert caught.value.code is Exit.USAGE


def test_ports_have_the_names_of_etc_services() -> None:
    assert (service_name(80, "tcp"), service_name(53, "udp")) == ("http", "domain")
    assert service_name(47, "tcp") == service_name(1, "sctp") == service_name(80, "moon") == ""


def test_nothing_is_loaded_for_names_that_are_not_published() -> None:
    modules = loaded(
        "from netc_tui.names import publisher\n"
        "from netc_tui.settings.declared import DnsSettings\n"
        "assert publisher(DnsSettings()) is None"
    )
    assert not modules & {"dns", "requests", "docker"}
