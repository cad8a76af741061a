"""What this machine must have for network containers on its own binaries."""

import io
import re
import tarfile
from pathlib import Path

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.host import base
from netc_tui.host.base import APPLETS

INSTALL = Path(__file__).parents[2] / ".ci/install"


def test_the_installer_knows_each_applet_that_is_needed() -> None:
    asked = re.search(r"^busybox_does ((?:[^|\\]|\\\n)+)", INSTALL.read_text(), re.MULTILINE)
    assert asked is not None
    assert set(asked[1].replace("\\", "").split()) >= APPLETS


def test_what_busybox_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netc_tui.host.rootfs.applets", lambda _: APPLETS - {"udhcpc", "arping"})
    with pytest.raises(NetcError, match="lacks arping, udhcpc; install another one"):
        base.sidecar_base()


def test_the_base_has_each_command_and_the_extensions_that_rules_use() -> None:
    with tarfile.open(fileobj=io.BytesIO(base.sidecar_base())) as tar:
        names = [Path(member.name) for member in tar]
    assert {name.name for name in names} >= {"busybox", *base.COMMANDS}
    extensions = {name.name for name in names if name.parent.name == "xtables"}
    assert extensions <= {f"lib{name}.so" for name in base.EXTENSIONS}
    assert extensions
