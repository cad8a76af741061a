"""Text from outside (names, labels, DHCP options) made fit for a terminal."""

import unicodedata


def printable(text: str) -> str:
    """``text`` with every control, format and line-breaking character shown as ``?``.

    What is left cannot move the cursor, end a line, or turn the direction of writing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join("?" if unicodedata.category(c)[0] in "CZ" and c != " " else c for c in text)
