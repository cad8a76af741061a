"""Removing a lab, in whatever state it was left.

Each step looks at the machine, not at a record, and can be repeated: a `down` that is killed is
finished by the next one. Processes go first, since all else is only free without them.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from netc_tui.core.errors import NetcError
from netc_tui.lab import network
from netc_tui.lab.layout import Layout
from netc_tui.lab.processes import POLL, Process, everything, kill, run

CGROUPS = Path("/sys/fs/cgroup")
PATIENCE = 15.0


def remove(layout: Layout, lock: int) -> None:
    """Remove all of the lab but its lock. Raises NetcError when something cannot be removed."""
    end_all(lambda: everything(layout))
    for mount in mounts(layout):
        run(["umount", "--lazy", str(mount)], lock)
    network.delete(layout, lock)
    for cgroup in cgroups(layout):
        _remove_cgroup(cgroup)
    for folder in (layout.runtime, layout.data):
        if folder.exists():
            shutil.rmtree(folder)
    # The folders above the data are not a lab's own; they go when nothing else is in them.
    for folder in (layout.data.parent, layout.data.parent.parent):
        with suppress(OSError):
            folder.rmdir()


def mounts(layout: Layout) -> list[Path]:
    """Mounts of this machine inside the lab's folders, innermost first."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        escaped = line.split()[4]
        target = Path(re.sub(r"\\(\d{3})", lambda match: chr(int(match[1], 8)), escaped))
        if any(target.is_relative_to(folder) for folder in (layout.runtime, layout.data)):
            found.append(target)
    return found[::-1]


def cgroups(layout: Layout) -> list[Path]:
    """The lab's cgroups: one in each hierarchy of version 1, one in all of version 2."""
    roots = [CGROUPS, *(entry for entry in CGROUPS.iterdir() if entry.is_dir())]
    found = (root / layout.cgroup.lstrip("/") for root in roots)
    return [cgroup for cgroup in found if cgroup.is_dir()]


def end_all(find: Callable[[], list[Process]]) -> None:
    """Kill what is found until nothing is. Raises NetcError when something does not end."""
    deadline = time.monotonic() + PATIENCE
    while found := find():
        if time.monotonic() > deadline:
            raise NetcError(f"a process of the lab does not end: {' '.join(found[0].argv)}")
        kill(found)
        time.sleep(POLL / 4)


def _remove_cgroup(cgroup: Path) -> None:
    """Remove it and those in it. The kernel lets go of one a little after its last process."""
    deadline = time.monotonic() + PATIENCE
    for folder in _innermost_first(cgroup):
        while True:
            try:
                folder.rmdir()
            except FileNotFoundError:
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise NetcError(f"a cgroup of the lab stays: {error}") from error
                time.sleep(POLL)
            else:
                break


def _innermost_first(cgroup: Path) -> Iterator[Path]:
    for folder, _, _ in os.walk(cgroup, topdown=False):
        yield Path(folder)
