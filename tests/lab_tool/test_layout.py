"""Names of labs."""

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab


@pytest.mark.parametrize("name", ["", "A", "a b", "a/b", "../x", "a" * 13, "a\n"])
def test_unfit_names(name: str) -> None:
    with pytest.raises(NetcError, match="no name for a lab") as caught:
        Lab(name)
    assert caught.value.code == Exit.USAGE


def test_the_longest_name_fits_a_socket_address() -> None:
    assert len(str(Lab("a" * 12).socket)) < 108
