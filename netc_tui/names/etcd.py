"""Names in etcd, in the layout of SkyDNS and of CoreDNS's etcd plugin.

Each key is bound to a lease of etcd's that ends with the DHCP lease: what nobody withdraws goes by
itself. A transaction changes a key only while it is as it was read, and nothing stands below or
above it. Whose a key is, the field ``netc`` of its value tells.
"""

from typing import Any

import msgspec

from netc_tui.core import publication
from netc_tui.core.findings import Finding
from netc_tui.core.publication import Publication
from netc_tui.names import trouble
from netc_tui.names.gateway import Gateway, Granted, KeyValue, Left, Range, Transaction, encoded
from netc_tui.names.publisher import Holder, Outcome
from netc_tui.names.trouble import NameTrouble
from netc_tui.settings.declared import DnsSettings

_SLACK = 5
"""Seconds by which the two leases may end apart."""
_TRIES = 4


class _Standing(msgspec.Struct, frozen=True):
    """A key with what stands there."""

    kv: KeyValue

    @property
    def key(self) -> str:
        return self.kv.key.decode(errors="replace")

    @property
    def value(self) -> str:
        return self.kv.value.decode(errors="replace")

    @property
    def whose(self) -> str:
        return publication.owner(self.value)

    @property
    def leads_to(self) -> str:
        return publication.host(self.value) or "no address"


class Etcd:
    """Publishes names in etcd."""

    def __init__(self, settings: DnsSettings) -> None:
        """Reads the secrets. Raises NetcError (usage)."""
        self._gateway, self._prefix = Gateway(settings), settings.prefix
        self._reverse = settings.reverse.strip().lower().removesuffix(".")

    def publish(self, wanted: Publication, before: Publication | None = None) -> Outcome:
        """See ``Publisher``. A name below another one, or above, is refused: it would be taken for
        the same service."""
        if publication.is_reserved(wanted):
            raise NameTrouble(
                trouble.NESTED,
                f"{wanted.name} would answer for the zone {wanted.zone} itself, or for other zones:"
                " what is below dns there is the name server's",
                "choose a name that is not below dns",
            )
        done: list[str] = []
        doubts: list[Finding] = []
        place = _Place.of_name(wanted, self._prefix)
        if before is not None and before.name == wanted.name and before.shared != wanted.shared:
            done += self.withdraw(before).done
        if self._reverse and (had := self._leads_to(place, wanted)) not in ("", wanted.address):
            # First: nobody knows of it once the name leads elsewhere.
            self._unname_address(wanted, had, done)
        self._stand(place, wanted, done)
        if before is not None and before.name != wanted.name:
            done += self.withdraw(before).done
        if self._reverse:
            try:
                self._stand(_Place.of_address(wanted, self._prefix), wanted, done)
            except NameTrouble as error:
                doubts.append(error.finding)
        return Outcome(tuple(done), tuple(doubts))

    def withdraw(self, published: Publication) -> Outcome:
        """See ``Publisher``. Only the very keys are removed, never a folder."""
        done: list[str] = []
        place = _Place.of_name(published, self._prefix)
        if self._reverse:
            had = self._leads_to(place, published)
            for address in sorted({had, published.address} - {""}):
                self._unname_address(published, address, done)
        self._remove(place.key, published.client_id, done)
        return Outcome(tuple(done))

    def held(self, wanted: Publication) -> Holder:
        """See ``Publisher``."""
        standing, near = self._read(_Place.of_name(wanted, self._prefix))
        ours = standing is not None and standing.whose == wanted.client_id
        return Holder(ours, tuple(sorted({e.leads_to for e in (standing, *near) if e is not None})))

    def _leads_to(self, place: "_Place", published: Publication) -> str:
        """The address that its key has now; empty when it is not ours."""
        standing, _ = self._read(place)
        ours = standing is not None and standing.whose == published.client_id
        return publication.address(standing.value) if standing and ours else ""

    def _unname_address(self, published: Publication, address: str, done: list[str]) -> None:
        at = _Place.of_address(msgspec.structs.replace(published, address=address), self._prefix)
        self._remove(at.key, published.client_id, done, published.name)

    def _stand(self, place: "_Place", wanted: Publication, done: list[str]) -> None:
        """Have a key stand."""
        for _ in range(_TRIES):
            standing, near = self._read(place)
            if standing is not None and standing.whose != wanted.client_id:
                raise place.taken(standing)
            for each in near:
                shares = publication.is_shared(each.key, each.value)
                below = each.key.rpartition("/")[0] == place.folder
                if not (shares and below):
                    raise place.nested(each)
                if not place.shared:
                    raise place.taken(each)
            if standing is not None and self._is_right(place, standing, wanted.seconds):
                return
            if self._write(place, standing, wanted.seconds):
                done.append(f"{place.key} {place.value}")
                return
        raise NameTrouble(
            trouble.TAKEN, f"{place.called} is changed by somebody else at this moment",
            "choose another name",
        )  # fmt: skip

    def _is_right(self, place: "_Place", standing: _Standing, seconds: int | None) -> bool:
        if standing.value != place.value:
            return False
        if standing.kv.lease == 0 or seconds is None:
            return standing.kv.lease == 0 and seconds is None
        left = self._gateway.call("lease/timetolive", {"ID": str(standing.kv.lease)}, Left)
        return abs(left.seconds - seconds) <= _SLACK

    def _read(self, place: "_Place") -> tuple[_Standing | None, tuple[_Standing, ...]]:
        """What stands at the key, and what stands below and above it, all at one moment."""
        ranges: list[dict[str, str]] = [{"key": encoded(place.key)}]
        ranges += [{"key": encoded(above)} for above in place.above]
        ranges.append(_below(place.folder))
        told = self._gateway.call(
            "kv/txn", {"success": [{"request_range": r} for r in ranges]}, Transaction
        )
        found = [_Standing(kv) for each in told.responses for kv in each.response_range.kvs]
        at = next((each for each in found if each.key == place.key), None)
        return at, tuple(each for each in found if each.key != place.key)

    def _write(self, place: "_Place", standing: _Standing | None, seconds: int | None) -> bool:
        put: dict[str, Any] = {"key": encoded(place.key), "value": encoded(place.value)}
        if seconds is not None:
            wanted = {"TTL": str(max(1, seconds)), "ID": "0"}
            put["lease"] = str(self._gateway.call("lease/grant", wanted, Granted).id)
        compare: list[dict[str, Any]] = [
            _unchanged(place.key, standing),
            *({"key": encoded(above)} | _ABSENT for above in place.above),
        ]
        if not place.shared:
            compare.append(_below(place.folder) | _ABSENT)
        body = {"compare": compare, "success": [{"request_put": put}]}
        return self._gateway.call("kv/txn", body, Transaction).succeeded

    def _remove(self, key: str, client_id: str, done: list[str], name: str = "") -> None:
        """Remove a key that is ours; one of an address only if it leads to the name."""
        for _ in range(_TRIES):
            told = self._gateway.call("kv/range", {"key": encoded(key)}, Range)
            found = [_Standing(kv) for kv in told.kvs]
            if not found or found[0].whose != client_id or (name and found[0].leads_to != name):
                return
            body = {
                "compare": [_unchanged(key, found[0])],
                "success": [{"request_delete_range": {"key": encoded(key)}}],
            }
            if self._gateway.call("kv/txn", body, Transaction).succeeded:
                done.append(f"{key} removed")
                return


class _Place(msgspec.Struct, frozen=True):
    """A key that is to stand, what is to stand there, and what must not stand near it."""

    called: str
    key: str
    value: str
    folder: str
    """The key below which nothing may stand; where a name is shared, only others' own keys."""
    above: tuple[str, ...] = ()
    shared: bool = False

    @staticmethod
    def of_name(wanted: Publication, prefix: str) -> "_Place":
        """Where a name stands."""
        return _Place(
            wanted.name, publication.own_key(wanted, prefix), publication.value(wanted),
            publication.key(wanted.name, prefix), publication.above(wanted, prefix), wanted.shared,
        )  # fmt: skip

    @staticmethod
    def of_address(wanted: Publication, prefix: str) -> "_Place":
        """Where an address stands."""
        at = publication.key(wanted.reverse, prefix)
        return _Place(wanted.address, at, publication.reverse_value(wanted), at)

    def taken(self, by: _Standing) -> NameTrouble:
        """Somebody else's value stands there."""
        whose = "another network container has it" if by.whose else "it is not netc's"
        return NameTrouble(
            trouble.TAKEN, f"{self.called} is taken: {by.key} leads to {by.leads_to}, and {whose}",
            "choose another name, or remove that key",
        )  # fmt: skip

    def nested(self, by: _Standing) -> NameTrouble:
        """Somebody else's value stands below it, or above."""
        return NameTrouble(
            trouble.NESTED,
            f"{self.called} would answer for others, or others for it: {by.key} is there",
            "choose a name beside it",
        )


_ABSENT = {"target": "CREATE", "result": "EQUAL", "create_revision": "0"}


def _below(key: str) -> dict[str, str]:
    """All keys below one: from KEY/ to the next that does not begin so."""
    return {"key": encoded(f"{key}/"), "range_end": encoded(f"{key}0")}


def _unchanged(key: str, standing: _Standing | None) -> dict[str, Any]:
    """The condition that a key is as it was read."""
    if standing is None:
        return {"key": encoded(key)} | _ABSENT
    return {
        "key": encoded(key),
        "target": "MOD",
        "result": "EQUAL",
        "mod_revision": str(standing.kv.mod_revision),
    }
