"""Which engine is meant, and what to say when it cannot be reached."""

import errno
import grp
import os
import stat
from pathlib import Path
from typing import Any

from docker.context import ContextAPI
from docker.errors import DockerException
from docker.utils import kwargs_from_env

from netc_tui.core.errors import Exit, NetcError

DEFAULT = "unix:///var/run/docker.sock"


def endpoint() -> dict[str, Any]:
    """Arguments for the SDK's client: DOCKER_HOST, else the Docker context in force.

    Raises NetcError when the context that is named does not exist, or its files are damaged.
    """
    try:
        arguments: dict[str, Any] = {**kwargs_from_env()}
    except DockerException as error:
        raise NetcError(
            "DOCKER_TLS_VERIFY or DOCKER_CERT_PATH is set, but the certificates cannot be read;"
            " unset both or put ca.pem, cert.pem and key.pem there",
            Exit.ENGINE,
        ) from error
    if "base_url" in arguments:
        return arguments
    name = os.environ.get("DOCKER_CONTEXT") or None
    try:
        context = ContextAPI.get_context(name) if name else ContextAPI.get_current_context()
    except Exception as error:
        # The SDK raises whatever a damaged file under ~/.docker makes it raise.
        raise NetcError(f"the Docker context cannot be read: {error}", Exit.ENGINE) from error
    if context is None:
        raise NetcError(
            f"there is no Docker context {name!r}; `docker context ls` shows which there are",
            Exit.ENGINE,
        )
    host = context.Host or DEFAULT
    if host in ("http+unix:///var/run/docker.sock", "npipe:////./pipe/docker_engine"):
        host = DEFAULT
    return {"base_url": host.removeprefix("http+"), "tls": context.TLSConfig or False}


def unreachable(error: BaseException, host: str) -> NetcError:
    """The one line for an engine that does not answer: why, and what to do."""
    path = Path(host.removeprefix("unix://")) if host.startswith("unix://") else None
    number = _errno(error)
    if path is None:
        why = f"no Docker engine answers at {host}; are DOCKER_HOST and the context right?"
    elif number == errno.EACCES:
        why = f"not permitted to use {path}: {_who_may(path)}"
    elif number == errno.ENOENT:
        why = f"no Docker engine here: {path} does not exist; start it or set DOCKER_HOST"
    elif number == errno.ECONNREFUSED:
        why = f"the Docker engine at {path} is not running; start it: systemctl start docker"
    else:
        why = f"the Docker engine at {host} does not answer: {_last_words(error)}"
    return NetcError(why, Exit.ENGINE)


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


def _chain(error: BaseException | None) -> list[BaseException]:
    """An exception with all that it wraps: libraries hide the system's error deep inside."""
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or one in found:
            continue
        found.append(one)
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None)]
        waiting += [inner for inner in one.args if isinstance(inner, BaseException)]
    return found


def _errno(error: BaseException) -> int | None:
    for one in _chain(error):
        if isinstance(one, OSError) and one.errno is not None:
            return one.errno
    return None


def _last_words(error: BaseException) -> str:
    return (
        str(_chain(error)[-1]).splitlines()[0] if str(_chain(error)[-1]) else type(error).__name__
    )
