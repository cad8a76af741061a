"""On the LAN machine: asks ten times a second who has an address, and counts who answers.

    python answers.py LINK OWN-ADDRESS ADDRESS

Prints ``ready``, and when it is told to end (SIGTERM) JSON: for how many seconds at most ``nobody``
answered, and for how many ``several`` did to one question; and how often it ``asked``. Two machines
with one MAC address cannot be told apart by it, but answer twice.
"""

import json
import select
import signal
import socket
import struct
import sys
import time

EVERY = 0.1
ARP = 0x0806


def question(mac: bytes, own: str, address: str) -> bytes:
    head = b"\xff" * 6 + mac + struct.pack("!H", ARP)
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
    return head + body + mac + socket.inet_aton(own) + bytes(6) + socket.inet_aton(address)


def answers(link: socket.socket, address: str, until: float) -> int:
    """How many answers come until then."""
    count = 0
    while (left := until - time.monotonic()) > 0:
        if not select.select([link], [], [], left)[0]:
            break
        frame = link.recv(2048)
        reply = frame[20:22] == b"\x00\x02" and frame[28:32] == socket.inet_aton(address)
        count += reply
    return count


def main(name: str, own: str, address: str) -> None:
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ARP))
    link.bind((name, ARP))
    asked = question(link.getsockname()[4], own, address)
    print("ready", flush=True)
    longest = {"nobody": 0.0, "several": 0.0}
    since: dict[str, float] = {}
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    count = 0
    while not told:
        now = time.monotonic()
        link.send(asked)
        count += 1
        found = answers(link, address, now + EVERY)
        state = "nobody" if found == 0 else "several" if found > 1 else ""
        for kind in longest:
            if kind == state:
                began = since.setdefault(kind, now)
                longest[kind] = max(longest[kind], now + EVERY - began)
            else:
                since.pop(kind, None)
    print(json.dumps({name: round(value, 2) for name, value in longest.items()} | {"asked": count}))


main(*sys.argv[1:4])
