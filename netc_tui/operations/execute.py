"""Running a command inside a network container."""

from collections.abc import Sequence

from netc_tui.core import words
from netc_tui.core.errors import NetcError
from netc_tui.core.model import NetworkContainer
from netc_tui.core.protocol import MUTE
from netc_tui.engine import EngineApi, LinkDown, NoScript


async def execute(engine: EngineApi, own: NetworkContainer, command: Sequence[str]) -> str:
    """What ``command`` prints. Raises NetcError, also when nothing can be run there now."""
    if own.elsewhere:
        there = f"at {own.node}" if own.node else "nowhere"
        raise NetcError(f"{own.name} runs {there}: nothing can be done in it from here")
    if own.state == "paused":
        raise NetcError(
            f"{own.name} is paused; let it go on with: "
            f"{words.command('docker', 'unpause', own.name)}"
        )
    if own.state != "running":
        raise NetcError(f"{own.name} does not run ({own.state}); start it again with: {own.again}")
    try:
        printed = await engine.execute(own.name, command)
        if not printed and engine.engine.loses_words and tuple(command) not in MUTE:
            # Nothing is no answer before it was had twice.
            printed = await engine.execute(own.name, command)
    except NoScript as error:
        raise NetcError(
            f"{own.name} was made by another version of netc and cannot do that; make it"
            f" anew with: {own.again}"
        ) from error
    except LinkDown as error:
        raise NetcError(
            f"{own.service} does not run, and on the default bridge Docker runs nothing"
            f" in {own.name} until it does:"
            f" {words.command('docker', 'start', own.service)}"
        ) from error
    else:
        return printed
