"""The doctor: all that can be found out about paths, gathered side by side, and what it means.

Nothing it does stays behind: a command in the network container, helper containers that are gone
when they have spoken, questions to the kernel, and as root packets of a probe's own.
"""

import asyncio
import ipaddress
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from netc_tui import sidecar
from netc_tui.core import ownership, probe, protocol
from netc_tui.core.diagnosis import diagnose
from netc_tui.core.diagnosis.facts import Probe, Server, Surroundings
from netc_tui.core.diagnosis.machine import Machine
from netc_tui.core.diagnosis.machine import diagnose as diagnose_machine
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.keeping import Written, keepings, unfollowed
from netc_tui.core.lease import Event, parse
from netc_tui.core.model import Container, Ended, Interface, Labels, NetworkContainer
from netc_tui.core.ownership import Own
from netc_tui.core.path import Check
from netc_tui.core.ports import Port
from netc_tui.core.protocol import Env, Said
from netc_tui.engine import EngineApi
from netc_tui.host import clock, dhcp, kernel, surroundings
from netc_tui.host import interfaces as host_interfaces
from netc_tui.host.turns import turn
from netc_tui.operations import interfaces, inventory, swarm
from netc_tui.operations.check import (
    BUSY,
    LATE,
    SETTLE,
    Looked,
    ask,
    check,
    facts,
    listening,
    settled,
)
from netc_tui.operations.lookup import look_up

if TYPE_CHECKING:
    from netc_tui.operations.naming import Publishing

T = TypeVar("T")
AT_ONCE = 8
"""Services that are looked at at a time."""
TAIL = 100
"""Events of a log that are read."""
LOG_PATIENCE = 2.0
"""Seconds for a log."""
PING = 3.0
"""Seconds without an end after which the engine is asked whether it is still there."""
TURN = 6.0
"""Seconds that one waits for others that look at the same network container."""
MOST_WIRES = 8
"""Interfaces on which DHCP servers are asked for; a host may have hundreds."""
TOO_MANY = f"on {MOST_WIRES} interfaces alone"
"""Why it is not asked on more."""
NOT_ROOT = "it needs root"
REMOTE = "the engine is on another machine"


class Doctor:
    """One look at many paths. What is the same for several of them is asked once."""

    def __init__(self, engine: EngineApi, publishing: "Publishing | None" = None) -> None:
        self._engine, self._publishing = engine, publishing
        self._servers: dict[str, asyncio.Task[tuple[Server, ...] | str]] = {}
        self._found: asyncio.Task[tuple[Interface, ...] | str] | None = None

    def close(self) -> None:
        """End what is still asked."""
        for task in (*self._servers.values(), self._found):
            if task is not None:
                task.cancel()

    async def services(
        self, names: Sequence[str] | None, done: Callable[[Looked], None] = lambda _: None
    ) -> tuple[Looked, ...]:
        """Look at the paths to these services, or to all that are on.

        ``done`` is told each as it is ready. Raises NetcError for a name that is none (no service),
        or of one that is not on.
        """
        containers = await self._engine.containers()
        owned = ownership.paired(containers)
        of_swarm = (await swarm.see(self._engine, containers)).own
        wanted: list[Own | NetworkContainer]
        if names is None:
            wanted = [*(several[0] for several in owned.values()), *of_swarm.values()]
        else:
            wanted = []
            for name in names:
                service = ownership.service_named(name, containers)
                if service in owned:
                    wanted.append(owned[service][0])
                elif name in of_swarm and inventory.named(name, containers) is None:
                    wanted.append(of_swarm[name])
                else:
                    wanted.append((await inventory.turned_on(self._engine, name))[1])
        at_once = asyncio.Semaphore(AT_ONCE)

        async def look(own: Own | NetworkContainer) -> Looked:
            async with at_once:
                if isinstance(own, Own):
                    work = self._look(own, containers)
                else:
                    work = check(self._engine, own)
                found = await self._while_alive(work)
            done(found)
            return found

        looks = [asyncio.create_task(look(own), name="doctor") for own in wanted]
        try:
            return tuple(await asyncio.gather(*looks))
        finally:
            for begun in looks:  # where one fails, nobody waits for the others any more
                begun.cancel()

    async def _while_alive(self, work: Coroutine[Any, Any, T]) -> T:
        """What it comes to. An engine that hangs meanwhile is noticed by its pings, long before
        its answers are given up."""
        task = asyncio.create_task(work, name="doctor")
        try:
            while not (await asyncio.wait((task,), timeout=PING))[0]:
                await self._engine.ping()
        finally:
            task.cancel()
        return task.result()

    async def machine(self) -> Check:
        """Look at the host itself."""
        return await self._while_alive(self._machine())

    async def _machine(self) -> Check:
        engine = self._engine
        containers, networks, found, memos = await asyncio.gather(
            engine.containers(),
            engine.networks(),
            engine.image(sidecar.image()),
            inventory.written(engine),
        )
        written = Written.of(memos, datetime.now(UTC))
        used = tuple(sorted({own.labels.interface for own in ownership.owned(containers)}))
        given = Machine(
            engine=engine.engine,
            networks=networks,
            elsewhere="" if engine.engine.local else REMOTE,
            used=used,
            image=found.base or "another image" if found is not None else None,
            written=written,
            unfollowed=unfollowed(keepings(containers, written), written),
        )
        if engine.engine.local:
            given = await self._here(given, containers)
        else:
            given = await self._there(given)
        return diagnose_machine(given)

    async def _there(self, given: Machine) -> Machine:
        """What another machine's engine can tell of it."""
        found = await self._interfaces()
        fit = [] if isinstance(found, str) else [each.name for each in found if each.unfit is None]
        wires = dict.fromkeys([*given.used, *fit], REMOTE)
        return msgspec.structs.replace(given, interfaces=found, servers=wires)

    async def _interfaces(self) -> tuple[Interface, ...] | str:
        """Those of another machine, or why they are not known: a helper is asked once."""
        if self._found is None:
            work = _or_why(interfaces.interfaces(self._engine))
            self._found = asyncio.create_task(work, name="interfaces")
        return await asyncio.shield(self._found)

    async def _here(self, given: Machine, containers: Sequence[Container]) -> Machine:
        """What this machine's own kernel tells beside it."""
        links, put, docker_rules = await asyncio.gather(
            asyncio.to_thread(host_interfaces.links),
            self._put(containers),
            self._docker_rules(),
        )
        judged = interfaces.judged(links, given.networks)
        fit = [interface.name for interface in judged if interface.unfit is None]
        wires = list(dict.fromkeys([*given.used, *fit]))
        asked, left = wires[:MOST_WIRES], wires[MOST_WIRES:]
        told = await asyncio.gather(
            *(self._dhcp(name, _client_on(name, containers)) for name in asked)
        )
        servers = dict(zip(asked, told, strict=True)) | dict.fromkeys(left, TOO_MANY)
        return msgspec.structs.replace(
            given,
            interfaces=judged,
            macvlan=kernel.macvlan(),
            nf_tables=kernel.nf_tables(),
            docker_rules=docker_rules,
            filters=[
                interface.name
                for interface in judged
                if interface.kind == "bridge"
                and (interface.unfit is None or interface.name in given.used)
                and surroundings.filters(interface.name)
            ],
            virtual=surroundings.virtual(),
            put=put,
            servers=servers,
        )

    async def _docker_rules(self) -> bool | None:
        # A rootless engine has a network namespace of its own.
        if self._engine.engine.rootless:
            return None
        return await asyncio.to_thread(kernel.docker_rules)

    async def _put(self, containers: Sequence[Container]) -> timedelta:
        """By how much the clock was put since any network container spoke last."""
        boot = clock.boot()
        owned = [own.container for own in ownership.owned(containers) if own.container.running]
        said = await asyncio.gather(
            *(inventory.lease(self._engine, container) for container in owned)
        )
        steps = [event.rebased(boot).time - event.time for event in said if event is not None]
        return max(steps, key=abs, default=timedelta())

    async def _look(self, held: Own, containers: Sequence[Container]) -> Looked:
        engine, container = self._engine, held.container
        (said, error), events = await self._heard(container)
        first = inventory.standing(held, said, containers=containers)
        if _just_begun(events, datetime.now(UTC)) and _coming(first):
            await settled(engine, first)
            (said, error), events = await self._heard(container)
        known: Ended | str | None = error
        if not container.running:
            known = (await inventory.ended(engine, [container])).get(container.id) or error
        own = inventory.standing(held, said, None, known, containers)
        target = next((found for found in containers if found.name == own.service), None)
        found, sockets, host, named, servers = await asyncio.gather(
            self._examine(held, own),
            listening(engine, target, container.image),
            self._host(own),
            look_up(engine, own, self._publishing),
            # Who has no lease asks for itself: what another is offered does not tell.
            self._dhcp(own.interface, _client(held.labels), alone=own.ip is None),
        )
        given = facts(
            own,
            found,
            datetime.now(UTC),
            fault=ownership.service_fault(held, containers),
            failing=target is not None and target.health == "unhealthy",
            published=_published(target.ports if target is not None else ()),
            events=events,
            sockets=sockets,
            host=host,
            servers=servers,
        )
        return Looked(own, diagnose(given), found, sockets, named)

    async def _heard(
        self, container: Container
    ) -> tuple[tuple[Event | None, str | None], tuple[Event, ...]]:
        """What it said last, or why that cannot be read, and what it has said lately."""
        return await asyncio.gather(
            inventory.told(self._engine, container), self._events(container)
        )

    async def _events(self, container: Container) -> tuple[Event, ...]:
        try:
            async with asyncio.timeout(LOG_PATIENCE):
                lines = await self._engine.log(container.name, TAIL)
        except (NetcError, TimeoutError):
            return ()
        boot = clock.boot()
        return tuple(event.rebased(boot) for event in map(parse, lines) if event is not None)

    async def _examine(self, held: Own, own: NetworkContainer) -> Probe | str:
        """From within the network container, or from beside it where Docker runs nothing there:
        on the default bridge, while the service does not run. One of an older netc is asked what
        it can tell."""
        # The number of processes in a network container is limited.
        async with turn(f"examine {held.container.id}", TURN) as ours:
            if not ours:
                return BUSY
            found = await ask(self._engine, own, protocol.EXAMINE)
        if isinstance(found, Probe) or own.state != "running" or found == LATE:
            return found
        if isinstance(less := await ask(self._engine, own), Probe):
            return less
        known = {"ip": own.ip, "gateway": own.gateway}
        facts = " ".join(f"{name}={value}" for name, value in known.items() if value)
        environment = {protocol.FACTS: facts or "ip=", Env.MAC: own.mac}
        try:
            printed = await self._engine.beside(
                held.container.id, held.container.image, protocol.EXAMINE, environment, admin=True
            )
        except NetcError as error:
            if error.code is Exit.ENGINE:
                raise
            return found
        return probe.parse(printed)

    async def _host(self, own: NetworkContainer) -> Surroundings | str:
        if not self._engine.engine.local:
            found = await self._interfaces()
            if isinstance(found, str):
                return found
            named = (each for each in found if each.name == own.interface)
            return Surroundings.of(next(named, None), REMOTE)

        async def astray() -> tuple[tuple[str, str], ...] | str:
            if own.ip is None or os.geteuid() != 0:
                return NOT_ROOT
            return await _or_why(surroundings.astray(own.interface, own.ip, own.mac))

        seen, strays = await asyncio.gather(
            _or_why(asyncio.to_thread(surroundings.look, own.interface, own.gateway, own.ip)),
            astray(),
        )
        if isinstance(seen, str) or isinstance(strays, str):
            return seen
        return msgspec.structs.replace(seen, astray=strays)

    async def _dhcp(
        self, interface: str, client: dhcp.Asker | None, *, alone: bool = False
    ) -> tuple[Server, ...] | str:
        """Once for each interface, unless a client asks for itself ``alone``."""
        if not self._engine.engine.local:
            return REMOTE
        if os.geteuid() != 0:
            return NOT_ROOT
        key = f"{interface} {client.mac.hex() if client and alone else ''}"
        if key not in self._servers:
            self._servers[key] = asyncio.create_task(
                servers(interface, client), name=f"DHCP servers on {interface}"
            )
        return await asyncio.shield(self._servers[key])


SILENT = "the engine does not answer"


async def alone(why: str, *, here: bool = True) -> Check:
    """A host without its engine, which does not answer for the reason that is given. Of one that
    is not ``here`` nothing is known then: what this machine has is not its."""
    if not here:
        return diagnose_machine(Machine(engine=why, interfaces=SILENT, elsewhere=SILENT))
    links = await asyncio.to_thread(host_interfaces.links)
    given = Machine(
        engine=why,
        interfaces=interfaces.judged(links, ()),
        macvlan=kernel.macvlan(),
        nf_tables=kernel.nf_tables(),
        virtual=surroundings.virtual(),
    )
    return diagnose_machine(given)


def _client_on(interface: str, containers: Sequence[Container]) -> dhcp.Asker | None:
    """Somebody on that interface to ask DHCP servers for."""
    on = (own.labels for own in ownership.owned(containers) if own.labels.interface == interface)
    return next(filter(None, map(_client, on)), None)


def _just_begun(events: Iterable[Event], now: datetime) -> bool:
    """Did a network container start so lately that it may not stand as it will?"""
    starts = [event.time for event in events if event.event == Said.START]
    return bool(starts) and abs(now - starts[-1]) < timedelta(seconds=SETTLE)


def _coming(own: NetworkContainer) -> bool:
    """Does it lack no more than what one that has just begun does: a first look, a lease, its
    service?"""
    return own.health.finding is None or own.health.finding.code in ("N219", "N407")


def _client(labels: Labels) -> dhcp.Asker | None:
    """A network container, as a DHCP server knows it; None when its labels make no sense."""
    try:
        mac, id = bytes.fromhex(labels.mac.replace(":", "")), bytes.fromhex(labels.client_id)
    except ValueError:
        return None
    return dhcp.Asker(mac, id) if len(mac) == 6 and len(id) < 256 else None


async def servers(interface: str, client: dhcp.Asker | None) -> tuple[Server, ...] | str:
    """The DHCP servers on the LAN of an interface, or why they cannot be asked."""
    links = await asyncio.to_thread(host_interfaces.links)
    link = next((link for link in links if link.name == interface), None)
    if link is None or not link.up or not link.carrier:
        return f"{interface} is not there, is down, or has no carrier"
    address = str(ipaddress.IPv4Interface(link.addresses[0]).ip) if link.addresses else None
    return await _or_why(dhcp.servers(interface, address, client=client))


async def _or_why(work: Awaitable[T]) -> T | str:
    """What it comes to, or why it does not; an engine that is away is an error."""
    try:
        return await work
    except NetcError as error:
        if error.code is Exit.ENGINE:
            raise
        return error.message


def _published(ports: Iterable[Port]) -> tuple[int, ...]:
    """The numbers at which Docker publishes them on this host."""
    numbers = (on.rpartition(":")[2] for port in ports for on in port.published)
    return tuple(sorted({int(number) for number in numbers if number.isdigit()}))
