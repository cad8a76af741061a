"""Moments, spans and counts in words, as the command line and the screen show them."""

import shlex
from datetime import UTC, datetime


def command(*words: str) -> str:
    """A command that an operator may copy into a shell: a name is a word there, whatever is in it.

    Names come from labels, which anybody who may start a container can write.
    """
    return shlex.join(words)


def clock(at: datetime | None, now: datetime | None = None) -> str:
    """A moment as the operator's clock shows it, with the day if it is another one."""
    if at is None:
        return "-"
    here = at.astimezone()
    today = (now or datetime.now(UTC)).astimezone().date()
    return here.strftime("%H:%M:%S" if here.date() == today else "%Y-%m-%d %H:%M:%S")


def short_clock(at: datetime | None, now: datetime) -> str:
    """The same in at most 8 cells: of another day only the day."""
    if at is None:
        return "-"
    here = at.astimezone()
    return here.strftime("%H:%M:%S" if here.date() == now.astimezone().date() else "%d %b")


def span(seconds: float) -> str:
    """A length of time with its two largest units: ``4m 10s``."""
    left = round(abs(seconds))
    parts = []
    for size, letter in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if left >= size:
            parts.append(f"{left // size}{letter}")
            left %= size
        elif parts:
            break  # 1h 0m 5s is 1h
    return " ".join(parts[:2]) or "0s"


def ago(at: datetime | None, now: datetime) -> str:
    """How far a moment is: ``in 4m 10s``, ``12s ago``, or nothing."""
    if at is None:
        return ""
    seconds = round((at - now).total_seconds())
    return f"in {span(seconds)}" if seconds > 0 else f"{span(seconds)} ago"


def count(number: float) -> str:
    """A count in at most 5 cells: 999, 1.2k, 34k, 5.6M."""
    for limit, unit in ((1e3, ""), (1e6, "k"), (1e9, "M"), (1e12, "G"), (1e15, "T"), (1e18, "P")):
        if number < limit:
            value = number * 1e3 / limit
            if not unit or value >= 99.5:
                return f"{value:.0f}{unit}"
            return f"{value:.1f}{unit}"
    return f"{number / 1e18:.1f}E"


def octets(number: float) -> str:
    """A number of bytes: ``720 B``, ``1.2 kB``."""
    text = count(number)
    return f"{text} B" if text[-1].isdigit() else f"{text[:-1]} {text[-1]}B"
