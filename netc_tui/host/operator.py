"""Who sits at the keyboard, as far as this machine knows."""

import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from netc_tui.core.records import Operator
from netc_tui.host.session import PROC, VARIABLE, inherited

CALLERS = ("SUDO_USER", "DOAS_USER")
"""Who became root to run this."""
UNSET = 0xFFFFFFFF
"""What stands for nobody in /proc/PID/loginuid."""


def operator(
    environ: Mapping[str, str] | None = None, pid: int | None = None, proc: Path = PROC
) -> Operator:
    """Who gives the commands of a process, and from where; by itself of this one.

    Who became root by sudo is told by their own name, else who logged in, else whose the process
    is. It is no proof: whoever may use the engine may say of themselves what they like.
    """
    pid = os.getpid() if pid is None else pid
    names = (*CALLERS, VARIABLE)
    known = inherited(os.environ if environ is None else environ, pid, names, proc)
    caller = next(filter(None, map(known.get, CALLERS)), "")
    connection = known.get(VARIABLE, "").split()
    return Operator(caller or _login(pid, proc), connection[0] if len(connection) == 4 else "")


def _login(pid: int, proc: Path) -> str:
    try:
        uid = int((proc / str(pid) / "loginuid").read_text())
    except (OSError, ValueError):
        uid = UNSET
    return _name(os.getuid() if uid == UNSET else uid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
