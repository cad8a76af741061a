"""What listens in a service: a look into its network namespace, from beside it."""

from netc_tui.core import sockets as core
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Container
from netc_tui.core.plan import Wanted
from netc_tui.core.sockets import Socket
from netc_tui.core.words import command
from netc_tui.engine import EngineApi, Gone, NoImage, NotRunning
from netc_tui.sidecar import image

LOOK = (
    "/bin/sh",
    "-c",
    "for f in tcp tcp6 udp udp6; do [ -r /proc/net/$f ] || continue;"
    " echo $f; grep -E ' (0A|07) ' /proc/net/$f; done; true",
)
"""Prints what ``core.sockets`` parses, without the connections, of which there may be many. A
kernel without IPv6 has two of the files."""


async def sockets(engine: EngineApi, service: Container, image: str) -> tuple[Socket, ...]:
    """What listens in the network namespace of a service, which may be the host's.

    ``image``: that of network containers. Raises NetcError when it cannot be seen.
    """
    name = service.name
    if not service.running:
        raise _ended(service, f"does not run ({service.state})")
    try:
        # By its id: what has the name by now may be another one.
        printed = await engine.beside(service.id, image, LOOK)
    except Gone as error:
        raise NetcError(f"{name} was removed or made anew meanwhile") from error
    except NotRunning as error:
        raise _ended(service, "does not run any more") from error
    except NoImage as error:
        make = command("netc", "image", "build")
        raise _unseen(name, f"netc's image is not on the engine; make it with: {make}") from error
    except NetcError as error:
        if error.code is Exit.ENGINE:
            raise
        raise _unseen(name, error.message) from error
    if "tcp" not in printed.splitlines():
        raise _unseen(name, "there is no /proc/net/tcp")
    return core.parse(printed)


async def unheard(engine: EngineApi, wanted: Wanted) -> tuple[str, ...]:
    """What to say before a service is turned on: on which of its ports nobody listens, or why that
    cannot be seen. It takes 0.3 s. Raises NetcError when the engine is away."""
    containers = await engine.containers()
    service = next((found for found in containers if found.id == wanted.service_id), None)
    if service is None or service.state != "running":
        return ()
    try:
        found = await sockets(engine, service, image())
    except NetcError as error:
        if error.code is Exit.ENGINE:
            raise
        if isinstance(error.__cause__, NoImage):  # the plan builds it
            return (f"not checked what {service.name} listens on: netc's image is not there yet",)
        return (error.message,)
    return core.unheard(wanted.service, wanted.forwards, found)


def _unseen(name: str, why: str) -> NetcError:
    return NetcError(f"what listens in {name} cannot be seen: {why}")


def _ended(service: Container, how: str) -> NetcError:
    what = f"{service.name} {how}, so nothing listens in it"
    if service.state == "restarting":  # by itself, again and again
        return NetcError(f"{what}; why it ends: {command('docker', 'logs', service.name)}")
    return NetcError(f"{what}; start it with: {command('docker', 'start', service.name)}")
