"""A plan carried out, step by step, and again from a new look when the ground moved meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable

from netc_tui.core import plan
from netc_tui.core.lease import Event
from netc_tui.core.plan import Step, When
from netc_tui.engine import Conflict, Gone, Refused
from netc_tui.operations.actions import Actors, do, undo

ATTEMPTS = 6

Make = Callable[[], Awaitable[tuple[Step, ...]]]
Report = Callable[[Step], None]


async def apply(
    actors: Actors,
    make: Make,
    report: Report,
    when: When | None = None,
    *,
    planned: tuple[Step, ...] | None = None,
    bound: Event | None = None,
) -> None:
    """Make a plan, or take the one that is ``planned``, and carry it out: its steps of one phase,
    or all, in their order. ``bound`` is handed to each.

    Another netc, or Docker itself, may come in between: what exists already or is gone by now
    leads to a new plan, a few times. Raises NetcError when a step fails for good; what was
    created until then, a network container that cannot be started for one, is removed again.
    """
    done: list[Step] = []
    for attempt in range(1, ATTEMPTS + 1):
        steps = await make() if planned is None else planned
        planned = None
        try:
            for step in steps:
                if when in (None, step.when):
                    report(step)
                    await do(step, actors, bound)
                    done.append(step)
        except (Conflict, Gone):
            if attempt == ATTEMPTS:
                raise
            await asyncio.sleep(0.05 * 2**attempt)
        except Refused:
            for step in reversed(done):
                await undo(step, actors)
            raise
        else:
            return


async def tidy(actors: Actors, report: Report) -> None:
    """Remove networks of ours that nobody is on any more: of several netcs that each took one
    network container away, none knew at first that it was the last."""
    engine = actors.engine

    async def make() -> tuple[Step, ...]:
        containers, networks = await asyncio.gather(engine.containers(), engine.networks())
        return plan.orphans(networks, plan.used_networks(containers), plan.guests(containers))

    await apply(actors, make, report)
    # The last that ran an image which lost its name may have been among them.
    await engine.tidy_images()
