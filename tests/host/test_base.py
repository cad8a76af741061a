"""What ``.ci/install`` looks for in busybox is what network containers need of it."""

import re
from pathlib import Path

from netc_tui.host.base import APPLETS

INSTALL = Path(__file__).parents[2] / ".ci/install"


def test_the_installer_knows_each_applet_that_is_needed() -> None:
    asked = re.search(r"^busybox_does ((?:[^|\\]|\\\n)+)", INSTALL.read_text(), re.MULTILINE)
    assert asked is not None
    assert set(asked[1].replace("\\", "").split()) >= APPLETS
