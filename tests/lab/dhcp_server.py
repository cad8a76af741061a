"""A DHCP server that answers with whatever it is told to, well formed or not.

    python dhcp_server.py INTERFACE ANSWER

ANSWER is JSON: ``ip``, the address to offer, and ``options``, a list of ``[code, hex]`` in the
order they are sent in, with no end option or padding but what is asked for; ``file`` and ``sname``
fill these fields of the header (hex). ``ready`` is said when it listens, then each message that
came in, a word a line.

    python dhcp_server.py --script INTERFACE SCRIPT

A small server that keeps leases and follows a script: SCRIPT is a JSON object with members of
``Script``, and so is each line on stdin, which changes it while the server runs (``tests.faults``
has the other end of it). ``ready`` is said when it listens, then ``{"set": ...}`` for each change
and one JSON object for each message that came in, with the time (time.monotonic).
"""

import heapq
import json
import os
import select
import socket
import struct
import sys
import time
from dataclasses import dataclass, field, replace
from typing import Any

COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE = 1, 2, 3, 4, 5, 6, 7
WORDS = {DISCOVER: "discover", REQUEST: "request", DECLINE: "decline", RELEASE: "release"}
BROADCAST = ("255.255.255.255", 68)
MASK, ROUTER, REQUESTED, LIFETIME, TYPE, SERVER, T1, T2, CLIENT = 1, 3, 50, 51, 53, 54, 58, 59, 61


def options_of(packet: bytes) -> dict[int, bytes]:
    """The options of a packet, the last of each."""
    found, at = {}, 240
    while at + 2 <= len(packet) and packet[at] != 255:
        if packet[at] == 0:
            at += 1
        else:
            found[packet[at]] = packet[at + 2 : at + 2 + packet[at + 1]]
            at += 2 + packet[at + 1]
    return found


def message_type(packet: bytes) -> int:
    """Option 53 of a packet, 0 when it has none."""
    return (options_of(packet).get(TYPE) or b"\0")[0]


def answer(packet: bytes, kind: int, wanted: dict[str, Any]) -> bytes:
    """The answer to a packet (RFC 2131 2, figure 1)."""
    header = struct.pack("!BBBB4s", 2, 1, 6, 0, packet[4:8])
    addresses = b"\0" * 4 + socket.inet_aton(wanted["ip"]) + b"\0" * 8
    names = bytes.fromhex(wanted.get("sname", "")).ljust(64, b"\0")
    names += bytes.fromhex(wanted.get("file", "")).ljust(128, b"\0")
    options = bytes([53, 1, kind])
    for code, text in wanted["options"]:
        value = bytes.fromhex(text)
        # Longer ones in pieces, to be joined again (RFC 3396).
        pieces = [value[at : at + 255] for at in range(0, len(value), 255)] or [b""]
        options += b"".join(bytes([code, len(piece)]) + piece for piece in pieces)
    flags = b"\0\0" + b"\x80\0"
    return header + flags + addresses + packet[28:44] + names + COOKIE + options + b"\xff"


@dataclass(frozen=True)
class Script:
    """What a scripted server does. Times in seconds."""

    server: str = "10.77.0.1"
    """Its server identifier."""
    addresses: tuple[str, ...] = ()
    """What it has to give; a client that had one of them gets that again."""
    lifetime: int = 600
    t1: int | None = None
    t2: int | None = None
    delay: float = 0
    """Before each answer."""
    silent: str = ""
    """To what it says nothing: ``all``, or ``renewals``, what asks for an address in use."""
    nak: bool = False
    """Renewals are refused."""
    refuse: bool = False
    """Whatever is asked for is refused, though it was offered."""
    swap: str = ""
    """The address that renewals are acknowledged with, whatever was asked for."""
    insist: bool = False
    """Give an address again though it was declined."""
    router: str = "10.77.0.1"
    mask: str = "255.255.255.0"
    options: tuple[tuple[int, str], ...] = ()
    """Further options, code and hex; they replace those above."""

    def changed(self, members: dict[str, Any]) -> "Script":
        """With these members of a JSON object in place."""
        whole: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in members.items()
        }
        return replace(self, **whole)


@dataclass
class Leases:
    """Who has what, and what was declined."""

    held: dict[str, str] = field(default_factory=dict)
    """Client (option 61, else its MAC) to address."""
    declined: set[str] = field(default_factory=set)

    def choose(self, client: str, asked: str, script: Script) -> str | None:
        """The address for a client: what it has, what it asks for, what is free."""
        others = {held for who, held in self.held.items() if who != client}
        bad = set() if script.insist else self.declined
        free = [one for one in script.addresses if one not in others | bad]
        wishes = (self.held.get(client), asked, *free[:1])
        return next((wish for wish in wishes if wish in free), None)


def respond(packet: bytes, script: Script, leases: Leases) -> bytes | None:
    """The answer of a server that follows the script, if it has one for this packet."""
    options = options_of(packet)
    kind = (options.get(TYPE) or b"\0")[0]
    client = (options.get(CLIENT) or packet[28:34]).hex()
    current = socket.inet_ntoa(packet[12:16])
    renewal = kind == REQUEST and current != "0.0.0.0"
    named = options.get(SERVER)
    asked = socket.inet_ntoa(options[REQUESTED]) if len(options.get(REQUESTED, b"")) == 4 else ""
    if kind == DECLINE:
        leases.declined.add(asked)
        leases.held.pop(client, None)
    elif kind == RELEASE:
        leases.held.pop(client, None)
    if kind not in (DISCOVER, REQUEST) or script.silent == "all":
        return None
    if (renewal and script.silent == "renewals") or (named and named != ip(script.server)):
        return None
    wish = current if renewal else asked
    chosen = leases.choose(client, wish, script)
    if kind == REQUEST and renewal and script.swap:
        chosen = wish = script.swap
    if kind == DISCOVER:
        if chosen is None:
            return None
        return answer(packet, OFFER, reply(chosen, script))
    if script.refuse or chosen != wish or (renewal and script.nak):
        leases.held.pop(client, None)
        refusal = {"ip": "0.0.0.0", "options": [[SERVER, ip(script.server).hex()]]}
        return answer(packet, NAK, refusal)
    leases.held[client] = wish
    return answer(packet, ACK, reply(wish, script))


def reply(address: str, script: Script) -> dict[str, Any]:
    """What an offer or an acknowledgement carries, for ``answer``."""
    options = {
        SERVER: ip(script.server).hex(),
        LIFETIME: seconds(script.lifetime),
        MASK: ip(script.mask).hex(),
        ROUTER: ip(script.router).hex(),
    }
    if script.t1 is not None:
        options[T1] = seconds(script.t1)
    if script.t2 is not None:
        options[T2] = seconds(script.t2)
    options |= {int(code): text for code, text in script.options}
    return {"ip": address, "options": [[code, text] for code, text in options.items()]}


def ip(address: str) -> bytes:
    """An address as options have it."""
    return socket.inet_aton(address)


def seconds(span: int) -> str:
    """A time as options have it, in hex."""
    return struct.pack("!I", span).hex()


def told(packet: bytes) -> dict[str, Any]:
    """What came in, for the other end."""
    options = options_of(packet)
    return {
        "message": WORDS.get(message_type(packet), str(message_type(packet))),
        "at": time.monotonic(),
        "mac": packet[28:34].hex(":"),
        "current": socket.inet_ntoa(packet[12:16]),
        "asked": socket.inet_ntoa(options[REQUESTED]) if REQUESTED in options else None,
    }


def follow_script(server: socket.socket, script: Script) -> None:
    """Answer as the script says, until stdin ends."""
    leases, due = Leases(), list[tuple[float, int, bytes]]()
    sent, pending = 0, b""
    while True:
        wait = max(0.0, due[0][0] - time.monotonic()) if due else None
        ready, _, _ = select.select([server, sys.stdin], [], [], wait)
        while due and due[0][0] <= time.monotonic():
            server.sendto(heapq.heappop(due)[2], BROADCAST)
        if sys.stdin in ready:
            data = os.read(sys.stdin.fileno(), 65536)
            if not data:
                return
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                script = script.changed(json.loads(line))
                print(json.dumps({"set": json.loads(line)}), flush=True)
        if server in ready:
            packet, _ = server.recvfrom(4096)
            print(json.dumps(told(packet)), flush=True)
            response = respond(packet, script, leases)
            if response is not None:
                sent += 1
                heapq.heappush(due, (time.monotonic() + script.delay, sent, response))


def answer_all(server: socket.socket, wanted: dict[str, Any]) -> None:
    """Answer each with the same, until killed."""
    while True:
        packet, _ = server.recvfrom(4096)
        kind = message_type(packet)
        print(WORDS.get(kind, kind), flush=True)
        if kind in (DISCOVER, REQUEST):
            server.sendto(answer(packet, OFFER if kind == DISCOVER else ACK, wanted), BROADCAST)


def main() -> None:
    """Listen, and answer in one of the two ways."""
    scripted = sys.argv[1] == "--script"
    interface, wanted = sys.argv[-2], json.loads(sys.argv[-1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        server.bind(("", 67))
        print("ready", flush=True)
        if scripted:
            follow_script(server, Script().changed(wanted))
        else:
            answer_all(server, wanted)


if __name__ == "__main__":
    main()
