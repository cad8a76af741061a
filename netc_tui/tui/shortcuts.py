"""The keys in force, as the screen shows them: at the foot, in the help, palette and hints."""

from collections.abc import Mapping

from textual.keys import format_key

from netc_tui.settings.declared import Settings
from netc_tui.settings.keys import KEYS


def shown(key: str, *, ascii: bool) -> str:
    """One key, modifiers and all; in words where signs cannot be shown."""
    *modifiers, base = key.split("+")
    sign = format_key(base)
    return "+".join((*modifiers, sign if sign.isascii() or not ascii else base))


class Shortcuts:
    """For each action, by its id, the keys that do it."""

    def __init__(self, settings: Settings) -> None:
        self._shown = {
            key.id: tuple(
                shown(each.strip(), ascii=settings.ascii)
                for each in settings.keys.get(key.id, key.key).split(",")
            )
            for key in KEYS
        }
        self.refused: Mapping[str, str] = {
            each.strip(): key.label
            for key in KEYS
            if key.writes and settings.read_only
            for each in settings.keys.get(key.id, key.key).split(",")
        }
        """What keys would do if it were not read-only, by their names."""
        usable = [key.id for key in KEYS if not (key.writes and settings.read_only)]
        self.hints: Mapping[str, str] = {id: self._shown[id][0] for id in usable}
        """The first key of each action that can be done; when read-only, not all can."""

    def all(self, id: str) -> str:
        """All keys of an action."""
        return " ".join(self._shown[id])
