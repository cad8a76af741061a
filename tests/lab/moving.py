"""What is seen of an address on the LAN while it is moved: visits, and who answers for it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from netc_tui.lab import Lab

HERE = Path(__file__).parent
NOBODY, SEVERAL = 5.0, 2.0
"""Seconds for which nobody, or more than one, may answer for an address, whatever happens."""


@contextmanager
def seen(lab: Lab, script: str, *arguments: str) -> Iterator[dict[str, Any]]:
    """What a script on the LAN machine has seen, at the end."""
    command = [sys.executable, str(HERE / script), *arguments]
    found: dict[str, Any] = {}
    with lab.popen("client", command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield found
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=20)
        found.update(json.loads(said))


@contextmanager
def visited(lab: Lab, address: str) -> Iterator[dict[str, Any]]:
    """Visits every 20 ms: ``longest`` seconds without a page, ``pages`` in their order."""
    with seen(lab, "visitor.py", address, "80") as found:
        yield found


@contextmanager
def listened(lab: Lab, address: str) -> Iterator[dict[str, Any]]:
    """Questions every 100 ms: ``nobody`` and ``several`` seconds."""
    with seen(lab, "answers.py", "eth0", lab.CLIENT_IP, address) as found:
        yield found
    assert found["nobody"] <= NOBODY, found
    assert found["several"] <= SEVERAL, found


def releases(lab: Lab, address: str) -> int:
    """How often it was given back to the DHCP server so far, also by tests before."""
    said = lab.dhcp_log.read_text().splitlines()
    return sum("DHCPRELEASE" in line and f" {address} " in line for line in said)
