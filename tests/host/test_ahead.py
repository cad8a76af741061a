"""The child that looks ahead."""

import os
import subprocess
import sys
import time
from pathlib import Path

from netc_tui.core.errors import NetcError
from netc_tui.host.ahead import Ahead
from netc_tui.operations.live.first import decoded


def test_the_child_hands_over_or_says_nothing() -> None:
    with Ahead(lambda: b"done") as ahead:
        assert ahead.wait() == b"done"

    def fail() -> bytes:
        raise NetcError("no engine")

    with Ahead(fail) as ahead:
        assert ahead.wait() == b""
    assert decoded(b"") is None


def test_a_parent_that_is_killed_leaves_no_child() -> None:
    code = (
        "import time; from netc_tui.host.ahead import Ahead; ahead = Ahead(lambda: time.sleep(60));"
        "time.sleep(0.5); print(ahead._child, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{child}/exe").exists():
        assert time.monotonic() < deadline, "it still runs"
        time.sleep(0.05)


def test_closing_ends_the_child() -> None:
    with Ahead(_forever) as ahead:
        child = ahead._child
        os.kill(child, 0)
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return
    raise AssertionError("it still runs")


def _forever() -> bytes:
    while True:
        os.read(os.pipe()[0], 1)
