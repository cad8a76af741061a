"""How the watcher stands, in a few words."""

from netc_tui.core.memos import Trouble
from netc_tui.core.patience import Failure
from netc_tui.core.rounds import Decision, Ruling
from netc_tui.operations.live.connection import Connection
from netc_tui.watch.progress import Progress
from tests.tui.simulated import BEGIN

KEPT = Decision("a", Ruling.KEPT)
VAIN = Decision("z", Ruling.REFUSED, "the interface lo is none that labels may ask for")
FAILED = Failure(Decision("b", Ruling.TURN_ON), "the name netc-b is taken", 3, 0)


def test_what_is_kept_and_what_is_in_trouble() -> None:
    assert Progress(BEGIN).summary == "0 kept"
    found = Progress(BEGIN, decisions=(KEPT, VAIN), failures=(FAILED,))
    assert found.summary == "1 kept, 2 in trouble"
    assert found.troubles == (
        Trouble("b", "the name netc-b is taken (tried 3 times)"),
        Trouble("z", VAIN.why, refused=True),
    )


def test_without_an_engine_or_beside_another_one() -> None:
    assert Progress(BEGIN, connection=Connection(error="no answer")).summary == "the engine is away"
    assert Progress(BEGIN, stands_by=True).summary == "stands by"
