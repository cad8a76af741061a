"""What each kind of job is about."""

from netc_tui.desk.job import LEFT_OFF, TURNING_OFF, TURNING_ON, Job, Kind
from tests.core.saying import BEGIN


def test_no_kind_leaves_a_service_both_on_and_off() -> None:
    assert not set(TURNING_ON) & set(LEFT_OFF)
    assert set(TURNING_OFF) < set(LEFT_OFF)
    # A move leaves one of the two on, and the other off.
    assert Kind.TAKE_OVER in TURNING_ON
    assert Kind.HAND_OVER in LEFT_OFF


def test_what_failed_is_not_under_way() -> None:
    assert Job(Kind.ON, "create").under_way
    assert not Job(Kind.ON, error="no lease", failed_at=BEGIN).under_way


def test_each_says_what_it_does_in_words_of_its_own() -> None:
    assert len({str(kind) for kind in Kind}) == len(Kind)
