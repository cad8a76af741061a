"""What this program did, as it is remembered."""

from netc_tui.desk.notes import KEPT, Notes
from tests.core.saying import BEGIN


def test_notes_are_kept_so_many() -> None:
    notes = Notes(lambda: BEGIN)
    for at in range(KEPT + 20):
        notes.add("web", str(at))
    assert len(notes.of("web")) == KEPT
    assert notes.of("web")[-1].text == str(KEPT + 19)
