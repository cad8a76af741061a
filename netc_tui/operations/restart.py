"""Restarting a service's network container: stop, start, and a lease anew."""

from collections.abc import Callable

from netc_tui.core.errors import NetcError
from netc_tui.core.lease import Event
from netc_tui.core.model import DEFAULT_BRIDGE, Labels, NetworkContainer
from netc_tui.core.protocol import Said
from netc_tui.core.words import command
from netc_tui.engine import EngineApi, LinkDown
from netc_tui.operations import inventory
from netc_tui.operations.actions import GRACE
from netc_tui.operations.waiting import Heeded, mark, no_lease, wait_for, why_no_lease


async def restart(
    engine: EngineApi,
    service: str,
    seconds: float = 30,
    heard: Callable[[Event], None] = lambda _: None,
) -> NetworkContainer:
    """Restart it and wait until its address is bound again; ``heard`` gets what it says.

    Raises NetcError: no network container, its service does not run and it is linked to that, no
    lease within ``seconds`` (the network container goes on trying).
    """
    _, companion = await inventory.exposed(engine, service)
    labels = (await inventory.companion(engine, companion.service)).labels
    await _check_link(engine, companion, labels)
    last, started = await mark(engine, companion.name), False

    def ready(event: Event) -> bool:
        nonlocal started  # before that, it is the former life that speaks
        started = started or event.event == Said.START
        return started and event.ip is not None and event.target is not None

    try:
        await engine.restart(companion.name, GRACE)
    except LinkDown as error:
        raise _cannot_link(companion, labels) from error
    found = await wait_for(engine, companion.name, last, ready, seconds, heard)
    if found.wanted is None:
        raise _not_bound(companion, found, seconds)
    return (await inventory.exposed(engine, service))[1]


async def _check_link(engine: EngineApi, companion: NetworkContainer, labels: Labels) -> None:
    """Raise NetcError when Docker would stop it and then could not start it again."""
    if labels.network == DEFAULT_BRIDGE and labels.target:
        target = await engine.container(labels.target)
        if target is None or not target.running:
            raise _cannot_link(companion, labels)


def _cannot_link(companion: NetworkContainer, labels: Labels) -> NetcError:
    return NetcError(
        f"{labels.target} does not run, and on the default bridge Docker cannot start"
        f" {companion.name}, which is linked to it, until it does:"
        f" {command('docker', 'start', labels.target)}"
    )


def _not_bound(companion: NetworkContainer, found: Heeded, seconds: float) -> NetcError:
    last = found.last
    if last is not None and last.ip is not None:
        return NetcError(
            f"{companion.name} has the address {last.ip} again, but does not find"
            f" {companion.service} on the network {companion.network}; does it still run?"
        )
    why = why_no_lease(companion.name, [], found)
    return no_lease(companion.service, companion.interface, seconds, why, found)
