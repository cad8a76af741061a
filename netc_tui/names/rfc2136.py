"""Names by updates of the DNS (RFC 2136), signed (RFC 8945), in the way of DHCP servers (RFC 4703).

What stands at a name is read; what is to be done is decided; the update says by its prerequisites
what was read, so that nothing is done when it is otherwise by then, and all is read anew. Whose a
name is, its DHCID tells.
"""

import base64
from collections.abc import Callable, Iterable
from functools import partial
from typing import cast

import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import msgspec
from dns.name import Name
from dns.rdata import Rdata
from dns.rdtypes.IN.SRV import SRV
from dns.update import UpdateMessage

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.publication import Publication, ServicePort
from netc_tui.core.text import few
from netc_tui.names import messages, secrets, trouble
from netc_tui.names.messages import Exchange, NameServer
from netc_tui.names.publisher import Holder, Outcome
from netc_tui.names.trouble import NameTrouble
from netc_tui.settings.declared import DnsSettings

_IN = dns.rdataclass.IN
_A, _CNAME, _DHCID = dns.rdatatype.A, dns.rdatatype.CNAME, dns.rdatatype.DHCID
_PTR, _SRV = dns.rdatatype.PTR, dns.rdatatype.SRV
_OTHERWISE = frozenset(
    (dns.rcode.YXDOMAIN, dns.rcode.YXRRSET, dns.rcode.NXRRSET, dns.rcode.NXDOMAIN)
)
"""Answers to an update whose prerequisites do not hold."""
_TRIES = 4


class _Seen(msgspec.Struct, frozen=True):
    """Records of one type at a name."""

    data: frozenset[Rdata] = frozenset()
    ttl: int = 0
    alias: str = ""
    """The name that stands there in place of them (CNAME)."""


class _Zone(msgspec.Struct, frozen=True):
    """A zone, and who takes its updates."""

    name: Name
    exchange: Exchange

    def read(self, name: Name, kind: dns.rdatatype.RdataType) -> _Seen:
        """What stands there."""
        answer = self.exchange.query(name, dns.rdatatype.to_text(kind))
        for rrset in answer.answer:
            if rrset.name == name and rrset.rdtype == kind:
                return _Seen(frozenset(rrset), rrset.ttl)
            if rrset.name == name and rrset.rdtype == _CNAME:
                return _Seen(alias=rrset[0].target.to_text(omit_final_dot=True))
        return _Seen()

    def send(self, update: UpdateMessage, name: Name) -> bool:
        """Was it done? False: something is otherwise than it was read. Raises NameTrouble."""
        answer = self.exchange.ask(update)
        if answer.rcode() == dns.rcode.NOERROR:
            return True
        if answer.rcode() in _OTHERWISE:
            return False
        raise self.exchange.refused(answer, name)

    def update(self) -> UpdateMessage:
        """An update of the zone, to be filled."""
        return UpdateMessage(self.name)


class Rfc2136:
    """Publishes names by updates."""

    def __init__(self, settings: DnsSettings) -> None:
        """Reads the key. Raises NetcError (usage)."""
        self._key = secrets.tsig_key(settings.key_file) if settings.key_file else None
        self._seconds = settings.timeout
        servers = messages.servers(settings.server, "dns.server")
        others = messages.servers(settings.reverse_server, "dns.reverse_server")
        self._forward = _Where(settings.zone, servers)
        self._reverse = _Where(settings.reverse, others or servers)

    def publish(self, wanted: Publication, before: Publication | None = None) -> Outcome:
        """See ``Publisher``. The reverse record may fail: the name stands without it."""
        _unshared(wanted)
        done: list[str] = []
        doubts: list[Finding] = []
        name = _name(wanted.name)
        zone = self._zone(self._forward, name)
        _again(name, lambda: self._name_it(zone, name, wanted, before, done, doubts))
        if before is not None and before.name != wanted.name:
            done += self.withdraw(before).done
        elif before is not None and before.address not in ("", wanted.address):
            # Its server may have been away when the name came to lead elsewhere.
            self._doubtful(doubts, partial(self._unname_address, before.address, name, done))
        self._doubtful(doubts, lambda: self._name_address(wanted, name, done))
        return Outcome(tuple(done), tuple(doubts))

    def withdraw(self, published: Publication) -> Outcome:
        """See ``Publisher``. The address first: what marks the name as ours goes last."""
        done: list[str] = []
        doubts: list[Finding] = []
        name = _name(published.name)
        zone = self._zone(self._forward, name)
        for address in self._addresses(zone, name, published):
            self._doubtful(doubts, partial(self._unname_address, address, name, done))
        _again(name, lambda: self._unname_it(zone, name, published, done))
        return Outcome(tuple(done), tuple(doubts))

    def held(self, wanted: Publication) -> Holder:
        """See ``Publisher``."""
        name = _name(wanted.name)
        zone = self._zone(self._forward, name)
        mark, found = zone.read(name, _DHCID), zone.read(name, _A)
        return Holder(mark.data == {_mark(wanted)}, _leads_to(found))

    def _zone(self, where: "_Where", name: Name) -> _Zone:
        """Who takes updates of a name, found by its SOA where that was not configured."""
        servers = where.servers
        if servers and where.zone is not None:
            if not name.is_subdomain(where.zone):
                named = (each.to_text(omit_final_dot=True) for each in (name, where.zone))
                raise NameTrouble(
                    trouble.NOT_ITS_ZONE, " is not in the zone ".join(named),
                    "set dns.zone and dns.reverse to the zones that it is in",
                )  # fmt: skip
            return _Zone(where.zone, Exchange(servers, self._key, self._seconds))
        if servers:
            exchange = Exchange(servers, self._key, self._seconds)
            return _Zone(messages.zone_of(exchange, name)[0], exchange)
        exchange = Exchange(messages.own_resolvers(), None, self._seconds)
        if not exchange.servers:
            raise NetcError("dns.server: say who takes names; this machine has no name server",
                            Exit.USAGE)  # fmt: skip
        zone, primary = messages.zone_of(exchange, where.zone or name)
        found = messages.addresses(exchange.query(primary, "A"), _A)
        if not found:
            said = primary.to_text(omit_final_dot=True)
            raise NameTrouble(
                trouble.AWAY, f"the zone's primary {said} has no address", "set dns.server"
            )
        return _Zone(zone, Exchange([NameServer(each) for each in found], self._key, self._seconds))

    @staticmethod
    def _doubtful(doubts: list[Finding], act: Callable[[], object]) -> None:
        try:
            act()
        except NameTrouble as error:
            if error.finding not in doubts:
                doubts.append(error.finding)

    def _name_it(
        self, zone: _Zone, name: Name, wanted: Publication, before: Publication | None,
        done: list[str], doubts: list[Finding],
    ) -> bool:  # fmt: skip
        """Have name and ports stand. False: something changed meanwhile, read it all anew."""
        own, found, mark = _address(wanted.address), zone.read(name, _A), zone.read(name, _DHCID)
        update, new, told = zone.update(), _mark(wanted), []
        if found.alias or (found.data and not mark.data) or (mark.data and mark.data != {new}):
            raise _taken(name, found, mark)
        if mark.data:
            update.present(name, new)
        else:
            update.absent(name)
            update.add(name, wanted.ttl, new)
        if own not in found.data or found.ttl != wanted.ttl:
            gone = _former(found, own, before)
            # Its reverse record first: nobody knows of it once the name leads elsewhere.
            for each in gone - {own}:
                act = partial(self._unname_address, each.to_text(), name, done)
                self._doubtful(doubts, act)
            for each in gone:
                update.delete(name, each)
            update.add(name, wanted.ttl, own)
            told.append(f"A {wanted.name} {wanted.address}")
        told += self._ports(zone, update, name, wanted, before, doubts)
        if told and not zone.send(update, name):
            doubts.clear()
            return False
        done += told
        return True

    def _ports(
        self, zone: _Zone, update: UpdateMessage, name: Name, wanted: Publication,
        before: Publication | None, doubts: list[Finding],
    ) -> list[str]:  # fmt: skip
        """The ports' part of an update, and what it comes to. What leads to another name is not
        ours."""
        former = before.ports if before else ()
        told = []
        for at in sorted({port.at(wanted.name) for port in (*wanted.ports, *former)}):
            where, right = _name(at), _services(wanted.ports, at, wanted.name, name)
            found = zone.read(where, _SRV)
            theirs = [each for each in found.data if _target(each) != name]
            if theirs or found.alias:
                doubts.append(
                    Finding(
                        trouble.LEFT_ALONE,
                        f"{at} leads to somebody else: {found.alias or theirs[0].to_text()}",
                        "remove that record, if it is not wanted",
                    )
                )
                continue
            if found.data == right and (found.ttl == wanted.ttl or not right):
                continue
            _as_read(update, where, _SRV, found)
            for each in found.data:
                update.delete(where, each)
            for each in right:
                update.add(where, wanted.ttl, each)
            told.append(f"SRV {at}" if right else f"SRV {at} removed")
        return told

    def _unname_it(self, zone: _Zone, name: Name, published: Publication, done: list[str]) -> bool:
        found, mark, mine = zone.read(name, _A), zone.read(name, _DHCID), _mark(published)
        if mark.data != {mine}:
            return True  # it is not ours, or gone
        update, told = zone.update(), []
        update.present(name, mine)
        _as_read(update, name, _A, found)
        own = _address(published.address) if published.address else None
        for each in _former(found, own, None):
            update.delete(name, each)
            told.append(f"A {published.name} {each.to_text()} removed")
        update.delete(name, mine)
        for at in sorted({port.at(published.name) for port in published.ports}):
            where = _name(at)
            ports = zone.read(where, _SRV)
            ours = [each for each in ports.data if _target(each) == name]
            for each in ours:
                update.delete(where, each)
            if ours:
                told.append(f"SRV {at} removed")
        if not zone.send(update, name):
            return False
        done += told
        return True

    @staticmethod
    def _addresses(zone: _Zone, name: Name, published: Publication) -> tuple[str, ...]:
        """Those whose reverse records are ours: none, once somebody else has the name."""
        found, mark = zone.read(name, _A), zone.read(name, _DHCID)
        known = {published.address} - {""}
        if mark.data == {_mark(published)}:
            return tuple(sorted(known.union(_leads_to(found))))
        return () if found.data or found.alias or mark.data else tuple(known)

    def _name_address(self, wanted: Publication, name: Name, done: list[str]) -> None:
        where, right = _name(wanted.reverse), _pointer(name)
        zone = self._zone(self._reverse, where)

        def act() -> bool:
            found = zone.read(where, _PTR)
            if right in found.data and (found.ttl == wanted.ttl or len(found.data) > 1):
                return True
            if found.alias or found.data - {right}:
                raise NameTrouble(
                    trouble.LEFT_ALONE,
                    f"{wanted.address} is called {few(_leads_to(found))} in the DNS already",
                    f"remove that record if it is not wanted ({wanted.reverse})",
                )
            update = zone.update()
            _as_read(update, where, _PTR, found)
            for each in found.data:
                update.delete(where, each)
            update.add(where, wanted.ttl, right)
            if not zone.send(update, where):
                return False
            done.append(f"PTR {wanted.address} {wanted.name}")
            return True

        _again(where, act)

    def _unname_address(self, address: str, name: Name, done: list[str]) -> None:
        """Take back the reverse record of an address, as far as it leads to the name."""
        where, ours = dns.name.from_text(_reverse(address)), _pointer(name)
        zone = self._zone(self._reverse, where)

        def act() -> bool:
            found = zone.read(where, _PTR)
            if ours not in found.data:
                return True
            update = zone.update()
            _as_read(update, where, _PTR, found)
            update.delete(where, ours)
            if not zone.send(update, where):
                return False
            done.append(f"PTR {address} removed")
            return True

        _again(where, act)


class _Where(msgspec.Struct, frozen=True):
    """What the settings say of a zone."""

    given: str
    servers: tuple[NameServer, ...]

    @property
    def zone(self) -> Name | None:
        return _name(self.given) if self.given else None


def _again(name: Name, act: Callable[[], bool]) -> None:
    """Try until what was read is still so when it is changed. Raises NameTrouble."""
    if any(act() for _ in range(_TRIES)):
        return
    said = name.to_text(omit_final_dot=True)
    raise NameTrouble(
        trouble.TAKEN, f"{said} has records that are not netc's, or somebody changes them now",
        "choose another name, or remove them",
    )  # fmt: skip


def _former(found: _Seen, own: Rdata | None, before: Publication | None) -> frozenset[Rdata]:
    """Of the addresses at a name of ours those that we put there. Others may have added some."""
    known = {own} | ({_address(before.address)} if before and before.address else set())
    ours = found.data & known
    return ours or (found.data if len(found.data) == 1 else frozenset())


def _taken(name: Name, found: _Seen, mark: _Seen) -> NameTrouble:
    said = name.to_text(omit_final_dot=True)
    leads = few(_leads_to(found)) or "no address"
    whose = "another DHCP client has it" if mark.data else "its record is not netc's"
    return NameTrouble(
        trouble.TAKEN, f"{said} is taken: it leads to {leads}, and {whose}",
        "choose another name, or remove that record",
    )  # fmt: skip


def _unshared(wanted: Publication) -> None:
    if wanted.shared:
        raise NetcError(
            f"{wanted.name}: only in etcd services can share a name (dns.publish); take another",
            Exit.USAGE,
        )


def _as_read(
    update: UpdateMessage, name: Name, kind: dns.rdatatype.RdataType, found: _Seen
) -> None:
    """The prerequisite that the records are those that were read."""
    if not found.data:
        update.absent(name, kind)
    for each in found.data:
        update.present(name, each)


def _leads_to(found: _Seen) -> tuple[str, ...]:
    if found.alias:
        return (found.alias,)
    return tuple(sorted(each.to_text().removesuffix(".") for each in found.data))


def _target(service: Rdata) -> Name:
    """Where an SRV record leads."""
    return cast(Name, cast(SRV, service).target)


def _name(text: str) -> Name:
    return dns.name.from_text(text.removesuffix(".") + ".")


def _reverse(address: str) -> str:
    return f"{'.'.join(reversed(address.split('.')))}.in-addr.arpa."


def _address(address: str) -> Rdata:
    return dns.rdata.from_text(_IN, _A, address)


def _pointer(name: Name) -> Rdata:
    return dns.rdata.from_text(_IN, _PTR, name.to_text())


def _mark(published: Publication) -> Rdata:
    return dns.rdata.from_text(_IN, _DHCID, base64.b64encode(published.dhcid).decode())


def _services(ports: Iterable[ServicePort], at: str, name: str, target: Name) -> frozenset[Rdata]:
    return frozenset(
        dns.rdata.from_text(_IN, _SRV, f"0 0 {port.port} {target.to_text()}")
        for port in ports
        if port.at(name) == at
    )
