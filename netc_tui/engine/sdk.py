"""The real engine: docker-py's low-level client, one for each worker thread.

The SDK blocks and is not thread-safe. Its calls run on a few threads of which each has a client of
its own; so does each stream. All of them are daemons: none can keep the program from ending. What
takes more than a line to ask is in ``containers``, ``images`` and ``networks``.
"""

import asyncio
import contextlib
import functools
import json
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import requests
from docker.api.client import APIClient
from docker.errors import APIError, BuildError, DockerException
from docker.tls import TLSConfig
from docker.transport import UnixHTTPAdapter

from netc_tui.core.errors import NetcError
from netc_tui.core.model import Container, Ended, Engine, Image, Made, Memo, Network, Remembered
from netc_tui.core.plan import ContainerSpec, CreateNetwork, CreatePrivateNetwork
from netc_tui.core.ports import Port
from netc_tui.engine import (
    beside,
    containers,
    images,
    limits,
    machine,
    memos,
    networks,
    pulse,
    read,
    stream,
    swarm_read,
)
from netc_tui.engine.api import (
    AlreadyConnected,
    EventStream,
    Gone,
    LogStream,
    NotConnected,
    Untracked,
)
from netc_tui.engine.endpoint import UNIX, Endpoint
from netc_tui.engine.sentences import refused
from netc_tui.engine.staying import Staying
from netc_tui.engine.stream import Stream
from netc_tui.engine.swarm import SdkSwarm
from netc_tui.engine.unreachable import unreachable
from netc_tui.engine.workers import Workers

if TYPE_CHECKING:
    from netc_tui.engine.tunnel import Tunnel

T = TypeVar("T")
THREADS = 8
HELPERS = 8
"""Containers beside others that are looked into at a time."""
PATIENCE = 60
"""Seconds for one answer of the engine: starting takes long on a host that is busy."""
PING_PATIENCE = 5
LOOK_PATIENCE = 3
"""Seconds after which an engine that does not answer is asked whether it is still there."""
ANY = "1.41"
"""For a client that asks nothing for which the version of the API matters."""


async def connect(endpoint: Endpoint, tunnel: "Tunnel | None" = None) -> "SdkEngine":
    """The engine at an endpoint, behind the ``tunnel`` that leads there.

    Raises NetcError (engine) when it is not reachable or not permitted.
    """
    if tunnel is not None:
        await tunnel.ready()
    reached = _through(tunnel, endpoint)
    workers = Workers(THREADS, "engine")

    def first() -> Engine:
        # Not GET /version, nor the SDK's negotiation, which uses it: the engine asks all its
        # parts for theirs and takes ten times as long.
        with contextlib.closing(_client(reached, ANY)) as client:
            answer = client.get(f"{client.base_url}/_ping", timeout=PING_PATIENCE)
            version = str(answer.headers.get("Api-Version") or ANY)
        with contextlib.closing(_client(reached, version)) as client:
            info = client.info()
        local = bool(endpoint.local)
        if endpoint.local is None and endpoint.socket is not None:
            local = machine.here(endpoint.socket, info)
        found = read.engine(endpoint.url, version, info, local=local)
        return msgspec.structs.replace(found, client=endpoint.client)

    try:
        try:
            engine = await workers.run(first)
        except (DockerException, requests.RequestException, OSError, ValueError) as error:
            if tunnel is None or isinstance(error, requests.Timeout):
                raise unreachable(error, endpoint) from error
            raise await workers.run(tunnel.nobody) from error
    except BaseException:
        workers.close()
        raise
    return SdkEngine(engine, endpoint, workers, tunnel)


class SdkEngine:
    """See EngineApi, which says what each call does."""

    def __init__(
        self, engine: Engine, endpoint: Endpoint, workers: Workers, tunnel: "Tunnel | None" = None
    ) -> None:
        self.engine = engine
        self.swarm = SdkSwarm(
            *(self._look, self._call, self._followed, engine.api),
            processors=engine.limits_processors,
        )
        self._endpoint = endpoint
        self._workers = workers
        self._tunnel = tunnel
        self._pinger = Workers(1, "ping")  # the others may all wait for an engine that hangs
        self._helpers = Workers(HELPERS, "beside")  # a command may take seconds
        self._local = threading.local()
        self._clients: list[APIClient] = []
        self._tracked = True
        """Has no start failed since the kernel over there tracks no connections?"""
        self._streams: weakref.WeakSet[Stream[Any]] = weakref.WeakSet()

    async def refresh(self) -> None:
        info = await self._look(lambda client: client.info())
        self.engine = msgspec.structs.replace(self.engine, swarm=swarm_read.membership(info))

    async def containers(self) -> tuple[Container, ...]:
        return await self._look(containers.listed)

    async def container(self, name: str) -> Container | None:
        # A name is a regular expression to the engine's filter; the very name is ours to compare.
        found = await self._look(lambda client: containers.listed(client, {"name": name}))
        return next((container for container in found if container.name == name), None)

    async def exposed(self, name: str) -> tuple[Port, ...]:
        return read.exposed(await self._look(lambda client: client.inspect_container(name)))

    async def ended(self, name: str) -> Ended:
        return read.ended(await self._look(lambda client: client.inspect_container(name)))

    async def made(self, name: str) -> Made:
        return read.made(await self._look(lambda client: client.inspect_container(name)))

    async def networks(self) -> tuple[Network, ...]:
        return tuple(map(read.network, await self._look(lambda client: client.networks())))

    async def image(self, tag: str) -> Image | None:
        with contextlib.suppress(Gone):
            return await self._look(lambda client: images.image(client, tag))
        return None

    async def build(
        self, tag: str, context: bytes, base: str, labels: Mapping[str, str], *, pull: bool = False
    ) -> None:
        await self._call(lambda client: images.build(client, tag, context, base, labels, pull))

    async def import_image(self, tag: str, rootfs: bytes, labels: Mapping[str, str]) -> None:
        await self._call(lambda client: images.import_(client, tag, rootfs, labels))

    async def tidy_images(self) -> None:
        await self._call(images.tidy)

    async def create_network(self, wanted: CreateNetwork | CreatePrivateNetwork) -> None:
        await self._call(lambda client: networks.create(client, wanted))

    async def remove_network(self, name: str) -> None:
        with contextlib.suppress(Gone):
            await self._call(lambda client: client.remove_network(name))

    async def memos(self) -> tuple[Memo, ...]:
        return await self._look(memos.listed)

    async def write_memo(self, memo: Memo) -> None:
        await self._call(lambda client: memos.write(client, memo))

    async def remove_memo(self, name: str) -> None:
        await self._call(lambda client: memos.remove(client, name))

    async def create(self, spec: ContainerSpec) -> None:
        def run(client: APIClient) -> None:
            tracked = self._tracked and limits.tracked(local=self.engine.local)
            containers.create(client, spec, limits.sysctls(tracked=tracked))

        await self._call(run)

    async def put_files(self, name: str, files: Mapping[str, str]) -> None:
        await self._call(lambda client: containers.put_files(client, name, files))

    async def read_file(self, name: str, path: str) -> bytes | None:
        with contextlib.suppress(Gone):
            return await self._call(lambda client: containers.read_file(client, name, path))
        return None

    async def connect(self, container: str, network: str, *, lan: bool = False) -> None:
        def run(client: APIClient) -> None:
            networks.connect(client, container, network, self.engine.api, lan=lan)

        with contextlib.suppress(AlreadyConnected):
            await self._call(run)

    async def disconnect(self, container: str, network: str) -> None:
        def run(client: APIClient) -> None:
            client.disconnect_container_from_network(container, network)

        with contextlib.suppress(Gone, NotConnected):
            await self._call(run)

    async def start(self, name: str) -> None:
        try:
            await self._call(lambda client: client.start(name))
        except Untracked:
            self._tracked = False
            raise

    async def remove(self, name: str, grace: int) -> None:
        with contextlib.suppress(Gone):
            await self._call(lambda client: containers.remove(client, name, grace))

    async def restart(self, name: str, grace: int) -> None:
        await self._call(lambda client: client.restart(name, timeout=grace))

    async def log(self, name: str, tail: int | None = None) -> tuple[bytes, ...]:
        with contextlib.suppress(Gone):
            return await self._call(lambda client: containers.log(client, name, tail))
        return ()

    def follow_log(
        self, name: str, since: float | None = None, tail: int | None = None
    ) -> LogStream:
        path, params = containers.log_request(name, since, tail)
        return self._followed(path, {**params, "follow": "1"})

    def events(self) -> EventStream:
        actions = {action for known in read.ACTIONS.values() for action in known}
        filters = {"type": list(read.ACTIONS), "event": sorted(actions)}
        # The engine answers a moment before it listens: `since` closes that gap.
        params = {"filters": json.dumps(filters), "since": f"{time.time():.6f}"}
        return self._stream("/events", params, stream.changes)

    async def remembered(self) -> Remembered:
        return await self._look(stream.remembered)

    async def tell(self, name: str, command: Sequence[str]) -> None:
        await self._call(lambda client: client.exec_create(name, list(command)))

    async def ping(self) -> None:
        path = _through(self._tunnel, self._endpoint).socket

        def run(client: APIClient) -> None:
            if path is not None:
                pulse.ask(path, PING_PATIENCE)
                return
            client.get(f"{client.base_url}/_ping", timeout=PING_PATIENCE).raise_for_status()

        await self._call(run, self._pinger)

    async def execute(self, name: str, command: Sequence[str]) -> str:
        return await self._call(lambda client: containers.execute(client, name, command))

    async def beside(
        self,
        container: str,
        image: str,
        command: Sequence[str],
        environment: Mapping[str, str] = {},
        *,
        admin: bool = False,
        seconds: float = 5,
    ) -> str:
        helper = beside.Helper(container, image, tuple(command), dict(environment), admin, seconds)
        return await self._call(lambda client: beside.run(client, helper), self._helpers)

    async def on_host(self, image: str, command: Sequence[str], *, seconds: float = 10) -> str:
        helper = beside.Helper(None, image, tuple(command), {}, False, seconds)
        return await self._call(lambda client: beside.run(client, helper), self._helpers)

    def staying(self, image: str, command: Sequence[str]) -> LogStream:
        helper = beside.Helper(None, image, tuple(command), {}, False, 0)
        made = Staying(self._client, helper, PATIENCE)
        self._streams.add(made)
        return made

    async def close(self) -> None:
        for followed in list(self._streams):
            followed.close()
        self._workers.close()
        self._pinger.close()
        self._helpers.close()
        for client in self._clients:
            client.close()
        if self._tunnel is not None:
            self._tunnel.close()

    def _followed(self, path: str, params: dict[str, str]) -> LogStream:
        return self._stream(path, params, stream.log_lines)

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
        reached = _through(self._tunnel, self._endpoint)
        return _client(reached, ".".join(map(str, self.engine.api)))

    def _away(self, error: BaseException) -> NetcError:
        over = self._tunnel.over() if self._tunnel is not None else None
        return over or unreachable(error, self._endpoint, in_use=True)

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
            raise self._away(error) from error


def _through(tunnel: "Tunnel | None", endpoint: Endpoint) -> Endpoint:
    """Where the SDK asks: it would open an ssh of its own for each connection."""
    if tunnel is None:
        return endpoint
    return msgspec.structs.replace(endpoint, url=f"{UNIX}{tunnel.socket}")


def _client(endpoint: Endpoint, version: str) -> APIClient:
    """A client of the SDK that speaks this version of the API."""
    tls: TLSConfig | bool = False
    if (files := endpoint.certificates) is not None:
        own = (files.certificate, files.key)
        tls = TLSConfig(client_cert=own, ca_cert=files.authority, verify=files.verify)
    client = APIClient(endpoint.url, version, timeout=PATIENCE, tls=tls)
    if (path := endpoint.socket) is not None:
        client.mount("http+docker://", _Socket(f"http+unix://{path}", PATIENCE))
    # No proxy leads to a socket, nor is one asked for to a host that is reached by TLS or SSH; and
    # REQUESTS_CA_BUNDLE in the environment would go before the certificates of the engine.
    plain = endpoint.url.startswith(("tcp://", "http://"))
    client.trust_env = plain and not tls
    return client


class _Socket(UnixHTTPAdapter):
    """An engine's socket, whatever is asked there. The SDK's own keeps a connection open for each
    of the last 25 URLs: 200 of them with eight threads, at both ends."""

    def get_connection(self, url: str | bytes, proxies: Any = None) -> Any:
        return super().get_connection("http+docker://localhost", proxies)
