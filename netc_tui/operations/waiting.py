"""Waiting until a network container says what one waits for."""

import asyncio
from collections.abc import Callable

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import Event, parse
from netc_tui.core.lease import why as reason
from netc_tui.core.protocol import Said
from netc_tui.core.words import command
from netc_tui.engine import EngineApi

Heard = Callable[[Event], None]

TAIL = 200
"""Lines of a log in which the last one that was known before is looked for."""
PAUSE = 0.2
"""Seconds between two looks at a container whose log ended."""
ENDED = 15
"""So many looks at one that does not run, and Docker is not going to start it again. An engine that
shuts down stops its containers first, and is away some seconds later: that is to be told then."""


class Failed(NetcError):
    """A network container cannot go on, and has said why."""


class Heeded(msgspec.Struct):
    """What came of waiting."""

    wanted: Event | None = None
    """What was waited for; None when the time was over before."""
    said: list[Event] = []
    """All that was said meanwhile."""
    state: str | None = None
    """Docker's sentence about its container, when it does not run."""
    unread: bool = False
    """It runs, and its log ends again and again."""

    @property
    def last(self) -> Event | None:
        """The last of what was said."""
        return self.said[-1] if self.said else None


async def mark(engine: EngineApi, name: str) -> bytes | None:
    """The last line of a log, before something is asked: what is said from then on comes after it.

    By lines and not by time: the engine's clock may be put back or forward meanwhile, and would
    have old events taken for the answer, or the answer for an old event.
    """
    lines = await engine.log(name, 1)
    return lines[-1] if lines else None


async def wait_for(
    engine: EngineApi,
    name: str,
    after: bytes | None,
    wanted: Callable[[Event], bool],
    seconds: float,
    heard: Heard = lambda _: None,
) -> Heeded:
    """Wait for an event that is ``wanted``, among those that come ``after`` that line of the log
    (None: of all), for so many seconds at most.

    Raises NetcError when the network container fails, with what it said, or is gone.
    """
    found = Heeded(said=[])
    try:
        async with asyncio.timeout(seconds):
            await _listen(engine, name, after, wanted, heard, found)
    except TimeoutError:
        pass
    return found


async def _listen(
    engine: EngineApi,
    name: str,
    after: bytes | None,
    wanted: Callable[[Event], bool],
    heard: Heard,
    found: Heeded,
) -> None:
    down = 0
    while True:
        lines = 0
        # A log that was cut has not the line that was last: then all that it has came after it.
        skipping = after is not None and after in await engine.log(name, TAIL)
        # More than that, since it goes on growing until it is followed.
        stream = engine.follow_log(name, tail=2 * TAIL if after is not None else None)
        try:
            async for line in stream:
                lines += 1
                if skipping:
                    skipping = line != after
                    continue
                after = line
                event = parse(line)
                if event is None or event == found.last:
                    continue
                found.said.append(event)
                heard(event)
                if wanted(event):
                    found.wanted = event
                    return
                if event.event == Said.FAILED:
                    raise Failed(
                        f"the network container {name} failed: {event.message or 'it says not why'}"
                    )
        finally:
            stream.close()
        # It ended: the container did, or the engine went away, which the next call says.
        container = await engine.container(name)
        if container is None:
            raise NetcError(f"{name} was removed while waiting for its lease")
        found.state = None if container.running else container.status
        found.unread = container.running and lines == 0
        down = 0 if container.running or container.state == "restarting" else down + 1
        if down >= ENDED:
            return
        await asyncio.sleep(PAUSE)


def why_no_lease(name: str, said: list[Event], found: Heeded) -> str:
    """Why a network container has no lease, as far as that is known; nothing is made of silence.

    ``said`` is what it had said before.
    """
    if (told := reason([*said, *found.said])) is not None:
        return told
    if found.state is not None:
        return f"{name} does not run ({found.state})"
    if found.unread:
        return f"its log cannot be read: docker logs {name}"
    return f"it has not said why: docker logs {name}"


def no_lease(service: str, interface: str, seconds: float, why: str, found: Heeded) -> NetcError:
    """The error for a lease that did not come in time, with what can be done."""
    then = f"it goes on trying, stop it with: {command('netc', 'down', service)}"
    if found.state is not None:
        then = f"start it again with: {command('netc', 'up', service, interface)}"
    return NetcError(
        f"no lease for {service} on {interface} within {seconds:g} s: {why}; {then}",
        Exit.NO_LEASE,
    )


def stands_by(service: str, interface: str, said: Event, *, stays: bool) -> NetcError:
    """The error for one whose identity another machine on the LAN has, as it ``said``, with what
    can be done. ``stays``: its network container is still there."""
    why = (said.reason or said.message or "").partition(": ")[0]
    so = "it was not turned on"
    if stays:
        so = f"it stands by; to turn it off: {command('netc', 'down', service)}"
    anew = command("netc", "up", service, interface, "--seed", "TEXT")
    here = command("netc", "move", service, "--from", "HOST")
    return NetcError(
        f"{why}: {service} was moved there, or that is a clone of this host, with its engine id;"
        f" {so}; with an identity of its own: {anew}; to have that address here: {here}",
        Exit.NO_LEASE if stays else Exit.FAILED,
    )
