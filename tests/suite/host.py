"""What a behaviour is given, and what many of them do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from netc_tui.core.identity import derive
from netc_tui.core.model import Container, Network
from netc_tui.core.plan import ContainerSpec, CreateNetwork, Wanted, World
from netc_tui.core.plan.container import container_spec
from netc_tui.core.plan.networks import lan_network
from netc_tui.core.ports import parse_all
from netc_tui.engine import EngineApi

T = TypeVar("T")
IMAGE = "netc-sidecar:suite"
"""The name under which behaviours build images; not there before, and free again after."""


class Host(Protocol):
    """A machine with an engine and nothing of netc's on it but images, and who works there.

    What is made on it has names of its own: ``web``, ``side`` and the like.
    """

    engine: EngineApi
    image: str
    """An image that network containers can run."""
    base: str
    """An image that such an image can be built on."""
    interface: str
    """Where a DHCP server answers."""
    other_interface: str

    async def run(
        self,
        name: str,
        *,
        network: str | None = None,
        mode: str | None = None,
        publish: tuple[str, ...] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """A service that exposes 80/tcp; ``network``: one of its own in place of the default
        bridge, ``mode``: none of its own, as ``docker run --network`` has it."""
        ...

    async def make(self, name: str) -> None:
        """The same, not started."""
        ...

    async def end(self, name: str, code: int) -> None:
        """A container that ran and came to its end with this exit code."""
        ...

    async def stop(self, name: str) -> None: ...

    async def kill(self, name: str) -> None:
        """SIGKILL."""
        ...

    async def start(self, name: str) -> None: ...

    async def pause(self, name: str) -> None: ...

    async def unpause(self, name: str) -> None: ...

    async def rename(self, name: str, to: str) -> None: ...

    async def remove(self, name: str) -> None: ...

    async def speak(self, name: str, line: str) -> None:
        """A service that runs writes a line to its log."""
        ...

    async def network(
        self, name: str, subnet: str | None = None, *, labels: Mapping[str, str] | None = None
    ) -> None:
        """A bridge network of that subnet, or of one that the engine chooses."""
        ...

    async def held(self) -> set[str]:
        """All containers and volumes that are there, whoever made them."""
        ...

    def away(self) -> AbstractAsyncContextManager[None]:
        """No engine, as long as it lasts; then the same one again."""
        ...


Behaviour = Callable[[Host], Awaitable[None]]


async def listed(host: Host, name: str) -> Container:
    """A container as the listing has it, which is how it is found by its name, too."""
    (found,) = (one for one in await host.engine.containers() if one.name == name)
    alone = await host.engine.container(name)
    assert alone is not None
    # The status has an age in it.
    assert (alone.id, alone.state, alone.addresses) == (found.id, found.state, found.addresses)
    return found


async def net(host: Host, name: str) -> Network:
    """A network as the listing has it."""
    (found,) = (one for one in await host.engine.networks() if one.name == name)
    return found


async def until(
    look: Callable[[], Awaitable[T]], good: Callable[[T], bool], seconds: float = 20
) -> T:
    """What is seen as soon as it is good."""
    async with asyncio.timeout(seconds):
        while True:
            if good(seen := await look()):
                return seen
            await asyncio.sleep(0.1)


async def lan(host: Host) -> Network:
    """The LAN network that netc makes; it is there then."""
    wanted, step = lan_network(await _world(host), host.interface)
    assert isinstance(step, CreateNetwork)
    await host.engine.create_network(step)
    return await net(host, wanted.name)


async def spec(host: Host, service: str, on: str = "bridge") -> ContainerSpec:
    """The network container that netc plans for a service; its LAN network is there."""
    container = await listed(host, service)
    wanted = Wanted(
        service=service,
        service_id=container.id,
        interface=host.interface,
        network=on,
        target=service,
        linked=on == "bridge",
        forwards=parse_all(["80/tcp"]),
        identity=derive(host.engine.engine.id, service, mac="", hostname=""),
        compose=None,
    )
    world = await _world(host)
    network, _ = lan_network(world, host.interface)
    return container_spec(world, wanted, network)


async def _world(host: Host) -> World:
    networks = await host.engine.networks()
    return World(host.engine.engine, networks, (), None, frozenset(), host.image, image_built=True)


async def own(host: Host, service: str = "web", on: str = "bridge") -> ContainerSpec:
    """A network container of a service, with its link to the LAN, not started; the service and
    both networks are there."""
    network = await lan(host)
    planned = await spec(host, service, on)
    await host.engine.create(planned)
    await host.engine.connect(planned.name, network.name, lan=True)
    return planned


async def bound(host: Host, service: str = "web", on: str = "bridge") -> ContainerSpec:
    """One that runs and has its lease."""
    planned = await own(host, service, on)
    await host.engine.start(planned.name)
    await said(host, planned.name, "bound")
    return planned


async def said(host: Host, name: str, event: str) -> tuple[bytes, ...]:
    """The log of a network container once that event is in it."""
    words = f'"event":"{event}"'.encode()
    return await until(
        lambda: host.engine.log(name),
        lambda lines: any(words in line.replace(b'": "', b'":"') for line in lines),
    )
