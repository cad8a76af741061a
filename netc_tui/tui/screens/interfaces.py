"""The host's interfaces as options, and the dialog that chooses the one in force."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netc_tui.core.model import Interface
from netc_tui.tui.draw import Line, text
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.messages import LinksChanged
from netc_tui.tui.widgets.choice import Choice, Option
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from netc_tui.tui.app import NetcApp


def options(interfaces: Sequence[Interface], session: str | None, glyphs: Glyphs) -> list[Option]:
    """Each interface; those that cannot carry a LAN network with the reason, last and dimmed."""
    names = max([len(one.name) for one in interfaces], default=0)
    return [
        Option(one.name, _line(one, names, session, glyphs), one.unfit is None)
        for one in interfaces
    ]


def _line(one: Interface, names: int, session: str | None, glyphs: Glyphs) -> Line:
    sign = glyphs.up if one.carrier else glyphs.down
    carries: Line = ((" carries this SSH session ", "warn"),) if one.name == session else ()
    if one.unfit is not None:
        return (text(f"{sign} {one.name:<{names}} ", "dim"), *carries, text(one.unfit, "dim"))
    about = f"{one.kind}, {', '.join(one.addresses) or 'no address'}"
    return ((f"{sign} ", "ok"), text(f"{one.name:<{names}} ", "strong"), text(about), *carries)


class Interfaces(ModalScreen[str]):
    """Which interface turning on uses from now on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "use it from now on"),
        Binding("escape,q", "dismiss", "back"),
    ]

    def compose(self) -> ComposeResult:
        """The interfaces."""
        with Vertical(classes="dialog"):
            yield Lines(id="question")
            yield Choice(id="interfaces")
            yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Show them."""
        self.set_class(cast("NetcApp", self.app).settings.ascii, "-ascii")
        self.query_one(Choice).focus()
        self._show()

    @on(LinksChanged)
    def _show(self) -> None:
        app = cast("NetcApp", self.app)
        found, engine = app.site.interfaces, app.site.connection.engine
        choice = self.query_one(Choice)
        choice.styles.max_height = max(1, app.size.height - 6)
        choice.styles.height = max(1, len(found))
        if found:
            said = "The interface that on/off uses"
        elif engine is not None and not engine.local:
            said = "No interfaces: the engine is a remote one, which can only be looked at"
        else:
            said = "This host's interfaces are not known yet"
        self.call_after_refresh(self.query_one("#question", Lines).show, [((said, "strong"),)])
        listed = options(found, app.site.links.session, app.glyphs)
        current = choice.wanted or app.interface or None
        self.call_after_refresh(choice.show_options, listed, current)

    def action_take(self) -> None:
        """The one under the cursor."""
        if (name := self.query_one(Choice).current) is not None:
            self.dismiss(name)

    @on(Choice.Chosen)
    def _chosen(self) -> None:
        self.action_take()
