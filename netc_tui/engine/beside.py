"""A command in a helper: a container that shares the network namespace of another, or the host's.
Calls block.

It needs nobody once it was started: a watch inside ends it in time, and the engine removes it when
it ends. One that was made and never started, since netc was killed just then, stays until the next
helper is made.
"""

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import requests
from docker.api.client import APIClient
from docker.errors import APIError
from docker.types import LogConfig, Mount

from netc_tui.core.identity import PREFIX
from netc_tui.core.model import HELPER
from netc_tui.core.protocol import FOLDER
from netc_tui.engine import containers, read, stream
from netc_tui.engine.api import Refused
from netc_tui.engine.limits import LIMITS
from netc_tui.engine.sentences import failed, on_one_line, refused_beside, too_long

ENDED = 124
"""The exit code of a helper whose command was ended, as timeout(1) has it."""
SHELL = f"""\
trap 'exit {ENDED}' USR1
(usleep "$0" && kill -USR1 1) >/dev/null 2>&1 &
"$@" &
wait "$!"
"""
"""Runs "$@" for "$0" microseconds at most. When the first process ends, the kernel ends all."""
FORGOTTEN = 300
"""Seconds after which a helper that was not started will not be any more."""
STDERR = 2
NOBODY = "65534:65534"
"""Who only reads, on the host's network: of what root may do there without a capability, speaking
to abstract sockets of the host's root is one."""


class Helper(msgspec.Struct, frozen=True):
    """What is wanted; see EngineApi.beside and EngineApi.on_host."""

    container: str | None
    """Whose network it shares; None: the host's."""
    image: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    admin: bool
    seconds: float

    def __str__(self) -> str:
        where = "on the host's network" if self.container is None else f"beside {self.container}"
        return f"a helper {where}"


def run(client: APIClient, wanted: Helper) -> str:
    """See EngineApi.beside and EngineApi.on_host."""
    try:
        code, stdout, stderr = _run(client, wanted)
    except APIError as error:
        raise refused_beside(str(error.explanation or error), error.status_code) from error
    command, name = " ".join(wanted.command), str(wanted)
    if code == ENDED:
        raise too_long(command, name, wanted.seconds)
    if code:
        raise failed(command, name, code, (stdout + stderr).decode(errors="replace"))
    return stdout.decode(errors="replace")


def _run(client: APIClient, wanted: Helper) -> tuple[int, bytes, bytes]:
    """Its exit code, and what it wrote to stdout and stderr."""
    made = create(client, wanted, [SHELL, str(int(wanted.seconds * 1e6))])
    try:
        remove_forgotten(client, made)
        patience = wanted.seconds + (client.timeout or 0)
        # Both before the start: what it prints and how it ends is told to who listens then.
        with (
            _asked(client, made, "attach", {"stream": "1", "stdout": "1", "stderr": "1"}, patience)
            as printed,
            _asked(client, made, "wait", {"condition": "removed"}, patience) as ended,
        ):  # fmt: skip
            client.start(made)
            stdout, stderr = _apart(printed.content)
            code = _code(ended.json())
    except BaseException:
        # Gone, or on its way.
        with contextlib.suppress(APIError, requests.RequestException):
            client.remove_container(made, v=True, force=True)
        raise
    return code, stdout, stderr


def _code(end: Mapping[str, Any]) -> int:
    """The exit code, of what the engine says of an end. Raises Refused when it is not gone."""
    if error := end.get("Error"):
        raise Refused(f"Docker: {on_one_line(str(error.get('Message')))}")
    return int(end["StatusCode"])


def create(
    client: APIClient, wanted: Helper, shell: Sequence[str], *, stdin_open: bool = False
) -> str:
    """Its id. ``shell``: what runs the command, "$@" there, and its own "$0"."""
    names = "pids_limit", "mem_limit", "cpu_period", "cpu_quota", "security_opt", "tmpfs"
    on_host = wanted.container is None
    host_config = client.create_host_config(
        network_mode="host" if on_host else f"container:{wanted.container}",
        # An engine that maps users lends its host's network to nobody whom it maps.
        userns_mode="host" if on_host else None,
        auto_remove=True,
        read_only=True,
        cap_drop=["ALL"],
        cap_add=LIMITS["cap_add"] if wanted.admin else None,
        # In place of the volume that the image would get. Not ``tmpfs``: that leaves the volume.
        mounts=[Mount(FOLDER, None, type="tmpfs", tmpfs_size="256k")],
        log_config=LogConfig(type="none"),
        **{name: LIMITS[name] for name in names},
    )
    made = client.create_container(
        wanted.image,
        list(wanted.command),
        entrypoint=["/bin/sh", "-c", *shell],
        stdin_open=stdin_open,
        name=f"{PREFIX}look-{secrets.token_hex(6)}",
        environment=dict(wanted.environment),
        labels={HELPER: wanted.container or "host"},
        user=NOBODY if on_host else "0:0",
        host_config=host_config,
    )
    return str(made["Id"])


def _asked(
    client: APIClient, id: str, what: str, params: Mapping[str, str], patience: float
) -> contextlib.closing[requests.Response]:
    """An answer that goes on as long as the container lives."""
    path = f"/containers/{id}/{what}"
    return contextlib.closing(stream.post(client, path, params, stream=True, timeout=patience))


def _apart(framed: bytes) -> tuple[bytes, bytes]:
    """What was written to stdout and to stderr, from the engine's frames."""
    written: tuple[list[bytes], list[bytes]] = ([], [])
    at = 0
    while len(framed) - at >= stream.HEADER:
        begin = at + stream.HEADER
        length = int.from_bytes(framed[at + 4 : begin], "big")
        written[framed[at] == STDERR].append(framed[begin : begin + length])
        at = begin + length
    return b"".join(written[0]), b"".join(written[1])


def remove_forgotten(client: APIClient, made: str) -> None:
    """Remove what was made long before this one and never started. By the engine's clock alone."""
    rows, own = containers.found(client, {"label": HELPER, "status": "created"})
    helpers: list[dict[str, Any]] = [row for row in rows if read.helper(row, own)]
    now = next((row["Created"] for row in helpers if row["Id"] == made), 0)
    for row in helpers:
        if row["Id"] != made and now - row["Created"] >= FORGOTTEN:
            with contextlib.suppress(APIError):
                client.remove_container(row["Id"], v=True, force=True)
