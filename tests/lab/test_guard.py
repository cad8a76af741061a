"""A test run that is killed leaves no lab behind."""

import os
import signal
import subprocess
import sys

import pytest

from netc_tui.lab import Lab

from .conftest import eventually
from .guard import ROOT

MAKES = """
import sys
from netc_tui.lab import Lab
from tests.lab.guard import guarded
with guarded(Lab(sys.argv[1])):
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, None], ids=str)
def test_it_ends_with_who_made_it(number: signal.Signals | None) -> None:
    lab = Lab(f"g{os.getpid()}")
    with subprocess.Popen(
        (sys.executable, "-c", MAKES, lab.name),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        assert lab.socket.exists()
        if number is not None:
            process.send_signal(number)
        else:
            process.communicate()
    eventually(lambda: not lab.folder.exists() and not lab.layout.lock.exists(), seconds=20)
    assert not lab.layout.namespace_path("host").exists()
