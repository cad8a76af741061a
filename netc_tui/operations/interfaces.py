"""The interfaces of an engine's host, and whether one can carry a LAN network.

This machine's are asked of its kernel. Those of another are told by a helper of netc's image on its
network, which takes half a second: who plans looks once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from netc_tui import sidecar
from netc_tui.core import links as core
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.links import Link
from netc_tui.core.model import Engine, Interface, Network
from netc_tui.core.ownership import owned
from netc_tui.engine import EngineApi, NoImage
from netc_tui.host import interfaces as host

ReadLinks = Callable[[], tuple[Link, ...]]
"""How the links of the engine's host are had; it may block."""


def require_host(engine: Engine) -> None:
    """Raise NetcError (interface) unless the engine has the interfaces of a host on the LAN."""
    if engine.desktop:
        raise NetcError(
            "Docker Desktop runs its engine in a virtual machine, away from the LAN; use Docker"
            " Engine on a Linux host",
            Exit.INTERFACE,
        )
    if engine.rootless:
        raise NetcError(
            f"{'this' if engine.local else 'that'} Docker engine runs rootless, without the host's"
            " interfaces: macvlan cannot work; use the system's engine",
            Exit.INTERFACE,
        )


def require_local(engine: Engine, what: str) -> None:
    """Raise NetcError (interface) unless the engine's host is this machine, which ``what`` is a
    thing of."""
    require_host(engine)
    if not engine.local:
        raise NetcError(
            f"{what}, and the engine at {engine.host} is a remote one"
            f" ({engine.name or 'unnamed'}); run netc there",
            Exit.INTERFACE,
        )


def place(engine: Engine) -> str:
    """Where its interfaces are, in words."""
    return "this machine" if engine.local else engine.name or engine.host


async def links(engine: EngineApi) -> tuple[Link, ...]:
    """All links of the engine's host. Raises NetcError (interface) where they cannot be seen:
    NoImage when there is nothing to look with."""
    require_host(engine.engine)
    if engine.engine.local:
        return await asyncio.to_thread(host.links)
    image = await image_there(engine)
    command = await asyncio.to_thread(sidecar.interfaces, "once")
    try:
        printed = await engine.on_host(image, command)
    except NetcError as error:
        if error.code is Exit.ENGINE:
            raise
        raise unseen(engine.engine, error) from error
    return core.parse(printed)


async def looked_at(engine: EngineApi, build: Callable[[], Awaitable[None]]) -> ReadLinks:
    """The links of another machine, looked at once for all plans. It is done with netc's image,
    which ``build`` makes where it is not there: nobody could tell otherwise whether what is made
    for an interface can work. Raises NetcError."""
    try:
        found = await links(engine)
    except NoImage:
        await build()
        found = await links(engine)
    return lambda: found


def unseen(engine: Engine, error: NetcError) -> NetcError:
    """The error for a host whose interfaces a helper could not tell."""
    why = f"the interfaces of {place(engine)} cannot be seen: {error.message}"
    return NetcError(why, Exit.INTERFACE)


async def image_there(engine: EngineApi) -> str:
    """An image on the engine to look with: netc's, or what a network container of another netc
    runs. Raises NoImage."""
    wanted = sidecar.image()
    if await engine.image(wanted) is not None:
        return wanted
    others = [own.container.image for own in owned(await engine.containers())]
    if others:
        return others[0]
    raise NoImage(
        f"the interfaces of {place(engine.engine)} are not known before netc's image is there:"
        " netc image build",
        Exit.INTERFACE,
    )


async def interfaces(engine: EngineApi) -> tuple[Interface, ...]:
    """All interfaces of the host, fit ones first. Raises NetcError."""
    found, networks = await asyncio.gather(links(engine), engine.networks())
    return judged(found, networks)


def judged(links: Sequence[Link], networks: Sequence[Network]) -> tuple[Interface, ...]:
    """Links that were read as interfaces that are fit or not, given Docker's networks."""
    return core.interfaces(links, *_docker_facts(networks))


class Here:
    """This machine's interfaces, as far as a plan goes by them. It is asked for what is needed."""

    unknown = ""

    def __init__(self, read: ReadLinks | None = None) -> None:
        self._read = read

    def check_known(self, name: str) -> None:
        """Raise NetcError (interface), offering the nearest, when there is none of that name."""
        host.check_known(name)

    async def check(self, name: str, networks: Sequence[Network]) -> tuple[str, ...]:
        """The host's own addresses on an interface, ADDRESS/PREFIX, as far as they are known.
        Raises NetcError (interface) when it is unknown or unfit."""
        self.check_known(name)
        read = self._read or (lambda: host.links(name))
        return _addresses(name, await asyncio.to_thread(read), networks)

    async def address(self, name: str) -> str | None:
        """The first IPv4 address of an interface."""
        return await asyncio.to_thread(host.address, name)


class There(msgspec.Struct, frozen=True):
    """The same of another machine, as they were seen once."""

    place: str
    links: tuple[Link, ...] = ()
    unknown: str = ""
    """Why they are not known: then none is refused."""

    def check_known(self, name: str) -> None:
        """See Here."""
        if not self.unknown:
            core.check_known(name, [link.name for link in self.links], f"on {self.place}")

    async def check(self, name: str, networks: Sequence[Network]) -> tuple[str, ...]:
        """See Here."""
        self.check_known(name)
        return _addresses(name, self.links, networks)

    async def address(self, name: str) -> str | None:
        """See Here."""
        own = (link.addresses for link in self.links if link.name == name and link.addresses)
        return next((addresses[0].partition("/")[0] for addresses in own), None)


async def seen(engine: EngineApi, read: ReadLinks | None = None) -> Here | There:
    """The interfaces of the engine's host. ``read``: where its links are known already.

    Raises NetcError; where netc's image is not there yet, they are ``unknown``.
    """
    require_host(engine.engine)
    if engine.engine.local:
        return Here(read)
    where = place(engine.engine)
    try:
        return There(where, read() if read is not None else await links(engine))
    except NoImage as error:
        return There(where, unknown=error.message)


async def check(engine: EngineApi, name: str) -> None:
    """Raise NetcError (interface) when an interface is unknown or unfit now."""
    await (await seen(engine)).check(name, ())


def _addresses(name: str, links: Sequence[Link], networks: Sequence[Network]) -> tuple[str, ...]:
    for link in links:
        if link.name == name:
            if reason := core.unfit(link, *_docker_facts(networks)):
                raise NetcError(f"interface {name} is unfit: {reason}", Exit.INTERFACE)
            return link.addresses
    return ()


def _docker_facts(networks: Sequence[Network]) -> tuple[frozenset[str], dict[str, str]]:
    bridges = frozenset(network.bridge for network in networks if network.bridge)
    ipvlan = {
        network.parent: network.name
        for network in networks
        if network.driver == "ipvlan" and network.parent
    }
    return bridges, ipvlan
