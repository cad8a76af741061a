"""All faults, and the table of what came of them."""

import textwrap
from collections.abc import Sequence

from . import checks, docker, lease, target
from .fault import Fault, Outcome

FAULTS: tuple[Fault, ...] = (*target.FAULTS, *checks.FAULTS, *lease.FAULTS, *docker.FAULTS)

HEADER = ("", "FAULT", "TOLD", "HEALED", "OVER", "LEFT", "NETC LS SAID")
WIDTH = 150


def row(outcome: Outcome) -> tuple[str, ...]:
    """One line of the table."""
    fault = outcome.fault
    told = (
        "-" if fault.told is None else "never" if outcome.told is None else f"{outcome.told:.1f} s"
    )
    over = "-" if outcome.recovery is None else f"{outcome.recovery:.1f} s"
    left = ", ".join(outcome.left) or "nothing"
    return (
        "ok" if not outcome.problems else "FAIL",
        fault.name,
        told,
        outcome.healed,
        over,
        left,
        outcome.said,
    )


def table(outcomes: Sequence[Outcome]) -> str:
    """The table for people."""
    return columns(HEADER, [row(one) for one in outcomes], [one.problems for one in outcomes])


def columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], problems: Sequence[Sequence[str]]
) -> str:
    """Lines in columns; what should have been otherwise stands below each."""
    cells = [header, *rows]
    widths = [max(len(line[at]) for line in cells) for at in range(len(header) - 1)]
    lines = []
    for line, below in zip(cells, [(), *problems], strict=True):
        plain = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        lines.append(f"{plain}  {line[-1]}".rstrip())
        for problem in below:
            lines += textwrap.wrap(
                problem, WIDTH, initial_indent="        - ", subsequent_indent="          "
            )
    return "\n".join(lines)


def as_json(outcome: Outcome) -> dict[str, object]:
    """One fault for scripts."""
    return {
        "fault": outcome.fault.name,
        "section": outcome.fault.section,
        "what": outcome.fault.what,
        "ok": not outcome.problems,
        "said": outcome.said,
        "told_s": None if outcome.told is None else round(outcome.told, 1),
        "healed": outcome.healed,
        "recovery_s": None if outcome.recovery is None else round(outcome.recovery, 1),
        "left": outcome.left,
        "problems": outcome.problems,
        "seconds": round(outcome.seconds, 1),
    }
