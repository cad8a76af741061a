"""How it looks, by the settings."""

import msgspec
import pytest

from netc_tui.settings.declared import Settings
from netc_tui.settings.keys import KEYS
from netc_tui.tui.look import Look


def test_without_unicode_no_sign_and_no_key_has_any() -> None:
    look = Look(Settings(ascii=True))
    signs = msgspec.structs.astuple(look.glyphs)
    assert all(sign.isascii() for sign in (*signs, *look.hints.values()))
    assert all(look.shortcuts.all(key.id).isascii() for key in KEYS)


@pytest.mark.parametrize("read_only", [False, True])
def test_hints_are_the_keys_in_force_of_what_can_be_done(read_only: bool) -> None:
    look = Look(Settings(read_only=read_only, keys={"on_off": "t,f5", "log": "f2"}))
    assert look.hints["log"] == "f2"
    assert look.hints.get("on_off") == (None if read_only else "t")
    assert set(look.hints) == {key.id for key in KEYS if not (key.writes and read_only)}
