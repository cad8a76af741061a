"""The folders of labs: root's, and nobody else's to change.

What is in them is run, bound over /etc/resolv.conf and believed by root. So another user must
neither have made one of them before nor be able to write into it now.
"""

import stat
from contextlib import suppress
from pathlib import Path

from netc_tui.core.errors import NetcError
from netc_tui.lab.layout import RUNTIME, Layout


def make(folder: Path) -> None:
    """Make a folder and those above it, writable for root alone whatever the umask is.

    Raises NetcError when it is there and another user could have put something into it.
    """
    if not folder.parent.exists():
        make(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o755)
    require_own(folder)


def require_root_s(layout: Layout) -> None:
    """Raise NetcError when one of the lab's folders is there, and not root's alone."""
    data = layout.data
    for folder in (RUNTIME, layout.runtime, data.parent.parent, data.parent, data):
        require_own(folder)


def require_own(folder: Path) -> None:
    """Raise NetcError when it is there, and is no folder that only root can write to."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise NetcError(
            f"{folder} is not a folder that only root can write to; look who made it, and remove it"
        )
