"""Identity: the same for ever, another one on another host, always well formed."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import (
    as_hostname,
    check_hostname,
    check_mac,
    check_seed,
    container_name,
    derive,
    is_image,
    lan_network_name,
)

NAME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


def test_it_never_changes() -> None:
    """Written out: another hash would give each container of each user a new address."""
    one = derive("ABCD:EFGH", "web")
    assert (one.mac, one.client_id, one.hostname) == (
        "46:73:83:cc:25:60",
        "ffcea97b710004e7b94041c8b4c4547367de6d357f1bed",
        "web",
    )
    assert container_name("web") == "netc-web"
    assert lan_network_name("eth0") == "netc-lan-eth0"


@given(NAME, NAME)
def test_mac_and_client_id_are_well_formed(engine: str, service: str) -> None:
    one = derive(engine, service)
    assert one == derive(engine, service)
    assert re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", one.mac)
    first = int(one.mac[:2], 16)
    assert first & 1 == 0, "unicast"
    assert first & 2 == 2, "locally administered"
    # RFC 4361 6.1: type 255, IAID of four octets, DUID; RFC 6355: type 4, a UUID of 16 octets.
    octets = bytes.fromhex(one.client_id)
    assert len(octets) == 1 + 4 + 2 + 16
    assert octets[0] == 255
    assert octets[5:7] == b"\x00\x04"
    assert one.client_id == one.client_id.lower()


@given(NAME, NAME, NAME, NAME)
def test_another_engine_or_service_is_another_client(e1: str, s1: str, e2: str, s2: str) -> None:
    assume((e1, s1) != (e2, s2) and "\0" not in e1 + s1 + e2 + s2)
    one, other = derive(e1, s1), derive(e2, s2)
    assert one.mac != other.mac
    assert one.client_id != other.client_id


def test_it_does_not_matter_where_one_name_ends_and_the_other_begins() -> None:
    assert derive("a", "bc").mac != derive("ab", "c").mac


LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


@given(NAME)
@example("-" * 70)
@example("a" * 62 + "_b")
@example("İstanbul")
@example("Ünïcode_web.1")
def test_a_hostname_is_always_a_label(service: str) -> None:
    label = as_hostname(service)
    assert LABEL.fullmatch(label)
    assert check_hostname(label) == label
    assert derive("e", service).hostname == label


@pytest.mark.parametrize(
    ("service", "label"),
    [("web", "web"), ("my_app.web-1", "my-app-web-1"), ("Web", "web"), ("__", "service")],
)
def test_a_hostname_looks_like_its_service(service: str, label: str) -> None:
    assert as_hostname(service) == label


@pytest.mark.parametrize(
    ("given", "mac"),
    [
        ("02:00:00:00:00:01", "02:00:00:00:00:01"),
        ("02-AB-cd-00-00-01", "02:ab:cd:00:00:01"),
        (" 52:54:00:12:34:56 ", "52:54:00:12:34:56"),
    ],
)
def test_an_own_mac(given: str, mac: str) -> None:
    assert derive("e", "s", mac=given).mac == mac


@pytest.mark.parametrize(
    "mac",
    [
        " ",
        "02:00:00:00:00",
        "02:00:00:00:00:01:02",
        "020000000001",
        "0g:00:00:00:00:01",
        "01:00:5e:00:00:01",
        "ff:ff:ff:ff:ff:ff",
        "00:00:00:00:00:00",
        "02:00:00:00:00:\u0660\u0661",
        "0 :00:00:00:00:01",
        "02:00:00:00\n:00:01",
    ],
)
def test_no_mac_of_one_machine(mac: str) -> None:
    with pytest.raises(NetcError) as caught:
        derive("e", "s", mac=mac)
    assert caught.value.code == Exit.USAGE
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("hostname", ["a", "Printer-2", "0", "a" * 63])
def test_an_own_hostname(hostname: str) -> None:
    assert derive("e", "s", hostname=hostname).hostname == hostname


@pytest.mark.parametrize(
    "hostname", ["-a", "a-", "a.b", "a_b", "a b", "a" * 64, "ä", "a\n", "$(reboot)", "'"]
)
def test_no_hostname(hostname: str) -> None:
    with pytest.raises(NetcError) as caught:
        derive("e", "s", hostname=hostname)
    assert caught.value.code == Exit.USAGE


@given(st.text())
def test_any_mac_is_taken_or_a_usage_error(text: str) -> None:
    code = None
    try:
        assert re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", check_mac(text))
    except NetcError as error:
        code = error.code
    assert code in (None, Exit.USAGE)


@pytest.mark.parametrize("seed", ["x", "A1:B2:C3", "home!", "~" * 128])
def test_what_can_be_a_seed(seed: str) -> None:
    assert check_seed(seed) == seed


@pytest.mark.parametrize("seed", ["", "a b", "a\n", "\u00e4", "x" * 129, "\x1b[2J"])
def test_what_cannot(seed: str) -> None:
    with pytest.raises(NetcError) as caught:
        check_seed(seed)
    assert caught.value.code is Exit.USAGE
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("netc-sidecar:1", True),
        ("localhost:1/netc-sidecar:1", True),
        ("localhost:2/netc-sidecar:1", False),
        ("evil/netc-sidecar:1", False),
        ("nginx", False),
    ],
)
def test_whose_image_it_is(name: str, own: bool) -> None:
    assert is_image(name) is own
