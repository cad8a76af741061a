"""The demo's five steps: which one it is, whatever the operator does, and what is said of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import tour
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.tour import DONE, READ, STEPS, VARIABLE, Breakage, Scene, Tour
from netc_tui.lab.demo import BREAKAGES
from netc_tui.lab.services import SERVICES
from netc_tui.settings.keys import KEYS

KEY = {key.id: key.key.split(",")[0] for key in KEYS} | {
    "break": "b",
    "help": "?",
    "clear": "esc",
    "path_panel": "1",
}
STOP = BREAKAGES[0]
STOPPED = Finding("N401", "web1 does not run", "start it with", STOP.mending("web1"))
OFF = Scene(service="web1", fit=True, in_view=True)
BOUND = msgspec.structs.replace(OFF, on=True, bound=True, breaks=STOP.breaking("web1"))
WELL = msgspec.structs.replace(BOUND, well=True)
BROKEN = msgspec.structs.replace(BOUND, finding=STOPPED, mends=STOP.mending("web1"))


def read(seen: Scene) -> Scene:
    return msgspec.structs.replace(seen, seconds=READ)


def through(*all_seen: Scene) -> list[int]:
    """The step after each."""
    now, found = Tour(), []
    for seen in all_seen:
        now = now.after(seen)
        found.append(now.step(seen))
    return found


ANY = st.builds(
    Scene,
    service=st.sampled_from(tuple(SERVICES)),
    fit=st.booleans(),
    on=st.booleans(),
    bound=st.booleans(),
    well=st.booleans(),
    in_view=st.booleans(),
    seconds=st.sampled_from((0.0, READ)),
    finding=st.sampled_from((None, STOPPED)),
    breaks=st.sampled_from([each.breaking(name) for each in BREAKAGES for name in SERVICES]),
    mends=st.sampled_from(["", *(each.mending(name) for each in BREAKAGES for name in SERVICES)]),
    elsewhere=st.sampled_from(("", *SERVICES)),
)


def test_in_order() -> None:
    assert through(
        OFF, msgspec.structs.replace(OFF, on=True), BOUND, WELL, read(WELL), BROKEN, read(BROKEN),
        BOUND, WELL, read(WELL),
    ) == [1, 1, 2, 2, 3, 4, 5, 5, DONE, DONE]  # fmt: skip


def test_who_breaks_it_at_once_is_not_told_to_look_first() -> None:
    assert through(WELL, BROKEN, WELL, BROKEN, read(BROKEN), WELL) == [2, 4, DONE, 4, 5, DONE]


def test_what_is_turned_off_is_to_be_turned_on() -> None:
    assert through(read(WELL), OFF, WELL) == [3, 1, 3]
    assert through(BROKEN, OFF, WELL) == [4, 1, 3], "it was not mended"
    assert through(BROKEN, WELL, OFF, WELL) == [4, DONE, 1, DONE]


def test_another_service_is_as_it_is() -> None:
    other = msgspec.structs.replace(WELL, service="app")
    assert through(BROKEN, other, BROKEN, WELL) == [4, 3, 4, DONE]
    assert through(read(BROKEN), other, BROKEN) == [5, 3, 4], "it is named anew"


def test_nothing_is_read_that_is_not_in_view() -> None:
    away = [msgspec.structs.replace(seen, in_view=False) for seen in (read(WELL), read(BROKEN))]
    assert through(away[0]) == [2]
    assert through(*away) == [2, 4]


def test_who_copies_what_mends_it_has_read_it() -> None:
    assert Tour().after(BROKEN).copied().after(BROKEN).step(BROKEN) == 5
    assert Tour().after(WELL).copied().after(BROKEN).step(BROKEN) == 4


@given(st.lists(ANY, max_size=8))
def test_whatever_is_seen_there_is_a_step_that_has_room(all_seen: list[Scene]) -> None:
    now = Tour()
    for seen in all_seen:
        now = now.after(seen)
        step = now.step(seen)
        assert 1 <= step <= DONE
        head, said = now.hint(seen, KEY)
        assert head == ("Demo" if step == DONE else f"Demo {step}/{STEPS}")
        assert len(f"{head}  {said}") <= 78
        assert said.isascii()
        if seen.bound and seen.well and seen.finding is None:
            assert step in (2, 3, DONE), "nothing is broken"
        if seen.finding is not None:
            assert step in (4, 5), "it is broken"


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (OFF, "Turn web1 on: space"),
        (msgspec.structs.replace(OFF, elsewhere="app"), "go back to app"),
        (msgspec.structs.replace(OFF, fit=False), "Put the cursor on a service with ports"),
        (msgspec.structs.replace(OFF, fit=False, elsewhere="app"), "Put the cursor on app"),
        (msgspec.structs.replace(OFF, on=True), "asks the DHCP server"),
        (msgspec.structs.replace(WELL, in_view=False), "Look at the path to web1: 1"),
        (WELL, "hop by hop"),
        (read(WELL), "b runs docker stop web1"),
        (BROKEN, "N401 at its hop; c copies"),
        (msgspec.structs.replace(BROKEN, in_view=False), "1 shows the path"),
        (read(BROKEN), "b runs its remedy, docker start web1"),
        (msgspec.structs.replace(read(BROKEN), mends=""), "in another terminal: c copies"),
    ],
)
def test_what_to_do(seen: Scene, said: str) -> None:
    assert said in Tour().after(seen).hint(seen, KEY)[1]


def test_what_else_there_is() -> None:
    head, said = Tour(mended=True).hint(WELL, KEY)
    assert head == "Demo"
    assert said == "Mended. b breaks it anew, 4 clients, d doctor, ? help, esc ends this"


def test_read_only() -> None:
    keys = {id: key for id, key in KEY.items() if id != "on_off"}
    assert "read-only" in Tour().hint(OFF, keys)[1]


def test_the_demo_tells_it_in_a_variable() -> None:
    assert tour.given({VARIABLE: tour.told(BREAKAGES)}) == BREAKAGES
    assert tour.given({}) == tour.given({VARIABLE: ""}) == ()
    for text in ("yes", "[1]", "{"):
        with pytest.raises(NetcError, match=VARIABLE) as caught:
            tour.given({VARIABLE: text})
        assert caught.value.code == Exit.USAGE


def test_names_stay_words() -> None:
    assert Breakage(("stop",), ("start",)).mending("a;b") == "start 'a;b'"
