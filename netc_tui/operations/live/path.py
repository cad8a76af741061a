"""The path to one service, asked again and again: do gateway and ports answer?"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import msgspec

from netc_tui.core.diagnosis.facts import Probe
from netc_tui.core.errors import NetcError
from netc_tui.core.findings import PORT
from netc_tui.core.health import Health, State
from netc_tui.core.model import Container, NetworkContainer
from netc_tui.core.sockets import Socket
from netc_tui.engine import EngineApi
from netc_tui.operations.check import ask, listening

OFTEN, SELDOM = 3.0, 10.0
"""Seconds between two looks: while a port does not answer, and while all do."""

Standing = tuple[object, ...]
"""How a network container stands. What was found out holds only as long as that is the same."""


class Answers(msgspec.Struct, frozen=True):
    """What was found out at one moment."""

    key: Standing
    probe: Probe | str
    sockets: tuple[Socket, ...] | str = ""
    """What listens in the service, or why that is not known; empty: nobody asked."""
    at: datetime | None = None

    @property
    def name(self) -> str:
        """That of the network container."""
        return str(self.key[0])


def key(own: NetworkContainer) -> Standing:
    """How it stands, as far as a look goes by it."""
    # What ports answered does not change what they are asked for.
    health = own.health if own.health.hop != PORT else Health(State.HEALTHY)
    return own.name, own.state, own.ip, own.target, health.state, health.hop, health.reason


async def watch(
    engine: EngineApi,
    own: NetworkContainer,
    service: Container | None,
    image: str,
    deliver: Callable[[Answers], None],
    clock: Callable[[], datetime],
) -> None:
    """Deliver a reading now and then a few seconds apart: a command of its own in the network
    container each time, and a helper beside the service when a port begins not to answer."""
    sockets: tuple[Socket, ...] | str = ""
    before: dict[str, str] = {}
    while True:
        silent = False
        try:
            found = await ask(engine, own)
            answers = dict(found.ports) if isinstance(found, Probe) else {}
            silent = any(answer != "open" for answer in answers.values())
            if not silent or own.node is not None:  # tasks of a Swarm may be on any node
                sockets = ""
            elif answers != before:
                sockets = await listening(engine, service, image)
        except NetcError as error:  # the engine is away, which is told where it belongs
            found, sockets, answers = error.message, "", {}
        before = answers
        deliver(Answers(key(own), found, sockets, clock()))
        await asyncio.sleep(OFTEN if silent else SELDOM)
