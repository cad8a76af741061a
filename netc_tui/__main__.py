"""``python -m netc_tui``: the same as ``netc``."""

from netc_tui.cli.main import main

main()
