"""The real engine: docker-py's low-level client, one for each worker thread.

The SDK blocks and is not thread-safe. Its calls run on a small pool of threads of which each has
a client of its own; a log that is followed has a thread and a client to itself, a daemon, so that
it can never keep the program from ending.
"""

import asyncio
import contextlib
import functools
import io
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import requests
from docker.api.client import APIClient
from docker.errors import APIError, BuildError, DockerException, NotFound

from netc_tui.core.errors import NetcError
from netc_tui.core.model import Container, Engine, Network
from netc_tui.core.plan import TARGET_ALIAS, ContainerSpec, CreateNetwork
from netc_tui.core.ports import Port
from netc_tui.engine import read
from netc_tui.engine.api import Conflict, Gone, LogStream, Refused
from netc_tui.engine.endpoint import DEFAULT, endpoint, unreachable

T = TypeVar("T")
THREADS = 8
PATIENCE = 60
"""Seconds for one answer of the engine: starting takes long on a host that is busy."""
BUILD_PATIENCE = 600
ANY = "1.41"
"""For a client that asks nothing for which the version of the API matters."""

LIMITS: dict[str, Any] = {
    "cap_drop": ["ALL"],
    "cap_add": ["NET_ADMIN", "NET_RAW"],
    "read_only": True,
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/run": "size=256k,mode=0755"},
    "pids_limit": 32,
    "mem_limit": "32m",
    "sysctls": {"net.ipv4.ip_forward": "1"},
    "restart_policy": {"Name": "unless-stopped"},
    "log_config": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
    # Docker's name server must not ask the world for the name of a service that is down.
    "dns": ["127.0.0.1"],
    "dns_search": ["."],
}
"""What a network container may do and use: two capabilities in a network namespace of its own."""


async def connect() -> "SdkEngine":
    """The engine that DOCKER_HOST or the Docker context names.

    Raises NetcError (engine) when it is not reachable or not permitted.
    """
    arguments = endpoint()
    host = arguments.get("base_url") or DEFAULT
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="engine")

    def first() -> tuple[Engine, str]:
        # Not GET /version, nor the SDK's negotiation, which uses it: the engine asks all its
        # parts for theirs and takes ten times as long.
        with contextlib.closing(APIClient(**arguments, version=ANY, timeout=PATIENCE)) as client:
            version = str(client.get(f"{client.base_url}/_ping").headers.get("Api-Version") or ANY)
        with contextlib.closing(APIClient(**arguments, version=version)) as client:
            return read.engine(host, version, client.info()), version

    try:
        engine, version = await asyncio.get_running_loop().run_in_executor(pool, first)
    except (DockerException, requests.RequestException, OSError, ValueError) as error:
        pool.shutdown(wait=False)
        raise unreachable(error, host) from error
    return SdkEngine(engine, {**arguments, "version": version}, pool)


class SdkEngine:
    """See EngineApi, which says what each call does."""

    def __init__(self, engine: Engine, arguments: dict[str, Any], pool: ThreadPoolExecutor) -> None:
        self.engine = engine
        self._arguments = arguments
        self._pool = pool
        self._local = threading.local()
        self._clients: list[APIClient] = []

    async def containers(self) -> tuple[Container, ...]:
        rows = await self._call(lambda client: client.containers(all=True))
        return tuple(map(read.container, rows))

    async def container(self, name: str) -> Container | None:
        # A name is a regular expression to the engine's filter; the very name is ours to compare.
        rows = await self._call(lambda client: client.containers(all=True, filters={"name": name}))
        return next((one for one in map(read.container, rows) if one.name == name), None)

    async def exposed(self, name: str) -> tuple[Port, ...]:
        return read.exposed(await self._call(lambda client: client.inspect_container(name)))

    async def networks(self) -> tuple[Network, ...]:
        return tuple(map(read.network, await self._call(lambda client: client.networks())))

    async def image_exists(self, tag: str) -> bool:
        return bool(await self._call(lambda client: client.images(tag, quiet=True)))

    async def build(self, tag: str, context: bytes, base: str) -> None:
        def run(client: APIClient) -> None:
            for event in client.build(
                fileobj=io.BytesIO(context),
                custom_context=True,
                tag=tag,
                buildargs={"BASE": base},
                rm=True,
                forcerm=True,
                decode=True,
                timeout=BUILD_PATIENCE,
            ):
                if "error" in event:
                    raise Refused(str(event["error"]).strip())

        await self._call(run)

    async def import_image(self, tag: str, rootfs: bytes) -> None:
        name, _, version = tag.partition(":")
        await self._call(
            lambda client: client.import_image_from_data(rootfs, repository=name, tag=version)
        )

    async def create_network(self, wanted: CreateNetwork) -> None:
        options = {"parent": wanted.interface}
        ipam: Any = None
        if wanted.subnet is None:
            options["com.docker.network.enable_ipv4"] = "false"
        else:
            ipam = {"Driver": "default", "Config": [{"Subnet": wanted.subnet}]}
        await self._call(
            lambda client: client.create_network(
                wanted.name,
                driver="macvlan",
                options=options,
                ipam=ipam,
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
                **LIMITS,
            )
            client.create_container(
                spec.image,
                name=spec.name,
                environment=spec.environment,
                labels=spec.labels,
                host_config=host_config,
                stop_signal="SIGTERM",
            )

        await self._call(run)

    async def connect(self, container: str, network: str) -> None:
        try:
            await self._call(lambda client: client.connect_container_to_network(container, network))
        except NetcError as error:
            if "already exists in network" not in error.message:
                raise

    async def start(self, name: str) -> None:
        await self._call(lambda client: client.start(name))

    async def remove(self, name: str, grace: int) -> None:
        def run(client: APIClient) -> None:
            client.stop(name, timeout=grace)
            client.remove_container(name, v=True, force=True)

        with contextlib.suppress(Gone):
            await self._call(run)

    async def log(self, name: str, tail: int | None = None) -> tuple[bytes, ...]:
        with contextlib.suppress(Gone):
            text = await self._call(
                lambda client: client.logs(name, stdout=True, stderr=False, tail=tail or "all")
            )
            return tuple(text.splitlines())
        return ()

    def follow_log(self, name: str, since: float) -> LogStream:
        return _Follower(
            functools.partial(APIClient, **self._arguments, timeout=PATIENCE),
            name,
            since,
            asyncio.get_running_loop(),
        )

    async def execute(self, name: str, command: Sequence[str]) -> str:
        def run(client: APIClient) -> str:
            made = client.exec_create(name, list(command))["Id"]
            text = client.exec_start(made).decode(errors="replace")
            code = client.exec_inspect(made)["ExitCode"]
            if code:
                raise Refused(f"{' '.join(command)} in {name} failed ({code}): {_one_line(text)}")
            return text

        return await self._call(run)

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients:
            client.close()

    async def _call(self, run: Callable[[APIClient], T]) -> T:
        """Run a blocking call on a thread of the pool, its errors turned into ours."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._guarded, run)

    def _guarded(self, run: Callable[[APIClient], T]) -> T:
        try:
            client: APIClient | None = getattr(self._local, "client", None)
            if client is None:
                client = self._local.client = APIClient(**self._arguments, timeout=PATIENCE)
                self._clients.append(client)
            return run(client)
        except NotFound as error:
            raise Gone(_words(error)) from error
        except APIError as error:
            raise (Conflict if error.status_code in (403, 409) else Refused)(
                _words(error)
            ) from error
        except (BuildError, requests.RequestException, DockerException, OSError) as error:
            raise unreachable(error, self.engine.host) from error


def _words(error: APIError) -> str:
    return "Docker: " + _one_line(str(error.explanation or error))


def _one_line(text: str) -> str:
    return " ".join(text.split())


class _Follower:
    """A log that is followed, on a daemon thread; see LogStream."""

    def __init__(
        self,
        make: Callable[[], APIClient],
        name: str,
        since: float,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._make, self._name, self._since, self._loop = make, name, since, loop
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._stream: Any = None
        self._closed = False
        threading.Thread(target=self._run, name=f"log {name}", daemon=True).start()

    def _run(self) -> None:
        rest = b""
        try:
            with contextlib.closing(self._make()) as client:
                self._stream = client.logs(
                    self._name, stream=True, follow=True, stderr=False, since=self._since
                )
                for piece in self._stream:
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        self._put(line)
                    if self._closed:
                        break
        except (DockerException, requests.RequestException, OSError, ValueError, AttributeError):
            # Closed from the other thread, or the engine went: either way it is the end of it.
            pass
        finally:
            self._put(None)

    def _put(self, line: bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (line := await self._lines.get()) is not None:
            yield line

    def close(self) -> None:
        self._closed = True
        if self._stream is not None:
            with contextlib.suppress(Exception):
                self._stream.close()
