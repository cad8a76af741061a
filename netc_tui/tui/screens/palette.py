"""The command palette: all that keys do, found by typing."""

from collections.abc import Awaitable, Callable, Iterator

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider

from netc_tui.settings.keys import EVERYWHERE, KEYS, MOVE, Key
from netc_tui.tui.screens.main import MainScreen
from netc_tui.tui.shortcuts import Shortcuts


def commands(app: App[int], main: MainScreen, shortcuts: Shortcuts) -> type[Provider]:
    """What can be done on the main screen now, for the service under its cursor."""

    class Commands(Provider):
        async def discover(self) -> Hits:
            """All of it."""
            for key in _usable(main):
                yield DiscoveryHit(key.help, do(key), key.help, about(key))

        async def search(self, query: str) -> Hits:
            """What matches."""
            matcher = self.matcher(query)
            for key in _usable(main):
                words = f"{key.help} ({key.id.replace('_', ' ')})"
                if (score := matcher.match(words)) > 0:
                    yield Hit(score, matcher.highlight(words), do(key), words, about(key))

    def about(key: Key) -> str:
        return f"{key.group}; key {shortcuts.all(key.id)}"

    def do(key: Key) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await app.run_action(key.action, app if key.id in EVERYWHERE else main)

        return run

    return Commands


def _usable(main: MainScreen) -> Iterator[Key]:
    for key in KEYS:
        action = key.action.partition("(")[0]
        if key.id != "palette" and key.group != MOVE and main.check_action(action, ()):
            yield key
