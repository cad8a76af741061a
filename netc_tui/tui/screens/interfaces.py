"""The host's interfaces as options, and the dialog that chooses the one in force."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netc_tui.core.model import Interface
from netc_tui.desk.desk import Desk
from netc_tui.operations.interfaces import place
from netc_tui.tui.draw import Line, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.screens.messages import LinksChanged
from netc_tui.tui.widgets.choice import Choice, Option
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines


def options(
    interfaces: Sequence[Interface],
    session: str | None,
    glyphs: Glyphs,
    *,
    folded: bool = False,
    asked: str | None = None,
) -> list[Option]:
    """Each interface; those that cannot carry a LAN network with the reason, last and dimmed. Of
    those of containers, which may be many, only the number. ``folded``: of all that cannot, but
    for the one that is ``asked`` for, only the names."""
    listed = [interface for interface in interfaces if not interface.of_container]
    if folded:
        apart = [
            interface.name
            for interface in listed
            if interface.unfit is not None and interface.name != asked
        ]
        found = options(
            [interface for interface in listed if interface.name not in apart], session, glyphs
        )
        if apart:
            said = f"and {len(apart)} that cannot carry it: {', '.join(apart)}"
            found.append(Option("", ((said, "dim"),), enabled=False))
        return found
    names = max([len(interface.name) for interface in listed], default=0)
    found = [
        Option(interface.name, _line(interface, names, session, glyphs), interface.unfit is None)
        for interface in listed
    ]
    if ends := len(interfaces) - len(listed):
        said = f"and {ends} of containers, which cannot carry a LAN network"
        found.append(Option("", ((said, "dim"),), enabled=False))
    return found


def _line(interface: Interface, names: int, session: str | None, glyphs: Glyphs) -> Line:
    sign = glyphs.up if interface.carrier else glyphs.down
    name = f"{interface.name:<{names}} "
    carries: Line = ((" carries this SSH session ", "warn"),) if interface.name == session else ()
    if interface.unfit is not None:
        return (text(f"{sign} {name}", "dim"), *carries, text(interface.unfit, "dim"))
    about = f"{interface.kind}, {', '.join(interface.addresses) or 'no address'}"
    return ((f"{sign} ", "ok"), text(name, "strong"), text(about), *carries)


class Interfaces(ModalScreen[str]):
    """Which interface turning on uses from now on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "use it from now on"),
        Binding("escape,q", "dismiss", "back"),
    ]

    def __init__(self, desk: Desk, glyphs: Glyphs) -> None:
        super().__init__()
        self._desk, self._glyphs = desk, glyphs

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(self._glyphs, id="question")
            yield Choice(self._glyphs, id="interfaces")
            yield KeyLine(self._glyphs, id="keys")

    def on_mount(self) -> None:
        self.query_one(Choice).focus()
        self._show()

    @on(LinksChanged)
    def _links_changed(self, changed: LinksChanged) -> None:
        if changed.host == self._desk.host:
            self._show()

    def _show(self) -> None:
        site = self._desk.site
        found, engine = site.interfaces, site.connection.engine
        choice = self.query_one(Choice)
        choice.styles.max_height = max(1, self.app.size.height - 6)
        if found:
            said = "The interface that on/off uses"
            if self._desk.host:
                said += f" on {self._desk.host}"
            elif engine is not None and not engine.local:
                said += f" on {place(engine)}"
        else:
            said = self._desk.told(site.links.unknown) or "The host's interfaces are not known yet"
        question = self.query_one("#question", Lines)
        lines: list[Line] = [
            (text(part, "strong"),) for part in wrap(said, min(96, self.app.size.width - 4))
        ]
        question.styles.height = len(lines)
        self.call_after_refresh(question.show, lines)
        listed = options(found, site.links.session, self._glyphs)
        choice.styles.height = max(1, len(listed))
        current = choice.wanted or self._desk.interface or None
        self.call_after_refresh(choice.show_options, listed, current)

    def action_take(self) -> None:
        """The one under the cursor."""
        if (name := self.query_one(Choice).current) is not None:
            self.dismiss(name)

    @on(Choice.Chosen)
    def _chosen(self) -> None:
        self.action_take()
