"""What is known, and when."""

from datetime import datetime

from tests.sidecar.box import Box


def test_a_wall_clock_that_is_stepped_moves_the_times_with_it(box: Box) -> None:
    box.answer("epoch", "1000000\n")
    told = box.run(
        'date() { cat "$ANSWERS/epoch"; }; bound_at_ten; echo 1003610 >"$ANSWERS/epoch"; clock 20.00; emit checked; clock 60.00;'
        'echo 1003650 >"$ANSWERS/epoch"; mind_lease'
    )
    before, stepped, later = told.events
    hour = 3600
    for key in ("bound_at", "renew_at", "rebind_at", "expires_at"):
        at = [datetime.fromisoformat(said[key]).timestamp() for said in (before, stepped, later)]
        assert [round(one - at[0]) for one in at] == [0, hour, hour]
    assert later["event"] == "renewing"
