"""What the TUI sends to the terminal: over SSH each byte is waited for. Bytes are exact."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from .conftest import Site
from .tui import Tui

REST, REST_BUDGET = 10.0, 1000
MOVE_BUDGET = 2000
SETTLE = 0.6
"""Seconds of silence after which a move of the cursor is over; the clock ticks each second."""
SERVICES = ("app", "dns", "extra", "web1", "web2")


def test_bytes(site: Site) -> None:
    site.docker("run", "-d", "--name=extra", "netc-lab/web")
    with ThreadPoolExecutor() as pool:
        list(pool.map(site.up, SERVICES))
    with Tui(site, services=len(SERVICES) + 1) as tui:
        for name in SERVICES:
            tui.bound(name)
        # Under the cursor is one that looks its service up by name: its counters never rest.
        tui.wait_for("Rules: app")
        tui.wait_for("DNAT")
        tui.wait_for(re.compile(r"renews .* in \d+m"))
        # Names are looked up a moment later, and their column comes with them.
        for name in SERVICES:
            tui.row_says(name, f"● {name}")
        tui.quiet(SETTLE)
        assert b"\x1b[?2026$p" in tui.output, "the terminal is asked, and has answered"
        assert tui.output.count(b"\x1b[?2026h") > 1, "so all is drawn in synchronized updates"
        rest = tui.mark()
        time.sleep(REST)
        at_rest = tui.since(rest)
        moves = []
        for key in "jjjjkkkkjj":
            mark = tui.send(key)
            tui.quiet(SETTLE)
            moves.append(tui.bytes_since(mark))
    said = b"".join(chunk.data for chunk in at_rest)
    assert b"\x1b[?2026h" in said, "what an update is wrapped in counts, too"
    assert 0 < len(said) <= REST_BUDGET, (len(said), said, moves)
    assert median(moves) <= MOVE_BUDGET, moves
