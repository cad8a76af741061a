"""An in-memory twin of a Docker engine, for tests that need no Docker.

It keeps to what EngineApi promises and to what Docker was seen to do: names are taken once, a
network in use stays, a created container has no addresses, a link needs a target that runs, and a
LAN network that was removed and made anew is another one. Network containers in it speak as the
real entry point does. Faults and rivals come in through ``before``, which sees every call, and an
engine that goes away through ``away`` and ``cut``.
"""

import asyncio
import hashlib
import ipaddress
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from netc_tui.core import protocol
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.identity import PRIVATE, lan_network_name
from netc_tui.core.model import OWN, Change, Container, Ended, Engine, Image, Network
from netc_tui.core.plan import ContainerSpec, CreateNetwork, CreatePrivateNetwork
from netc_tui.core.ports import Port
from netc_tui.core.protocol import RULES, STATE, Env
from netc_tui.core.rules import fill
from netc_tui.engine.api import Conflict, EngineApi, Gone, LinkDown, NoScript, Refused
from netc_tui.engine.sentences import health
from tests.fake_box import Box
from tests.fake_streams import FakeStream

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

UNANSWERED = 4.0
"""Seconds after which a network container says that no server answers."""
SERVER, GATEWAY = "192.168.77.1", "192.168.77.1"


class FakeEngine:
    """See EngineApi. ``run``, ``stop`` and the like are the hands of an operator."""

    def __init__(self, engine: Engine = LOCAL) -> None:
        self.engine = engine
        self.boxes: dict[str, Box] = {}
        self.nets: dict[str, Network] = {}
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
        self.dhcp: Callable[[str], bool] = lambda hostname: True
        """Does a DHCP server answer this client?"""
        self.dhcp_delay = 0.0
        """Seconds from start to lease; 0 grants it at once."""
        self.lease_seconds = 3600
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        """The clock in network containers."""
        self.mute = False
        """Are its network containers of a netc whose did not check themselves?"""
        self.boot: Callable[[], tuple[str, float]] | None = None
        """The host's boot and the seconds since, which network containers tell; None: they do not.
        """
        self.gateway_says = "ok"
        """What a probe says of the gateway: ``ok``, ``silent`` or ``none``."""
        self.answers: dict[str, str] = {}
        """What a probe says of the ports of services, ``tcp/80``: open, unless it is said here."""
        self.probe: Callable[[Sequence[str]], str] | None = None
        """What a probe prints, or raises, in place of all that."""
        self._granted: dict[str, str] = {}
        self._away: str | None = None
        self._listeners: list[FakeStream[Change]] = []
        self._count = itertools.count(1)
        for name, driver, subnets in (
            ("bridge", "bridge", ("172.17.0.0/16",)),
            ("host", "host", ()),
            ("none", "null", ()),
        ):
            self.nets[name] = Network(self._new_id(), name, driver, subnets)

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
        for box in self.boxes.values():
            box.end_log()
        self._listeners.clear()

    # --- the hands of an operator

    def run(
        self,
        name: str,
        *networks: str,
        ports: Sequence[str] = ("80/tcp",),
        mode: str | None = None,
        labels: Mapping[str, str] | None = None,
        state: str = "running",
        image: str = "nginx:1",
        health: str | None = None,
    ) -> Box:
        """A service, on the default bridge unless networks or a mode are named."""
        on = networks or (("bridge",) if mode is None else ())
        listed = tuple(Port(int(p.partition("/")[0]), p.partition("/")[2]) for p in ports)
        box = Box(
            id=self._new_id(),
            name=name,
            image=image,
            mode=mode or on[0],
            state="created",
            networks=dict.fromkeys(on, ""),
            # The listing tells no ports of a container without a network of its own.
            ports=listed if mode is None else (),
            exposed=listed,
            labels=dict(labels or {}),
            health=health,
        )
        self.boxes[name] = box
        self._note("container", "create", box)
        if state in ("running", "paused", "restarting"):
            self._start(box)
        box.state = state
        return box

    def network(self, name: str, driver: str = "bridge", **facts: Any) -> Network:
        """A network that is not netc's."""
        number = next(self._count)
        subnets = facts.pop("subnets", (f"172.{18 + number // 250}.{number % 250}.0/24",))
        made = Network(self._new_id(), name, driver, subnets, bridge=f"br-{name}"[:15], **facts)
        self.nets[name] = made
        self._note("network", "create", made)
        return made

    def stop(self, name: str) -> None:
        self._stop(self.boxes[name], released=True)

    def pause(self, name: str) -> None:
        """It goes no further, and what was taken stays taken."""
        self.boxes[name].state = "paused"
        self._note("container", "pause", self.boxes[name])

    def kill(self, name: str) -> None:
        """Its end without a last word, as at a power cut."""
        self._stop(self.boxes[name], released=False)

    def start_again(self, name: str) -> None:
        self._start(self.boxes[name])

    def anew(self, name: str, *networks: str, **facts: Any) -> Box:
        """The service is removed and made again: ``docker compose up`` with a new image."""
        self._destroy(self.boxes[name], released=False)
        return self.run(name, *networks, **facts)

    def rename(self, name: str, to: str) -> None:
        box = self.boxes[name]
        # In its place: the listing goes by age.
        self.boxes = {to if key == name else key: one for key, one in self.boxes.items()}
        box.name = to
        self._note("container", "rename", box)

    def copy(self, name: str, to: str) -> Box:
        """Another of the same image and labels, made by hand."""
        like = self.boxes[name]
        facts = {"image": like.image, "image_id": like.image_id, "labels": dict(like.labels)}
        networks = dict(like.networks)
        made = Box(self._new_id(), to, mode=like.mode, state="exited", networks=networks, **facts)
        self.boxes[to] = made
        self._note("container", "create", made)
        return made

    def check(self, name: str, health: str) -> None:
        """The health check of a service has come to another end."""
        box = self.boxes[name]
        box.health = health
        self._note("container", f"health_status: {health}", box)

    def ail(self, service: str, hop: str | None = None, reason: str = "it is cut") -> None:
        """The path of a service breaks there, or is sound again; its network container says so."""
        box = self.own(service)
        box.ails = (hop, reason) if hop is not None else None
        self.say(box, "health")

    def live_on(self, service: str) -> None:
        """A sign of life."""
        self.say(self.own(service), "checked")

    def _facts(self, box: Box) -> Any:
        if box.spec is None:
            return None
        plain = msgspec.to_builtins(box.spec)
        made_for = plain["labels"].pop("netc.service-id")
        # One that is found by its name may have another id by now.
        service = self.boxes.get(plain["labels"]["netc.service"])
        plain["current"] = not box.spec.link or bool(service and service.id == made_for)
        return plain

    def own(self, service: str) -> Box:
        return self.boxes[f"netc-{service}"]

    def shape(self) -> dict[str, Any]:
        """All that netc has made, without ids and times: equal shapes are the same end."""
        return {
            "containers": {
                box.name: (box.image, box.state, sorted(box.networks), self._facts(box))
                for box in self.boxes.values()
                if OWN in box.labels
            },
            "networks": {
                net.name: (net.driver, net.parent, net.subnets, dict(net.labels))
                for net in self.nets.values()
                if net.ours
            }
            | {
                f"{box.name} on {name}": ()
                for box in self.boxes.values()
                if OWN not in box.labels
                for name in box.networks
                if name.startswith(PRIVATE)
            },
        }

    # --- EngineApi

    async def containers(self) -> tuple[Container, ...]:
        await self._enter("containers")
        return tuple(map(self._listed, reversed(self.boxes.values())))

    async def container(self, name: str) -> Container | None:
        await self._enter("container", name)
        box = self.boxes.get(name)
        return self._listed(box) if box else None

    async def exposed(self, name: str) -> tuple[Port, ...]:
        await self._enter("exposed", name)
        return self._box(name).exposed

    async def ended(self, name: str) -> Ended:
        await self._enter("ended", name)
        box = self._box(name)
        return Ended(box.exit_code, box.error)

    async def networks(self) -> tuple[Network, ...]:
        await self._enter("networks")
        return tuple(self.nets.values())

    async def image(self, tag: str) -> Image | None:
        await self._enter("image", tag)
        return self.images.get(tag)

    async def build(
        self, tag: str, context: bytes, base: str, labels: Mapping[str, str], *, pull: bool = False
    ) -> None:
        await self._enter("build", tag, base)
        if base not in self.images and not self.registry:
            raise Refused(f"pull access denied for {base}", details=("Step 1/6", f"FROM {base}"))
        if pull:
            self.pulled += 1
        on = self.images[base].id if base in self.images else f"{base} {self.pulled}"
        made = hashlib.sha256(f"{context!r} {on} {sorted(labels.items())}".encode()).hexdigest()
        self._name_image(tag, Image(f"sha256:{made}", dict(labels)))

    async def import_image(self, tag: str, rootfs: bytes, labels: Mapping[str, str]) -> None:
        await self._enter("import_image", tag)
        self._name_image(tag, Image(f"sha256:{self._new_id()}", dict(labels)))

    async def tidy_images(self) -> None:
        await self._enter("tidy_images")
        used = {box.image_id for box in self.boxes.values()}
        self.nameless = {key: one for key, one in self.nameless.items() if key in used}

    def _name_image(self, tag: str, image: Image) -> None:
        """From now on the name is this one's."""
        before = self.images.get(tag)
        if before is not None and before.id != image.id:
            self.nameless[before.id] = before
        self.images[tag] = image

    async def create_network(self, wanted: CreateNetwork | CreatePrivateNetwork) -> None:
        await self._enter("create_network", wanted.name)
        if wanted.name in self.nets:
            raise Conflict(f"network with name {wanted.name} already exists")
        if isinstance(wanted, CreatePrivateNetwork):
            self._create_private(wanted)
            return
        for other in self.nets.values():
            shared = other.parent == wanted.interface and other.driver in ("macvlan", "ipvlan")
            if shared and (other.driver == "ipvlan" or self.engine.api < (1, 46)):
                raise Conflict(f"network {other.id[:12]} is already using parent interface")
            for subnet in other.subnets:
                if wanted.subnet and _overlap(subnet, wanted.subnet):
                    raise Conflict("Pool overlaps with other one on this address space")
        if wanted.subnet is None and not self.engine.addressless_links:
            raise Refused("ipv4 pool is empty")
        made = self.nets[wanted.name] = Network(
            self._new_id(),
            wanted.name,
            "macvlan",
            (wanted.subnet,) if wanted.subnet else (),
            wanted.interface,
            labels=wanted.labels,
        )
        self._note("network", "create", made)

    def _create_private(self, wanted: CreatePrivateNetwork) -> None:
        for other in self.nets.values():
            if any(_overlap(subnet, wanted.subnet) for subnet in other.subnets):
                raise Conflict("Pool overlaps with other one on this address space")
        made = self.nets[wanted.name] = Network(
            self._new_id(),
            wanted.name,
            "bridge",
            (wanted.subnet,),
            bridge=f"br-{wanted.name}"[:15],
            internal=True,
            labels=wanted.labels,
            gateways=(wanted.gateway,),
        )
        self._note("network", "create", made)

    async def remove_network(self, name: str) -> None:
        await self._enter("remove_network", name)
        network = self.nets.get(name)
        if network is None:
            return
        for box in self.boxes.values():
            if box.running and box.networks.get(name) == network.id:
                raise Conflict(f"network {name} has active endpoints")
        del self.nets[name]
        self._note("network", "destroy", network)

    async def create(self, spec: ContainerSpec) -> None:
        await self._enter("create", spec.name)
        if spec.name in self.boxes:
            raise Conflict(f"The container name {spec.name} is already in use")
        if spec.image not in self.images:
            raise Gone(f"No such image: {spec.image}")
        if spec.link is not None and spec.link not in self.boxes:
            raise Refused(f"could not get container for {spec.link}")
        box = self.boxes[spec.name] = Box(
            id=self._new_id(),
            name=spec.name,
            image=spec.image,
            image_id=self.images[spec.image].id,
            mode=spec.network,
            state="created",
            networks={spec.network: ""},
            labels=dict(spec.labels),
            spec=spec,
        )
        self._note("container", "create", box)
        # A kill in between leaves a container without its files.
        await self.put_files(spec.name, spec.files)

    async def put_files(self, name: str, files: Mapping[str, str]) -> None:
        await self._enter("put_files", name)
        self._box(name).files.update({file: text.encode() for file, text in files.items()})

    async def read_file(self, name: str, path: str) -> bytes | None:
        await self._enter("read_file", name, path)
        box = self._find(name)
        return box.files.get(path) if box is not None else None

    async def connect(self, container: str, network: str, *, lan: bool = False) -> None:
        await self._enter("connect", container, network)
        box = self._box(container)
        if network not in self.nets:
            raise Gone(f"network {network} not found")
        box.networks.setdefault(network, self.nets[network].id if box.running else "")
        if box.running:
            self._address(box, self.nets[network])
            self._note("network", "connect", self.nets[network])

    async def disconnect(self, container: str, network: str) -> None:
        await self._enter("disconnect", container, network)
        box = self._find(container)
        if box is None or network not in box.networks:
            return
        del box.networks[network]
        box.addresses.pop(network, None)
        if box.running and network in self.nets:
            self._note("network", "disconnect", self.nets[network])

    async def start(self, name: str) -> None:
        await self._enter("start", name)
        box = self._box(name)
        if not box.running:
            self._start(box)

    async def remove(self, name: str, grace: int) -> None:
        await self._enter("remove", name)
        box = self.boxes.get(name)
        if box is not None:
            self._destroy(box, released=True)

    async def restart(self, name: str, grace: int) -> None:
        await self._enter("restart", name)
        box = self._box(name)
        self._stop(box, released=True)
        self._start(box)

    async def log(self, name: str, tail: int | None = None) -> tuple[bytes, ...]:
        await self._enter("log", name)
        box = self._find(name)
        return tuple(box.said(None, tail)) if box else ()

    def follow_log(
        self, name: str, since: float | None = None, tail: int | None = None
    ) -> FakeStream[bytes]:
        self.calls.append(("follow_log", name))
        box = None if self._away is not None else self._find(name)
        stream = FakeStream(box.said(since, tail) if box else ())
        if box is not None and box.running:
            box.followers = [one for one in box.followers if not one.ended] + [stream]
        else:
            stream.end(unanswered=box is None)
        return stream

    def events(self) -> FakeStream[Change]:
        self.calls.append(("events",))
        stream: FakeStream[Change] = FakeStream()
        if self._away is None:
            self._listeners = [one for one in self._listeners if not one.ended] + [stream]
        else:
            stream.end(unanswered=True)
        return stream

    async def ping(self) -> None:
        await self._enter("ping")

    async def execute(self, name: str, command: Sequence[str]) -> str:
        await self._enter("execute", name, *command)
        box = self._box(name)
        if not box.running or box.spec is None:
            raise Conflict(f"container {name} is not running")
        if tuple(command) == protocol.RENEW and not self.mute:
            self.say(box, "renew_asked")
            if box.lease.get("ip") and self.dhcp(box.spec.environment["NETC_HOSTNAME"]):
                self._grant(box, "renewed")
            return ""
        if tuple(command) == protocol.COUNTERS:
            return self._saved_rules(box)
        if tuple(command[:2]) == protocol.PROBE and not self.mute:
            return self._probed(command[2:]) if self.probe is None else self.probe(command[2:])
        if command[0] == "/bin/sh":
            raise NoScript(
                f"{' '.join(command)} in {name} failed (2): /bin/sh: can't open '{command[1]}':"
                " No such file or directory"
            )
        raise Refused(f"{command[0]}: not found")

    async def close(self) -> None:
        self.calls.append(("close",))
        self.cut()

    # --- what goes on inside

    def say(self, box: Box, event: str, message: str | None = None, **facts: Any) -> None:
        """A line of a network container's log; its state changes with ``facts``."""
        box.lease.update(facts)
        names = (
            "ip prefix gateway server domain bound_at renew_at rebind_at expires_at target warning"
        )
        line = {"event": event, "time": _rfc3339(self.now()), "message": message}
        line |= {name: box.lease.get(name) for name in names.split()}
        if not self.mute:
            box.spoken += 1
            line |= {"n": box.spoken, **self._health(box, message)}
        if self.boot is not None:
            line["boot"], line["up"] = self.boot()
        text = json.dumps(line).encode()
        box.hear(text)
        box.files[STATE] = text

    def _health(self, box: Box, message: str | None) -> dict[str, str | None]:
        if box.lease.get("ip") is None:
            if message is None:
                return {"health": None, "hop": None, "reason": None}
            found: tuple[str, str] | None = ("address", message)
        elif box.lease.get("target") is None:
            found = ("service", "the service is not found")
        else:
            found = box.ails
        hop, reason = found or (None, None)
        return {"health": "broken" if hop else "healthy", "hop": hop, "reason": reason}

    def _probed(self, ports: Sequence[str]) -> str:
        asked = [f"{port} {self.answers.get(port, 'open')}" for port in ports]
        return "\n".join([f"gateway {self.gateway_says}", *asked, ""])

    def _note(self, kind: str, action: str, about: Box | Network) -> None:
        for stream in self._listeners:
            stream.tell(Change(kind, action, about.id, about.name))

    async def _enter(self, *call: str) -> None:
        self.calls.append(call)
        for _ in range(self.yields()):
            await asyncio.sleep(0)
        if self._away is not None:
            raise NetcError(self._away, Exit.ENGINE)
        self.before(call)

    def _new_id(self) -> str:
        return hashlib.sha256(str(next(self._count)).encode()).hexdigest()

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

    def _start(self, box: Box) -> None:
        for name, recorded in box.networks.items():
            if name not in self.nets or recorded not in ("", self.nets[name].id):
                raise Gone(f"network {recorded or name} not found")
        if box.spec is not None and box.spec.link is not None:
            target = self.boxes.get(box.spec.link)
            if target is None or not target.running:
                raise LinkDown(f"Cannot link to a non running container: {box.spec.link}")
        for name in box.networks:
            network = self.nets[name]
            box.networks[name] = network.id
            self._address(box, network)
            self._note("network", "connect", network)
        box.state = "running"
        box.lives += 1
        self._note("container", "start", box)
        if box.spec is not None:
            self._live(box, box.spec)

    def _address(self, box: Box, network: Network) -> None:
        if network.subnets and network.driver == "bridge":
            pool = ipaddress.ip_network(network.subnets[0])
            room = min(250, pool.num_addresses - 3)
            box.addresses[network.name] = str(pool[2 + next(self._count) % room])

    def _live(self, box: Box, spec: ContainerSpec) -> None:
        box.lease = {}
        box.spoken = 0
        self.say(box, "start")
        rules = box.files.get(RULES, b"")
        if hashlib.sha256(rules).hexdigest() != spec.environment[Env.RULES_HASH]:
            self.say(box, "failed", "the rules are not those that were planned")
            return
        target = spec.link or ("" if spec.host_gateway else spec.environment["NETC_NAME"])
        there = self.boxes.get(target)
        address = there.addresses.get(spec.network) if there else "172.17.0.1"
        self.say(box, "target", target=address)
        self.say(box, "discover")
        if not self.dhcp(spec.environment["NETC_HOSTNAME"]):
            self._soon(box, lambda: self.say(box, "no_offer", "no DHCP server answers"), UNANSWERED)
            return
        if self.dhcp_delay == 0:
            self._grant(box, "bound")
            return
        self._soon(box, lambda: self._grant(box, "bound"), self.dhcp_delay)

    def _soon(self, box: Box, do: Callable[[], None], seconds: float) -> None:
        """Later, if it still lives the same life then."""
        life = box.lives

        def later() -> None:
            if box.running and box.lives == life and self.boxes.get(box.name) is box:
                do()

        asyncio.get_running_loop().call_later(seconds, later)

    def _grant(self, box: Box, event: str) -> None:
        assert box.spec is not None
        mac = box.spec.environment["NETC_MAC"]
        ip = self._granted.setdefault(mac, f"192.168.77.{10 + len(self._granted)}")
        now = self.now()
        times = {"bound_at": 0.0, "renew_at": 0.5, "rebind_at": 0.875, "expires_at": 1.0}
        self.say(
            box,
            event,
            ip=ip,
            prefix=24,
            gateway=GATEWAY,
            server=SERVER,
            **{
                name: _rfc3339(now + timedelta(seconds=self.lease_seconds * part))
                for name, part in times.items()
            },
        )

    def _stop(self, box: Box, *, released: bool) -> None:
        if box.running and box.spec is not None and released:
            target = box.lease.get("target")
            box.lease = {"target": target}
            self.say(box, "stopped")
        was, box.state = box.running, "exited"
        box.end_log()
        if was:
            self._note("container", "die", box)
            for name in box.networks.keys() & self.nets.keys():
                self._note("network", "disconnect", self.nets[name])
            if released:
                self._note("container", "stop", box)

    def _destroy(self, box: Box, *, released: bool) -> None:
        self._stop(box, released=released)
        del self.boxes[box.name]
        self._note("container", "destroy", box)

    def _saved_rules(self, box: Box) -> str:
        assert box.spec is not None
        known = {"LAN": "eth1", "SVC": "eth0"}
        known |= {"IP": box.lease["ip"]} if box.lease.get("ip") else {}
        known |= {"TARGET": box.lease["target"]} if box.lease.get("target") else {}
        text: list[str] = []
        for template in (box.spec.environment[Env.BASE_RULES], box.files[RULES].decode()):
            for line in fill(template, known).splitlines():
                counted = f"[{len(text)}:{len(text) * 60}] {line}" if line[:2] == "-A" else line
                text.append(counted)
        return "# Generated by iptables-save v1.8.9 (nf_tables)\n" + "\n".join(text) + "\n"


def lan(interface: str) -> str:
    """The name of netc's LAN network on an interface."""
    return lan_network_name(interface)


def _overlap(one: str, other: str) -> bool:
    return ipaddress.IPv4Network(one, strict=False).overlaps(ipaddress.IPv4Network(other))


def _rfc3339(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_an_engine() -> EngineApi:
    return FakeEngine()


__all__ = ["LOCAL", "OLD", "Box", "Conflict", "FakeEngine", "Gone", "NetcError", "Refused", "lan"]


class Connection:
    """One connection to an engine in memory. Once closed it answers no more, as a real one."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine, self._closed = engine, False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._engine, name)
        if not self._closed or name == "engine":
            return found
        if name in ("follow_log", "events"):
            return _ended

        async def refuse(*_: Any, **__: Any) -> None:
            raise NetcError("the connection to the Docker engine was closed", Exit.ENGINE)

        return refuse

    async def close(self) -> None:
        """Final."""
        self._closed = True
        await self._engine.close()


def _ended(*_: Any, **__: Any) -> FakeStream[Any]:
    stream: FakeStream[Any] = FakeStream()
    stream.end(unanswered=True)
    return stream
