"""The real engine: docker-py's low-level client, one for each worker thread.

The SDK blocks and is not thread-safe. Its calls run on a few threads of which each has a client of
its own; so does each stream. All of them are daemons: none can keep the program from ending.
"""

import asyncio
import contextlib
import functools
import io
import json
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import requests
from docker.api.client import APIClient
from docker.errors import APIError, BuildError, DockerException
from docker.tls import TLSConfig

from netc_tui.core.model import IMAGE_BASE, OWN, Container, Ended, Engine, Image, Network
from netc_tui.core.plan import TARGET_ALIAS, ContainerSpec, CreateNetwork, CreatePrivateNetwork
from netc_tui.core.ports import Port
from netc_tui.core.protocol import FOLDER
from netc_tui.engine import archive, machine, read, stream
from netc_tui.engine.api import (
    LONGEST_FILE,
    AlreadyConnected,
    EventStream,
    Gone,
    LogStream,
    NotConnected,
    Refused,
)
from netc_tui.engine.endpoint import Endpoint
from netc_tui.engine.sentences import failed, on_one_line, refused
from netc_tui.engine.stream import Stream
from netc_tui.engine.unreachable import unreachable
from netc_tui.engine.workers import Workers

T = TypeVar("T")
THREADS = 8
PATIENCE = 60
"""Seconds for one answer of the engine: starting takes long on a host that is busy."""
BUILD_PATIENCE = 600
BUILD_LINES = 12
"""Of what a build printed, so many last lines are told when it fails."""
PING_PATIENCE = 5
LOOK_PATIENCE = 3
"""Seconds after which an engine that does not answer is asked whether it is still there."""
ANY = "1.41"
"""For a client that asks nothing for which the version of the API matters."""

LIMITS: dict[str, Any] = {
    "cap_drop": ["ALL"],
    "cap_add": ["NET_ADMIN", "NET_RAW"],
    "read_only": True,
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/run": "size=256k,mode=0755"},
    "pids_limit": 64,
    "mem_limit": "32m",
    # Half a processor. Not nano_cpus, which an engine refuses where the kernel cannot do it.
    "cpu_period": 100_000,
    "cpu_quota": 50_000,
    "sysctls": {
        "net.ipv4.ip_forward": "1",
        # A source that is routed to another link than it came in from is false (RFC 3704 2.2).
        "net.ipv4.conf.all.rp_filter": "1",
        "net.ipv4.conf.default.rp_filter": "1",
    },
    # Not `unless-stopped`: what runs on while dockerd is killed counts as stopped by hand at its
    # next start.
    "restart_policy": {"Name": "always"},
    "log_config": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
    # Docker's name server must not ask the world for the name of a service that is down.
    "dns": ["127.0.0.1"],
    "dns_search": ["."],
}
"""What a network container may do and use: two capabilities in a network namespace of its own."""
TIMEOUTS = {
    "net.netfilter.nf_conntrack_tcp_timeout_syn_sent": "5",
    "net.netfilter.nf_conntrack_tcp_timeout_syn_recv": "5",
    "net.netfilter.nf_conntrack_tcp_timeout_time_wait": "30",
}
"""Seconds that half a connection, and one that has ended, keeps its port of the masquerade.

There are 64,512 of them for each port of the service. A client whose SYN-ACK was lost has it again
after 1 and 3 s; should those get lost too, its own next SYN begins anew.
"""
TRACKING = Path("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_syn_recv")
LAN_LINK = {
    "com.docker.network.endpoint.sysctls": ",".join(
        f"net.ipv4.conf.IFNAME.{name}=1" for name in ("arp_ignore", "rp_filter")
    )
}
"""Driver options of the link to the LAN: it answers ARP for addresses of its own only, not for the
one on the service's network. (There the LAN address is to be answered for: ``netc route add``.)"""
LINK_SYSCTLS = (1, 46)
"""The version of the API from which on a sysctl can be for one link."""


async def connect(endpoint: Endpoint) -> "SdkEngine":
    """The engine at an endpoint.

    Raises NetcError (engine) when it is not reachable or not permitted.
    """
    workers = Workers(THREADS, "engine")

    def first() -> Engine:
        # Not GET /version, nor the SDK's negotiation, which uses it: the engine asks all its
        # parts for theirs and takes ten times as long.
        with contextlib.closing(_client(endpoint, ANY)) as client:
            answer = client.get(f"{client.base_url}/_ping", timeout=PING_PATIENCE)
            version = str(answer.headers.get("Api-Version") or ANY)
        with contextlib.closing(_client(endpoint, version)) as client:
            info = client.info()
        local = bool(endpoint.local)
        if endpoint.local is None and endpoint.socket is not None:
            local = machine.here(endpoint.socket, info)
        return read.engine(endpoint.url, version, info, local=local)

    try:
        engine = await workers.run(first)
    except (DockerException, requests.RequestException, OSError, ValueError) as error:
        workers.close()
        raise unreachable(error, endpoint) from error
    except BaseException:
        workers.close()
        raise
    return SdkEngine(engine, endpoint, workers)


class SdkEngine:
    """See EngineApi, which says what each call does."""

    def __init__(self, engine: Engine, endpoint: Endpoint, workers: Workers) -> None:
        self.engine = engine
        self._endpoint = endpoint
        self._workers = workers
        self._pinger = Workers(1, "ping")  # the others may all wait for an engine that hangs
        self._local = threading.local()
        self._clients: list[APIClient] = []
        self._streams: weakref.WeakSet[Stream[Any]] = weakref.WeakSet()

    async def containers(self) -> tuple[Container, ...]:
        return await self._look(lambda client: _containers(client))

    async def container(self, name: str) -> Container | None:
        # A name is a regular expression to the engine's filter; the very name is ours to compare.
        found = await self._look(lambda client: _containers(client, {"name": name}))
        return next((one for one in found if one.name == name), None)

    async def exposed(self, name: str) -> tuple[Port, ...]:
        return read.exposed(await self._look(lambda client: client.inspect_container(name)))

    async def ended(self, name: str) -> Ended:
        return read.ended(await self._look(lambda client: client.inspect_container(name)))

    async def networks(self) -> tuple[Network, ...]:
        return tuple(map(read.network, await self._look(lambda client: client.networks())))

    async def image(self, tag: str) -> Image | None:
        with contextlib.suppress(Gone):
            return read.image(await self._look(lambda client: _json(client, f"/images/{tag}/json")))
        return None

    async def build(
        self, tag: str, context: bytes, base: str, labels: Mapping[str, str], *, pull: bool = False
    ) -> None:
        def run(client: APIClient) -> None:
            printed: deque[str] = deque(maxlen=BUILD_LINES)
            for event in client.build(
                fileobj=io.BytesIO(context),
                custom_context=True,
                tag=tag,
                buildargs={"BASE": base},
                labels=dict(labels),
                pull=pull,
                rm=True,
                forcerm=True,
                decode=True,
                timeout=BUILD_PATIENCE,
            ):
                printed += filter(None, map(str.rstrip, str(event.get("stream", "")).splitlines()))
                if "error" in event:
                    raise Refused(on_one_line(str(event["error"])), details=printed)

        await self._call(run)

    async def import_image(self, tag: str, rootfs: bytes, labels: Mapping[str, str]) -> None:
        name, _, version = tag.partition(":")
        changes = [f"LABEL {json.dumps(key)}={json.dumps(text)}" for key, text in labels.items()]
        await self._call(
            lambda client: client.import_image_from_data(rootfs, name, version, changes)
        )

    async def tidy_images(self) -> None:
        def run(client: APIClient) -> None:
            nameless = {"dangling": True, "label": IMAGE_BASE}
            for row in client.images(filters=nameless):
                # In use, or gone by now.
                with contextlib.suppress(APIError):
                    client.remove_image(row["Id"])

        await self._call(run)

    async def create_network(self, wanted: CreateNetwork | CreatePrivateNetwork) -> None:
        private = isinstance(wanted, CreatePrivateNetwork)
        options: dict[str, str] = {}
        pool: dict[str, str] = {}
        ipam: Any = None
        if isinstance(wanted, CreatePrivateNetwork):
            pool = {"Subnet": wanted.subnet, "Gateway": wanted.gateway}
        else:
            options = {"parent": wanted.interface}
            if wanted.subnet is None:
                options["com.docker.network.enable_ipv4"] = "false"
            else:
                pool = {"Subnet": wanted.subnet}
        if pool:
            ipam = {"Driver": "default", "Config": [pool]}
        await self._call(
            lambda client: client.create_network(
                wanted.name,
                driver="bridge" if private else "macvlan",
                options=options,
                ipam=ipam,
                internal=private,
                check_duplicate=True,
                labels=wanted.labels,
            )
        )

    async def remove_network(self, name: str) -> None:
        with contextlib.suppress(Gone):
            await self._call(lambda client: client.remove_network(name))

    async def create(self, spec: ContainerSpec) -> None:
        def run(client: APIClient) -> None:
            host_config = client.create_host_config(
                network_mode=spec.network,
                links={spec.link: TARGET_ALIAS} if spec.link else None,
                extra_hosts={TARGET_ALIAS: "host-gateway"} if spec.host_gateway else None,
                **{**LIMITS, "sysctls": LIMITS["sysctls"] | self._timeouts()},
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
                client.put_archive(made["Id"], FOLDER, archive.packed(spec.files))
            except BaseException:
                client.remove_container(made["Id"], v=True, force=True)
                raise

        await self._call(run)

    async def put_files(self, name: str, files: Mapping[str, str]) -> None:
        await self._call(lambda client: client.put_archive(name, FOLDER, archive.packed(files)))

    async def read_file(self, name: str, path: str) -> bytes | None:
        def run(client: APIClient) -> bytes | None:
            pieces, facts = client.get_archive(name, f"{FOLDER}/{path}")
            with contextlib.closing(pieces):
                too_long = int(facts.get("size") or 0) > LONGEST_FILE
                return None if too_long else archive.unpacked(pieces)

        with contextlib.suppress(Gone):
            return await self._call(run)
        return None

    def _timeouts(self) -> dict[str, str]:
        """TIMEOUTS as far as there are such; Docker starts no container that sets others."""
        # They come with the kernel's first rule about connections, which is an engine's own unless
        # it runs with --iptables=false.
        return {} if self.engine.local and not TRACKING.exists() else TIMEOUTS

    async def connect(self, container: str, network: str, *, lan: bool = False) -> None:
        options = LAN_LINK if lan and self.engine.api >= LINK_SYSCTLS else None
        with contextlib.suppress(AlreadyConnected):
            await self._call(
                lambda client: client.connect_container_to_network(
                    container, network, driver_opt=options
                )
            )

    async def disconnect(self, container: str, network: str) -> None:
        def run(client: APIClient) -> None:
            client.disconnect_container_from_network(container, network)

        with contextlib.suppress(Gone, NotConnected):
            await self._call(run)

    async def start(self, name: str) -> None:
        await self._call(lambda client: client.start(name))

    async def remove(self, name: str, grace: int) -> None:
        def run(client: APIClient) -> None:
            client.stop(name, timeout=grace)
            client.remove_container(name, v=True, force=True)

        with contextlib.suppress(Gone):
            await self._call(run)

    async def restart(self, name: str, grace: int) -> None:
        await self._call(lambda client: client.restart(name, timeout=grace))

    async def log(self, name: str, tail: int | None = None) -> tuple[bytes, ...]:
        def run(client: APIClient) -> bytes:
            return stream.fetch(client, *_log(name, None, tail), timeout=PATIENCE).content

        with contextlib.suppress(Gone):
            return tuple(b"".join(stream.frames([await self._call(run)])).splitlines())
        return ()

    def follow_log(
        self, name: str, since: float | None = None, tail: int | None = None
    ) -> LogStream:
        path, params = _log(name, since, tail)
        return self._stream(path, {**params, "follow": "1"}, stream.log_lines)

    def events(self) -> EventStream:
        actions = {action for known in read.ACTIONS.values() for action in known}
        filters = {"type": list(read.ACTIONS), "event": sorted(actions)}
        # The engine answers a moment before it listens: `since` closes that gap.
        params = {"filters": json.dumps(filters), "since": f"{time.time():.6f}"}
        return self._stream("/events", params, stream.changes)

    async def ping(self) -> None:
        def run(client: APIClient) -> None:
            client.get(f"{client.base_url}/_ping", timeout=PING_PATIENCE).raise_for_status()

        await self._call(run, self._pinger)

    async def execute(self, name: str, command: Sequence[str]) -> str:
        def run(client: APIClient) -> str:
            made = client.exec_create(name, list(command))["Id"]
            text = client.exec_start(made).decode(errors="replace")
            code = client.exec_inspect(made)["ExitCode"]
            if code:
                raise failed(" ".join(command), name, code, text)
            return text

        return await self._call(run)

    async def close(self) -> None:
        for one in list(self._streams):
            one.close()
        self._workers.close()
        self._pinger.close()
        for client in self._clients:
            client.close()

    def _stream(
        self,
        path: str,
        params: dict[str, str],
        parts: Callable[[Iterable[bytes]], Iterator[list[T]]],
    ) -> Stream[T]:
        made = Stream(self._client, path, params, parts, PATIENCE)
        self._streams.add(made)
        return made

    def _client(self) -> APIClient:
        return _client(self._endpoint, ".".join(map(str, self.engine.api)))

    async def _call(self, run: Callable[[APIClient], T], workers: Workers | None = None) -> T:
        """Run a blocking call on a thread, its errors turned into ours."""
        return await (workers or self._workers).run(functools.partial(self._guarded, run))

    async def _look(self, run: Callable[[APIClient], T]) -> T:
        """The same for a call that only looks. It may take long on an engine that is busy; one that
        hangs is noticed by a ping."""
        task = asyncio.create_task(self._call(run), name="look")
        try:
            while not (await asyncio.wait((task,), timeout=LOOK_PATIENCE))[0]:
                await self.ping()
        finally:
            task.cancel()
        return task.result()

    def _guarded(self, run: Callable[[APIClient], T]) -> T:
        try:
            client: APIClient | None = getattr(self._local, "client", None)
            if client is None:
                client = self._local.client = self._client()
                self._clients.append(client)
            return run(client)
        except APIError as error:
            raise refused(str(error.explanation or error), error.status_code) from error
        except (BuildError, requests.RequestException, DockerException, OSError) as error:
            raise unreachable(error, self._endpoint) from error


def _client(endpoint: Endpoint, version: str) -> APIClient:
    """A client of the SDK that speaks this version of the API."""
    tls: TLSConfig | bool = False
    if (files := endpoint.certificates) is not None:
        own = (files.certificate, files.key)
        tls = TLSConfig(client_cert=own, ca_cert=files.authority, verify=files.verify)
    client = APIClient(endpoint.url, version, timeout=PATIENCE, tls=tls)
    # No proxy leads to a socket, nor is one asked for to a host that is reached by TLS or SSH; and
    # REQUESTS_CA_BUNDLE in the environment would go before the certificates of the engine.
    plain = endpoint.url.startswith(("tcp://", "http://"))
    client.trust_env = plain and not tls
    return client


def _log(name: str, since: float | None, tail: int | None) -> tuple[str, dict[str, str]]:
    """Path and parameters of the request for a log."""
    params = {"stdout": "1", "tail": "all" if tail is None else str(tail)}
    if since is not None:
        params["since"] = f"{since:.6f}"
    return f"/containers/{quote(name, safe='')}/logs", params


def _containers(
    client: APIClient, filters: Mapping[str, str] | None = None
) -> tuple[Container, ...]:
    rows = client.containers(all=True, filters=dict(filters or {}))
    nameless = any(read.nameless(row) for row in rows)
    images = client.images(filters={"label": IMAGE_BASE}) if nameless else ()
    own = frozenset(row["Id"] for row in images if OWN not in (row.get("Labels") or {}))
    return tuple(read.container(row, own) for row in rows)


def _json(client: APIClient, path: str) -> Any:
    return stream.fetch(client, path, {}, timeout=PATIENCE).json()
