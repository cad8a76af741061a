"""DHCP answers of all kinds: those of servers, and what strangers put on the wire."""

import asyncio
import struct
import subprocess
import sys
from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.diagnosis.facts import Server
from netc_tui.core.errors import Exit, NetcError
from netc_tui.host import dhcp, frames
from netc_tui.host.dhcp import answer, client_mac, discover, inform, merge, options_of, servers

XID = b"\x01\x02\x03\x04"
MAC = bytes.fromhex("525400000003")
SERVER_MAC = "02:77:00:00:00:01"
OFFER, ACK = b"\x02", b"\x05"


def ip(address: str) -> bytes:
    return IPv4Address(address).packed


PLAIN = {53: OFFER, 54: ip("10.77.0.1"), 1: ip("255.255.255.0"), 3: ip("10.77.0.254")}


def message(options: dict[int, bytes] | bytes, offer: str = "10.77.0.100", **fields: Any) -> bytes:
    """A server's answer; ``fields``: op, xid, cookie, sname, file."""
    if isinstance(options, dict):
        told = (bytes([code, len(value)]) + value for code, value in options.items())
        options = b"".join(told) + b"\xff"
    head = struct.pack("!BBBB4sHH", fields.get("op", 2), 1, 6, 0, fields.get("xid", XID), 0, 0)
    text = head + bytes(4) + ip(offer) + bytes(8) + client_mac(MAC).ljust(16, b"\0")
    text += fields.get("sname", b"").ljust(64, b"\0") + fields.get("file", b"").ljust(128, b"\0")
    return bytes(text + fields.get("cookie", dhcp.COOKIE) + options)


def frame(message: bytes, source: str = "10.77.0.1", padding: bytes = b"") -> bytes:
    """That message as it comes over the wire."""
    size = 8 + len(message)
    udp = struct.pack("!HHHH", 67, 68, size, 0)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 0, 0, 64, 17, 0)
    ethernet = b"\xff" * 6 + bytes.fromhex(SERVER_MAC.replace(":", "")) + b"\x08\x00"
    return ethernet + head + ip(source) + b"\xff" * 4 + udp + message + padding


def without(*codes: int, **more: bytes) -> dict[int, bytes]:
    return {code: value for code, value in PLAIN.items() if code not in codes}


def test_an_offer() -> None:
    told = answer(frame(message(PLAIN)), XID)
    assert told == Server(
        address="10.77.0.1",
        mac=SERVER_MAC,
        offer="10.77.0.100",
        prefix=24,
        gateway="10.77.0.254",
    )


def test_an_acknowledgement_of_an_inform_offers_nothing() -> None:
    told = answer(frame(message({**PLAIN, 53: ACK}, "0.0.0.0")), XID)
    assert told == Server(address="10.77.0.1", mac=SERVER_MAC)


def test_a_server_that_does_not_name_itself_is_known_by_its_source() -> None:
    for options in (without(54), {**PLAIN, 54: b"\0\0\0\0"}, {**PLAIN, 54: b"\1\2\3"}):
        told = answer(frame(message(options), "10.77.0.9"), XID)
        assert told is not None
        assert told.address == "10.77.0.9"


@pytest.mark.parametrize(
    ("mask", "prefix"),
    [
        ("255.255.255.255", 32),
        ("255.255.254.0", 23),
        ("128.0.0.0", 1),
        ("0.0.0.0", None),
        ("255.0.255.0", None),
        ("0.0.0.255", None),
    ],
)
def test_a_netmask_that_is_none_is_no_prefix(mask: str, prefix: int | None) -> None:
    told = answer(frame(message({**PLAIN, 1: ip(mask)})), XID)
    assert told is not None
    assert told.prefix == prefix


@pytest.mark.parametrize(
    ("routers", "gateway"),
    [
        (ip("10.77.0.254") + ip("10.77.0.253"), "10.77.0.254"),
        (b"", None),
        (b"\x0a\x4d", None),
        (ip("0.0.0.0"), None),
        (ip("255.255.255.255"), None),
    ],
)
def test_the_gateway_is_the_first_router(routers: bytes, gateway: str | None) -> None:
    told = answer(frame(message({**PLAIN, 3: routers})), XID)
    assert told is not None
    assert told.gateway == gateway


@pytest.mark.parametrize("offer", ["0.0.0.0", "255.255.255.255", "224.0.0.1"])
def test_an_offer_of_no_address_is_none(offer: str) -> None:
    told = answer(frame(message(PLAIN, offer)), XID)
    assert told == Server(address="10.77.0.1", mac=SERVER_MAC)


@pytest.mark.parametrize(
    "strange",
    [
        b"",
        frame(b""),
        frame(message(PLAIN))[:100],
        frame(message(PLAIN, xid=b"\x01\x02\x03\x05")),
        frame(message(PLAIN, op=1)),
        frame(message(PLAIN, cookie=b"\0\0\0\0")),
        frame(message(without(53))),
        frame(message({**PLAIN, 53: b"\x06"})),
        frame(message({**PLAIN, 53: b""})),
        frame(message({**PLAIN, 53: b"\x02\x02"})),
        frame(message(b"\x35\x01")),
        frame(message(b"\x35")),
    ],
)
def test_what_is_no_answer_is_none(strange: bytes) -> None:
    assert answer(strange, XID) is None


def test_padding_behind_a_packet_is_not_read() -> None:
    """A server that ends its message early, and a network card that fills the frame up."""
    text = message(b"\x35\x01\x02")
    told = answer(frame(text, padding=b"\x36\x04" + ip("6.6.6.6")), XID)
    assert told is not None
    assert told.address == "10.77.0.1"


def test_options_in_pieces_and_in_other_fields() -> None:
    router = bytes([3, 4]) + ip("10.77.0.7") + b"\xff"
    mask = bytes([1, 2, 255, 255, 1, 2, 254, 0]) + b"\xff"
    for overload, expected in (
        (0, {}),
        (1, {3: ip("10.77.0.7")}),
        (2, {1: ip("255.255.254.0")}),
        (3, {3: ip("10.77.0.7"), 1: ip("255.255.254.0")}),
    ):
        found = options_of(message({53: OFFER, 52: bytes([overload])}, file=router, sname=mask))
        assert {code: value for code, value in found.items() if code < 50} == expected


def test_junk_ends_the_options_and_what_was_before_it_counts() -> None:
    text = b"\0\0\x35\x01\x02\x36\x04" + ip("10.77.0.3") + b"\x03\xc8junk"
    assert answer(frame(message(text), "10.77.0.9"), XID) == Server(
        address="10.77.0.3", mac=SERVER_MAC, offer="10.77.0.100"
    )


@given(st.binary(max_size=700))
def test_no_bytes_raise(junk: bytes) -> None:
    assert answer(junk, XID) is None
    answer(frame(junk), XID)
    answer(frame(message(junk)), XID)
    answer(frame(message({**PLAIN, 52: b"\x03"}, file=junk[:128], sname=junk[128:192])), XID)
    options_of(junk)


@given(st.integers(0, 600), st.integers(0, 255))
def test_an_answer_with_a_wrong_byte_does_not_raise(at: int, value: int) -> None:
    whole = bytearray(frame(message(PLAIN)))
    whole[at % len(whole)] = value
    answer(bytes(whole), XID)


def test_an_offer_is_worth_more_than_an_acknowledgement() -> None:
    offer = Server(address="10.0.0.1", mac=SERVER_MAC, offer="10.0.0.9")
    empty = Server(address="10.0.0.1", mac=SERVER_MAC)
    other = Server(address="10.0.0.2", mac=SERVER_MAC)
    later = Server(address="10.0.0.1", mac=SERVER_MAC, offer="10.0.0.8")
    found: dict[dhcp.Found, Server] = {}
    assert not dhcp.complete(found)
    for server in (empty, None, other, offer, empty, later):
        merge(found, server)
    assert found == {("10.0.0.1", SERVER_MAC): offer, ("10.0.0.2", SERVER_MAC): other}
    assert not dhcp.complete(found)
    del found["10.0.0.2", SERVER_MAC]
    assert dhcp.complete(found)
    # A stranger may go by the address of another, and make up any number of servers.
    for at in range(99):
        merge(found, Server(address="10.0.0.1", mac=f"02:00:00:00:00:{at:02x}"))
    assert len(found) == dhcp.MOST


def test_the_questions() -> None:
    ours = client_mac(MAC)
    assert ours == client_mac(MAC) != client_mac(bytes(6))
    assert ours[0] & 3 == 2, "of no maker, and of one machine"
    asked = discover(MAC, XID, dhcp.Asker(ours))
    told = inform(MAC, XID, "10.77.0.10")
    for frame in (asked, told):
        assert frame[:14] == b"\xff" * 6 + MAC + b"\x08\x00"
        assert len(frame) == 14 + 20 + 8 + dhcp.SHORTEST
        assert dhcp._checksum([frame[14:34]]) == 0
        length = struct.pack("!HH", 17, 8 + dhcp.SHORTEST)
        assert dhcp._checksum([frame[26:34], length, frame[34:]]) == 0
        assert frame[34:38] == struct.pack("!HH", 68, 67)
        assert frame[42:46] == bytes([1, 1, 6, 0])
        assert frame[46:50] == XID
    # Nothing of it could be taken for a REQUEST, and it is not for the interface's own lease.
    assert options_of(asked[42:])[53] == b"\x01"
    assert asked[52:54] == b"\x80\x00", "to be answered to all"
    assert asked[70:76] == ours
    assert asked[26:30] == asked[54:58] == bytes(4)
    assert options_of(told[42:])[53] == b"\x08"
    assert told[70:76] == MAC
    assert told[26:30] == told[54:58] == ip("10.77.0.10")
    # For a client that has a lease: what it is offered nobody else misses.
    client = dhcp.Asker(bytes.fromhex("02aabbccddee"), b"\xff1234")
    known = discover(MAC, XID, client)
    assert known[:14] == b"\xff" * 6 + MAC + b"\x08\x00", "from the interface's own MAC"
    assert known[70:76] == client.mac
    assert options_of(known[42:])[61] == client.id


@pytest.mark.parametrize("interface", ["nosuch0", "x" * 20])
def test_no_such_interface(interface: str) -> None:
    with pytest.raises(NetcError) as caught:
        asyncio.run(servers(interface, None, 0.1))
    assert interface in caught.value.message


def test_without_root_it_says_so() -> None:
    code = (
        "import asyncio, os\n"
        "from netc_tui.core.errors import NetcError\n"
        "from netc_tui.host import dhcp, surroundings\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "mac = '02:00:00:00:00:01'\n"
        "for asked in dhcp.servers('lo', None), surroundings.astray('lo', '10.0.0.1', mac):\n"
        "    try: asyncio.run(asked)\n"
        "    except NetcError as error: print(int(error.code), error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    said = f"{int(Exit.FAILED)} it needs root: run it with sudo"
    assert done.stdout.splitlines() == [said, said], done


def test_another_kind_of_interface() -> None:
    with pytest.raises(NetcError, match="lo is no Ethernet") as caught:
        asyncio.run(servers("lo", "127.0.0.1", 0.1))
    assert caught.value.code == Exit.INTERFACE
    assert frames.ARPHRD_ETHER == 1
