"""What netc asks of an in-memory engine."""

import asyncio
import hashlib
import ipaddress
from collections.abc import AsyncIterator, Mapping, Sequence

from netc_tui import sidecar
from netc_tui.core import protocol
from netc_tui.core.errors import NetcError
from netc_tui.core.identity import is_image
from netc_tui.core.model import (
    HELPER,
    IMAGE_BASE,
    Change,
    Container,
    Ended,
    Image,
    Made,
    Memo,
    Network,
    Remembered,
)
from netc_tui.core.plan import TARGET_ALIAS, ContainerSpec, CreateNetwork, CreatePrivateNetwork
from netc_tui.core.ports import Port
from netc_tui.engine.api import (
    LONGEST_FILE,
    Conflict,
    EngineApi,
    Gone,
    NoImage,
    NotRunning,
    Refused,
)
from netc_tui.engine.read import REMEMBERED
from netc_tui.engine.sentences import failed, too_long
from netc_tui.operations.beside import LOOK
from tests.machine import printed
from tests.twin.box import Box
from tests.twin.hands import Hands
from tests.twin.state import bridge_network
from tests.twin.streams import FakeStream

PREDEFINED = ("bridge", "host", "none")
NO_FILE = "No such file or directory"


class FakeEngine(Hands):
    """See EngineApi."""

    async def refresh(self) -> None:
        await self._enter("refresh")
        if self.becomes is not None:
            self.engine = self.becomes

    async def containers(self) -> tuple[Container, ...]:
        await self._enter("containers")
        boxes = reversed(self.boxes.values())
        return tuple(self._listed(box) for box in boxes if HELPER not in box.labels)

    async def container(self, name: str) -> Container | None:
        await self._enter("container", name)
        box = self.boxes.get(name)
        return self._listed(box) if box and HELPER not in box.labels else None

    async def exposed(self, name: str) -> tuple[Port, ...]:
        await self._enter("exposed", name)
        return self._box(name).exposed

    async def ended(self, name: str) -> Ended:
        await self._enter("ended", name)
        box = self._box(name)
        return Ended(box.exit_code, box.error)

    async def made(self, name: str) -> Made:
        await self._enter("made", name)
        box = self._box(name)
        spec = box.spec
        link = f"/{spec.link}:/{spec.name}/{TARGET_ALIAS}" if spec and spec.link else None
        named = f"{TARGET_ALIAS}:host-gateway" if spec and spec.host_gateway else None
        return Made(
            image=box.image_id,
            environment=dict(spec.environment) if spec else {},
            limits={"NetworkMode": box.mode, "Privileged": False, "ReadonlyRootfs": bool(spec)},
            state={"Status": box.state, "ExitCode": box.exit_code, "Error": box.error},
            links=tuple(filter(None, (link, named))),
            mounts=(f"volume {protocol.FOLDER}",) if spec else (),
        )

    async def networks(self) -> tuple[Network, ...]:
        await self._enter("networks")
        return tuple(self.nets.values())

    async def image(self, tag: str) -> Image | None:
        await self._enter("image", tag)
        by_id = {one.id: one for one in self.images.values()}
        return self.images.get(tag) or self.nameless.get(tag) or by_id.get(tag)

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
        self.nameless = {
            key: one
            for key, one in self.nameless.items()
            if key in used or IMAGE_BASE not in one.labels
        }

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
        subnet = wanted.subnet
        if subnet is None and not self.engine.addressless_links:
            subnet = self._own_subnet()
        made = self.nets[wanted.name] = Network(
            self._new_id(),
            wanted.name,
            "macvlan",
            (subnet,) if subnet else (),
            wanted.interface,
            labels=wanted.labels,
        )
        self._note("network", "create", made)

    def _create_private(self, wanted: CreatePrivateNetwork) -> None:
        for other in self.nets.values():
            if any(_overlap(subnet, wanted.subnet) for subnet in other.subnets):
                raise Conflict("Pool overlaps with other one on this address space")
        made = self.nets[wanted.name] = bridge_network(
            self._new_id(),
            wanted.name,
            (wanted.subnet,),
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
        if name in PREDEFINED:
            raise Conflict(f"{name} is a pre-defined network and cannot be removed")
        for box in self.boxes.values():
            if box.running and box.networks.get(name) == network.id:
                raise Conflict(f"network {name} has active endpoints")
        del self.nets[name]
        self._note("network", "destroy", network)

    async def memos(self) -> tuple[Memo, ...]:
        await self._enter("memos")
        return tuple(self.volumes[name] for name in sorted(self.volumes))

    async def write_memo(self, memo: Memo) -> None:
        await self._enter("write_memo", memo.name)
        self._forget(memo.name)
        self.volumes[memo.name] = Memo(memo.name, dict(memo.labels))
        self._note_volume("create", memo.name)

    async def remove_memo(self, name: str) -> None:
        await self._enter("remove_memo", name)
        self._forget(name)

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
        box = self._box(name)
        if not is_image(box.image):
            raise Gone(f"Could not find the file {protocol.FOLDER} in container {name}")
        box.files.update({file: text.encode() for file, text in files.items()})
        if protocol.YIELD in files:
            self._let_go(box)

    async def read_file(self, name: str, path: str) -> bytes | None:
        await self._enter("read_file", name, path)
        box = self._find(name)
        found = box.files.get(path) if box is not None else None
        return found if found is not None and len(found) <= LONGEST_FILE else None

    async def connect(self, container: str, network: str, *, lan: bool = False) -> None:
        await self._enter("connect", container, network)
        box = self._box(container)
        if network not in self.nets:
            raise Gone(f"network {network} not found")
        if box.mode in ("host", "none") or box.mode.startswith("container:"):
            raise Refused(f"container {container} cannot be connected to any other network")
        if network in box.networks:
            return
        box.networks[network] = self.nets[network].id if box.running else ""
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
        return tuple(box.said(None, tail)) if box else self.swarm.spoken(name)

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

    async def remembered(self) -> Remembered:
        await self._enter("remembered")
        found = tuple(happened for _, happened in self.memory if happened is not None)
        since, until = (self.memory[0][0], self.memory[-1][0]) if self.memory else (None, None)
        return Remembered(found, since, until, whole=len(self.memory) < REMEMBERED)

    async def tell(self, name: str, command: Sequence[str]) -> None:
        await self._enter("tell", name, *command)
        self._executable(name, command)

    def _executable(self, name: str, command: Sequence[str]) -> Box:
        """A container in which the command can be run; that it is to be is remembered."""
        box = self._box(name)
        if box.state != "running":
            raise Conflict(f"container {name} is not running, or is paused")
        if box.spec is not None and box.spec.link is not None:
            self._linked(box.spec.link)
        self._keep(f"exec_create: {' '.join(command)}", box)
        return box

    async def execute(self, name: str, command: Sequence[str]) -> str:
        await self._enter("execute", name, *command)
        box = self._executable(name, command)
        for action in (f"exec_start: {' '.join(command)}", "exec_die"):
            self._keep(action, box)
        if tuple(command) == protocol.UPTIME:
            return "60.00 1.00\n"
        if box.spec is not None and tuple(command[:1]) == ("/bin/sh",):
            return self._run_script(box, box.spec, command)
        return _printed(name, command)

    def _run_script(self, box: Box, spec: ContainerSpec, command: Sequence[str]) -> str:
        """One of those that are in the image of network containers."""
        if tuple(command) == protocol.RENEW and not self.mute:
            self.say(box, "renew_asked")
            if box.lease.get("ip") and self.dhcp(spec.environment["NETC_HOSTNAME"]):
                self._grant(box, "renewed")
            return ""
        if tuple(command) == protocol.TAKE and box.stands_by:
            self._take(box)
            return ""
        if tuple(command) == protocol.COUNTERS:
            return self._saved_rules(box)
        if tuple(command) == protocol.CLIENTS:
            return self.clients.get(box.name.removeprefix("netc-"), "")
        if tuple(command[:2]) in (protocol.PROBE, protocol.EXAMINE) and not self.mute:
            return self._probed(box, command[2:]) if self.probe is None else self.probe(command[2:])
        return _printed(box.name, command)

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
        await self._enter("beside", container, *command)
        if image not in self.images:
            raise NoImage(f"No such image: {image}")
        box = self._box(container)
        if not box.running:
            raise NotRunning(f"cannot join network of a non running container: {box.id}")
        if self.prints is not None:
            return self.prints(box.name, command)
        name, helper = f"a helper beside {container}", self._new_id()
        self.boxes[helper] = Box(
            *(helper, helper, image, f"container:{box.id}", "running", {}),
            labels={HELPER: container},
        )
        try:
            match command:
                case ["sleep", text]:
                    await asyncio.sleep(min(float(text), seconds))
                    if float(text) > seconds:
                        raise too_long(" ".join(command), name, seconds)
                    return ""
                case ["env"]:
                    return "".join(f"{key}={value}\n" for key, value in environment.items())
                case _ if tuple(command) == LOOK:
                    return _listening(box)
                case _:
                    return _printed(name, command)
        finally:
            del self.boxes[helper]

    async def on_host(self, image: str, command: Sequence[str], *, seconds: float = 10) -> str:
        await self._enter("on_host", *command[:1])
        if image not in self.images:
            raise NoImage(f"No such image: {image}")
        if tuple(command) == sidecar.interfaces("once"):
            return printed(self.links)
        return _printed("a helper on the host's network", command)

    def staying(self, image: str, command: Sequence[str]) -> FakeStream[bytes]:
        self.calls.append(("staying",))
        if self._away is None and image not in self.images:
            return _Failed(NoImage(f"No such image: {image}"))
        stream: FakeStream[bytes] = FakeStream()
        if self._away is not None:
            stream.end(unanswered=True)
            return stream
        helper = self._new_id()
        self.boxes[helper] = Box(
            *(helper, helper, image, "host", "running", {}), labels={HELPER: "host"}
        )
        stream.on_end = lambda: self.boxes.pop(helper, None)
        self._stayed = [one for one in self._stayed if not one.ended] + [stream]
        if tuple(command) == sidecar.interfaces("stay"):
            for line in printed(self.links).split("\n"):
                stream.tell(line.encode())
        return stream

    async def close(self) -> None:
        self.calls.append(("close",))
        self.cut()


class _Failed(FakeStream[bytes]):
    """One that could not begin."""

    def __init__(self, error: NetcError) -> None:
        super().__init__()
        self._error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in ():
            yield b""
        raise self._error


def _listening(box: Box) -> str:
    """What /proc/net tells of one that listens on all that it exposes."""
    lines = {proto: [proto] for proto in ("tcp", "udp")}
    for port in {*box.ports, *box.exposed}:
        if port.proto in lines:
            state = "0A" if port.proto == "tcp" else "07"
            lines[port.proto].append(f"   0: 00000000:{port.port:04X} 00000000:0000 {state}")
    return "".join(f"{line}\n" for of in lines.values() for line in of)


def _printed(name: str, command: Sequence[str]) -> str:
    """What a command prints of which there is one in every image. Raises Refused for others."""
    match command:
        case ["echo", *words]:
            return " ".join(words) + "\n"
        case ["true"]:
            return ""
        case ["false"]:
            raise failed("false", name, 1, "")
        case ["/bin/sh", script, *_]:
            raise failed(" ".join(command), name, 2, f"/bin/sh: can't open '{script}': {NO_FILE}")
        case _:
            raise failed(" ".join(command), name, 127, f"exec: {command[0]}: {NO_FILE}")


def _overlap(one: str, other: str) -> bool:
    return ipaddress.IPv4Network(one, strict=False).overlaps(ipaddress.IPv4Network(other))


def _is_an_engine() -> EngineApi:
    return FakeEngine()
