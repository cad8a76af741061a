"""Looking up a name: what is asked of whom, for how long, and what is told without an answer."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from netc_tui.core.errors import NetcError
from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.model import NetworkContainer
from netc_tui.core.publication import Publication
from netc_tui.names import NameTrouble, Outcome
from netc_tui.names import lookup as names
from netc_tui.names.messages import NameServer
from netc_tui.names.publisher import Holder
from netc_tui.names.trouble import AWAY
from netc_tui.operations.lookup import REMOTE, WITHIN, Inquiry, look_up
from netc_tui.operations.naming import Publishing
from tests.core.samples import ONE
from tests.twin import FakeEngine

OWN = msgspec.structs.replace(ONE, domain="home.lan", name_servers=("192.168.77.1",))


PATIENT = 20.0
"""Seconds, where it is not the time that matters: machines that run tests are busy."""


class Dns:
    """A name server that says what it is to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float = 0) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.seconds = seconds
        monkeypatch.setattr(names, "look", self.look)
        monkeypatch.setattr("netc_tui.operations.lookup.WITHIN", PATIENT)

    def look(self, address: str, name: str, servers: Sequence[NameServer]) -> InDns:
        self.asked.append((address, name, *map(str, servers)))
        time.sleep(self.seconds)
        return InDns(address=address, name=name, pointing=Pointing.HERE, addresses=(address,))


class Holding:
    """A publisher that knows who has a name."""

    def __init__(self, *, ours: bool = True, seconds: float = 0, fails: bool = False) -> None:
        self.ours, self.seconds, self.fails = ours, seconds, fails
        self.wanted: list[Publication] = []

    def held(self, wanted: Publication) -> Holder:
        self.wanted.append(wanted)
        time.sleep(self.seconds)
        if self.fails:
            raise NameTrouble(AWAY, "x does not answer")
        return Holder(self.ours)

    def publish(self, wanted: Publication, before: Publication | None = None) -> Outcome:
        raise AssertionError(wanted)

    def withdraw(self, published: Publication) -> Outcome:
        raise AssertionError(published)


def look(own: NetworkContainer = OWN, publisher: Holding | None = None, **how: Any) -> InDns:
    known = {"zone": "", "shares": False} | how
    return asyncio.run(
        look_up(FakeEngine(), own, Publishing(publisher, **known) if publisher else None)
    )


def test_the_servers_of_the_lan_are_asked_and_who_published_nothing_is_not_said_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dns = Dns(monkeypatch)
    found = look()
    assert dns.asked == [("192.168.77.10", "web.home.lan", "192.168.77.1")]
    assert (found.pointing, found.ours) == (Pointing.HERE, None)


def test_where_names_are_published_it_is_told_whether_it_is_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dns, publisher = Dns(monkeypatch), Holding()
    found = look(publisher=publisher, zone="lan.example")
    assert dns.asked == [("192.168.77.10", "web.lan.example", "192.168.77.1")]
    assert found.ours is True
    (wanted,) = publisher.wanted
    assert (wanted.name, wanted.address) == ("web.lan.example", OWN.ip)
    assert wanted.client_id == OWN.client_id
    assert look(publisher=Holding(ours=False)).ours is False


def test_who_holds_a_shared_name_is_asked_as_for_a_shared_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Dns(monkeypatch)
    own = msgspec.structs.replace(OWN, dns_name="shop", keeper="labels")
    for shares in (True, False):
        publisher = Holding()
        found = look(own, publisher, shares=shares)
        assert [(each.name, each.shared) for each in publisher.wanted] == [
            ("shop.home.lan", shares)
        ]
        assert found.shared is shares


def test_a_server_that_takes_names_and_does_not_answer_leaves_the_rest_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Dns(monkeypatch)
    assert look(publisher=Holding(fails=True)).ours is None
    monkeypatch.setattr("netc_tui.operations.lookup.WITHIN", WITHIN)
    began = time.monotonic()
    found = look(publisher=Holding(seconds=10))
    assert (found.pointing, found.ours) == (Pointing.HERE, None)
    assert time.monotonic() - began < 9, "nobody waits for it"


def test_a_name_server_that_takes_longer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Dns(monkeypatch, seconds=10)
    monkeypatch.setattr("netc_tui.operations.lookup.WITHIN", WITHIN)
    began = time.monotonic()
    found = look()
    assert (found.pointing, found.why) == (Pointing.UNKNOWN, "it is not told in time")
    assert (found.name, found.servers) == ("web.home.lan", ("192.168.77.1",))
    assert time.monotonic() - began < 9


def test_nobody_is_asked_on_another_machine_s_lan_or_without_a_hint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dns = Dns(monkeypatch)
    engine = FakeEngine(msgspec.structs.replace(FakeEngine().engine, local=False))
    assert asyncio.run(look_up(engine, OWN)).why == REMOTE
    assert look(msgspec.structs.replace(OWN, ip=None)).why == "it has no address"
    assert look(ONE).pointing is Pointing.UNKNOWN
    assert dns.asked == []


def test_settings_that_make_no_sense_are_told_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    Dns(monkeypatch)

    def wrong() -> Publishing | None:
        raise NetcError("dns.key_file: others may read it")

    found = asyncio.run(Inquiry(wrong)(OWN))
    assert (found.pointing, found.ours) == (Pointing.HERE, None)


def test_who_keeps_names_and_hangs_keeps_nobody_from_what_the_dns_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Dns(monkeypatch)
    monkeypatch.setattr("netc_tui.operations.lookup.WITHIN", 0.5)
    hangs = Publishing(Holding(seconds=PATIENT), "", shares=False)

    async def again() -> list[InDns]:
        inquiry = Inquiry(lambda: hangs)
        return [await inquiry(OWN) for _ in range(4)]

    began = time.monotonic()
    found = asyncio.run(again())
    assert time.monotonic() - began < PATIENT, "nobody waited for it"
    assert [(each.pointing, each.ours) for each in found] == [(Pointing.HERE, None)] * 4
