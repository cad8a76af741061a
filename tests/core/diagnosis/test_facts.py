"""Facts in words, and those of an interface that was listed."""

import msgspec

from netc_tui.core.diagnosis.facts import Surroundings
from netc_tui.core.model import Interface

from .facts import SERVER


def test_a_server_in_words() -> None:
    assert str(SERVER) == (
        "192.168.77.1 (02:00:00:00:00:01) offers 192.168.77.50/24, gateway 192.168.77.1"
    )
    bare = msgspec.structs.replace(SERVER, prefix=None, gateway=None)
    assert str(bare) == "192.168.77.1 (02:00:00:00:00:01) offers 192.168.77.50"
    none = msgspec.structs.replace(bare, offer=None)
    assert str(none).endswith("offers no address")


def test_an_interface_that_was_listed() -> None:
    assert Surroundings.of(None) == Surroundings(there=False)
    down = Interface("eth1", "ethernet", up=False, unfit="it is down")
    assert Surroundings.of(down) == Surroundings(there=True), "down is not unfit"
    wireless = Interface("wlan0", "wireless", carrier=True, unfit="it is wireless")
    assert Surroundings.of(wireless).unfit == "it is wireless"
