"""The panels of the service under the cursor: each a value, ``PANEL`` in the module of its name."""

from importlib import import_module

from netc_tui.settings.keys import PANEL_NAMES
from netc_tui.tui.panels.panel import Panel

PANELS: tuple[Panel, ...] = tuple(import_module(f"{__name__}.{name}").PANEL for name in PANEL_NAMES)
"""In the order of their keys."""
