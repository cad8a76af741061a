"""The TUI on the lab's Docker host, in a terminal."""

import re
import sys

from tests.terminal import Terminal, plain

from .conftest import SERVICES, Site

NETC = (sys.executable, "-m", "netc_tui")
LEFT = b"\x1b[?1049l"
"""The alternate screen is left (xterm's control sequences)."""


class Tui(Terminal):
    """`netc`, with what is on its main screen."""

    def __init__(
        self, site: Site, *flags: str, services: int = len(SERVICES), **environment: str
    ) -> None:
        super().__init__(
            site.lab.command("host", [*NETC, *flags]),
            env=plain(site.lab.environment, **environment),
        )
        try:
            self.wait_for(f"of {services} on the LAN", 20)
            self.wait_for("eth2 10.78.0.10", why="the interfaces")
        except BaseException:
            self.close()
            raise

    def row(self, service: str) -> str:
        """A service's row; nothing while it has none."""
        shown = re.compile(rf"[ ✓] {re.escape(service)} ")
        return next((line for line in self.lines[:20] if shown.match(line)), "")

    def row_says(self, service: str, pattern: str, seconds: float = 15) -> re.Match[str]:
        """Wait for a row to say something; what was found."""
        found: re.Match[str] = self.wait_for(
            lambda _: re.search(pattern, self.row(service)), seconds, f"{service}: {pattern}"
        )
        return found

    def bound(self, service: str, interface: str = "eth1") -> str:
        """Wait until a service is on; its address."""
        return self.row_says(service, rf"● bound (\S+) {interface}\b")[1]

    def select(self, service: str) -> None:
        """Put the cursor on a service."""
        rows = [line[2:].split()[0] for line in self.lines[2:20] if line[2:3].strip()]
        self.send("g" + "j" * rows.index(service))
        self.wait_for(f"Lease: {service}")
