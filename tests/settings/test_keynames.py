"""Names of keys, known without Textual, are Textual's."""

from netc_tui.settings import keynames


def test_names_of_keys_are_textual_s() -> None:
    from textual.keys import Keys, _character_to_key

    names = {key.value for key in Keys if not key.value.startswith("<") and key.value != "ctrl-at"}
    assert not {name for name in names if not keynames.valid(name)}
    for code in range(0x21, 0x7F):
        assert keynames.plain(chr(code)) == _character_to_key(chr(code))
        assert keynames.valid(keynames.plain(chr(code)))
    assert keynames.split(",") == ["comma"]
    assert [keynames.plain(key) for key in keynames.split(" ")] == ["space"]
