"""Publishing the name of a network container, and taking it back: steps of ``up`` and ``down``.

A name that cannot be published leaves the service on: it is reached by its address.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from netc_tui.core import plan, publication
from netc_tui.core.errors import NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.lease import Event, fold
from netc_tui.core.publication import Publication
from netc_tui.engine import EngineApi
from netc_tui.names import NameTrouble, Outcome, Publisher, publisher
from netc_tui.names.publisher import service_name
from netc_tui.settings.declared import DnsSettings

TAIL = 20
"""Lines of a log in which the domain of the lease is looked for."""
NO_ZONE = (
    "the DHCP server tells no domain; name the zone: dns.zone in the settings, or NETC_DNS_ZONE"
)


Call = Callable[[Publication], Outcome]


class Publishing(msgspec.Struct, frozen=True):
    """How names are published here."""

    publisher: Publisher
    zone: str
    """Empty: the domain that each DHCP server tells."""
    shares: bool
    """Can several have one name?"""


def publishing(settings: DnsSettings) -> Publishing | None:
    """What the settings ask for; None: names are not published. Reads the secrets. Raises NetcError
    (usage)."""
    found = publisher(settings)
    if found is None:
        return None
    return Publishing(found, settings.zone, settings.publish == "etcd")


class Namer:
    """Publishes names for one deed, and keeps what went wrong with them."""

    def __init__(
        self,
        publishing: Publishing,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._publishing, self._now = publishing, now
        self.trouble: Finding | None = None
        """The first that went wrong; None: nothing did."""

    async def publish(self, step: plan.PublishName, bound: Event) -> None:
        """Have the name lead to the address that is bound."""
        try:
            wanted = _publication(step, step.zone or bound.domain or "", bound, self._now())
            await self._ask(self._publishing.publisher.publish, wanted)
        except NetcError as error:
            self._note(error)

    async def withdraw(self, step: plan.WithdrawName, engine: EngineApi) -> None:
        """Take it back, whichever address it leads to."""
        try:
            zone = step.zone
            if not zone:
                said = fold(await engine.log(step.container, TAIL))
                zone = (said.domain if said is not None else None) or ""
            if not zone:
                return  # it never had a lease that told one: nothing was published
            name, zone = publication.full(step.name, zone)
            shared = step.shared and self._publishing.shares
            published = Publication(
                name, zone, "", step.client_id, publication.LEAST_TTL, shared=shared
            )
            await self._ask(self._publishing.publisher.withdraw, published)
        except NetcError as error:
            self._note(error)

    async def _ask(self, call: Call, wanted: Publication) -> None:
        outcome = await asyncio.to_thread(call, wanted)
        if outcome.doubts and self.trouble is None:
            self.trouble = outcome.doubts[0]

    def _note(self, error: NetcError) -> None:
        if self.trouble is None:
            told = error.finding if isinstance(error, NameTrouble) else None
            self.trouble = told or Finding("N903", error.message)


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
