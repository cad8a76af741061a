"""What is asked about containers. Calls block."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests
from docker.api.client import APIClient
from docker.errors import APIError

from netc_tui.core.model import IMAGE_BASE, OWN, Container
from netc_tui.core.plan import TARGET_ALIAS, ContainerSpec
from netc_tui.core.protocol import FOLDER
from netc_tui.engine import archive, read, stream
from netc_tui.engine.api import LONGEST_FILE
from netc_tui.engine.limits import LIMITS
from netc_tui.engine.sentences import failed


def listed(client: APIClient, filters: Mapping[str, str] | None = None) -> tuple[Container, ...]:
    """All of them, running or not, that the engine's ``filters`` leave, but for helpers."""
    rows, own = found(client, filters or {})
    return tuple(read.container(row, own) for row in rows if not read.helper(row, own))


def found(
    client: APIClient, filters: Mapping[str, str]
) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """What the engine lists, and the ids of the images of netc's that lost their names, as far as
    it matters."""
    rows = client.containers(all=True, filters=dict(filters))
    nameless = any(read.nameless(row) for row in rows)
    images = client.images(filters={"label": IMAGE_BASE}) if nameless else ()
    own = frozenset(row["Id"] for row in images if OWN not in (row.get("Labels") or {}))
    return rows, own


def create(client: APIClient, spec: ContainerSpec, sysctls: Mapping[str, str]) -> None:
    """See EngineApi.create."""
    host_config = client.create_host_config(
        network_mode=spec.network,
        links={spec.link: TARGET_ALIAS} if spec.link else None,
        extra_hosts={TARGET_ALIAS: "host-gateway"} if spec.host_gateway else None,
        **{**LIMITS, "sysctls": sysctls},
    )
    made = client.create_container(
        spec.image,
        name=spec.name,
        environment=spec.environment,
        labels=spec.labels,
        host_config=host_config,
        stop_signal="SIGTERM",
    )
    try:
        # Before the first start the volume can be written to through the API alone.
        put_files(client, made["Id"], spec.files)
    except BaseException:
        with contextlib.suppress(APIError, requests.RequestException):  # what went wrong is told
            client.remove_container(made["Id"], v=True, force=True)
        raise


def put_files(client: APIClient, name: str, files: Mapping[str, str]) -> None:
    """See EngineApi.put_files."""
    client.put_archive(name, FOLDER, archive.packed(files))


def read_file(client: APIClient, name: str, path: str) -> bytes | None:
    """See EngineApi.read_file."""
    pieces, facts = client.get_archive(name, f"{FOLDER}/{path}")
    with contextlib.closing(pieces):
        too_long = int(facts.get("size") or 0) > LONGEST_FILE
        return None if too_long else archive.unpacked(pieces)


def remove(client: APIClient, name: str, grace: int) -> None:
    """See EngineApi.remove."""
    client.stop(name, timeout=grace)
    client.remove_container(name, v=True, force=True)


def log(client: APIClient, name: str, tail: int | None) -> tuple[bytes, ...]:
    """See EngineApi.log."""
    path, params = log_request(name, None, tail)
    answer = stream.fetch(client, path, params, timeout=client.timeout)
    return tuple(b"".join(stream.frames([answer.content])).splitlines())


def log_request(name: str, since: float | None, tail: int | None) -> tuple[str, dict[str, str]]:
    """Path and parameters of the request for a log."""
    params = {"stdout": "1", "tail": "all" if tail is None else str(tail)}
    if since is not None:
        params["since"] = f"{since:.6f}"
    return f"/containers/{quote(name, safe='')}/logs", params


def execute(client: APIClient, name: str, command: Sequence[str]) -> str:
    """See EngineApi.execute."""
    made = client.exec_create(name, list(command))["Id"]
    text = client.exec_start(made).decode(errors="replace")
    code = client.exec_inspect(made)["ExitCode"]
    if code:
        raise failed(" ".join(command), name, code, text)
    return text
