"""What of a service can be copied, as a list."""

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netc_tui.core import identity, reserve
from netc_tui.core.findings import Finding
from netc_tui.core.model import Service
from netc_tui.tui.draw import shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.widgets.choice import Choice, Option
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines


class Copy(ModalScreen[str]):
    """Choose one, by cursor or by its letter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "copy"),
        Binding("escape,q", "dismiss", "back"),
    ]

    def __init__(self, service: str, texts: Mapping[str, str], glyphs: Glyphs) -> None:
        super().__init__()
        self.service, self.texts, self._glyphs = service, texts, glyphs

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(self._glyphs, id="question")
            yield Choice(self._glyphs, id="texts")
            yield Lines(self._glyphs, id="whole")
            yield KeyLine(self._glyphs, id="keys")

    def on_mount(self) -> None:
        """What there is to copy now."""
        names = max(map(len, self.texts))
        listed = [
            Option(name, (text(f"{name:<{names}}  ", "dim"), text(copied)))
            for name, copied in self.texts.items()
        ]
        choice = self.query_one(Choice)
        choice.styles.height = len(listed)
        question = self.query_one("#question", Lines)

        def begin() -> None:
            name = shortened(self.service, question.size.width - 8, self._glyphs.cut)
            question.show([(("Copy of ", ""), text(name, "strong"))])
            choice.show_options(listed)
            self._show_whole()

        self.call_after_refresh(begin)
        choice.focus()

    def action_take(self) -> None:
        """The one under the cursor."""
        name = self.query_one(Choice).current
        if name is not None:
            self.dismiss(self.texts[name])

    @on(Choice.Moved)
    def _show_whole(self) -> None:
        """The one under the cursor, however long it is."""
        whole, name = self.query_one("#whole", Lines), self.query_one(Choice).current
        lines = wrap(self.texts[name], max(20, self.query_one(Choice).size.width)) if name else []
        whole.styles.height = len(lines) + 1
        self.call_after_refresh(whole.show, [(), *((text(part, "dim"),) for part in lines)])

    @on(Choice.Chosen)
    def _chosen(self) -> None:
        self.action_take()


def copies(
    service: Service,
    engine_id: str,
    interface: str,
    findings: Iterable[Finding] = (),
    aim: Callable[[str], str] = str,
) -> dict[str, str]:
    """The texts that can be copied, by what they are: first what mends it. ``aim`` makes of a
    command one that acts on its host."""
    own = service.network_container
    found = {f"remedy {finding.code}": finding.remedy for finding in findings if finding.remedy}
    if own is not None:
        if own.ip:
            found["address"] = own.ip
            for forward in own.ports[:6]:
                for single in list(forward.singles())[:3]:
                    found[f"address:port {single.public}/{single.proto}"] = (
                        f"{own.ip}:{single.public}"
                    )
        if identity.is_sound(own.mac, own.client_id, own.hostname):
            found["MAC"] = own.mac
            found["dnsmasq"] = reserve.dnsmasq(own)
            found["Kea"] = reserve.kea(own)
    found["netc command"] = aim(reserve.command(service, engine_id, interface or "INTERFACE"))
    return found
