"""What terminals send, and what they should not: no sequence ends the program, or its keys."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from netc_tui.tui.terminal.sequences import FARTHEST, Sequences
from tests.tui.terminal.started import leave, netc

NUMBER = st.one_of(
    st.just(""),
    st.integers(-2, 130).map(str),
    st.sampled_from(("48", "200", "201", "55296", "57344", "57441", "1114112", "9" * 12)),
)
PARTS = st.lists(st.lists(NUMBER, max_size=3).map(":".join), max_size=5).map(";".join)
SEQUENCE = st.builds(
    "\x1b[{}{}{}".format,
    st.sampled_from(("", "<", "?", ">", "M")),
    PARTS,
    st.sampled_from(tuple("u~ABCDEFHPQRSMmtyIOc")),
)
BEGUN = st.sampled_from(("\x1b", "\x1bO", "\x1b[", "\x1b[M", "\x1bP", "\x1b]52;c;"))
NOISE = st.binary(max_size=8).map(lambda data: data.decode("utf-8", "replace"))

TRAPS = (
    "\x1b[:u",  # a key without a number
    "\x1b[97:65;2u",  # one with its alternates, as kitty may send it
    "\x1b[1114112u",  # beyond Unicode
    "\x1b[99999999999H",
    "\x1b[55296u",  # half of a UTF-16 pair
    "\x1b[;;55296u",
    "\x1b[48;0;0;0;0t\x1b[<0;1;1M",  # a terminal of no size, and a click in it
    "\x1b[48;24;80;0;0t\x1b[<0;1;1M",
    "\x1b[48;99999;99999;1;1t",
    "\x1b[?2048;1$y",
    "\x1b[<0;99999999999;1M",
)


def parsed(*texts: str) -> list[Message]:
    """All that comes of texts that a terminal sends, each followed by silence."""
    parser, made = Sequences(), list[Message]()
    for text in texts:
        made += parser.feed(text)
        if parser.unfinished:
            parser._parser._timeout_time = 0.0
            made += parser.tick()
    return made


@given(
    st.lists(SEQUENCE | BEGUN | NOISE, max_size=5).map("".join).filter(lambda t: "[200" not in t)
)
def test_whatever_is_sent_the_next_key_is_a_key(text: str) -> None:
    *_, key = parsed(text, "j")
    assert isinstance(key, events.Key)
    assert key.key == "j"


@pytest.mark.parametrize("trap", TRAPS)
def test_what_comes_of_a_trap_can_be_used(trap: str) -> None:
    *made, key = parsed(trap + "j")
    assert isinstance(key, events.Key), "it takes nothing with it of what follows"
    assert key.key == "j"
    for event in made:
        if isinstance(event, events.Key):
            event.key.encode()
            (event.character or "").encode()
        elif isinstance(event, events.MouseEvent):
            assert 0 <= event.x <= FARTHEST
        else:
            assert not isinstance(event, events.Resize), "the kernel tells of sizes"


@given(
    st.lists(
        st.sampled_from(("\x1b[A", "\x1b[1;5C", "é", "\x1bOP", "\x1b[<0;3;4M", "\r")), max_size=6
    )
)
@example(["\x1b[3~", "\x1b[<0;3;4M", "\x1b[<0;3;4m"])
def test_what_is_well_formed_is_told_as_textual_has_it(keys: list[str]) -> None:
    from textual._xterm_parser import XTermParser

    text = "".join(keys)
    whole = [repr(event) for event in XTermParser().feed(text)]
    assert [repr(event) for event in Sequences().feed(text)] == whole


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1bj", ["escape", "j"]),
        ("\x1b\x1bk", ["escape", "escape", "k"]),
        ("x\x1bq\r", ["x", "escape", "q", "enter"]),
        ("\x1bé", ["escape", "é"]),
        ("\x1b[A\x1bj", ["up", "escape", "j"]),
        ("\x1bOP\x1b \x1b[B", ["f1", "escape", "space", "down"]),
    ],
)
def test_an_escape_and_a_key_in_one_read_are_two_keys(sent: str, keys: list[str]) -> None:
    assert [event.key for event in parsed(sent) if isinstance(event, events.Key)] == [
        key if key != "é" else "é" for key in keys
    ]


def test_the_program_goes_on_after_all_of_them(tmp_path: Path) -> None:
    """In a real terminal: the traps, and then what an operator does."""
    with netc(tmp_path) as terminal:
        for trap in (*TRAPS, "\x1b[<0;500;500M", "\x1b[<64;500;3M", "\x1b[<0;70;1M\x1b[<0;70;1m"):
            os.write(terminal.master, trap.encode())
            terminal.quiet(0.15)
        for _ in range(4):  # what was typed may have opened something
            terminal.send("\x1b")
            terminal.quiet(0.3)
        terminal.send("?")
        terminal.wait_for("Restart the network container", why="the help")
        terminal.send("q")
        terminal.quiet(0.3)
        leave(terminal)


def test_alt_with_backspace_is_one_key() -> None:
    found = [event.key for event in parsed("\x1b\x7f") if isinstance(event, events.Key)]
    assert len(found) == 1
    assert found != ["escape"]


def test_an_escape_in_what_is_pasted_is_no_key_of_its_own() -> None:
    made = parsed("\x1b[200~paste\x1bm\x1b[201~x\x1bj")
    assert [event.key for event in made if isinstance(event, events.Key)][-3:] == [
        "x",
        "escape",
        "j",
    ]
    assert "escape" not in [event.key for event in made[:-3] if isinstance(event, events.Key)]
