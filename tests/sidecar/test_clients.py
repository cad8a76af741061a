"""Who is connected, as it is told of what conntrack prints."""

import os
import subprocess
from pathlib import Path

import pytest

from netc_tui.core.clients import Client, Clients, parse
from netc_tui.core.ports import Forward
from netc_tui.core.rules import forwarding
from tests.sidecar.box import FOLDER, Box

CONNTRACK = """#!/bin/sh
cat "$ANSWERS/tracked" || exit 1
[ ! -e "$ANSWERS/broken" ]
"""
HERE = "10.77.0.50"


def line(
    client: str,
    port: int = 80,
    *,
    proto: str = "tcp",
    state: str = "ESTABLISHED",
    sent: tuple[int, int] | None = (5, 300),
    got: tuple[int, int] = (4, 700),
    replied: bool = True,
    dst: str = HERE,
) -> str:
    """A connection as conntrack(8) prints it."""

    def counted(of: tuple[int, int]) -> str:
        return f"packets={of[0]} bytes={of[1]} " if sent is not None else ""

    head = f"tcp      6 100 {state}" if proto == "tcp" else f"{proto}      17 29"
    there = f"src={client} dst={dst} sport=40000 dport={port} {counted(sent or (0, 0))}"
    back = f"src=172.17.0.2 dst=172.17.0.6 sport=8080 dport=40000 {counted(got)}"
    marks = ("", "[ASSURED] ") if replied else ("[UNREPLIED] ", "")
    return f"{head} {there}{marks[0]}{back}{marks[1]}mark=0 use=1\n"


class Place(Box):
    """A network container that has its address."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "bin/conntrack").write_text(CONNTRACK)
        (folder / "run/facts").write_text(f"lan=eth1 svc=eth0 ip={HERE} gateway= target=\n")
        forwards = (Forward("tcp", 80, 80, 1),)
        (folder / "lease/rules").write_text(forwarding(forwards, "172.17.0.1", ("172.17.0.0/16",)))
        self.tracks()

    def tracks(self, *lines: str) -> None:
        self.answer("tracked", "".join(lines))

    def clients(self) -> Clients:
        ran = self.ran()
        assert (ran.returncode, ran.stderr) == (0, "")
        found = parse(ran.stdout)
        told = len(found.clients) + (found.more > 0) + (found.tracked is not None)
        assert told == len(ran.stdout.splitlines()), "nothing is said in vain"
        return found

    def ran(self) -> "subprocess.CompletedProcess[str]":
        environment = {
            "RUN": str(self.folder / "run"), "VOLUME": str(self.folder / "lease"),
            "PROC": str(self.folder / "proc"), "ANSWERS": str(self.folder / "answers"),
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
        }  # fmt: skip
        return subprocess.run(
            ["busybox", "sh", str(FOLDER / "clients")],
            env=environment, capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_nobody(place: Place) -> None:
    assert place.clients() == Clients()


def test_connections_are_summed_by_client_protocol_and_public_port(place: Place) -> None:
    place.tracks(
        line("10.77.0.61"),
        line("10.77.0.62", sent=(2, 5_000_000_000), got=(3, 4_000_000_000)),
        line("10.77.0.61", state="TIME_WAIT"),
        line("10.77.0.61", 53, proto="udp", sent=(1, 60), got=(1, 80)),
        line("10.77.0.61", 443),
    )
    assert place.clients() == Clients(
        (
            Client("10.77.0.62", "tcp", 80, 1, 5, 9_000_000_000, 0),
            Client("10.77.0.61", "tcp", 80, 2, 18, 2000, 0),
            Client("10.77.0.61", "tcp", 443, 1, 9, 1000, 0),
            Client("10.77.0.61", "udp", 53, 1, 2, 140, 0),
        )
    )


def test_what_was_not_answered_is_told(place: Place) -> None:
    place.tracks(
        line("10.77.0.61", state="SYN_SENT", got=(0, 0), replied=False),
        line("10.77.0.62", state="SYN_RECV"),
        line("10.77.0.63", 53, proto="udp", got=(0, 0), replied=False),
        line("10.77.0.63", 53, proto="udp"),
        line("10.77.0.64"),
        line("10.77.0.65", 53, proto="udp", sent=None, replied=False),
    )
    found = {client.address: client for client in place.clients().clients}
    assert {address[-2:]: client.unanswered for address, client in found.items()} == {
        "61": 1, "62": 1, "63": 1, "64": 0, "65": 1,
    }  # fmt: skip
    assert found["10.77.0.61"].bytes == 300


def test_what_does_not_come_from_the_lan_is_no_client(place: Place) -> None:
    place.tracks(
        # Its own look for the service, the host over a route, and what is not of this address.
        line("172.17.0.6", dst="172.17.0.2"),
        line("172.17.0.1"),
        line("10.77.0.61", dst="10.77.0.49"),
        "icmp     1 29 src=10.77.0.61 dst=10.77.0.50 type=8 code=0 id=1 src=10.77.0.50\n",
        "nonsense\n",
        "\n",
    )
    assert place.clients() == Clients()
    (place.folder / "lease/rules").write_text(forwarding((Forward("tcp", 80, 80, 1),)))
    assert [client.address for client in place.clients().clients] == ["172.17.0.1"]


def test_bytes_that_are_not_counted_are_not_told(place: Place) -> None:
    place.tracks(line("10.77.0.61", sent=None), line("10.77.0.62", sent=None), line("10.77.0.62"))
    assert place.clients().clients == (
        Client("10.77.0.62", "tcp", 80, 2, None, None, 0),
        Client("10.77.0.61", "tcp", 80, 1, None, None, 0),
    )


def test_of_very_many_the_busiest(place: Place) -> None:
    place.tracks(
        *(line(f"10.78.{n // 250}.{n % 250 + 1}", got=(1, n)) for n in range(230)),
        *(line("10.78.0.230", port, got=(1, 1)) for port in range(1, 20)),
    )
    found = place.clients()
    assert len({client.address for client in found.clients}) == 200
    assert found.more == 30
    assert found.clients[0].address == "10.78.0.230"
    assert len(found.clients) == 219
    assert "10.78.0.30" not in {client.address for client in found.clients}


def test_where_more_are_tracked_than_can_be_summed_that_is_told(place: Place) -> None:
    count = place.folder / "proc/sys/net/netfilter/nf_conntrack_count"
    count.parent.mkdir(parents=True)
    count.write_text("10000\n")
    assert place.clients().tracked is None
    count.write_text("10003\n")
    place.tracks(*(line("10.77.0.61") for _ in range(10003)))
    found = place.clients()
    assert found.tracked == 10003
    assert found.clients[0].connections == 10000


def test_what_cannot_be_read_is_not_taken_for_nobody(place: Place) -> None:
    place.tracks(line("10.77.0.61"))
    place.answer("broken", "")
    ran = place.ran()
    assert (ran.returncode, ran.stdout) == (1, "the connections cannot be read\n")
    (place.folder / "run/facts").unlink()
    ran = place.ran()
    assert ran.returncode == 1
    assert ran.stdout.startswith("it has not begun")


def test_without_an_address_there_is_nobody(place: Place) -> None:
    (place.folder / "run/facts").write_text("lan=eth1 svc=eth0 ip= gateway= target=\n")
    place.tracks(line("10.77.0.61"))
    assert place.clients() == Clients()
