"""The signs on screen."""

import pytest

from netc_tui.core.lease import Phase
from netc_tui.tui.glyphs import ASCII, UNICODE, Glyphs


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_states_are_told_apart_by_their_signs_alone(glyphs: Glyphs) -> None:
    states = [*map(str, Phase), "off", "gone", "working"]
    signs = [glyphs.of(state) for state in states]
    assert len(set(signs)) == len(states)
    assert {len(sign) for sign in signs} == {1}


def test_those_for_any_terminal_are_ascii() -> None:
    assert all(sign.isascii() for sign in map(ASCII.of, ASCII.__struct_fields__))
