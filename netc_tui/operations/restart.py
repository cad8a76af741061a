"""Restarting a service's network container: stop, start, and a lease anew."""

from collections.abc import Callable

from netc_tui.core import records
from netc_tui.core.errors import NetcError
from netc_tui.core.identity import container_name
from netc_tui.core.lease import Event
from netc_tui.core.model import DEFAULT_BRIDGE, Labels, NetworkContainer
from netc_tui.core.protocol import Said
from netc_tui.core.records import Did
from netc_tui.core.words import command
from netc_tui.engine import EngineApi, LinkDown
from netc_tui.operations import inventory
from netc_tui.operations.actions import GRACE, tell
from netc_tui.operations.signing import signed
from netc_tui.operations.waiting import (
    Heeded,
    mark,
    no_lease,
    stands_by,
    wait_for,
    why_no_lease,
)


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
    _, own = await inventory.turned_on(engine, service)
    if own.node is not None:
        anew = command("docker", "service", "update", "--force", container_name(own.service))
        raise NetcError(f"{own.service} is a service of a Swarm, which starts it anew with: {anew}")
    labels = (await inventory.owned(engine, own.service)).labels
    await _check_link(engine, own, labels)
    last, started = await mark(engine, own.name), False

    def ready(event: Event) -> bool:
        nonlocal started  # before that, it is the former life that speaks
        started = started or event.event == Said.START
        return started and (event.stands_by or (event.ip is not None and event.target is not None))

    record = records.filled(await signed(engine), Did.RESTARTED)
    await tell(engine, own.name, record)
    try:
        await engine.restart(own.name, GRACE)
    except LinkDown as error:
        raise _cannot_link(own, labels) from error
    found = await wait_for(engine, own.name, last, ready, seconds, heard)
    if found.wanted is None:
        raise _not_bound(own, found, seconds)
    if found.wanted.stands_by:
        raise stands_by(own.service, own.interface, found.wanted, stays=True)
    return (await inventory.turned_on(engine, service))[1]


async def _check_link(engine: EngineApi, own: NetworkContainer, labels: Labels) -> None:
    """Raise NetcError when Docker would stop it and then could not start it again."""
    if labels.network == DEFAULT_BRIDGE and labels.target:
        target = await engine.container(labels.target)
        if target is None or not target.running:
            raise _cannot_link(own, labels)


def _cannot_link(own: NetworkContainer, labels: Labels) -> NetcError:
    return NetcError(
        f"{labels.target} does not run, and on the default bridge Docker cannot start"
        f" {own.name}, which is linked to it, until it does:"
        f" {command('docker', 'start', labels.target)}"
    )


def _not_bound(own: NetworkContainer, found: Heeded, seconds: float) -> NetcError:
    last = found.last
    if last is not None and last.ip is not None:
        return NetcError(
            f"{own.name} has the address {last.ip} again, but does not find"
            f" {own.service} on the network {own.network}; does it still run?"
        )
    why = why_no_lease(own.name, [], found)
    return no_lease(own.service, own.interface, seconds, why, found)
