"""What netc asks of a Docker engine: a small Protocol, so that tests can stand in for one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from netc_tui.core.errors import NetcError
from netc_tui.core.model import (
    Change,
    Container,
    Ended,
    Engine,
    Image,
    Made,
    Memo,
    Network,
    Remembered,
)
from netc_tui.core.ports import Port

if TYPE_CHECKING:  # a program that only looks needs no plans
    from netc_tui.core.plan import ContainerSpec, CreateNetwork, CreatePrivateNetwork
    from netc_tui.engine.swarm_api import SwarmApi

LONGEST_FILE = 65536
"""Bytes that are read of a file at most; who runs in a container may write anything there."""


class Gone(NetcError):
    """The engine knows nothing of that name (any more)."""


class Barred(NetcError):
    """The host lets nobody in who comes like this. Who goes on knocking is shut out for longer
    (sshd's PerSourcePenalties, fail2ban), and with him all that come from his machine."""


class Conflict(NetcError):
    """The engine refuses because of what is there now; a new look may show a way."""


class Refused(NetcError):
    """The engine cannot do it; its message says why."""


class AlreadyConnected(Conflict):
    """The container is on that network."""


class Stuck(Conflict):
    """The container cannot be started any more: the engine was killed when it started it, and does
    not know that it did. Another one can be made in its place."""


class Untracked(Stuck):
    """The container cannot be started: the kernel of its host tracks no connections yet, and it was
    made with settings for that. One without can be made in its place, and is from now on."""


class NotConnected(Refused):
    """The container is not on that network."""


class LinkDown(Refused):
    """The container is linked to one that does not run: until it does, the engine neither starts it
    nor runs anything in it."""


class NotRunning(Refused):
    """The container does not run, so that nothing is there to look into."""


class NoImage(Refused):
    """The image is not on the engine."""


class NoScript(Refused):
    """The container has no such script: its image is another version's."""


class LogStream(Protocol):
    """What a container prints, followed. Ends when the container does, or at ``close``."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Its lines, without line ends."""
        ...

    def close(self) -> None:
        """End it, from any task; the iteration stops."""
        ...


class EventStream(Protocol):
    """What changes in an engine, as it changes. Ends when the engine goes away, or at ``close``."""

    def __aiter__(self) -> AsyncIterator[Change]:
        """The changes from the moment the stream was opened."""
        ...

    async def ready(self) -> bool:
        """Return when the stream is connected, so that a look from now on misses nothing; False
        when it ended instead."""
        ...

    def close(self) -> None:
        """End it, from any task; the iteration stops."""
        ...


class EngineApi(Protocol):
    """A Docker engine. Every call may raise NetcError with exit code ENGINE when it is away."""

    engine: Engine
    """As it was when it was connected to, or at the last ``refresh``."""

    async def refresh(self) -> None:
        """Learn anew which Swarm it is in, and what it is there: that changes while it is up."""
        ...

    @property
    def swarm(self) -> "SwarmApi":
        """It as a manager of a Swarm, if it is one."""
        ...

    async def containers(self) -> tuple[Container, ...]:
        """All containers, running or not, newest first."""
        ...

    async def container(self, name: str) -> Container | None:
        """The container of that very name."""
        ...

    async def exposed(self, name: str) -> tuple[Port, ...]:
        """What the configuration of a container exposes (its listing tells nothing of the ports
        of a container without a network of its own). Raises Gone."""
        ...

    async def ended(self, name: str) -> Ended:
        """How a container that does not run came to its end. Raises Gone."""
        ...

    async def made(self, name: str) -> Made:
        """How a network container was made, as far as netc chose it. Raises Gone."""
        ...

    async def networks(self) -> tuple[Network, ...]:
        """All networks."""
        ...

    async def image(self, tag: str) -> Image | None:
        """The image of that name."""
        ...

    async def build(
        self, tag: str, context: bytes, base: str, labels: Mapping[str, str], *, pull: bool = False
    ) -> None:
        """Build an image from a tar with a Dockerfile that takes BASE; ``pull``: with the newest
        that a registry has of that name. Raises Refused, its details the end of what was printed.
        """
        ...

    async def import_image(self, tag: str, rootfs: bytes, labels: Mapping[str, str]) -> None:
        """Make an image of a root file system."""
        ...

    async def tidy_images(self) -> None:
        """Remove what has IMAGE_BASE among its labels, but no name any more and no container."""
        ...

    async def create_network(self, wanted: "CreateNetwork | CreatePrivateNetwork") -> None:
        """Make a LAN network, or an internal bridge network. Raises Conflict when its name, parent
        or subnet is taken."""
        ...

    async def remove_network(self, name: str) -> None:
        """Remove a network; nothing when it is gone. Raises Conflict while it is in use."""
        ...

    async def memos(self) -> tuple[Memo, ...]:
        """What was written down on this engine, by name."""
        ...

    async def write_memo(self, memo: Memo) -> None:
        """Write something down, in place of what has its name. Not atomic: for a moment neither is
        there."""
        ...

    async def remove_memo(self, name: str) -> None:
        """Forget it; nothing when it is gone."""
        ...

    async def create(self, spec: "ContainerSpec") -> None:
        """Create a network container with the files in its volume. One that was cut off half-way
        stays, in the state ``created``. Raises Conflict when the name is taken."""
        ...

    async def put_files(self, name: str, files: Mapping[str, str]) -> None:
        """Write files into the volume of a network container, running or not. Raises Gone."""
        ...

    async def read_file(self, name: str, path: str) -> bytes | None:
        """A file of the volume of a network container, running or not; None when there is none,
        or it is longer than LONGEST_FILE."""
        ...

    async def connect(self, container: str, network: str, *, lan: bool = False) -> None:
        """Attach a container to a network; nothing when it is attached. Raises Gone.

        ``lan``: the link is a network container's to the LAN, and is closed as far as the engine
        can do that for one link.
        """
        ...

    async def disconnect(self, container: str, network: str) -> None:
        """Take a container off a network, running or not; nothing when it is not on it, or one of
        them is gone."""
        ...

    async def start(self, name: str) -> None:
        """Start a container; nothing when it runs. Raises Gone, Refused or LinkDown."""
        ...

    async def restart(self, name: str, grace: int) -> None:
        """Stop a container (SIGTERM, ``grace`` seconds) and start it. Raises Gone, Refused
        or LinkDown."""
        ...

    async def remove(self, name: str, grace: int) -> None:
        """Stop a container (SIGTERM, ``grace`` seconds), remove it and its volume; nothing when
        it is gone."""
        ...

    async def log(self, name: str, tail: int | None = None) -> tuple[bytes, ...]:
        """The last ``tail`` lines of a container's log, oldest first; none when it is gone."""
        ...

    def follow_log(
        self, name: str, since: float | None = None, tail: int | None = None
    ) -> LogStream:
        """A container's log from ``since`` (seconds since the epoch), of that the last ``tail``
        lines, then as it grows."""
        ...

    def events(self) -> EventStream:
        """What changes of containers and networks; not what runs inside containers."""
        ...

    async def remembered(self) -> Remembered:
        """What it remembers of network containers, those that are gone, too."""
        ...

    async def tell(self, name: str, command: Sequence[str]) -> None:
        """Have it remember a command in a container, and not run it. Raises Gone; Conflict where
        nothing can be run, since the container does not run or is paused; LinkDown."""
        ...

    async def ping(self) -> None:
        """Ask for a sign of life. Raises NetcError (engine) after 5 s without one, or at once."""
        ...

    async def execute(self, name: str, command: Sequence[str]) -> str:
        """What a command prints inside a container. Raises Gone; Refused when it fails, NoScript
        when it is a script that is not there; LinkDown."""
        ...

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
        """What a command prints on stdout in a helper: a container of ``image`` that shares the
        network namespace of another, can do nothing else, and is gone afterwards, also when this
        program is killed meanwhile. Neither listed nor told of in events.

        ``admin``: it may change that namespace and send what it likes. Works where ``execute``
        raises LinkDown. Raises Gone, NotRunning, NoImage; Refused when the command fails, NoScript
        when it is a script that is not there; NetcError when it did not end within ``seconds`` of
        its start, and was ended.
        """
        ...

    async def on_host(self, image: str, command: Sequence[str], *, seconds: float = 10) -> str:
        """The same in a helper on the network of the engine's host, where it can do nothing but
        read, as nobody."""
        ...

    def staying(self, image: str, command: Sequence[str]) -> LogStream:
        """The lines that a command prints there for as long as they are listened to. It reads an
        empty line (on stdin) every 15 s, has to answer it with one, and to end without: so neither
        is taken for alive that is not. Its helper is gone soon after ``close``, or when this
        program was killed. Iterating raises NoImage, or Refused, where it cannot be."""
        ...

    async def close(self) -> None:
        """Let go of connections and threads; streams end, calls from now on raise NetcError."""
        ...
