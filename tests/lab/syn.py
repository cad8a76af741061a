"""TCP connections that are begun under false sources, for the LAN of a lab, and who is answered.

``syn.py flood ADDRESS PORT COUNT RATE`` sends COUNT SYNs, each from another address of
100.64.0.0/10 (RFC 6598: nobody's), RATE a second, never more nor longer than that.

``syn.py from SOURCE ADDRESS PORT`` sends five under one source, to a port that may be closed.

``syn.py hear LINK SOURCE SECONDS`` prints "ready", then how many packets from SOURCE passed there.
"""

import socket
import struct
import sys
import time

FIRST = int.from_bytes(socket.inet_aton("100.64.0.1"))
MOST = 1 << 18
TICK = 0.005
ETH_P_ALL, ETH_P_IP = 0x0003, 0x0800


class Sender:
    """Sends SYNs to one port of one address."""

    def __init__(self, address: str, port: int) -> None:
        self.address, self.port = address, port
        self.target = socket.inet_aton(address)
        # What a TCP checksum covers but the source's address and port (RFC 9293 3.1, RFC 1071).
        words = struct.unpack("!2H", self.target)
        self.known = sum(words) + socket.IPPROTO_TCP + 20 + port + 0x5002 + 64240
        self.head = struct.pack("!2BHHHBBH", 0x45, 0, 40, 0, 0, 64, socket.IPPROTO_TCP, 0)
        self.raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)

    def send(self, source: int, port: int) -> None:
        """One of them, from that address and port."""
        total = self.known + (source >> 16) + (source & 0xFFFF) + port
        total = (total & 0xFFFF) + (total >> 16)
        check = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
        segment = struct.pack("!2H2I4H", port, self.port, 0, 0, 0x5002, 64240, check, 0)
        self.raw.sendto(self.head + source.to_bytes(4) + self.target + segment, (self.address, 0))


def flood(address: str, port: int, count: int, rate: int) -> None:
    """Many under many sources; prints how many, and in how many seconds."""
    sender, count = Sender(address, port), min(count, MOST)
    began = time.monotonic()
    end = began + count / rate * 1.5 + 1
    sent = 0
    while sent < count and (now := time.monotonic()) < end:
        due = min(count, int((now - began + TICK) * rate))
        for number in range(sent, due):
            sender.send(FIRST + number, 1024 + number % 60000)
        sent = due
        time.sleep(TICK)
    print(sent, round(time.monotonic() - began, 1), flush=True)


def spoof(source: str, address: str, port: int) -> None:
    """Five under one source."""
    sender = Sender(address, port)
    for number in range(5):
        sender.send(int.from_bytes(socket.inet_aton(source)), 40000 + number)
        time.sleep(0.05)


def hear(link: str, source: str, seconds: float) -> None:
    """Count what passes with an address as its source."""
    heard, wanted = 0, socket.inet_aton(source)
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as taps:
        taps.bind((link, ETH_P_ALL))  # what goes out is told to those alone who ask for all
        print("ready", flush=True)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            taps.settimeout(left)
            try:
                packet, about = taps.recvfrom(64)
            except TimeoutError:
                break
            heard += about[1] == ETH_P_IP and packet[12:16] == wanted
    print(heard, flush=True)


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "flood":
        flood(rest[0], *map(int, rest[1:4]))
    elif what == "from":
        spoof(rest[0], rest[1], int(rest[2]))
    else:
        hear(rest[0], rest[1], float(rest[2]))
