"""How it looks and what keys do there: what every screen is drawn by."""

from collections.abc import Mapping

from netc_tui.settings.declared import Settings
from netc_tui.tui.glyphs import ASCII, UNICODE
from netc_tui.tui.shortcuts import Shortcuts


class Look:
    """Made of the settings once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.glyphs = ASCII if settings.ascii else UNICODE
        self.shortcuts = Shortcuts(settings)

    @property
    def hints(self) -> Mapping[str, str]:
        """The keys of what can be done, by their ids."""
        return self.shortcuts.hints
