"""All keys, and what the signs mean."""

from netc_tui.settings.keys import KEYS
from netc_tui.tui.draw import Line, wrap
from netc_tui.tui.screens.reader import Reader
from netc_tui.tui.standing import PHASE_STYLES

ANSWERING = (
    ("y n", "Answer a question"),
    ("esc", "Leave a dialog or a screen"),
    ("ctrl+c ctrl+q", "Quit from anywhere"),
    ("ctrl+z", "Suspend netc; fg brings it back"),
)
PHASES = {
    "off": "no network container",
    "acquiring": "it asks the DHCP server for an address",
    "bound": "it has an address, and its ports are forwarded",
    "renewing": "past T1: it asks its server to renew the lease",
    "rebinding": "past T2: it asks any server; the address is still its own",
    "expired": "the lease ran out, the address was given up; it asks for another",
    "stopped": "the network container does not run",
    "gone": "the service is not there any more; its network container is",
    "working": "netc is at it",
}


class Help(Reader):
    """Keys by what they are for."""

    heading = "Help"

    def on_mount(self) -> None:
        """Written out of the table of keys, with the keys in force."""
        super().on_mount()
        self.call_after_refresh(lambda: self.show_lines(self._lines()))

    def _lines(self) -> list[Line]:
        lines: list[Line] = []
        group = ""
        for key in KEYS:
            if key.group != group:
                group = key.group
                lines += [(), ((group, "head"),)]
            lines += self._line(self.look.shortcuts.all(key.id), key.help)
        lines += [(), (("Everywhere", "head"),)]
        for keys, words in ANSWERING:
            lines += self._line(keys, words)
        lines += [(), (("Signs", "head"),)]
        for name, words in PHASES.items():
            sign = self.look.glyphs.of(name)
            style = PHASE_STYLES.get(name, "")
            lines.append(((f"  {sign} {name:14}", style), (words, "")))
        return lines[1:]

    def _line(self, key: str, words: str) -> list[Line]:
        first, *more = wrap(words, max(20, self.text.size.width - 18))
        return [
            ((f"  {key:16}", "key"), (first, "")),
            *(((" " * 18, ""), (part, "")) for part in more),
        ]
