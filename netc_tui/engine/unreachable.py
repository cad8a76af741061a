"""What to say when an engine cannot be reached: why, and what to do."""

import errno
import grp
import stat
from pathlib import Path

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine.endpoint import DEFAULT_SOURCE, SSH, Endpoint
from netc_tui.engine.ssh import destination


def unreachable(error: BaseException, endpoint: Endpoint, *, in_use: bool = False) -> NetcError:
    """The error for an engine that does not answer, given what a library raised. ``in_use``: it was
    connected before, and ssh may not have noticed yet that it is cut off."""
    path = endpoint.socket
    number = _errno(error)
    if endpoint.url.startswith(SSH):
        why = f"the Docker engine at {endpoint.url} {_hung(error, endpoint, in_use)}"
    elif path is None:
        said = _last_words(error)
        why = f"no Docker engine answers at {endpoint.url} ({said}); is {endpoint.source} right?"
    elif number == errno.EACCES:
        why = f"not permitted to use {path}: {_who_may(path)}"
    elif number == errno.ENOENT:
        mend = (
            "or set DOCKER_HOST"
            if endpoint.source == DEFAULT_SOURCE
            else f"or mend {endpoint.source}"
        )
        why = f"no Docker engine here: {path} does not exist; start it {mend}"
    elif number == errno.ECONNREFUSED:
        why = f"the Docker engine at {path} is not running; start it: systemctl start docker"
    else:
        why = f"the Docker engine at {endpoint.url} does not answer: {_last_words(error)}"
    return NetcError(why, Exit.ENGINE)


def _hung(error: BaseException, endpoint: Endpoint, in_use: bool) -> str:
    if any(isinstance(wrapped, TimeoutError) for wrapped in _chain(error)):
        look = f"look there: {destination(endpoint.url).by_hand} 'docker ps'"
        if in_use:
            return f"does not answer: it hangs, or its host is cut off; {look}"
        return f"does not answer, though ssh got there; {look}"
    return f"does not answer: {_last_words(error)}"


def _who_may(path: Path) -> str:
    try:
        facts = path.stat()
    except OSError:
        return "it is in a folder that you cannot read; become root or set DOCKER_HOST"
    try:
        group = grp.getgrgid(facts.st_gid).gr_name
    except KeyError:
        group = str(facts.st_gid)
    if not facts.st_mode & stat.S_IWGRP or facts.st_gid == 0:
        return "only root may; become root"
    return f"its group is {group}: `sudo usermod -aG {group} $USER`, then log in again"


def _chain(error: BaseException) -> list[BaseException]:
    """An exception with all that it wraps: libraries hide the system's error deep inside."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        wrapped = waiting.pop()
        if not isinstance(wrapped, BaseException) or wrapped in found:
            continue
        found.append(wrapped)
        waiting += [wrapped.__cause__, wrapped.__context__, getattr(wrapped, "reason", None)]
        waiting += wrapped.args
    return found


def _errno(error: BaseException) -> int | None:
    for wrapped in _chain(error):
        if isinstance(wrapped, OSError) and wrapped.errno is not None:
            return wrapped.errno
    return None


def _last_words(error: BaseException) -> str:
    last = _chain(error)[-1]
    return str(last).splitlines()[0] if str(last) else type(last).__name__
