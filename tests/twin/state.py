"""What an in-memory engine holds, and the ways in which tests make it fail."""

import asyncio
import hashlib
import ipaddress
import itertools
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import is_image
from netc_tui.core.model import (
    HELPER,
    LABEL,
    OWN,
    Change,
    Container,
    Engine,
    Happened,
    Image,
    Memo,
    Network,
)
from netc_tui.engine.api import Gone
from netc_tui.engine.read import REMEMBERED
from netc_tui.engine.sentences import health
from tests.machine import LINKS
from tests.twin.box import Box
from tests.twin.streams import FakeStream
from tests.twin.swarm import FakeSwarm

LOCAL = Engine(
    id="A1:B2",
    host="unix:///var/run/docker.sock",
    name="docker-host",
    version="28.5.2",
    architecture="x86_64",
    api=(1, 51),
    local=True,
)
OLD = msgspec.structs.replace(LOCAL, version="20.10.24", api=(1, 41))
"""Cannot make links without addresses, and has one macvlan network for each parent."""


class State:
    """What is there, who is told of changes, and what each call goes through first."""

    def __init__(self, engine: Engine = LOCAL) -> None:
        self.engine = engine
        self.boxes: dict[str, Box] = {}
        self.nets: dict[str, Network] = {}
        self.volumes: dict[str, Memo] = {}
        """Those of no content."""
        self.images: dict[str, Image] = {}
        """By name."""
        self.nameless: dict[str, Image] = {}
        """Images whose name went to another, by id."""
        self.pulled = 0
        """How often the registry had something newer."""
        self.calls: list[tuple[str, ...]] = []
        self.before: Callable[[tuple[str, ...]], None] = lambda call: None
        """Sees each call before it does anything; may raise, or change the world."""
        self.yields: Callable[[], int] = lambda: 1
        """How often other tasks get their turn before each call."""
        self.registry = True
        """Can base images be pulled?"""
        self.becomes: Engine | None = None
        """What a refresh finds that it is; None: what it is."""
        self.links = LINKS
        """Those of its host, as a helper there tells them."""
        self._stayed: list[FakeStream[bytes]] = []
        self._away: str | None = None
        self._listeners: list[FakeStream[Change]] = []
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        """Its clock, and that in network containers."""
        self.memory: deque[tuple[datetime, Happened | None]] = deque(maxlen=REMEMBERED)
        """Its last events; None for those that are not about network containers."""
        self._count = itertools.count(1)
        for name, driver, subnets in (
            ("bridge", "bridge", ("172.17.0.0/16",)),
            ("host", "host", ()),
            ("none", "null", ()),
        ):
            bridge = "docker0" if driver == "bridge" else None
            gateways = tuple(map(first_address, subnets))
            self.nets[name] = Network(
                self._new_id(), name, driver, subnets, bridge=bridge, gateways=gateways
            )
        self.swarm = FakeSwarm(*(self._enter, self.nets, self.images, self._tell, self._manages))

    @property
    def away(self) -> str | None:
        """Why every call fails; None while the engine answers."""
        return self._away

    @away.setter
    def away(self, words: str | None) -> None:
        self._away = words
        if words is not None:
            self.cut()

    def cut(self) -> None:
        """All streams end, as when the engine is restarted."""
        for stream in self._listeners:
            stream.end()
        for stream in self._stayed:
            stream.end()
        for box in self.boxes.values():
            box.end_log()
        self._listeners.clear()
        self._stayed.clear()

    def _note(self, kind: str, action: str, about: Box | Network) -> None:
        self._keep(action, about)
        if kind == "network" and about.name == "host":
            return
        for stream in self._listeners:
            stream.tell(Change(kind, action, about.id, about.name))

    def _manages(self) -> bool:
        """Is it a manager of a Swarm?"""
        return self.engine.swarm is not None and self.engine.swarm.manager

    def _tell(self, change: Change) -> None:
        for stream in self._listeners:
            stream.tell(change)

    def _note_volume(self, action: str, name: str) -> None:
        self.memory.append((self.now(), None))
        for stream in self._listeners:
            stream.tell(Change("volume", action, name, name))

    def _forget(self, name: str) -> None:
        """A memo, if it is there."""
        if self.volumes.pop(name, None) is not None:
            self._note_volume("destroy", name)

    def _keep(self, action: str, about: Box | Network) -> None:
        """In its memory."""
        at, happened = self.now(), None
        own = OWN in about.labels and HELPER not in about.labels
        if own and isinstance(about, Box) and is_image(about.image):
            code = str(about.exit_code) if action == "die" else ""
            labels = {name: text for name, text in about.labels.items() if name.startswith(LABEL)}
            happened = Happened(at, action, about.id, labels, code)
        self.memory.append((at, happened))

    async def _enter(self, *call: str) -> None:
        self.calls.append(call)
        for _ in range(self.yields()):
            await asyncio.sleep(0)
        if self._away is not None:
            raise NetcError(self._away, Exit.ENGINE)
        self.before(call)

    def _new_id(self) -> str:
        return hashlib.sha256(str(next(self._count)).encode()).hexdigest()

    def _own_subnet(self) -> str:
        """The one that the engine takes when it is not told any."""
        number = next(self._count)
        return f"172.{18 + number // 250}.{number % 250}.0/24"

    def _find(self, key: str) -> Box | None:
        for box in self.boxes.values():
            if key in (box.name, box.id, box.id[:12]):
                return box
        return None

    def _box(self, key: str) -> Box:
        box = self._find(key)
        if box is None:
            raise Gone(f"No such container: {key}")
        return box

    def _listed(self, box: Box) -> Container:
        return Container(
            id=box.id,
            name=box.name,
            image=self._image_of(box),
            state=box.state,
            status=box.status,
            network_mode=box.mode,
            addresses={
                name: box.addresses.get(name) if box.running else None for name in box.networks
            },
            network_ids=dict(box.networks),
            ports=box.ports if box.running else (),
            labels=dict(box.labels),
            own_image=box.image_id in self.nameless,
            health=health(box.status),
        )

    def _image_of(self, box: Box) -> str:
        """As the engine lists it: by its name while that is its own, and then by its id."""
        named = self.images.get(box.image)
        moved = named is None and box.image_id in self.nameless
        return box.image_id if moved or (named and named.id != box.image_id) else box.image


def first_address(subnet: str) -> str:
    """The one that a bridge has unless somebody chooses another."""
    return str(ipaddress.ip_network(subnet)[1])


def bridge_network(id: str, name: str, subnets: tuple[str, ...], **facts: Any) -> Network:
    """A bridge network; its bridge has the engine's own name unless ``facts`` say otherwise."""
    return Network(id, name, "bridge", subnets, **{"bridge": f"br-{id[:12]}", **facts})
