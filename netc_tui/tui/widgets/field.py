"""Fields of one line to type into."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from netc_tui.settings.keynames import PUNCTUATION


class Field(Input):
    """Textual's, without a cursor that blinks: each blink is sent over SSH."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, compact=True, **options)
        self.cursor_blink = False

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """What is text here is no key of the screen while one types; Textual does not know of
        punctuation."""
        return key in PUNCTUATION or super().check_consume_key(key, character)


class FilterField(Field):
    """Where the main screen's filter is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "done"),
        Binding("escape", "screen.clear", "clear"),
    ]
