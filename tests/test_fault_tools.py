"""What the faults are made and judged with: the scripted DHCP server, and what the LAN got."""

import socket
import struct

import pytest

from tests.faults.doctor import FAULTS as TO_NAME
from tests.faults.doctor import Diagnosis, DoctorFault, judge
from tests.faults.look import Look, both, broken, exits, healthy, said
from tests.faults.table import FAULTS
from tests.faults.watch import Answer, steady_since
from tests.lab.dhcp_server import ACK, NAK, OFFER, Leases, Script, options_of, respond

POOL = ("10.77.0.150", "10.77.0.151")
MAC = bytes.fromhex("020000000001")
SERVER = socket.inet_aton("10.77.0.1")


def message(kind: int, current: str = "0.0.0.0", mac: bytes = MAC, **options: bytes) -> bytes:
    """What a client sends; options as ``o50=...``."""
    header = struct.pack("!BBBB4s", 1, 1, 6, 0, b"xid1") + b"\0" * 4 + socket.inet_aton(current)
    body = bytes([53, 1, kind])
    for name, value in options.items():
        body += bytes([int(name[1:]), len(value)]) + value
    start = header + b"\0" * 12 + mac.ljust(16, b"\0") + b"\0" * 192
    return start + b"\x63\x82\x53\x63" + body + b"\xff"


def kind_and_address(packet: bytes | None) -> tuple[int, str] | None:
    return packet and (options_of(packet)[53][0], socket.inet_ntoa(packet[16:20]))  # type: ignore[return-value]


def ask(script: Script, leases: Leases, address: str, **options: bytes) -> tuple[int, str] | None:
    wish = socket.inet_aton(address)
    return kind_and_address(
        respond(message(3, "0.0.0.0", MAC, o50=wish, **options), script, leases)
    )


def renew(script: Script, leases: Leases, address: str) -> tuple[int, str] | None:
    return kind_and_address(respond(message(3, address), script, leases))


@pytest.fixture
def leases() -> Leases:
    """One client has the first address."""
    found = Leases()
    script = Script(addresses=POOL)
    assert kind_and_address(respond(message(1), script, found)) == (OFFER, POOL[0])
    assert ask(script, found, POOL[0]) == (ACK, POOL[0])
    return found


def test_a_client_keeps_its_address_and_another_gets_the_next(leases: Leases) -> None:
    script = Script(addresses=POOL)
    assert renew(script, leases, POOL[0]) == (ACK, POOL[0])
    other = message(1, mac=bytes.fromhex("020000000002"))
    assert kind_and_address(respond(other, script, leases)) == (OFFER, POOL[1])


def test_times_are_told_as_the_script_has_them(leases: Leases) -> None:
    packet = respond(message(3, POOL[0]), Script(addresses=POOL, lifetime=9, t1=2, t2=5), leases)
    assert packet is not None
    found = options_of(packet)
    assert [struct.unpack("!I", found[code])[0] for code in (51, 58, 59)] == [9, 2, 5]


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        (Script(addresses=POOL, silent="all"), None),
        (Script(addresses=POOL, silent="renewals"), None),
        (Script(addresses=POOL, nak=True), (NAK, "0.0.0.0")),
        (Script(addresses=POOL[1:]), (NAK, "0.0.0.0")),
        (Script(addresses=POOL, swap=POOL[1]), (ACK, POOL[1])),
    ],
    ids=["silent", "silent at renewals", "refuses", "has it no more", "another address"],
)
def test_a_renewal_is_answered_as_the_script_says(
    leases: Leases, script: Script, answer: tuple[int, str] | None
) -> None:
    assert renew(script, leases, POOL[0]) == answer


def test_what_is_meant_for_another_server_is_not_answered(leases: Leases) -> None:
    script = Script(addresses=POOL)
    assert ask(script, leases, POOL[0], o54=socket.inet_aton("10.77.0.66")) is None
    assert ask(script, leases, POOL[0], o54=SERVER) == (ACK, POOL[0])


@pytest.mark.parametrize("insist", [False, True])
def test_a_declined_address_is_given_again_only_by_a_server_that_insists(
    leases: Leases, insist: bool
) -> None:
    script = Script(addresses=POOL, insist=insist)
    assert respond(message(4, o50=socket.inet_aton(POOL[0])), script, leases) is None
    offered = kind_and_address(respond(message(1), script, leases))
    assert offered == (OFFER, POOL[0] if insist else POOL[1])


def test_a_server_without_addresses_offers_none() -> None:
    assert respond(message(1), Script(), Leases()) is None


# --- what the LAN got


def test_it_is_over_since_the_first_of_the_last_good_answers() -> None:
    came = ["page a", "page a", "refused", "page a", "page a", "page a"]
    answers = [Answer(float(at), one) for at, one in enumerate(came)]
    assert steady_since(answers, "a") == 3
    assert steady_since(answers[:4], "a") is None, "once is not steady"
    assert steady_since(answers, "b") is None
    assert steady_since([*answers, Answer(6, "silent")], "a") is None


# --- what is asked of a look


def test_nothing_is_healthy_because_nothing_was_heard() -> None:
    assert not healthy(Look(0, 0.1))
    assert not healthy(Look(0, 0.1, row={"network_container": {"health": None}}))
    assert healthy(Look(0, 0.1, row={"network_container": {"health": {"state": "healthy"}}}))


def test_what_is_broken_is_at_a_hop_and_named() -> None:
    told = {"state": "broken", "hop": "service", "reason": "web1 was renamed to web9"}
    look = Look(0, 0.1, row={"network_container": {"health": told}}, events=[{"event": "drift"}])
    assert broken("service", names="web9")(look)
    assert not broken("service", names="web7")(look)
    assert not broken("lan")(look)
    assert both(broken("service"), said("drift"))(look)
    assert not both(broken("service"), said("moved"))(look)
    assert not exits(0)(look), "no command was run"


def test_a_core_set_is_short_and_has_each_section() -> None:
    core = [fault for fault in FAULTS if fault.core]
    assert {fault.section for fault in core} == {1, 2, 3, 4}
    assert len(core) < len(FAULTS) / 2


# --- what a doctor said


def diagnosis(
    exit: int, health: str, *found: tuple[str, str], host: tuple[str, ...] = ()
) -> Diagnosis:
    """Hop and code of each; the first at a hop is shown there."""

    def finding(code: str) -> dict[str, str]:
        return {"code": code, "title": "A title", "cause": "a cause"}

    first = dict(reversed(found))
    service = {
        "health": health,
        "hops": [{"hop": hop, "finding": finding(code)} for hop, code in first.items()],
        "findings": [finding(code) for _, code in found],
    }
    return Diagnosis(exit, 1.0, "", service, [finding(code) for code in host])


def to_name(name: str) -> DoctorFault:
    return next(fault for fault in TO_NAME if fault.name == name)


@pytest.mark.parametrize(
    ("name", "found", "problem"),
    [
        ("no-server", diagnosis(7, "broken", ("address", "N201")), ""),
        ("no-server", diagnosis(7, "broken", ("address", "N201"), host=("N814",)), ""),
        ("no-server", diagnosis(7, "broken", ("address", "N202")), "N201 was wanted"),
        ("no-server", diagnosis(7, "broken", ("lan", "N201")), "N201 was told at lan"),
        ("no-server", diagnosis(0, "broken", ("address", "N201")), "exit code 0, not 7"),
        ("no-server", diagnosis(7, "unknown", ("address", "N201")), "health unknown"),
        ("no-server", diagnosis(7, "broken", ("address", "N201"), ("port", "N501")), "N501 beside"),
        ("rule-deleted", diagnosis(7, "broken", ("rules", "N301")), ""),
        ("rule-deleted", diagnosis(0, "doubtful", ("rules", "N303")), ""),
        ("second-server", diagnosis(0, "doubtful", ("address", "N203")), ""),
        ("clock-put", diagnosis(0, "healthy", host=("N812",)), ""),
        ("clock-put", diagnosis(0, "healthy"), "N812 was wanted"),
        ("sound-link", diagnosis(0, "healthy"), ""),
        ("sound-link", diagnosis(0, "doubtful", ("client", "N601")), "N601 beside"),
        ("sound-link", diagnosis(0, "unknown"), "health unknown, not healthy"),
    ],
)
def test_what_a_doctor_said_is_held_against_the_fault(
    name: str, found: Diagnosis, problem: str
) -> None:
    problems = judge(to_name(name), found)
    assert any(one.startswith(problem) for one in problems) if problem else not problems


def test_faults_to_name_have_names_of_their_own() -> None:
    names = [fault.name for fault in TO_NAME]
    assert len(set(names)) == len(names)
