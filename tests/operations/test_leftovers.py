"""Names that were left behind are taken back, whenever netc was killed, and nobody else's."""

from typing import Any

import pytest

from netc_tui.core import named
from netc_tui.core.identity import derive
from netc_tui.core.publication import Publication
from netc_tui.core.wishes import Policy
from netc_tui.names import NameTrouble, Outcome
from netc_tui.names.trouble import AWAY, LEFT_ALONE
from netc_tui.operations.automation import round_
from netc_tui.operations.down import down
from netc_tui.operations.down import preview as preview_down
from netc_tui.operations.leftovers import left_behind, take_back, tend
from netc_tui.operations.naming import Publishing
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.test_naming import Noted, names
from tests.operations.turning import Killed, world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")
MOST = 40


class Mortal(FakeEngine):
    """An engine, and a publisher, that are asked so often until netc is killed."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None

    def count(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    async def _enter(self, call: str, *about: str) -> None:
        self.count()
        await super()._enter(call, *about)


class Counted(Noted):
    def __init__(self, engine: Mortal) -> None:
        super().__init__()
        self._engine = engine

    def publish(self, wanted: Publication, before: Publication | None = None) -> Outcome:
        self._engine.count()
        done = super().publish(wanted, before)
        self._engine.count()
        return done

    def withdraw(self, published: Publication) -> Outcome:
        self._engine.count()
        done = super().withdraw(published)
        self._engine.count()
        return done


def mortal() -> tuple[Mortal, Counted, Publishing]:
    engine = Mortal()
    world(engine)
    noted = Counted(engine)
    # Somebody else's, of that very name's kind.
    noted.stands["printer.home.lan"] = Publication(
        "printer.home.lan", "home.lan", "10.0.0.9", derive("another", "printer").client_id, 60
    )
    return engine, noted, Publishing(noted, "home.lan", shares=False)


def killed(engine: Mortal, count: int, work: Any) -> bool:
    """Was it killed, before the engine and the publisher were asked more than ``count`` times?"""
    engine.left = count
    try:
        run(work)
    except Killed:
        return True
    finally:
        engine.left = None
    return False


def memos(engine: FakeEngine) -> list[str]:
    found = named.written(run(engine.memos()))
    return [each.published.name for each in found]


def assert_clean(engine: Mortal, noted: Noted, how: Publishing) -> None:
    """The next round leaves nothing of services that are off, and the foreign name as it is."""
    said: list[str] = []
    assert run(round_(engine, Policy("eth0"), said.append, how)) == 0
    on = {"web.home.lan"} if "netc-web" in engine.boxes else set()
    assert set(noted.stands) == {"printer.home.lan", *on}
    assert set(memos(engine)) == on


@pytest.mark.parametrize("gone", [False, True])
def test_turning_off_killed_between_any_two_calls(gone: bool) -> None:
    """And then the network container stays, or somebody removes it."""
    for count in range(MOST):
        engine, noted, how = mortal()
        run(up(engine, Request("web", "eth0"), publishing=how))
        was_killed = killed(engine, count, down(engine, "web", publishing=how))
        if gone:
            engine.boxes.pop("netc-web", None)
        assert_clean(engine, noted, how)
        if not was_killed:
            assert "netc-web" not in engine.boxes
            break
    assert 8 < count < MOST - 1


@pytest.mark.parametrize("gone", [False, True])
def test_turning_on_killed_between_any_two_calls(gone: bool) -> None:
    stood = 0
    for count in range(MOST):
        engine, noted, how = mortal()
        was_killed = killed(engine, count, up(engine, Request("web", "eth0"), publishing=how))
        stood += was_killed and "web.home.lan" in noted.stands
        if gone:
            engine.boxes.pop("netc-web", None)
        if gone or "netc-web" not in engine.boxes or engine.boxes["netc-web"].running:
            assert_clean(engine, noted, how)
        if not was_killed:
            break
    assert 8 < count < MOST - 1
    assert stood, "none was killed after the name was published"


@pytest.mark.parametrize("gone", [False, True])
def test_another_name_killed_between_any_two_calls(gone: bool) -> None:
    for count in range(MOST):
        engine, noted, how = mortal()
        run(up(engine, Request("web", "eth0", name="shop"), publishing=how))
        was_killed = killed(engine, count, up(engine, Request("web", "eth0"), publishing=how))
        if gone:
            engine.boxes.pop("netc-web", None)
        elif was_killed:
            run(up(engine, Request("web", "eth0"), publishing=how))
        assert_clean(engine, noted, how)
        if not was_killed:
            break
    assert 8 < count < MOST - 1


def left_after(*, on: bool = False) -> tuple[FakeEngine, Noted, Publishing]:
    """One whose network container somebody removed."""
    engine = world()
    noted, how = names()
    run(up(engine, Request("web", "eth0"), publishing=how))
    engine.boxes.pop("netc-web")
    if not on:
        engine.discard("web")
    return engine, noted, how


def test_turning_off_takes_back_what_is_left_of_a_service_that_is_off() -> None:
    engine, noted, how = left_after()
    (step, *_) = run(preview_down(engine, "web", publishing=how))
    assert str(step).startswith("take back the name web.home.lan in the zone home.lan")
    assert run(down(engine, "web", publishing=how))
    assert (noted.stands, memos(engine)) == ({}, [])


def test_turning_on_under_another_name_takes_back_what_is_left() -> None:
    engine, noted, how = left_after(on=True)
    run(up(engine, Request("web", "eth0", name="shop"), publishing=how))
    assert list(noted.stands) == ["shop.home.lan"]
    assert memos(engine) == ["shop.home.lan"]


def test_a_server_that_is_away_is_asked_again_and_nothing_is_forgotten() -> None:
    engine = world()
    noted, how = names()
    run(up(engine, Request("web", "eth0"), publishing=how))
    noted.fails = NameTrouble(AWAY, "10.0.0.1 does not answer within 5 s")
    assert run(down(engine, "web", publishing=how, remark=lambda _: None))
    assert memos(engine) == ["web.home.lan"]
    said: list[str] = []
    assert run(tend(engine, how, said.append)) == 1
    assert said == [
        "web: its name web.home.lan is not taken back: 10.0.0.1 does not answer within 5 s"
    ]
    noted.fails = None
    assert run(tend(engine, how, said.append)) == 0
    assert (noted.stands, memos(engine), len(said)) == ({}, [], 1)


def test_a_reverse_record_that_nobody_may_change_is_no_reason_to_try_for_ever() -> None:
    for code, forgotten in ((LEFT_ALONE, True), (AWAY, False)):
        engine, noted, how = left_after()

        def doubted(published: Publication, code: str = code) -> Outcome:
            return Outcome((), (NameTrouble(code, "the reverse record").finding,))

        noted.withdraw = doubted  # type: ignore[method-assign]
        assert run(tend(engine, how, lambda _: None)) == 1
        assert (memos(engine) == []) is forgotten


def test_one_that_somebody_came_to_have_meanwhile_stays() -> None:
    engine, noted, how = left_after(on=True)
    (left,) = run(left_behind(engine, how))
    run(up(engine, Request("web", "eth0"), publishing=how))
    assert run(take_back(engine, how, left)) is None
    assert list(noted.stands) == ["web.home.lan"]


def test_a_round_publishes_what_was_not_and_renews_what_is() -> None:
    engine = world()
    run(up(engine, Request("web", "eth0")))
    noted, how = names()
    assert run(round_(engine, Policy("eth0"), lambda _: None, how)) == 0
    assert list(noted.stands) == ["web.home.lan"]
    noted.fails = NameTrouble(AWAY, "10.0.0.1 does not answer within 5 s")
    said: list[str] = []
    assert run(round_(engine, Policy("eth0"), said.append, how)) == 1
    assert said == ["web: its name is not published: 10.0.0.1 does not answer within 5 s"]


def test_where_names_are_not_published_nothing_is_written_down() -> None:
    engine = world()
    run(up(engine, Request("web", "eth0")))
    run(round_(engine, Policy("eth0"), lambda _: None))
    run(down(engine, "web"))
    assert engine.volumes == {}
    assert "write_memo" not in {call for call, *_ in engine.calls}


def test_a_reverse_zone_that_is_away_keeps_a_round_from_no_other_name() -> None:
    engine = world()
    engine.run("mail")
    noted, how = names()
    publish = noted.publish

    def publishes(wanted: Publication, before: Publication | None = None) -> Outcome:
        publish(wanted, before)
        return Outcome((), (NameTrouble(AWAY, "the reverse zone's server is away").finding,))

    noted.publish = publishes  # type: ignore[method-assign]
    for service in ("web", "mail"):
        run(up(engine, Request(service, "eth0")))
    assert run(tend(engine, how, lambda _: None)) == 2
    assert sorted(noted.stands) == ["mail.home.lan", "web.home.lan"]
