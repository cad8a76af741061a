"""Text from outside cannot do anything to a terminal."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.text import natural, printable, shortened

HARMFUL = st.sampled_from(
    "\x00\x07\x08\t\n\r\x0b\x0c\x1b\x7f\x85\x9b\u2028\u2029\u200b\u200e\u200f\u202a\u202b\u202d"
    "\u202e\u2066\u2067\u2068\u2069\u061c\ufeff\ud800\U000e0001"
)


@given(st.text(st.one_of(HARMFUL, st.characters(exclude_categories=()))))
@example("\x1b]0;title\x07")
@example("a\u202eb")
@example("\udcff")
def test_nothing_that_controls_a_terminal_is_left(text: str) -> None:
    made = printable(text)
    assert len(made) == len(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in made)
    assert len(made.splitlines()) <= 1
    made.encode()  # can be written out
    bidi = {"RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"}
    assert not any(unicodedata.bidirectional(c) in bidi for c in made)
    for before, after in zip(text, made, strict=True):
        assert after in (before, "?")


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_plain_text_stays(text: str) -> None:
    assert printable(text) == text
    assert printable("a b") == "a b"


def test_names_are_sorted_by_the_numbers_in_them() -> None:
    found = ["n59", "n6", "n06", "n", "b10-2", "b9-11", "b10-1", "7", "eth0.100", "eth0.20", ""]
    assert sorted(found, key=natural) == [
        "", "7", "b9-11", "b10-1", "b10-2", "eth0.20", "eth0.100", "n", "n06", "n6", "n59",
    ]  # fmt: skip


@given(st.text(), st.text())
@example("1" * 5000, "1" * 5001)
@example("\u0663", "3")
def test_any_two_names_have_an_order(one: str, other: str) -> None:
    assert (natural(one) == natural(other)) == (one == other)
    assert (natural(one) < natural(other)) == (not natural(other) <= natural(one))


def test_what_is_shortened_says_so() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abc..."
