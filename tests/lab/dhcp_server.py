"""A DHCP server that answers with whatever it is told to, well formed or not.

    python dhcp_server.py INTERFACE ANSWER

ANSWER is JSON: ``ip``, the address to offer, and ``options``, a list of ``[code, hex]`` in the
order they are sent in, with no end option or padding but what is asked for; ``file`` and ``sname``
fill these fields of the header (hex). ``ready`` is said when it listens, then each message that
came in, a word a line.
"""

import json
import socket
import struct
import sys
from typing import Any

COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, DECLINE, ACK, RELEASE = 1, 2, 3, 4, 5, 7
WORDS = {DISCOVER: "discover", REQUEST: "request", DECLINE: "decline", RELEASE: "release"}


def message_type(packet: bytes) -> int:
    """Option 53 of a packet, 0 when it has none."""
    at = 240
    while at + 2 < len(packet) and packet[at] != 255:
        if packet[at] == 0:
            at += 1
        elif packet[at] == 53:
            return packet[at + 2]
        else:
            at += 2 + packet[at + 1]
    return 0


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


def main() -> None:
    """Answer until killed."""
    interface, wanted = sys.argv[1], json.loads(sys.argv[2])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        server.bind(("", 67))
        print("ready", flush=True)
        while True:
            packet, _ = server.recvfrom(4096)
            kind = message_type(packet)
            print(WORDS.get(kind, kind), flush=True)
            if kind in (DISCOVER, REQUEST):
                reply = answer(packet, OFFER if kind == DISCOVER else ACK, wanted)
                server.sendto(reply, ("255.255.255.255", 68))


if __name__ == "__main__":
    main()
