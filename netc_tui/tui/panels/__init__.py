"""The panels of the service under the cursor, each a value in a file of its own."""

from netc_tui.tui.panels import events, lease, rules
from netc_tui.tui.panels.panel import Panel

PANELS: tuple[Panel, ...] = (lease.PANEL, rules.PANEL, events.PANEL)
"""In the order of their keys."""
