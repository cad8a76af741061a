"""Messages to name servers, signed, over TCP, for a limited time; what the answers mean."""

import ipaddress
import re
import socket
import struct
import time
from collections.abc import Iterable, Sequence
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.tsig
import dns.update
import msgspec
from dns.message import Message
from dns.rdtypes.ANY.SOA import SOA
from dns.rdtypes.ANY.TSIG import TSIG

from netc_tui.core.errors import Exit, NetcError
from netc_tui.names import trouble
from netc_tui.names.secrets import TsigKey
from netc_tui.names.trouble import NameTrouble

FUDGE = 300
"""Seconds that clocks may differ (RFC 8945 10)."""


_UNSIGNED = frozenset(
    (dns.rcode.FORMERR, dns.rcode.SERVFAIL, dns.rcode.NOTIMP, dns.rcode.REFUSED, dns.rcode.NOTAUTH)
)
"""Answers that are believed without a signature: nothing is done on their word."""


class NameServer(msgspec.Struct, frozen=True):
    """Where a name server is reached."""

    host: str
    port: int = 53

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.host if self.port == 53 else f"{host}:{self.port}"


_SERVER = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?", re.ASCII)


def servers(text: str, setting: str) -> tuple[NameServer, ...]:
    """Read ``ADDRESS[:PORT], ...``. Raises NetcError (usage)."""
    found = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        match = _SERVER.fullmatch(f"[{each}]" if _is_ipv6(each) else each)
        sound = match is not None and (match[2] or _is_ipv6(match[1]))
        if match is None or not sound or not 0 < int(match[3] or 53) < 65536:
            raise NetcError(f"{setting}: {each!r} is not ADDRESS[:PORT]", Exit.USAGE)
        found.append(NameServer(match[1] or match[2], int(match[3] or 53)))
    return tuple(found)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


class _Key(dns.tsig.Key):
    """A key that is not shown, unlike dnspython's."""

    def __repr__(self) -> str:
        return f"<DNS key name='{self.name}'>"


class Exchange:
    """Asks name servers, one after the other until one answers. Who was silent is asked last from
    then on."""

    def __init__(self, servers: Sequence[NameServer], key: TsigKey | None, seconds: float) -> None:
        self.servers, self._seconds = list(servers), seconds
        self._key, self._algorithm = None, key.algorithm if key is not None else ""
        if key is not None:
            md5 = key.algorithm == "hmac-md5"
            algorithm = dns.tsig.HMAC_MD5 if md5 else dns.name.from_text(key.algorithm)
            self._key = _Key(dns.name.from_text(key.name), key.secret.reveal(), algorithm)

    def ask(self, message: Message) -> Message:
        """The answer of the first that has one. Raises NameTrouble."""
        silent: list[str] = []
        for server in tuple(self.servers):
            try:
                return self._exchange(server, message)
            except NameTrouble as error:
                if error.finding.code != trouble.AWAY:
                    raise
                silent.append(error.finding.cause)
                self.servers.remove(server)
                self.servers.append(server)
        raise NameTrouble(trouble.AWAY, "; ".join(silent), "is dns.server right, and does it run?")

    def query(self, name: dns.name.Name, kind: str) -> Message:
        """The answer to a question; that there is nothing is one. Raises NameTrouble."""
        answer = self.ask(dns.message.make_query(name, kind))
        if answer.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return answer
        if answer.rcode() == dns.rcode.REFUSED:
            raise NameTrouble(
                trouble.NOT_ITS_ZONE,
                f"{self._who()} does not answer for {name.to_text(omit_final_dot=True)} (REFUSED)",
                "it has not that zone, or does not let this machine ask: see dns.zone, dns.server",
            )
        raise self.refused(answer, name)

    def refused(self, answer: Message, name: dns.name.Name) -> NameTrouble:
        """What it means that an update of a name was not done."""
        who, what = self._who(), name.to_text(omit_final_dot=True)
        match code := dns.rcode.to_text(answer.rcode()):
            case "NOTAUTH" if self._key is None:
                return NameTrouble(
                    trouble.REFUSED,
                    f"{who} takes no update of {what} from who has no key ({code})",
                    "set dns.key_file; or is dns.server not the zone's primary?",
                )
            case "NOTAUTH" | "NOTZONE":
                return NameTrouble(
                    trouble.NOT_ITS_ZONE,
                    f"{who} is not in charge of {what} ({code})",
                    "is dns.zone right, and dns.server the zone's primary?",
                )
            case "REFUSED" | "NOTIMP":
                key = f"the key {self._key.name.to_text(True)}" if self._key else "who has no key"
                return NameTrouble(
                    trouble.REFUSED,
                    f"{who} refuses {what} to {key} ({code})",
                    "allow A, DHCID, SRV and PTR there (update-policy, acl), or set dns.key_file",
                )
        return NameTrouble(trouble.AWAY, f"{who} fails at {what} ({code})", "its own log says why")

    def _who(self) -> str:
        return " or ".join(map(str, self.servers))

    def _exchange(self, server: NameServer, message: Message) -> Message:
        if self._key:
            message.use_tsig(self._key, fudge=FUDGE)
        sent = message.to_wire()
        try:
            answer = self._carry(server, sent)
        except TimeoutError as error:
            raise _away(server, f"does not answer within {self._seconds:g} s") from error
        except ConnectionRefusedError as error:
            raise _away(server, "is there, but no name server runs on it") from error
        except UnicodeError as error:
            raise _away(server, "is no name of a machine") from error
        except (OSError, EOFError) as error:
            why = getattr(error, "strerror", None) or "ends the connection"
            raise _away(server, f"cannot be asked: {why}") from error
        return self._read(server, message, answer)

    def _carry(self, server: NameServer, sent: bytes) -> bytes:
        until = time.monotonic() + self._seconds
        with socket.create_connection((server.host, server.port), self._seconds) as link:

            def receive(count: int) -> bytes:
                found = b""
                while len(found) < count:
                    link.settimeout(max(0.001, until - time.monotonic()))
                    part = link.recv(count - len(found))
                    if not part:
                        raise EOFError
                    found += part
                    if time.monotonic() > until:
                        raise TimeoutError
                return found

            link.sendall(struct.pack("!H", len(sent)) + sent)
            return receive(struct.unpack("!H", receive(2))[0])

    def _read(self, server: NameServer, message: Message, wire: bytes) -> Message:
        name = self._key.name.to_text(omit_final_dot=True) if self._key else ""
        try:
            try:
                answer = dns.message.from_wire(
                    wire, keyring=self._key or False, request_mac=message.mac
                )
            except dns.tsig.PeerBadTime as error:
                raise _skewed(server, wire) from error
            except dns.tsig.PeerBadKey as error:
                raise NameTrouble(
                    trouble.REFUSED,
                    f"{server} knows no TSIG key named {name} of {self._algorithm} (BADKEY)",
                    "copy dns.key_file from it, or add the key to its configuration",
                ) from error
            except dns.tsig.PeerError as error:
                raise NameTrouble(
                    trouble.REFUSED,
                    f"{server} has another secret or algorithm for the TSIG key {name} (BADSIG)",
                    "copy dns.key_file from it anew",
                ) from error
            except dns.tsig.BadTime as error:
                raise _skewed(server, wire) from error
            except (dns.tsig.BadSignature, dns.tsig.BadKey, dns.tsig.BadAlgorithm) as error:
                raise NameTrouble(
                    trouble.REFUSED,
                    f"the answer of {server} is not signed with the TSIG key {name}",
                    "who answers there? Copy dns.key_file from it anew",
                ) from error
            except dns.exception.DNSException:
                # A server that refuses may do so unsigned.
                answer = dns.message.from_wire(wire, keyring=False)
                if answer.rcode() not in _UNSIGNED:
                    raise
        except (dns.exception.DNSException, ValueError) as error:
            raise _away(server, "answers what cannot be read; is it a name server?") from error
        if not message.is_response(answer):
            raise _away(server, "answers something else; is it a name server?")
        if answer.rcode() == dns.rcode.SERVFAIL:
            raise _away(server, "fails (SERVFAIL); its own log says why")
        return answer


def _away(server: NameServer, why: str) -> NameTrouble:
    return NameTrouble(trouble.AWAY, f"{server} {why}")


def _skewed(server: NameServer, wire: bytes) -> NameTrouble:
    """Clocks differ; the answer tells what the server's says (RFC 8945 5.2.3), or when it was
    signed."""
    try:
        signature = dns.message.from_wire(wire, keyring=False).tsig
    except (dns.exception.DNSException, ValueError):
        signature = None
    at = None
    if signature:
        told = cast(TSIG, signature[0])
        at = int.from_bytes(told.other, "big") if len(told.other) == 6 else told.time_signed
    by = "more than five minutes" if at is None else _span(abs(at - time.time()))
    ahead = at is not None and at < time.time()
    which = "ahead of" if ahead else "behind" if at is not None else "off from"
    return NameTrouble(
        trouble.CLOCK, f"this machine's clock is {by} {which} that of {server} (BADTIME)",
        "set the one that is wrong",
    )  # fmt: skip


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"


def zone_of(exchange: Exchange, name: dns.name.Name) -> tuple[dns.name.Name, dns.name.Name]:
    """The zone that a name is in, and its primary, by the SOA record. Raises NameTrouble."""
    answer = exchange.query(name, "SOA")
    for rrset in (*answer.answer, *answer.authority):
        if (
            rrset.rdtype == dns.rdatatype.SOA
            and name.is_subdomain(rrset.name)
            and rrset.name != dns.name.root
            and not _nobody_s(rrset.name, cast(SOA, rrset[0]))
        ):
            return rrset.name, cast(SOA, rrset[0]).mname
    raise NameTrouble(
        trouble.NOT_ITS_ZONE,
        f"{' or '.join(map(str, exchange.servers))} knows no zone of"
        f" {name.to_text(omit_final_dot=True)}",
        "make the zone there, or say which it is and who has it with dns.zone and dns.server",
    )


def _nobody_s(zone: dns.name.Name, soa: SOA) -> bool:
    """Is it one of the empty zones that resolvers make up for private addresses (RFC 6303)?"""
    made_by_bind = soa.mname == zone and soa.rname == dns.name.root
    return made_by_bind or soa.mname.to_text() in ("localhost.", "prisoner.iana.org.")


def own_resolvers() -> tuple[NameServer, ...]:
    """The name servers that this machine uses."""
    try:
        found = dns.resolver.Resolver()
    except dns.exception.DNSException:  # no /etc/resolv.conf, or nothing in it
        return ()
    return tuple(NameServer(str(each), found.port) for each in found.nameservers)


def addresses(answer: Message, kind: "dns.rdatatype.RdataType") -> tuple[str, ...]:
    """The data of an answer's records of one type, as text, in order."""
    found: Iterable[str] = (
        str(each.to_text()) for rrset in answer.answer if rrset.rdtype == kind for each in rrset
    )
    return tuple(sorted(found))
