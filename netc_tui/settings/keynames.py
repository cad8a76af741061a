"""Names of keys as Textual has them, known without Textual."""

import re
import string
import unicodedata

REPLACED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Unicode's names of characters for which Textual has shorter ones."""


def _named(key: str) -> str:
    """The name of a key that is given by its character; letters and digits are theirs."""
    if len(key) != 1 or key.isalnum():
        return key
    name = unicodedata.name(key, key).lower().replace("-", "_").replace(" ", "_")
    return REPLACED.get(name, name)


PUNCTUATION = frozenset(map(_named, string.punctuation))
"""Keys that are text where one types."""
NAMED = {
    *("enter", "return", "escape", "tab", "space", "backspace", "delete", "insert"),
    *("home", "end", "pageup", "pagedown", "up", "down", "left", "right"),
    *(f"f{number}" for number in range(1, 25)),
    *PUNCTUATION,
}

# Not alt or meta: on most terminals they come as an escape and the key, which are two keys.
_MODIFIERS = re.compile(r"(?:(?:ctrl|shift|super|hyper)\+)*")


def split(keys: str) -> list[str]:
    """The keys of a list with commas; a comma alone is the key."""
    if keys.strip() == ",":
        return ["comma"]
    return [key if key == " " else key.strip() for key in keys.split(",")]


def valid(key: str) -> bool:
    """Whether it is a key, perhaps with modifiers before it."""
    base = _base(key)
    if len(base) == 1:
        return base.isprintable()
    return base in NAMED


def plain(key: str) -> str:
    """One spelling of each key: "?" and "question_mark" are the same one."""
    base = _base(key)
    return key[: len(key) - len(base)] + _named(base)


def _base(key: str) -> str:
    """Without its modifiers."""
    match = _MODIFIERS.match(key)
    return key[match.end() :] if match else key
