"""Names as steps of turning on and off, with a publisher that only notes what it is asked."""

from typing import Any

import msgspec
import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Keeper
from netc_tui.core.plan import PublishName, RemoveContainer, WithdrawName
from netc_tui.core.publication import Publication
from netc_tui.names import NameTrouble, Outcome
from netc_tui.names.trouble import TAKEN
from netc_tui.operations.down import down
from netc_tui.operations.down import preview as preview_down
from netc_tui.operations.naming import NO_ZONE, Publishing, publishing
from netc_tui.operations.up import Request, preview, up
from netc_tui.settings.declared import DnsSettings
from tests.machine import run
from tests.operations.turning import refused, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


class Noted:
    """A publisher."""

    def __init__(self) -> None:
        self.stands: dict[str, Publication] = {}
        self.calls: list[tuple[str, str, str]] = []
        self.fails: NetcError | None = None

    def publish(self, wanted: Publication, before: Publication | None = None) -> Outcome:
        self.calls.append(("publish", wanted.name, wanted.address))
        if self.fails is not None:
            raise self.fails
        self.stands[wanted.name] = wanted
        return Outcome()

    def withdraw(self, published: Publication) -> Outcome:
        self.calls.append(("withdraw", published.name, published.address))
        if self.fails is not None:
            raise self.fails
        standing = self.stands.get(published.name)
        if standing is not None and standing.client_id == published.client_id:
            del self.stands[published.name]
        return Outcome()

    def held(self, wanted: Publication) -> Any:
        raise NotImplementedError


def names(zone: str = "home.lan", *, shares: bool = False) -> tuple[Noted, Publishing]:
    noted = Noted()
    return noted, Publishing(noted, zone, shares)


def turn_on(engine: FakeEngine, how: Publishing, service: str = "web", **facts: Any) -> Any:
    return run(up(engine, Request(service, "eth0", **facts), publishing=how))


def test_the_name_leads_to_the_address_and_is_taken_back() -> None:
    engine = world()
    noted, how = names()
    made = turn_on(engine, how)
    assert made.unnamed is None
    published = noted.stands["web.home.lan"]
    assert (published.address, published.client_id) == (made.ip, made.client_id)
    assert published.ttl == 1200
    assert run(down(engine, "web", publishing=how))
    assert noted.stands == {}


def test_it_is_a_step_that_is_shown() -> None:
    engine = world()
    _, how = names()
    steps = run(preview(engine, Request("web", "eth0"), publishing=how))[1]
    assert "publish the name web in the zone home.lan, unless somebody else has it" in map(
        str, steps
    )
    turn_on(engine, how)
    first, second, *_ = run(preview_down(engine, "web", publishing=how))
    assert isinstance(first, WithdrawName)
    assert isinstance(second, RemoveContainer)
    # The domain is known with the lease.
    (step,) = run(preview(engine, Request("web", "eth0"), publishing=names("")[1]))[1]
    assert isinstance(step, PublishName)
    assert "in the domain of the lease" in str(step)


def test_one_that_is_on_is_published_by_the_same_call_and_not_made_anew() -> None:
    engine = world()
    run(up(engine, Request("web", "eth0")))
    made = engine.boxes["netc-web"].id
    noted, how = names()
    turn_on(engine, how)
    assert list(noted.stands) == ["web.home.lan"]
    assert engine.boxes["netc-web"].id == made


def test_a_name_that_was_asked_for_and_another_one_later() -> None:
    engine = world()
    noted, how = names()
    turn_on(engine, how, name="shop")
    assert list(noted.stands) == ["shop.home.lan"]
    turn_on(engine, how, name="store")
    assert list(noted.stands) == ["store.home.lan"]
    turn_on(engine, how)
    assert list(noted.stands) == ["web.home.lan"]
    run(down(engine, "web", publishing=how))
    assert noted.stands == {}


def test_a_name_that_cannot_be_had_leaves_the_service_on() -> None:
    engine = world()
    noted, how = names()
    noted.fails = NameTrouble(TAKEN, "web.home.lan leads to 10.0.0.9, which is not netc's")
    made = turn_on(engine, how)
    assert made.ip is not None
    assert made.unnamed is not None
    assert made.unnamed.code == TAKEN
    assert engine.boxes["netc-web"].running
    said: list[str] = []
    assert run(down(engine, "web", publishing=how, remark=said.append))
    assert "netc-web" not in engine.boxes
    (line,) = said
    assert line.startswith("web: its name was not taken back: ")


def test_without_a_domain_nothing_is_guessed() -> None:
    engine = world()
    noted, how = names("")
    made = turn_on(engine, how)
    assert made.unnamed is not None
    assert made.unnamed.cause == NO_ZONE
    run(down(engine, "web", publishing=how))
    assert noted.calls == []


def test_a_name_is_not_asked_for_in_vain() -> None:
    refused(
        up(world(), Request("web", "eth0", name="shop")), Exit.USAGE, "dns.publish in the settings"
    )


def test_labels_share_a_name_where_that_can_be() -> None:
    for shares in (False, True):
        engine = world()
        noted, how = names(shares=shares)
        turn_on(engine, how, name="shop", keeper=Keeper.LABELS)
        assert noted.stands["shop.home.lan"].shared is shares
        turn_on(engine, how, "printer", name="fax")
        assert noted.stands["fax.home.lan"].shared is False


def test_what_the_settings_ask_for() -> None:
    assert publishing(DnsSettings()) is None
    found = publishing(DnsSettings(publish="etcd", server="http://127.0.0.1:2379", zone="lan"))
    assert found is not None
    assert (found.zone, found.shares) == ("lan", True)
    settings = DnsSettings(publish="rfc2136", zone="a..b")
    with pytest.raises(NetcError, match="zone"):
        publishing(msgspec.structs.replace(settings))


def test_a_former_name_that_stays_is_told_and_the_new_one_is_published() -> None:
    engine = world()
    noted, how = names()
    turn_on(engine, how, name="shop")

    def refuse(published: Publication) -> Outcome:
        raise NameTrouble(TAKEN, "it is as it is")

    noted.withdraw = refuse  # type: ignore[method-assign]
    said: list[str] = []
    made = run(up(engine, Request("web", "eth0"), remark=said.append, publishing=how))
    assert made.unnamed is None
    assert noted.stands["web.home.lan"].address == made.ip
    assert said == ["web: its former name was not taken back: it is as it is"]


def test_the_name_of_a_lease_of_another_domain_is_taken_back() -> None:
    engine = world()
    noted, how = names("")
    run(up(engine, Request("web", "eth0")))
    for domain in ("old.lan", "new.lan"):
        engine.say(engine.own("web"), "renewed", domain=domain)
        turn_on(engine, how)
        assert list(noted.stands) == [f"web.{domain}"]
    run(down(engine, "web", publishing=how))
    assert (noted.stands, engine.volumes) == ({}, {})
