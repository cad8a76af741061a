"""What is asked of the manager of a Swarm. Calls block; ``SdkSwarm`` runs them on the threads of an
engine."""

import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import requests
import urllib3
from docker.api.client import APIClient

from netc_tui.core.identity import NOWHERE
from netc_tui.core.protocol import FOLDER, RULES
from netc_tui.core.swarm import SwarmConfig, SwarmNode, SwarmService, SwarmTask
from netc_tui.core.swarm_steps import CreateNodeNetwork, CreateSwarmNetwork, SwarmSpec
from netc_tui.engine import stream, swarm_read
from netc_tui.engine.api import Gone, LogStream
from netc_tui.engine.limits import LIMITS, sysctls

T = TypeVar("T")
SECOND = 1_000_000_000
"""In nanoseconds, as the API has times and parts of a processor."""
GRACE = 5 * SECOND
"""What a network container has to release its lease."""
PAUSE = SECOND
"""Between the end of a task and the start of the next; the Swarm's own is five times as long."""
RUN = 256 * 1024
"""Bytes of /run, which are in ``LIMITS`` in words."""
MEGABYTE = 1024 * 1024
ONE_BY_ONE = {"Parallelism": 1, "Order": "stop-first", "FailureAction": "pause"}
PRIVILEGES = (1, 44)
"""The version of the API from which on a service can be kept from gaining privileges."""


NODE_PATIENCE = 4.0
"""Seconds of silence after which a node that is asked for a log is given up: it must not hold one
of the few threads of an engine for long."""


class Ask(Protocol):
    """How a call is run on the threads of an engine."""

    def __call__(self, run: Callable[[APIClient], T]) -> Awaitable[T]:
        """Its answer; its errors are ours."""
        ...


class SdkSwarm:
    """See SwarmApi, which says what each call does."""

    def __init__(
        self,
        look: Ask,
        act: Ask,
        stream: Callable[[str, dict[str, str]], LogStream],
        api: tuple[int, int],
        *,
        processors: bool,
    ) -> None:
        """``look`` runs what only looks, ``act`` all else; ``stream`` follows a log by its path and
        parameters; ``processors``: can the kernel limit their time?"""
        self._look, self._act, self._stream = look, act, stream
        self._api, self._processors = api, processors

    async def services(self) -> tuple[SwarmService, ...]:
        found = await self._look(lambda client: _rows(client, "services", status="true"))
        return tuple(map(swarm_read.service, found))

    async def tasks(self, service: str = "") -> tuple[SwarmTask, ...]:
        filters = json.dumps({"service": [service]} if service else {})
        with contextlib.suppress(Gone):
            found = await self._look(lambda client: _rows(client, "tasks", filters=filters))
            return tuple(map(swarm_read.task, found))
        return ()

    async def nodes(self) -> tuple[SwarmNode, ...]:
        return tuple(map(swarm_read.node, await self._look(lambda client: _rows(client, "nodes"))))

    async def configs(self) -> tuple[SwarmConfig, ...]:
        found = await self._look(lambda client: _rows(client, "configs"))
        return tuple(map(swarm_read.config, found))

    async def log(self, task: str, tail: int) -> tuple[bytes, ...]:
        found: tuple[bytes, ...] | None = ()
        with contextlib.suppress(Gone):
            found = await self._look(lambda client: _log(client, task, tail))
        if found is None:
            raise TimeoutError
        return found

    def follow_log(self, service: str) -> LogStream:
        params = {"stdout": "1", "follow": "1", "tail": "all"}
        path = f"/services/{quote(service, safe='')}/logs"
        return self._stream(path, params)

    async def name_image(self, tag: str) -> None:
        name, _, version = tag.partition(":")
        await self._act(lambda client: client.tag(tag, NOWHERE + name, version))

    async def create_network(self, wanted: CreateNodeNetwork | CreateSwarmNetwork) -> None:
        await self._act(lambda client: _create_network(client, wanted))

    async def label_node(self, node: str, key: str, text: str | None) -> None:
        await self._act(lambda client: _label_node(client, node, key, text))

    async def create_config(self, name: str, text: str, labels: Mapping[str, str]) -> None:
        await self._act(lambda client: client.create_config(name, text.encode(), dict(labels)))

    async def remove_config(self, name: str) -> None:
        with contextlib.suppress(Gone):
            await self._act(lambda client: stream.delete(client, f"/configs/{name}"))

    async def create(self, spec: SwarmSpec) -> None:
        def run(client: APIClient) -> None:
            _post(client, "/services/create", self._body(client, spec))

        await self._act(run)

    async def update(self, spec: SwarmSpec, version: int) -> None:
        def run(client: APIClient) -> None:
            body = self._body(client, spec)
            _post(client, f"/services/{spec.name}/update", body, version=str(version))

        await self._act(run)

    async def remove(self, name: str) -> None:
        with contextlib.suppress(Gone):
            await self._act(lambda client: stream.delete(client, f"/services/{name}"))

    def _body(self, client: APIClient, spec: SwarmSpec) -> dict[str, Any]:
        """The service. Never two tasks at once: the address is one machine's."""
        return {
            "Name": spec.name,
            "Labels": spec.labels,
            "TaskTemplate": self._template(client, spec),
            "Mode": {"Replicated": {"Replicas": 1}},
            "UpdateConfig": ONE_BY_ONE,
            "RollbackConfig": ONE_BY_ONE,
            # Nobody on the overlay network asks for it, and it has no address there but its own.
            "EndpointSpec": {"Mode": "dnsrr"},
        }

    def _template(self, client: APIClient, spec: SwarmSpec) -> dict[str, Any]:
        """What each task of it is: as any network container (``limits``), in a Swarm's words."""
        limits: dict[str, Any] = {"MemoryBytes": 32 * MEGABYTE, "Pids": LIMITS["pids_limit"]}
        if self._processors:
            limits["NanoCPUs"] = LIMITS["cpu_quota"] * SECOND // LIMITS["cpu_period"]
        container: dict[str, Any] = {
            "Image": spec.image,
            "Env": [f"{name}={text}" for name, text in spec.environment.items()],
            "ReadOnly": LIMITS["read_only"],
            "StopSignal": "SIGTERM",
            "StopGracePeriod": GRACE,
            "CapabilityAdd": [f"CAP_{name}" for name in LIMITS["cap_add"]],
            "CapabilityDrop": LIMITS["cap_drop"],
            "Sysctls": sysctls(),
            "DNSConfig": {"Nameservers": LIMITS["dns"], "Search": LIMITS["dns_search"]},
            "Mounts": [
                {
                    "Type": "tmpfs",
                    "Target": "/run",
                    "TmpfsOptions": {"SizeBytes": RUN, "Mode": 0o755},
                }
            ],
            "Configs": [
                {
                    "ConfigName": spec.config,
                    "ConfigID": _inspected(client, f"/configs/{spec.config}")["ID"],
                    "File": {
                        "Name": f"{FOLDER}/{RULES}",
                        "UID": "0",
                        "GID": "0",
                        "Mode": 0o444,
                    },
                }
            ],
        }
        if self._api >= PRIVILEGES:
            container["Privileges"] = {"NoNewPrivileges": True}
        return {
            "ContainerSpec": container,
            "Resources": {"Limits": limits},
            "RestartPolicy": {"Condition": "any", "Delay": PAUSE},
            "Placement": {"Constraints": [spec.constraint]},
            "Networks": [{"Target": name} for name in spec.networks],
            "LogDriver": {
                "Name": LIMITS["log_config"]["Type"],
                "Options": LIMITS["log_config"]["Config"],
            },
        }


def _rows(client: APIClient, what: str, **params: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = stream.fetch(
        client, f"/{what}", params, timeout=client.timeout
    ).json()
    return rows


def _post(client: APIClient, path: str, body: dict[str, Any], **params: str) -> None:
    stream.post(client, path, params, json=body, timeout=client.timeout)


def _inspected(client: APIClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] = stream.fetch(client, path, {}, timeout=client.timeout).json()
    return found


def _log(client: APIClient, task: str, tail: int) -> tuple[bytes, ...] | None:
    """None: its node does not answer."""
    params = {"stdout": "1", "tail": str(tail)}
    try:
        answer = stream.fetch(client, f"/tasks/{task}/logs", params, timeout=NODE_PATIENCE)
    except requests.Timeout:
        return None
    except requests.ConnectionError as error:
        # So it is told when the engine has begun to answer.
        if error.args and isinstance(error.args[0], urllib3.exceptions.ReadTimeoutError):
            return None
        raise
    return tuple(b"".join(stream.frames([answer.content])).splitlines())


def _create_network(client: APIClient, wanted: CreateNodeNetwork | CreateSwarmNetwork) -> None:
    body: dict[str, Any] = {"Name": wanted.name, "CheckDuplicate": True}
    if isinstance(wanted, CreateNodeNetwork):
        body |= {
            "ConfigOnly": True,
            "Labels": wanted.labels,
            "Options": {"parent": wanted.interface},
            "IPAM": {"Driver": "default", "Config": [{"Subnet": wanted.subnet}]},
        }
    else:
        body |= {
            "Driver": "macvlan",
            "Scope": "swarm",
            "Attachable": True,
            "ConfigFrom": {"Network": wanted.config_from},
        }
    _post(client, "/networks/create", body)


def _label_node(client: APIClient, node: str, key: str, text: str | None) -> None:
    known = _inspected(client, f"/nodes/{node}")
    spec = known["Spec"]
    labels = {name: said for name, said in (spec.get("Labels") or {}).items() if name != key}
    if text is not None:
        labels[key] = text
    version = str(known["Version"]["Index"])
    _post(client, f"/nodes/{node}/update", {**spec, "Labels": labels}, version=version)
