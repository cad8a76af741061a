"""Plain tables, and the words for a budget."""

from collections.abc import Iterable, Sequence


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print one: the first column to the left, figures to the right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    print(title)
    for line in lines:
        first, *others = (
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  " + "   ".join([first, *others]).rstrip())
    print(flush=True)


def at_most(value: float, budget: float) -> str:
    """Whether what should be small is."""
    return "kept" if value <= budget else "OVER"


def at_least(value: float, budget: float) -> str:
    """Whether what should be large is."""
    return "kept" if value >= budget else "UNDER"
