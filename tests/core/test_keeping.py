"""Who keeps a service on or off, as far as can be known beside the watcher."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import memos
from netc_tui.core.keeping import NONE, UNREAD, Written, at_work, keepings, unfollowed
from netc_tui.core.memos import BEAT, SILENT, Trouble
from netc_tui.core.model import Care, Container, Keeper, Keeping, Labels, Memo
from netc_tui.core.rounds import Present, Ruling, decide
from tests.core.test_rounds import ENGINE, ETH1, OWN, SERVICES, YES, own, service

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
VAIN = {**YES, "netc.enable": "maybe"}
OFF = memos.off("web", "i-web", NOW)
HANDED = memos.auto("web", "o-web")


def watcher(*troubles: Trouble, silent: bool = False, more: int = 0) -> Memo:
    at = NOW - SILENT - BEAT if silent else NOW
    others = [Trouble(f"s{at}", "no") for at in range(memos.TROUBLES * bool(more) + more)]
    return memos.watcher(NOW - 20 * BEAT, at, "1", (*others, *troubles)[-30:])


def keeping(*containers: Container, written: tuple[Memo, ...] | None = ()) -> Keeping | None:
    return keepings(containers, Written.of(written, NOW)).get("web")


def kept(*containers: Container, written: tuple[Memo, ...] | None = ()) -> Care | None:
    found = keeping(*containers, written=written)
    return found.kept if found is not None else None


def why(*containers: Container, written: tuple[Memo, ...] | None = ()) -> str:
    found = keeping(*containers, written=written)
    assert found is not None
    return found.why


def test_of_what_is_off_and_asks_for_nothing_nothing_is_said() -> None:
    assert keeping(service()) is None
    assert keeping(service(), written=(OFF, watcher())) is None
    assert keeping(service(**{"netc.enable": "false"})) is None


def test_what_a_hand_turned_on_is_his_and_can_be_given_back_where_labels_ask() -> None:
    by_hand = own(keeper=Keeper.HAND)
    for written in ((), (watcher(),), (watcher(silent=True),), None):
        found = keeping(service(), by_hand, written=written)
        assert found == Keeping(Care.BY_HAND, "an operator turned it on")
        assert not found.withheld
        asks = keeping(service(**YES), by_hand, written=written)
        assert asks is not None
        assert (asks.kept, asks.keeper, asks.withheld) == (Care.BY_HAND, Keeper.HAND, True)
        assert asks.why.endswith("netc auto web")


def test_one_that_was_given_back_is_its_labels() -> None:
    by_hand = own(keeper=Keeper.HAND)
    assert kept(service(**YES), by_hand, written=(HANDED, watcher())) is Care.BY_LABELS
    # It was given back as it was, and is another one now.
    other = msgspec.structs.replace(by_hand, id="o-other")
    assert kept(service(**YES), other, written=(HANDED, watcher())) is Care.BY_HAND


def test_what_labels_keep_on_is_so_and_whether_anybody_follows_them() -> None:
    on = (service(**YES), own())
    assert why(*on, written=(watcher(),)) == "its labels ask for it"
    assert NONE in why(*on)
    assert UNREAD in why(*on, written=None)
    assert "netc watch is silent since" in why(*on, written=(watcher(silent=True),))
    for written in ((watcher(),), (), None):
        found = keeping(*on, written=written)
        assert found is not None
        assert (found.kept, found.keeper, found.trouble) == (Care.BY_LABELS, "labels", False)


def test_what_is_on_and_not_to_be_says_who_is_to_turn_it_off() -> None:
    soon, never = (watcher(),), ()
    for there in ((own(),), (service(), own()), (service(**VAIN), own())):
        found = keeping(*there, written=soon)
        assert found is not None
        assert found.trouble
        assert found.why.endswith("netc watch is about to turn it off")
        assert why(*there, written=never).endswith(NONE)
    assert why(service(**YES), own(), written=(OFF,)).startswith("an operator turned it off")


def test_what_a_hand_turned_off_stays_off_and_says_how_it_comes_back() -> None:
    for written in ((OFF,), (OFF, watcher()), (OFF, watcher(silent=True))):
        found = keeping(service(**YES), written=written)
        assert found is not None
        assert (found.kept, found.keeper, found.withheld) == (Care.LEFT_OFF, None, True)
        assert found.why.endswith("netc auto web")
    renamed = msgspec.structs.replace(service("shop", **YES), id="i-web")
    assert keepings((renamed,), Written.of((OFF,), NOW))["shop"].kept is Care.LEFT_OFF


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ((), NONE),
        (None, UNREAD),
        ((watcher(silent=True),), "netc watch is silent since"),
        ((watcher(),), "netc watch has not turned it on yet"),
        ((watcher(more=3),), "perhaps with this one"),
        ((watcher(Trouble("web", "no lease (tried 2 times)")),), "no lease (tried 2 times)"),
    ],
    ids=["none", "unread", "silent", "soon", "more", "trouble"],
)
def test_what_waits_says_for_what(written: tuple[Memo, ...] | None, said: str) -> None:
    assert kept(service(**YES), written=written) is Care.WAITS
    assert said in why(service(**YES), written=written)


def test_one_that_does_not_run_waits_for_that() -> None:
    for written in ((), (watcher(),)):
        found = why(service(state="exited", **YES), written=written)
        assert found == "it does not run (exited)"


def test_what_is_refused_is_known_of_the_watcher_or_plain_to_see() -> None:
    refused = watcher(Trouble("web", "labels may not ask for the port 22/tcp", refused=True))
    assert kept(service(**YES), written=(refused,)) is Care.REFUSED
    assert kept(service(state="exited", **YES), written=(refused,)) is Care.REFUSED
    assert kept(service(**VAIN)) is Care.REFUSED, "nobody could grant that"
    # What settings forbid is not known where nobody goes by them.
    assert kept(service(**YES, **{"netc.interface": "lo"})) is Care.WAITS


def test_what_a_silent_watcher_said_is_so_no_more() -> None:
    said = watcher(Trouble("web", "no"), silent=True)
    found = keeping(service(**YES), own(), written=(said,))
    assert found is not None
    assert not found.trouble


def test_those_that_nobody_follows_are_named() -> None:
    there = (service(**YES), service("app", state="exited", **YES), service("dns"))
    for written, names in (((), ("web",)), (None, ("web",)), ((watcher(),), ()), ((OFF,), ())):
        said = Written.of(written, NOW)
        assert unfollowed(keepings(there, said), said) == names


def test_how_a_watcher_is_at_work() -> None:
    trouble = Trouble("web", "no lease")

    def said(*troubles: Trouble, last: Trouble | None = None) -> str:
        memo = memos.watcher(NOW - BEAT, NOW, "1.2", troubles, last, NOW - BEAT / 2)
        found = memos.watching([memo])
        assert found is not None
        return at_work(found, NOW)

    assert said().startswith("1.2, at work since ")
    assert said().endswith(", no trouble")
    assert said(trouble, last=trouble).endswith(", in trouble with 1 service")
    assert said(last=trouble).endswith(": web: no lease")


WRITTEN = st.lists(
    st.sampled_from(
        [
            *(memos.off(name, f"i-{name}", NOW) for name in ("web", "app")),
            *(memos.auto(name, f"o-{name}") for name in ("web", "dns")),
        ]
    ),
    unique_by=lambda memo: memo.name,
)


@given(
    st.lists(SERVICES, unique_by=lambda each: each.name),
    st.lists(OWN, unique_by=lambda each: each.name),
    WRITTEN,
)
def test_it_agrees_with_what_a_watcher_decides(
    services: list[Container], made: list[Container], written: list[Memo]
) -> None:
    """Of whom a service is nobody says otherwise than a watcher, which would go by that."""
    containers = (*services, *made)
    off, handed = memos.left_off(written), memos.handed(written)
    ruled = {
        found.service: found.ruling
        for found in decide(Present(ENGINE, containers, (), left_off=off, handed=handed), ETH1)
    }
    found = keepings(containers, Written.of((*written, watcher()), NOW))
    assert set(ruled) == set(found)
    for service_, keeping_ in found.items():
        ruling = ruled[service_]
        assert (ruling is Ruling.BY_HAND) == (keeping_.kept is Care.BY_HAND)
        assert (ruling is Ruling.LEFT_OFF) == (keeping_.kept is Care.LEFT_OFF)
        if ruling is Ruling.TURN_ON:
            assert keeping_.kept is Care.WAITS
        if keeping_.kept is Care.BY_LABELS:
            assert ruling in (Ruling.KEPT, Ruling.CHANGE, Ruling.TURN_OFF)
            assert keeping_.trouble == (ruling is Ruling.TURN_OFF)
    on = {labels.service for container in made if (labels := Labels.of(container))}
    assert {each for each, how in found.items() if how.keeper is not None} == on
