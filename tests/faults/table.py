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
    """The table for people; what should have been otherwise stands below each fault."""
    rows = [HEADER, *map(row, outcomes)]
    widths = [max(len(line[at]) for line in rows) for at in range(len(HEADER) - 1)]
    lines = []
    for number, cells in enumerate(rows):
        plain = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
        lines.append(f"{plain}  {cells[-1]}".rstrip())
        for problem in outcomes[number - 1].problems if number else ():
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
