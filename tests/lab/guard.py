"""A lab that ends with who made it, also when that is killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netc_tui.lab import Lab

ROOT = Path(__file__).parents[2]
WAITS = 'read -r _; exec "$@"'
"""Nobody writes there: what is read is the end of who could."""


@contextmanager
def guarded(lab: Lab) -> Iterator[Lab]:
    """Have it up, and take it down at the end. Whoever ends this process, a guard does that."""
    down = (sys.executable, "-m", "netc_tui", "lab", "down", "--name", lab.name)
    with subprocess.Popen(
        ("sh", "-c", WAITS, "guard", *down),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as guard:
        try:
            lab.up()
            yield lab
        finally:
            lab.down()
            guard.kill()
