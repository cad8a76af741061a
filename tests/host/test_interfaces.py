"""What this machine's kernel tells of its interfaces."""

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.host.interfaces import address, check_known, links, names


def test_this_machine_has_a_loopback() -> None:
    """What the kernel really says: no fixture."""
    real = {one.name: one for one in links()}
    assert real["lo"].loopback
    assert not real["lo"].ether
    assert set(real) == set(names())
    if real["lo"].up:
        assert "127.0.0.1/8" in real["lo"].addresses


def test_one_link_is_read_as_all_are() -> None:
    assert links("lo") == tuple(one for one in links() if one.name == "lo")
    assert links("nothing0") == ()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("name", "words"), [("eht0", "did you mean eth0?"), ("qqq", "netc interfaces"), ("", "netc")]
)
def test_an_unknown_interface(name: str, words: str) -> None:
    with pytest.raises(NetcError) as caught:
        check_known(name)
    assert caught.value.code == Exit.INTERFACE
    assert words in caught.value.message


def test_the_address_of_an_interface() -> None:
    assert address("lo") == "127.0.0.1"
    assert address("no-such-thing") is None
    assert address("a-name-that-is-far-too-long-for-an-interface") is None
