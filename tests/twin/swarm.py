"""A Swarm in memory, of which an in-memory engine is a manager.

It keeps to what SwarmApi promises. A task of a network container runs at once, on the first node
that its constraint allows, and speaks as ``said`` has it.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from netc_tui.core.identity import NOWHERE
from netc_tui.core.model import Change, Image, Network
from netc_tui.core.swarm import (
    Membership,
    Replicas,
    SwarmConfig,
    SwarmNode,
    SwarmService,
    SwarmTask,
)
from netc_tui.core.swarm_steps import CreateNodeNetwork, CreateSwarmNetwork, SwarmSpec
from netc_tui.engine.api import Conflict, Gone, Refused
from tests.twin.streams import FakeStream

CLUSTER = "c1uster"


def member(manager: bool = True, managers: int = 3) -> Membership:
    """The first node of a Swarm."""
    return Membership("n1", manager, CLUSTER if manager else "", managers if manager else 0)


def event(name: str, **facts: Any) -> bytes:
    """What a network container says."""
    now = datetime.now(UTC)
    told = {"event": name, "time": now.isoformat(), "ip": None, "n": 1} | facts
    return json.dumps(told).encode()


BOUND = {"ip": "10.77.0.50", "prefix": 24, "server": "10.77.0.1", "target": "10.0.1.3",
         "health": "healthy"}  # fmt: skip


class FakeSwarm:
    """See SwarmApi."""

    def __init__(
        self,
        enter: Callable[..., Any],
        nets: dict[str, Network],
        images: dict[str, Image],
        tell: Callable[[Change], None],
        manages: Callable[[], bool],
    ) -> None:
        self._begin, self._nets, self._images = enter, nets, images
        self._tell, self._manages = tell, manages
        self.known: dict[str, SwarmService] = {}
        self.specs: dict[str, SwarmSpec] = {}
        self.ran: list[SwarmTask] = []
        self.there = {f"n{n}": SwarmNode(f"n{n}", f"host{n}", manager=n < 4) for n in range(1, 4)}
        self.files: dict[str, tuple[SwarmConfig, str]] = {}
        self.said: list[bytes] = [event("start"), event("bound", **BOUND)]
        """What each task of a network container says."""
        self.followed: FakeStream[bytes] = FakeStream()
        """The log that was followed last."""
        self._count = 0

    async def _enter(self, *call: str) -> None:
        await self._begin(*call)
        if not self._manages():
            raise Refused("This node is not a swarm manager.")

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def spoken(self, container: str) -> tuple[bytes, ...]:
        """The log of a task's container on the engine itself."""
        there = any(task.container == container for task in self.ran)
        return tuple(self.said) if there else ()

    def run(self, name: str, *networks: str, **facts: Any) -> SwarmService:
        """A service with one replica on networks."""
        on = tuple(self._nets[network].id for network in networks)
        facts = {"image": "nginx:1", "version": 1, "replicas": Replicas("replicated", 1, 1)} | facts
        made = SwarmService(self._new("s"), name, networks=on, **facts)
        self.known[name] = made
        return made

    async def services(self) -> tuple[SwarmService, ...]:
        await self._enter("swarm.services")
        return tuple(self.known.values())

    async def tasks(self, service: str = "") -> tuple[SwarmTask, ...]:
        await self._enter("swarm.tasks", service)
        ids = {known.id for name, known in self.known.items() if service in ("", name)}
        return tuple(task for task in self.ran if task.service in ids)

    async def nodes(self) -> tuple[SwarmNode, ...]:
        await self._enter("swarm.nodes")
        return tuple(self.there.values())

    async def configs(self) -> tuple[SwarmConfig, ...]:
        await self._enter("swarm.configs")
        return tuple(config for config, _ in self.files.values())

    async def log(self, task: str, tail: int) -> tuple[bytes, ...]:
        await self._enter("swarm.log", task)
        return tuple(self.said[-tail:])

    def follow_log(self, service: str) -> FakeStream[bytes]:
        lines = self.said if service in self.known and self._manages() else ()
        self.followed = FakeStream(lines)
        if not lines:
            self.followed.end()
        return self.followed

    async def name_image(self, tag: str) -> None:
        await self._begin("swarm.name_image", tag)
        self._images[NOWHERE + tag] = self._images[tag]

    async def create_network(self, wanted: CreateNodeNetwork | CreateSwarmNetwork) -> None:
        call = ("swarm.create_network", wanted.name)
        await (self._begin if isinstance(wanted, CreateNodeNetwork) else self._enter)(*call)
        if wanted.name in self._nets:
            raise Conflict(f"network with name {wanted.name} already exists")
        if isinstance(wanted, CreateNodeNetwork):
            facts: dict[str, Any] = {
                "driver": "null",
                "subnets": (wanted.subnet,),
                "parent": wanted.interface,
                "config_only": True,
                "labels": wanted.labels,
            }
        elif wanted.config_from not in self._nets:
            raise Gone(f"network {wanted.config_from} not found")
        else:
            facts = {"driver": "macvlan", "config_from": wanted.config_from}
        self._nets[wanted.name] = Network(self._new("net"), wanted.name, **facts)

    async def label_node(self, node: str, key: str, text: str | None) -> None:
        await self._enter("swarm.label_node", node, key, text or "")
        had = self.there[node]
        labels = {name: said for name, said in had.labels.items() if name != key}
        if text is not None:
            labels[key] = text
        self.there[node] = msgspec.structs.replace(had, labels=labels)
        self.ran = [self._placed(task) if task.state == "pending" else task for task in self.ran]

    async def create_config(self, name: str, text: str, labels: Mapping[str, str]) -> None:
        await self._enter("swarm.create_config", name)
        if name in self.files:
            raise Conflict(f"config {name} already exists")
        self.files[name] = SwarmConfig(self._new("c"), name, dict(labels)), text

    async def remove_config(self, name: str) -> None:
        await self._enter("swarm.remove_config", name)
        if any(spec.config == name for spec in self.specs.values()):
            raise Refused(f"config {name} is in use")
        self.files.pop(name, None)

    async def create(self, spec: SwarmSpec) -> None:
        await self._enter("swarm.create", spec.name)
        if spec.name in self.known:
            raise Conflict("name conflicts with an existing object")
        self._put(spec, SwarmService(self._new("s"), spec.name, spec.image, 1))

    async def update(self, spec: SwarmSpec, version: int) -> None:
        await self._enter("swarm.update", spec.name)
        had = self.known.get(spec.name)
        if had is None:
            raise Gone(f"service {spec.name} not found")
        if had.version != version:
            raise Conflict("update out of sequence")
        self.ran = [
            msgspec.structs.replace(task, state="shutdown", desired="shutdown")
            if task.service == had.id
            else task
            for task in self.ran
        ]
        self._put(spec, msgspec.structs.replace(had, version=version + 1))

    def _put(self, spec: SwarmSpec, service: SwarmService) -> None:
        for network in spec.networks:
            if network not in self._nets:
                raise Gone(f"network {network} not found")
        if spec.config not in self.files:
            raise Gone(f"config {spec.config} not found")
        self.specs[spec.name] = spec
        self.known[spec.name] = msgspec.structs.replace(
            service,
            image=spec.image,
            networks=tuple(self._nets[network].id for network in spec.networks),
            labels=dict(spec.labels),
            replicas=Replicas("replicated", 1, 1),
        )
        task = SwarmTask(
            id=self._new("t"),
            service=service.id,
            node="",
            state="pending",
            desired="running",
            error="no suitable node (scheduling constraints not satisfied)",
            at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._count),
        )
        self.ran.append(self._placed(task))

        self._tell(Change("service", "update", service.id, spec.name))

    def _placed(self, task: SwarmTask) -> SwarmTask:
        """It, running on the first node that it may go to."""
        [spec] = (self.specs[n] for n, each in self.known.items() if each.id == task.service)
        key, _, text = spec.constraint.removeprefix("node.labels.").partition(" == ")
        at = next((n.id for n in self.there.values() if n.labels.get(key) == text), "")
        if not at:
            return task
        return msgspec.structs.replace(
            task, node=at, state="running", error="", container=self._new("box")
        )

    async def remove(self, name: str) -> None:
        await self._enter("swarm.remove", name)
        gone = self.known.pop(name, None)
        self.specs.pop(name, None)
        if gone is not None:
            self._tell(Change("service", "remove", gone.id, name))
