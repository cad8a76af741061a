"""Publishing the name of a network container, and taking it back: steps of ``up`` and ``down``.

A name that cannot be published leaves the service on: it is reached by its address. Each is written
down on the engine before it is published, and forgotten when it was taken back (``core.named``).
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from netc_tui.core import named, plan, publication
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.lease import Event, fold
from netc_tui.core.model import Keeper
from netc_tui.core.named import NameMemo
from netc_tui.core.ownership import Own
from netc_tui.core.publication import Publication
from netc_tui.engine import EngineApi
from netc_tui.names import NameTrouble, Outcome, Publisher, publisher
from netc_tui.names.publisher import service_name
from netc_tui.names.trouble import AWAY
from netc_tui.operations.memos import forget
from netc_tui.settings.declared import DnsSettings

TAIL = 20
"""Lines of a log in which the domain of the lease is looked for."""
NO_ZONE = (
    "the DHCP server tells no domain; name the zone: dns.zone in the settings, or NETC_DNS_ZONE"
)


class Publishing(msgspec.Struct, frozen=True):
    """How names are published here."""

    publisher: Publisher
    zone: str
    """Empty: the domain that each DHCP server tells."""
    shares: bool
    """Can several have one name?"""
    by: str = "rfc2136"
    """The way, as the settings call it."""


def publishing(settings: DnsSettings) -> Publishing | None:
    """What the settings ask for; None: names are not published. Reads the secrets. Raises NetcError
    (usage)."""
    found = publisher(settings)
    if found is None:
        return None
    return Publishing(found, settings.zone, settings.publish == "etcd", settings.publish)


class Shortfall(msgspec.Struct, frozen=True):
    """What is wrong with a name."""

    why: Finding
    silent: bool
    """Is who has the names of its zone away, who then would not be heard about others either? One
    who has the reverse records alone is not meant."""


async def names_of(
    engine: EngineApi, service: str, publishing: Publishing | None
) -> tuple[NameMemo, ...]:
    """What was published for a service from this engine, and may stand still."""
    if publishing is None:
        return ()
    found = named.written(await engine.memos())
    return named.of_service(found, service, engine.engine.id, publishing.by)


async def forget_names(engine: EngineApi, own: Own) -> None:
    """Know no more of what was published for a network container: another has its identity, and its
    names. Raises NetcError when the engine is away."""
    client_id = own.labels.client_id
    written = named.written(await engine.memos())
    await forget(engine, (each.memo for each in written if each.published.client_id == client_id))


class Namer:
    """Publishes names for one deed, and keeps what went wrong with them. Its calls raise NetcError
    when the engine is away."""

    def __init__(
        self,
        publishing: Publishing,
        engine: EngineApi,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._publishing, self._engine, self._now = publishing, engine, now
        self.unpublished: Finding | None = None
        self.not_back: Finding | None = None
        """The first that went wrong with publishing, and with taking back; None: nothing did."""
        self.silent = False
        """Was the name itself not to be had, because who has it is away?"""

    async def publish(self, step: plan.PublishName, bound: Event) -> None:
        """Have the name lead to the address that is bound, in this domain alone."""
        try:
            wanted = _publication(step, step.zone or bound.domain or "", bound, self._now())
            engine_id = self._engine.engine.id
            written = named.memo(step.service, self._publishing.by, wanted, engine_id)
            found = await self._written(step.client_id)
            if written.name not in (each.memo for each in found):
                await self._engine.write_memo(written)
            former = [each for each in found if each.memo != written.name]
            for each in former:
                other = each.published.name != wanted.name
                if other and each.is_called(step.name, step.zone):
                    await self.take_back(each)  # the lease was of another domain
            publish = self._publishing.publisher.publish
            outcome = await asyncio.to_thread(publish, wanted, named.before(wanted, former))
            for each in former if _is_sure(outcome) else ():
                if each.published.name == wanted.name:
                    await self._engine.remove_memo(each.memo)
            self.unpublished = next(iter(outcome.doubts), None)
        except NetcError as error:
            self.unpublished = self._noted(error)

    async def withdraw(self, step: plan.WithdrawName) -> None:
        """Take it back, whichever address it leads to."""
        try:
            found = [
                each
                for each in await self._written(step.client_id)
                if each.is_called(step.name, step.zone)
            ]
            for each in found:
                await self.take_back(each)
            zone = step.zone
            if not zone and step.container and not found:
                said = fold(await self._engine.log(step.container, TAIL))
                zone = (said.domain if said is not None else None) or ""
            if found or not zone:
                return  # or it never had a lease that told one: nothing was published
            shared = step.shared and self._publishing.shares
            published = publication.plan(
                *(step.name, zone, "", step.client_id, step.forwards, service_name),
                lease=None,
                left=None,
                shared=shared,
            )
            await self._withdraw(published)
        except NetcError as error:
            self.not_back = self.not_back or self._noted(error)

    async def take_back(self, each: NameMemo) -> None:
        """Take back a name that was written down, and forget it when nothing can be left of it."""
        try:
            outcome = await self._withdraw(each.published)
            if _is_sure(outcome):
                await self._engine.remove_memo(each.memo)
        except NetcError as error:
            self.not_back = self.not_back or self._noted(error)

    async def _withdraw(self, published: Publication) -> Outcome:
        outcome = await asyncio.to_thread(self._publishing.publisher.withdraw, published)
        self.not_back = self.not_back or next(iter(outcome.doubts), None)
        return outcome

    def _noted(self, error: NetcError) -> Finding:
        finding = _finding(error)
        self.silent = finding.code == AWAY
        return finding

    async def _written(self, client_id: str) -> tuple[NameMemo, ...]:
        found = named.written(await self._engine.memos())
        return tuple(
            each
            for each in found
            if each.published.client_id == client_id and each.by == self._publishing.by
        )


def _is_sure(outcome: Outcome) -> bool:
    """Was all of it done that ever can be? What a server takes that is away now, is not."""
    return not any(doubt.code == AWAY for doubt in outcome.doubts)


def _finding(error: NetcError) -> Finding:
    """Raises the error when the engine is away: that is no trouble of a name's."""
    if error.code is Exit.ENGINE:
        raise error
    told = error.finding if isinstance(error, NameTrouble) else None
    return told or Finding("N903", error.message)


def zone_of(publishing: Publishing, said: Event) -> str:
    """The zone that a network container with this lease has its name in; empty: none is known."""
    return publishing.zone or said.domain or ""


async def keep_name(
    engine: EngineApi,
    publishing: Publishing,
    own: Own,
    said: Event,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Shortfall | None:
    """Have the name of a network container lead to the address that it said last; returns what is
    wrong with that. Raises NetcError when the engine is away."""
    labels = own.labels
    shared = publishing.shares and bool(labels.dns_name) and labels.keeper == Keeper.LABELS
    name, who = labels.dns_name or labels.hostname, (labels.client_id, labels.forwards)
    step = plan.PublishName(labels.service, name, publishing.zone, *who, shared)
    namer = Namer(publishing, engine, now)
    await namer.publish(step, said)
    return Shortfall(namer.unpublished, namer.silent) if namer.unpublished else None


def _publication(step: plan.PublishName, zone: str, bound: Event, now: datetime) -> Publication:
    if not zone:
        raise NetcError(NO_ZONE)
    lease = left = None
    if bound.expires_at is not None:
        left = max(0.0, (bound.expires_at - now).total_seconds())
        lease = (bound.expires_at - (bound.bound_at or now)).total_seconds()
    return publication.plan(
        step.name,
        zone,
        bound.ip or "",
        step.client_id,
        step.forwards,
        service_name,
        lease=lease,
        left=left,
        shared=step.shared,
    )
