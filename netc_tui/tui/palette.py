"""The command palette: all that keys do, found by typing."""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from netc_tui.tui.keys import EVERYWHERE, KEYS, MOVE, Key

if TYPE_CHECKING:
    from netc_tui.tui.app import NetcApp


class NetcCommands(Provider):
    """What can be done now, for the service under the cursor."""

    def _keys(self) -> Iterator[Key]:
        main = cast("NetcApp", self.app).main
        for key in KEYS:
            if (
                key.id != "palette"
                and key.group != MOVE
                and main.check_action(key.action.partition("(")[0], ())
            ):
                yield key

    async def discover(self) -> Hits:
        """All of it."""
        for key in self._keys():
            yield DiscoveryHit(key.help, self._do(key), key.help, self._about(key))

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for key in self._keys():
            words = f"{key.help} ({key.id.replace('_', ' ')})"
            if (score := matcher.match(words)) > 0:
                yield Hit(score, matcher.highlight(words), self._do(key), words, self._about(key))

    def _about(self, key: Key) -> str:
        return f"{key.group}; key {cast('NetcApp', self.app).shortcuts.all(key.id)}"

    def _do(self, key: Key) -> Callable[[], Awaitable[None]]:
        app = cast("NetcApp", self.app)

        async def run() -> None:
            await app.run_action(key.action, app if key.id in EVERYWHERE else app.main)

        return run
