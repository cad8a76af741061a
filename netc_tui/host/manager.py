"""The service manager that started this program, if one did (sd_notify(3))."""

import os
import socket
from collections.abc import Mapping

VARIABLE = "NOTIFY_SOCKET"


def tell(words: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell it something, a line for each ``NAME=TEXT``; False when there is none that listens."""
    path = environ.get(VARIABLE, "")
    if not path.startswith(("/", "@")):
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.setblocking(False)
        try:
            way.sendto(words.encode(), "\0" + path[1:] if path[0] == "@" else path)
        except OSError:
            return False
    return True


def patience(environ: Mapping[str, str] = os.environ, pid: int | None = None) -> float | None:
    """Seconds within which it wants to hear a sign of life each time; None: it waits for none."""
    try:
        seconds = int(environ.get("WATCHDOG_USEC", "")) / 1e6
        meant = int(environ.get("WATCHDOG_PID", "") or os.getpid())
    except ValueError:
        return None
    return seconds if seconds > 0 and meant == (pid or os.getpid()) else None
