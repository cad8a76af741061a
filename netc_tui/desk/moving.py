"""The job that moves an address: shown by both services, on the desks of both hosts."""

from typing import TYPE_CHECKING

from netc_tui.core.health import State
from netc_tui.desk.candidates import Candidate
from netc_tui.desk.fleet import Placed
from netc_tui.desk.job import Kind
from netc_tui.operations.move import Move

if TYPE_CHECKING:
    from netc_tui.core.plan import Step
    from netc_tui.engine import EngineApi
    from netc_tui.operations.apply import Report
    from netc_tui.operations.waiting import Heard


def move(giver: Placed, to: Candidate, asked: Move) -> None:
    """Move the address of ``giver``, unless something is under way for one of the two."""
    jobs, theirs = giver.desk.jobs, to.desk.jobs
    if not (jobs.ready(giver.name, Kind.HAND_OVER) and theirs.ready(to.name, Kind.TAKE_OVER)):
        return

    async def do(source: "EngineApi", report: "Report", heard: "Heard") -> str:
        from netc_tui.operations.check import settled
        from netc_tui.operations.move import move as carry_out

        target = await to.desk.watching.connected()
        said: list[str] = []

        async with theirs.beside(to.name, Kind.TAKE_OVER) as tell:

            def both(step: "Step") -> None:
                report(step)
                tell(step)

            publishing = to.desk.publishing()
            told = to.told(giver.desk)
            came = await carry_out(
                source, target, asked, both, heard, said.append, publishing, told
            )
        made = await settled(target, came)
        if made.health.state is State.BROKEN:
            said.insert(0, f"but {made.health}")
        return "; ".join((f"moved to {to.called}: {came.ip} on {came.interface}", *said))

    jobs.start(giver.name, Kind.HAND_OVER, do)
