"""Running a command inside a network container."""

from collections.abc import Sequence

from netc_tui.core import words
from netc_tui.core.errors import NetcError
from netc_tui.core.model import NetworkContainer
from netc_tui.engine import EngineApi, LinkDown, NoScript


async def execute(engine: EngineApi, companion: NetworkContainer, command: Sequence[str]) -> str:
    """What ``command`` prints. Raises NetcError, also when nothing can be run there now."""
    if companion.state == "paused":
        raise NetcError(
            f"{companion.name} is paused; let it go on with: "
            f"{words.command('docker', 'unpause', companion.name)}"
        )
    if companion.state != "running":
        raise NetcError(
            f"{companion.name} does not run ({companion.state}); start it again with:"
            f" {words.command('netc', 'up', companion.service, companion.interface)}"
        )
    try:
        return await engine.execute(companion.name, command)
    except NoScript as error:
        raise NetcError(
            f"{companion.name} was made by another version of netc and cannot do that; make it"
            f" anew with: {words.command('netc', 'up', companion.service, companion.interface)}"
        ) from error
    except LinkDown as error:
        raise NetcError(
            f"{companion.service} does not run, and on the default bridge Docker runs nothing"
            f" in {companion.name} until it does:"
            f" {words.command('docker', 'start', companion.service)}"
        ) from error
