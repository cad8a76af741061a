"""Names by updates, against BIND and Knot as Debian has them."""

import base64
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.publication import Publication
from netc_tui.names.messages import Exchange
from netc_tui.names.publisher import Holder, Outcome
from netc_tui.names.rfc2136 import Rfc2136
from netc_tui.names.trouble import NameTrouble
from tests.names.conftest import publication, refused
from tests.names.servers import HOST, REVERSE, ZONE, RealServer, bind, free_port


def publisher(server: RealServer, **given: object) -> Rfc2136:
    return Rfc2136(server.settings(**given))


def moved(wanted: Publication, address: str) -> Publication:
    return msgspec.structs.replace(wanted, address=address)


def standing(server: RealServer, wanted: Publication) -> dict[str, list[str]]:
    """All that clients are told of it."""
    ports = {port.at(wanted.name): server.ask(port.at(wanted.name), "SRV") for port in wanted.ports}
    return {
        "A": server.ask(wanted.name, "A"),
        "DHCID": [each.replace(" ", "") for each in server.ask(wanted.name, "DHCID")],
        "PTR": server.ask(wanted.reverse, "PTR"),
        **ports,
    }


def right(wanted: Publication) -> dict[str, list[str]]:
    return {
        "A": [wanted.address],
        "DHCID": [base64.b64encode(wanted.dhcid).decode()],
        "PTR": [f"{wanted.name}."],
        **{p.at(wanted.name): [f"0 0 {p.port} {wanted.name}."] for p in wanted.ports},
    }


def nothing(wanted: Publication) -> dict[str, list[str]]:
    return {kind: [] for kind in right(wanted)}


def test_published_refreshed_and_taken_back(server: RealServer) -> None:
    wanted, by = publication(), publisher(server)
    assert by.held(wanted) == Holder(False, ())
    done = by.publish(wanted)
    assert done.doubts == ()
    assert done.done == (
        f"A {wanted.name} {wanted.address}", f"SRV _http._tcp.{wanted.name}",
        f"SRV _https._tcp.{wanted.name}", f"PTR {wanted.address} {wanted.name}",
    )  # fmt: skip
    assert standing(server, wanted) == right(wanted)
    for name, kind in ((wanted.name, "A"), (wanted.name, "DHCID"), (wanted.reverse, "PTR")):
        assert server.ttl(name, kind) == 1200
    assert by.held(wanted) == Holder(True, (wanted.address,))
    serials = server.serial(), server.serial(REVERSE)
    assert by.publish(wanted) == Outcome()
    assert (server.serial(), server.serial(REVERSE)) == serials, "nothing is sent in vain"
    assert len(by.withdraw(wanted).done) == 4
    assert standing(server, wanted) == nothing(wanted)
    assert by.withdraw(wanted) == Outcome()


def test_a_lease_of_another_length_changes_how_long_it_is_remembered(server: RealServer) -> None:
    name = publication(lease=3600)
    by = publisher(server)
    by.publish(name)
    shorter = msgspec.structs.replace(name, ttl=90)
    assert len(by.publish(shorter).done) == 4
    assert [server.ttl(name.name, "A"), server.ttl(name.reverse, "PTR")] == [90, 90]
    assert by.publish(shorter) == Outcome()


def test_an_address_that_changed(server: RealServer) -> None:
    wanted, by = publication(), publisher(server)
    by.publish(wanted)
    now = moved(wanted, publication().address)
    assert by.publish(now).done == (
        f"PTR {wanted.address} removed", f"A {now.name} {now.address}",
        f"PTR {now.address} {now.name}",
    )  # fmt: skip
    assert standing(server, now) == right(now)
    assert server.ask(wanted.reverse, "PTR") == []
    # Whoever does not know the address takes it back all the same.
    by.withdraw(moved(now, ""))
    assert standing(server, now) == nothing(now)


def test_ports_that_changed(server: RealServer) -> None:
    before, by = publication(ports="80,443"), publisher(server)
    by.publish(before)
    found = publication(
        before.name, before.address, "443,8000,53/udp", service=before.name.split(".")[0]
    )
    assert found.client_id == before.client_id
    done = by.publish(found, before).done
    assert done == (f"SRV _domain._udp.{found.name}", f"SRV _http._tcp.{found.name} removed")
    assert standing(server, found) == right(found)
    assert server.ask(f"_http._tcp.{found.name}", "SRV") == []


def test_a_name_that_changed(server: RealServer) -> None:
    before, by = publication(), publisher(server)
    by.publish(before)
    found = publication(address=before.address)
    assert f"A {before.name} {before.address} removed" in by.publish(found, before).done
    assert standing(server, found) == right(found)
    assert server.ask(before.name, "A") == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("printer", "is taken: it leads to 192.168.0.9, and its record is not netc's"),
        ("kea", "kea.home.lan is taken: it leads to 192.168.0.8, and another DHCP client has it"),
        ("nas", "nas.home.lan is taken: it leads to printer.home.lan, and"),
        ("note", "note.home.lan has records that are not netc's"),
    ],
)  # fmt: skip
def test_a_name_that_is_somebody_else_s_is_never_changed(
    server: RealServer, name: str, said: str
) -> None:
    wanted, by = publication(name), publisher(server)
    kinds = ("A", "DHCID", "CNAME", "TXT")
    before = [server.ask(wanted.name, kind) for kind in kinds], server.serial()
    message = refused(lambda: by.publish(wanted), "N901")
    assert said in message
    assert "choose another name" in message
    assert not by.held(wanted).ours
    by.withdraw(wanted)
    by.withdraw(moved(wanted, "192.168.0.9"))
    assert ([server.ask(wanted.name, kind) for kind in kinds], server.serial()) == before
    assert server.ask("9.0.168.192.in-addr.arpa", "PTR") == ["printer.home.lan."]
    assert server.ask(wanted.reverse, "PTR") == []


def test_an_address_and_a_port_that_are_somebody_else_s_are_left_alone(server: RealServer) -> None:
    wanted, by = publication(address="192.168.0.9"), publisher(server)
    server.by_hand(f"update add _http._tcp.{wanted.name}. 60 SRV 0 0 631 printer.home.lan.")
    found = by.publish(wanted)
    assert [each.code for each in found.doubts] == ["N902", "N902"]
    assert "leads to somebody else: 0 0 631 printer.home.lan." in str(found.doubts[0])
    assert "192.168.0.9 is called printer.home.lan in the DNS already" in str(found.doubts[1])
    assert server.ask(wanted.name, "A") == ["192.168.0.9"]
    by.withdraw(wanted)
    assert server.ask(f"_http._tcp.{wanted.name}", "SRV") == ["0 0 631 printer.home.lan."]
    assert server.ask(wanted.reverse, "PTR") == ["printer.home.lan."]
    assert server.ask(wanted.name, "A") == []


def test_of_many_records_that_are_somebody_else_s_a_few_are_told(server: RealServer) -> None:
    for number in range(10, 50):
        server.by_hand(f"update add farm.home.lan. 60 A 10.0.0.{number}")
    message = refused(lambda: publisher(server).publish(publication("farm.home.lan")), "N901")
    assert "it leads to 10.0.0.10, 10.0.0.11, 10.0.0.12, 37 more, and its record" in message


@pytest.mark.parametrize("kind", ["A", "PTR", "SRV", "all"])
def test_what_was_removed_by_hand_is_published_anew(server: RealServer, kind: str) -> None:
    wanted, by = publication(), publisher(server)
    by.publish(wanted)
    if kind in ("A", "all"):
        server.by_hand(f"update delete {wanted.name}. A")
    if kind in ("PTR", "all"):
        server.by_hand(f"update delete {wanted.reverse}. PTR", zone=REVERSE)
    if kind in ("SRV", "all"):
        server.by_hand(f"update delete _http._tcp.{wanted.name}. SRV")
    if kind == "all":
        server.by_hand(f"update delete {wanted.name}.")
    assert by.publish(wanted).done
    assert standing(server, wanted) == right(wanted)
    server.by_hand(f"update delete {wanted.name}.")
    by.withdraw(wanted)
    assert server.ask(wanted.reverse, "PTR") == []


def test_a_record_that_lost_its_mark_is_nobody_s_of_ours(server: RealServer) -> None:
    wanted, by = publication(), publisher(server)
    by.publish(wanted)
    server.by_hand(f"update delete {wanted.name}. DHCID")
    assert "is not netc's" in refused(lambda: by.publish(wanted), "N901")
    by.withdraw(wanted)
    assert server.ask(wanted.name, "A") == [wanted.address]


def test_what_others_added_to_our_name_stays(server: RealServer) -> None:
    wanted, by = publication(), publisher(server)
    by.publish(wanted)
    server.by_hand(
        f"update add {wanted.name}. 1200 A 192.168.0.77", f"update add {wanted.name}. 60 TXT mine"
    )
    assert by.publish(wanted) == Outcome()
    by.publish(msgspec.structs.replace(wanted, ttl=90))
    assert server.ask(wanted.name, "A") == sorted([wanted.address, "192.168.0.77"])
    now = moved(wanted, publication().address)
    by.publish(now, wanted)
    assert server.ask(wanted.name, "A") == sorted([now.address, "192.168.0.77"])
    by.withdraw(now)
    assert server.ask(wanted.name, "A") == ["192.168.0.77"]
    assert server.ask(wanted.name, "TXT") == ['"mine"']


def dies(act: Callable[[], object], at: int) -> bool:
    """Do it in a process that is killed when it has had its ``at``-th answer; was it?"""
    child = os.fork()
    if child == 0:
        ask, count = Exchange.ask, 0

        def counted(self: Exchange, message: object) -> object:
            nonlocal count
            answer = ask(self, message)  # type: ignore[arg-type]
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        Exchange.ask = counted  # type: ignore[assignment,method-assign]
        try:
            act()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_kill_at_any_moment_is_mended_by_the_next_start(server: RealServer) -> None:
    by, at = publisher(server, zone=ZONE, reverse=REVERSE), 0
    killed = True
    while killed:
        at += 1
        wanted = publication()
        killed = dies(lambda now=wanted: by.publish(now), at)  # type: ignore[misc]
        assert by.publish(wanted).doubts == ()
        assert standing(server, wanted) == right(wanted)
        # Also when the address has changed meanwhile, and when it is taken back.
        now = moved(wanted, publication().address)
        dies(lambda now=now: by.publish(now), at)  # type: ignore[misc]
        by.publish(now)
        assert standing(server, now) == right(now)
        assert server.ask(wanted.reverse, "PTR") == []
        dies(lambda now=now: by.withdraw(now), at)  # type: ignore[misc]
        by.withdraw(now)
        assert standing(server, now) == nothing(now)
    assert at > 7, "each question and each update was the last one once"


def race(server: RealServer, wanted: list[Publication]) -> tuple[list[Publication], list[str]]:
    """Who won of those that publish at once, and what the others were told."""
    won: list[Publication] = []
    lost: list[str] = []
    start = threading.Barrier(len(wanted))

    def publish(each: Publication) -> None:
        start.wait()
        try:
            publisher(server).publish(each)
            won.append(each)
        except NameTrouble as error:
            lost.append(error.finding.code)

    threads = [threading.Thread(target=publish, args=(each,)) for each in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won, lost


def test_of_two_who_want_a_name_one_gets_it(server: RealServer) -> None:
    for _ in range(5):
        name = publication().name
        both = [publication(name, service=service) for service in ("one", "two")]
        (won,), lost = race(server, both)
        assert lost == ["N901"]
        assert standing(server, won) == right(won)


def test_those_who_publish_the_same_do_no_harm(server: RealServer) -> None:
    wanted, by = publication(), publisher(server)
    assert race(server, [wanted] * 4) == ([wanted] * 4, [])
    assert standing(server, wanted) == right(wanted)
    by.withdraw(wanted)
    assert standing(server, wanted) == nothing(wanted)


def test_a_key_of_another_secret_and_one_that_is_not_known(
    server: RealServer, secret_file: Callable[..., Path]
) -> None:
    text = server.key.read_text()
    begin = text.index('secret "') + 8
    other = secret_file(text[:begin] + base64.b64encode(b"x" * 32).decode() + '";\n};\n')
    message = refused(lambda: publisher(server, key_file=str(other)).publish(publication()), "N904")
    assert f"{server.at} has another secret or algorithm for the TSIG key netc (BADSIG)" in message
    unknown = secret_file(text.replace('"netc"', '"stranger"'))
    message = refused(
        lambda: publisher(server, key_file=str(unknown)).publish(publication()), "N904"
    )
    assert f"{server.at} knows no TSIG key named stranger of hmac-sha256 (BADKEY)" in message


def test_a_key_of_another_algorithm(server: RealServer, secret_file: Callable[..., Path]) -> None:
    wanted = publication()
    other = secret_file(server.key.read_text().replace("hmac-sha256", "hmac-sha512"))
    message = refused(lambda: publisher(server, key_file=str(other)).publish(wanted), "N904")
    assert f"{server.at} knows no TSIG key named netc of hmac-sha512 (BADKEY)" in message
    assert server.ask(wanted.name, "A") == []


def test_no_key_or_one_that_may_not_is_refused(server: RealServer) -> None:
    message = refused(lambda: publisher(server, key_file="").publish(publication()), "N904")
    assert "who has no key" in message
    assert "set dns.key_file" in message
    reader, wanted = publisher(server, key_file=str(server.reader)), publication()
    assert "reader" in refused(lambda: reader.publish(wanted), "N904")
    assert server.ask(wanted.name, "A") == []


def test_a_zone_that_is_not_there(server: RealServer) -> None:
    elsewhere = publication("web", zone="example.org")
    message = refused(lambda: publisher(server).publish(elsewhere), "N903")
    assert f"{server.at} does not answer for web.example.org (REFUSED)" in message


def test_a_zone_that_is_configured_wrong(server: RealServer) -> None:
    wanted = publication()
    message = refused(lambda: publisher(server, zone="other.lan").publish(wanted), "N903")
    assert f"{wanted.name} is not in the zone other.lan" in message
    # One below the zone that the server has is nobody's.
    below = publication("web", zone="deep.home.lan")
    message = refused(lambda: publisher(server, zone="deep.home.lan").publish(below), "N903")
    assert "is not in charge of web.deep.home.lan (NOTAUTH)" in message


def test_a_domain_within_the_zone_is_found_by_asking(server: RealServer) -> None:
    wanted = publication("web", zone="deeper.home.lan")
    publisher(server).publish(wanted)
    assert standing(server, wanted) == right(wanted)


def test_without_a_reverse_zone_the_name_stands_and_the_doubt_is_told(tmp_path: Path) -> None:
    with bind(tmp_path / "own", reverse="") as server:
        wanted = publication()
        found = publisher(server).publish(wanted)
        assert server.ask(wanted.name, "A") == [wanted.address]
        (doubt,) = found.doubts
        assert doubt.code == "N903", doubt
        assert publisher(server).withdraw(wanted).done
        assert server.ask(wanted.name, "A") == []


@pytest.mark.parametrize("algorithm", ["hmac-sha512", "hmac-sha1", "hmac-md5"])
def test_algorithms_that_keys_may_have(tmp_path: Path, algorithm: str) -> None:
    with bind(tmp_path / "own", algorithm) as server:
        wanted = publication()
        assert publisher(server).publish(wanted).doubts == ()
        assert standing(server, wanted) == right(wanted)


def test_addresses_on_another_server(bind_server: RealServer, tmp_path: Path) -> None:
    with bind(tmp_path / "own", key=bind_server.key) as other:
        wanted, by = publication(), publisher(bind_server, reverse_server=other.at)
        assert by.publish(wanted).doubts == ()
        assert bind_server.ask(wanted.name, "A") == [wanted.address]
        assert other.ask(wanted.name, "A") == bind_server.ask(wanted.reverse, "PTR") == []
        assert other.ask(wanted.reverse, "PTR") == [f"{wanted.name}."]
        by.withdraw(wanted)
        assert other.ask(wanted.reverse, "PTR") == []


def test_a_reverse_server_that_is_away_is_a_doubt(bind_server: RealServer) -> None:
    wanted, by = publication(), publisher(bind_server, reverse_server="127.0.0.1:1")
    (doubt,) = by.publish(wanted).doubts
    assert doubt.code == "N906"
    assert bind_server.ask(wanted.name, "A") == [wanted.address]


def test_a_name_is_not_shared(bind_server: RealServer) -> None:
    with pytest.raises(NetcError, match="only in etcd services can share a name") as caught:
        publisher(bind_server).publish(publication(shared=True))
    assert caught.value.code is Exit.USAGE


def test_the_record_of_a_former_address_goes_when_its_server_is_there_again(
    bind_server: RealServer,
) -> None:
    before = publication()
    by = Rfc2136(bind_server.settings())
    by.publish(before)
    wanted = msgspec.structs.replace(before, address=publication().address)
    away = Rfc2136(bind_server.settings(reverse_server=f"{HOST}:{free_port()}", reverse=REVERSE))
    assert [doubt.code for doubt in away.publish(wanted, before).doubts]
    assert bind_server.ask(before.reverse, "PTR") == [f"{before.name}."]
    assert by.publish(wanted, before).doubts == ()
    assert bind_server.ask(before.reverse, "PTR") == []
    assert bind_server.ask(wanted.reverse, "PTR") == [f"{before.name}."]
