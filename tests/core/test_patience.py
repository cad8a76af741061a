"""When automation does what it decided."""

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.patience import FIRST, GRACE, LONGEST, Patience
from netc_tui.core.rounds import Decision, Ruling
from netc_tui.core.wishes import Wish

ON = Decision("web", Ruling.TURN_ON, "asked", Wish("web", "i-web", "eth1"))
OTHER = Decision("web", Ruling.TURN_ON, "asked", Wish("web", "i-web", "eth2"))
KEPT = Decision("web", Ruling.KEPT)
OFF = Decision("web", Ruling.TURN_OFF, "the service is gone")


def test_what_is_asked_for_is_done_at_once() -> None:
    patience = Patience()
    patience.take((ON,), 100)
    assert patience.wait(ON, 100) == 0


def test_what_is_to_go_is_given_a_moment() -> None:
    patience = Patience()
    patience.take((OFF,), 100)
    assert patience.wait(OFF, 100) == GRACE
    patience.take((OFF,), 103)
    assert patience.wait(OFF, 103) == GRACE - 3
    assert patience.wait(OFF, 100 + GRACE) == 0


def test_one_that_came_back_in_between_has_the_whole_moment_again() -> None:
    patience = Patience()
    patience.take((OFF,), 100)
    patience.take((Decision("web", Ruling.KEPT),), 102)
    patience.take((OFF,), 104)
    assert patience.wait(OFF, 104) == GRACE


def test_what_failed_is_tried_ever_more_seldom() -> None:
    patience = Patience()
    patience.take((ON,), 0)
    pauses = []
    now = 0.0
    for _ in range(12):
        patience.failed(ON, "no", now)
        pause = patience.wait(ON, now)
        pauses.append(pause)
        now += pause
        assert patience.wait(ON, now) == 0
    assert pauses[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert pauses[-1] == LONGEST
    patience.done(ON)
    patience.take((KEPT,), now)
    assert patience.failures == ()
    assert not patience.in_vain(ON)
    assert patience.wait(ON, now) == 0


def test_what_is_done_in_vain_is_done_ever_more_seldom() -> None:
    """Nobody knows why: something takes it back at once, or it is a defect."""
    patience = Patience()
    now = 0.0
    for times in range(1, 12):
        patience.take((ON,), now)
        assert patience.wait(ON, now) == 0
        patience.done(ON)
        patience.take((ON,), now)
        assert patience.in_vain(ON)
        assert not patience.in_vain(ON), "once for each time"
        assert patience.failed(ON, "in vain", now).times == times
        now += patience.wait(ON, now)
    patience.done(ON)
    patience.take((OTHER,), now)
    assert not patience.in_vain(OTHER)
    patience.take((ON,), now)
    assert not patience.in_vain(ON)


def test_another_wish_is_tried_at_once() -> None:
    patience = Patience()
    patience.take((ON,), 0)
    patience.failed(ON, "no such interface", 0)
    patience.take((OTHER,), 1)
    assert patience.wait(OTHER, 1) == 0
    assert patience.failures == ()


@given(
    st.lists(
        st.tuples(
            st.lists(
                st.sampled_from(
                    [ON, OFF, Decision("app", Ruling.TURN_OFF), Decision("x", Ruling.KEPT)]
                ),
                unique_by=lambda found: found.service,
            ),
            st.booleans(),
            st.floats(0, 1000),
        )
    )
)
def test_nothing_waits_for_ever_and_nothing_is_kept_of_what_is_gone(
    rounds: list[tuple[list[Decision], bool, float]],
) -> None:
    patience, now = Patience(), 0.0
    for decisions, fails, passes in rounds:
        now += passes
        patience.take(tuple(decisions), now)
        there = {found.service for found in decisions}
        assert {found.decision.service for found in patience.failures} <= there
        for decision in decisions:
            assert 0 <= patience.wait(decision, now) <= LONGEST
            if fails:
                patience.failed(decision, "no", now)
