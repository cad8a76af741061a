"""The line at the foot: the keys that do something now, drawn only when they change."""

from textual import events
from textual.binding import ActiveBinding, Binding
from textual.screen import Screen

from netc_tui.tui.draw import width
from netc_tui.tui.frame import footer
from netc_tui.tui.terminal import private
from netc_tui.tui.widgets.lines import Lines


class KeyLine(Lines):
    """Keys of the screen it is on. A click on one is the same as the key."""

    def on_mount(self) -> None:
        """Follow the bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.redraw_keys()

    def redraw_keys(self) -> None:
        """Show what can be used now."""
        keys = [
            (self.app.get_key_display(active.binding), active.binding.description, active.enabled)
            for active in self._shown()
        ]
        # Several keys may do one thing; the first is shown.
        once = {label: (key, label, enabled) for key, label, enabled in reversed(keys)}
        ordered = [once[label] for label in dict.fromkeys(label for _, label, _ in keys)]
        self.show((footer(ordered, self.size.width, self.glyphs),))

    def _shown(self) -> list[ActiveBinding]:
        """In the order of the screen, whatever has the focus; its own keys come first. Where a
        field has a key of the screen for itself (enter), it hands it on to it."""
        found = []
        for key, active in self.screen.active_bindings.items():
            own = private.bindings(self.screen, key)
            if active.binding.show:
                found.append(active)
            elif active.node is self.screen.focused and (
                shown := [binding for binding in own if binding.show]
            ):
                enabled = self.screen.check_action(shown[0].action, ())
                found.append(ActiveBinding(self.screen, shown[0], bool(enabled)))
        declared = [active.action for active in self.screen.BINDINGS if isinstance(active, Binding)]
        order = {action: at for at, action in enumerate(declared)}
        return sorted(found, key=lambda active: order.get(active.binding.action, -1))

    def on_resize(self) -> None:
        """As many keys as fit."""
        super().on_resize()
        self.redraw_keys()

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        x = 0
        for cell in self.lines[0]:
            x += width((cell,))
            if event.x < x:
                labels = {active.binding.description: active for active in self._shown()}
                # The key itself was hit when it is no label: then the label follows.
                following = self.lines[0][self.lines[0].index(cell) + 1 :]
                for part, _ in (cell, *following[:1]):
                    if (active := labels.get(part.strip())) is not None:
                        self.app.simulate_key(active.binding.key)
                        return
                return
