"""Names in etcd: a real one, read back as CoreDNS and SkyDNS read it."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from netc_tui.core.publication import Publication, key, own_key, value
from netc_tui.names.etcd import Etcd
from netc_tui.names.gateway import Gateway
from netc_tui.names.publisher import Holder, Outcome
from netc_tui.names.trouble import NameTrouble
from tests.names.conftest import publication, refused
from tests.names.etcds import EtcdServer, etcd

REVERSE = "168.192.in-addr.arpa"


def moved(wanted: Publication, address: str) -> Publication:
    return msgspec.structs.replace(wanted, address=address)


def test_published_refreshed_and_taken_back(etcd_server: EtcdServer) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings())
    assert by.held(wanted) == Holder(False, ())
    done = by.publish(wanted)
    assert done == Outcome((f"{own_key(wanted)} {value(wanted)}",))
    assert etcd_server.under(own_key(wanted)) == {own_key(wanted): json.loads(value(wanted))}
    assert etcd_server.a(wanted.name) == [wanted.address]
    assert etcd_server.srv(wanted.name) == [(80, wanted.address)]
    lease = etcd_server.lease(own_key(wanted))
    assert int(lease["grantedTTL"]) == 3600
    assert by.held(wanted) == Holder(True, (wanted.address,))
    revision = etcd_server.revision()
    assert by.publish(wanted) == Outcome()
    assert etcd_server.revision() == revision, "nothing is written in vain"
    assert by.withdraw(wanted) == Outcome((f"{own_key(wanted)} removed",))
    assert etcd_server.under(own_key(wanted)) == {}
    assert by.withdraw(wanted) == Outcome()


def test_a_renewed_lease_has_a_new_end(etcd_server: EtcdServer) -> None:
    wanted, by = publication(lease=1800), Etcd(etcd_server.settings())
    by.publish(wanted)
    first = etcd_server.lease(own_key(wanted))["ID"]
    assert by.publish(msgspec.structs.replace(wanted, seconds=1797)) == Outcome()
    by.publish(msgspec.structs.replace(wanted, seconds=3600))
    lease = etcd_server.lease(own_key(wanted))
    assert lease["ID"] != first
    assert int(lease["grantedTTL"]) == 3600


def test_a_lease_without_an_end_has_none_in_etcd(etcd_server: EtcdServer) -> None:
    wanted, by = publication(lease=None), Etcd(etcd_server.settings())
    by.publish(wanted)
    assert etcd_server.lease(own_key(wanted)) == {}
    assert by.publish(wanted) == Outcome()
    by.publish(msgspec.structs.replace(wanted, seconds=600))
    assert etcd_server.lease(own_key(wanted))["grantedTTL"] == "600"


def test_what_nobody_renews_goes_by_itself(etcd_server: EtcdServer) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings())
    by.publish(msgspec.structs.replace(wanted, seconds=2))
    assert etcd_server.a(wanted.name) == [wanted.address]
    until = time.monotonic() + 10
    while etcd_server.a(wanted.name):
        assert time.monotonic() < until
        time.sleep(0.2)


def test_an_etcd_lease_that_is_gone_is_made_anew(etcd_server: EtcdServer) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings())
    by.publish(wanted)
    etcd_server.revoke(own_key(wanted))
    assert etcd_server.a(wanted.name) == []
    assert by.publish(wanted).done
    assert etcd_server.a(wanted.name) == [wanted.address]


def test_what_was_removed_or_changed_by_hand(etcd_server: EtcdServer) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings())
    by.publish(wanted)
    etcd_server.remove(own_key(wanted))
    assert by.withdraw(wanted) == Outcome()
    assert by.publish(wanted).done
    etcd_server.put(own_key(wanted), '{"host":"192.168.0.9"}')
    assert "leads to 192.168.0.9, and it is not netc's" in refused(
        lambda: by.publish(wanted), "N901"
    )
    assert by.withdraw(wanted) == Outcome()
    assert etcd_server.a(wanted.name) == ["192.168.0.9"]


def test_an_address_that_changed(etcd_server: EtcdServer) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings(reverse=REVERSE))
    assert len(by.publish(wanted).done) == 2
    assert etcd_server.a(wanted.reverse) == [wanted.name]
    now = moved(wanted, publication().address)
    assert len(by.publish(now).done) == 3
    assert etcd_server.a(wanted.name) == [now.address]
    assert etcd_server.a(now.reverse) == [wanted.name]
    assert etcd_server.a(wanted.reverse) == []
    assert by.publish(now) == Outcome()
    by.withdraw(moved(now, ""))
    assert etcd_server.a(now.name) == etcd_server.a(now.reverse) == []


def test_a_name_that_changed(etcd_server: EtcdServer) -> None:
    before, by = publication(), Etcd(etcd_server.settings(reverse=REVERSE))
    by.publish(before)
    wanted = publication(address=before.address, service=before.name.split(".")[0])
    by.publish(wanted, before)
    assert etcd_server.a(before.name) == []
    assert etcd_server.a(wanted.name) == [wanted.address]
    assert etcd_server.a(wanted.reverse) == [wanted.name]


def test_an_address_that_is_somebody_else_s_is_left_alone(etcd_server: EtcdServer) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings(reverse=REVERSE))
    theirs = key(wanted.reverse)
    etcd_server.put(theirs, '{"host":"printer.home.lan"}')
    (doubt,) = by.publish(wanted).doubts
    assert f"{theirs} leads to printer.home.lan" in str(doubt)
    assert etcd_server.a(wanted.name) == [wanted.address]
    by.withdraw(wanted)
    assert etcd_server.a(wanted.reverse) == ["printer.home.lan"]


@pytest.mark.parametrize("text", ['{"host":"192.168.0.9"}', "no JSON", '{"netc":"other"}', ""])
def test_a_key_that_is_somebody_else_s_is_never_changed(etcd_server: EtcdServer, text: str) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings())
    etcd_server.put(own_key(wanted), text)
    revision = etcd_server.revision()
    said = refused(lambda: by.publish(wanted), "N901")
    assert f"{wanted.name} is taken: {own_key(wanted)} leads to" in said
    assert by.withdraw(wanted) == Outcome()
    assert etcd_server.revision() == revision
    assert not by.held(wanted).ours
    etcd_server.remove(own_key(wanted))


@pytest.mark.parametrize(
    "label", ["apex.dns", "ns.dns", "x1.ns.dns", "web.example.com.stub.dns", "apex.dns.sub"]
)
def test_no_name_stands_where_name_servers_look_for_what_they_go_by(
    etcd_server: EtcdServer, label: str
) -> None:
    """There it would be an answer for the zone itself (CoreDNS, checkForApex), or its name server
    (ns.dns), or be asked for another zone (SkyDNS, stub zones)."""
    by, revision = Etcd(etcd_server.settings()), etcd_server.revision()
    for shared in (False, True):
        wanted = publication(f"{label}.home.lan", shared=shared)
        assert "choose a name" in refused(lambda now=wanted: by.publish(now), "N908")  # type: ignore[misc]
    assert etcd_server.revision() == revision
    for sound in ("dns.home.lan", "dns.sub.home.lan", "a.mydns.home.lan"):
        by.publish(publication(sound))
        by.withdraw(publication(sound))


def test_names_are_not_nested(etcd_server: EtcdServer) -> None:
    upper, by = publication(), Etcd(etcd_server.settings())
    lower = publication(f"a.{upper.name}")
    deeper = publication(f"b.a.{upper.name}")
    by.publish(upper)
    for each in (lower, deeper):
        said = refused(lambda now=each: by.publish(now), "N908")  # type: ignore[misc]
        assert f"{own_key(upper)} is there; choose a name beside it" in said
    by.withdraw(upper)
    by.publish(deeper)
    for each in (lower, upper):
        refused(lambda now=each: by.publish(now), "N908")  # type: ignore[misc]
    # By hand, too.
    by.withdraw(deeper)
    etcd_server.put(f"{own_key(upper)}/x/y", '{"host":"192.168.0.9"}')
    refused(lambda: by.publish(upper), "N908")
    # A name that only begins so is apart for CoreDNS.
    beside = publication(f"{upper.name.split('.')[0]}0")
    by.publish(beside)
    assert etcd_server.a(beside.name) == [beside.address]
    assert beside.address not in etcd_server.a(upper.name)


def test_taking_back_removes_the_very_key_and_nothing_below_it(etcd_server: EtcdServer) -> None:
    wanted, by = publication(), Etcd(etcd_server.settings())
    by.publish(wanted)
    others = {f"{own_key(wanted)}/x", f"{own_key(wanted)}2", f"{own_key(wanted)}-x"}
    for each in others:
        etcd_server.put(each, '{"host":"192.168.0.9"}')
    by.withdraw(wanted)
    assert set(etcd_server.under(own_key(wanted))) == others


def test_a_name_is_shared_by_those_who_ask_for_it(etcd_server: EtcdServer) -> None:
    name, by = publication().name, Etcd(etcd_server.settings())
    both = [publication(name, service=each, shared=True) for each in ("one", "two")]
    for each in both:
        by.publish(each)
        assert by.publish(each) == Outcome()
    assert etcd_server.a(name) == sorted(each.address for each in both)
    assert sorted(etcd_server.skydns(name), key=str) == sorted(etcd_server.coredns(name), key=str)
    # Who does not ask for it gets it neither alone nor with them.
    assert "is taken" in refused(lambda: by.publish(publication(name, service="three")), "N901")
    by.withdraw(both[0])
    assert etcd_server.a(name) == [both[1].address]
    # And where somebody has it alone, nobody shares it.
    alone = publication()
    by.publish(alone)
    refused(lambda: by.publish(publication(alone.name, service="two", shared=True)), "N908")
    assert etcd_server.a(alone.name) == [alone.address]


def test_one_who_begins_to_share_leaves_his_own_key(etcd_server: EtcdServer) -> None:
    alone, by = publication(), Etcd(etcd_server.settings())
    by.publish(alone)
    shared = msgspec.structs.replace(alone, shared=True)
    by.publish(shared, alone)
    assert set(etcd_server.under(key(alone.name))) == {own_key(shared)}
    by.withdraw(shared)


def race(etcd_server: EtcdServer, wanted: list[Publication]) -> list[str]:
    """Who won of those that publish at once."""
    won: list[str] = []
    lost: list[str] = []
    start = threading.Barrier(len(wanted))

    def publish(each: Publication) -> None:
        by = Etcd(etcd_server.settings())
        start.wait()
        try:
            by.publish(each)
            won.append(each.address)
        except NameTrouble as error:
            lost.append(error.finding.code)

    threads = [threading.Thread(target=publish, args=(each,)) for each in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(lost) <= {"N901", "N908"}
    return won


def test_of_those_who_want_a_name_one_gets_it(etcd_server: EtcdServer) -> None:
    for _ in range(5):
        name = publication().name
        won = race(etcd_server, [publication(name, service=each) for each in ("a", "b", "c")])
        assert len(won) == 1
        assert etcd_server.a(name) == won
        nested = publication().name
        won = race(etcd_server, [publication(nested), publication(f"x.{nested}")])
        assert len(won) == 1
        assert etcd_server.a(nested) == won


def test_a_kill_at_any_moment_is_mended_by_the_next_start(etcd_server: EtcdServer) -> None:
    def dies(act: Callable[[Etcd], object], at: int) -> bool:
        child = os.fork()
        if child == 0:
            call, count = Gateway.call, 0

            def counted(self: Gateway, *words: Any) -> object:
                nonlocal count
                answer = call(self, *words)
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)
                return answer

            Gateway.call = counted  # type: ignore[method-assign,assignment]
            try:
                act(Etcd(etcd_server.settings(reverse=REVERSE)))
            finally:
                os._exit(0)
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])

    by, at, killed = Etcd(etcd_server.settings(reverse=REVERSE)), 0, True
    while killed:
        at += 1
        wanted = publication()
        killed = dies(lambda each, now=wanted: each.publish(now), at)  # type: ignore[misc]
        by.publish(wanted)
        assert etcd_server.a(wanted.name) == [wanted.address]
        assert etcd_server.a(wanted.reverse) == [wanted.name]
        now = moved(wanted, publication().address)
        dies(lambda each, now=now: each.publish(now), at)  # type: ignore[misc]
        by.publish(now)
        assert etcd_server.a(now.name) == [now.address]
        assert etcd_server.a(wanted.reverse) == []
        dies(lambda each, now=now: each.withdraw(now), at)  # type: ignore[misc]
        by.withdraw(now)
        assert etcd_server.a(now.name) == etcd_server.a(now.reverse) == []
    assert at > 5


def test_an_etcd_that_was_started_anew(tmp_path: Path) -> None:
    with etcd(tmp_path / "own") as server:
        wanted, by = publication(), Etcd(server.settings())
        by.publish(wanted)
        server.process.kill()
        said = refused(lambda: by.publish(wanted), "N906")
        assert f"etcd at {server.url} does not run" in said
        server.process.start()
        assert server.a(wanted.name) == [wanted.address]
        assert by.publish(msgspec.structs.replace(wanted, seconds=7200)).done
        assert by.withdraw(wanted).done


def test_skydns_takes_what_only_begins_with_a_name_for_it(etcd_server: EtcdServer) -> None:
    """Its etcd3 backend asks for all that begins with the name, without a slash at its end. Here so
    that nobody is surprised: no layout of keys avoids it, and CoreDNS does better."""
    first, by = publication(), Etcd(etcd_server.settings())
    longer = publication(f"{first.name.split('.')[0]}9")
    by.publish(first)
    by.publish(longer)
    assert {each["host"] for each in etcd_server.skydns(first.name)} == {
        first.address, longer.address
    }  # fmt: skip
    assert etcd_server.a(first.name) == [first.address]
