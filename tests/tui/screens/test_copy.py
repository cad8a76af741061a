"""What is copied, and that it can be used where it is pasted."""

import re
import shlex

import msgspec
from hypothesis import given

from netc_tui.tui.screens.copy import copies
from tests.core.samples import EVIL, ONE, WEB

DNSMASQ = re.compile(r"dhcp-host=id:[0-9a-f:]+,[0-9a-f:]{17},[0-9.]+,[A-Za-z0-9-]+")


@given(EVIL, EVIL, EVIL, EVIL)
def test_forged_labels_put_nothing_into_what_is_copied(
    hostname: str, mac: str, client_id: str, name: str
) -> None:
    forged = msgspec.structs.replace(
        ONE, hostname=hostname, mac=mac, client_id=client_id, interface=name, network=name
    )
    found = copies(msgspec.structs.replace(WEB, network_container=forged), "A1:B2", "eth0")
    assert all(text.isprintable() for text in found.values())
    words = shlex.split(found["netc command"])
    assert words[:4] == ["netc", "up", "web", name]
    assert words[-2:] == ["--network", name]
    assert "dnsmasq" not in found or DNSMASQ.fullmatch(found["dnsmasq"])
    one = msgspec.structs.replace(ONE, hostname=hostname)
    found = copies(msgspec.structs.replace(WEB, network_container=one), "A1:B2", "eth0")
    line = found.get("dnsmasq")
    assert line is None or (DNSMASQ.fullmatch(line) and line.endswith(f",{hostname}"))
