"""What an operator, or bad luck, does to an in-memory engine behind netc's back."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from netc_tui.core.identity import PRIVATE
from netc_tui.core.links import Link
from netc_tui.core.model import OWN, Network
from netc_tui.core.ports import Port
from netc_tui.core.records import RECORDS
from tests.machine import printed
from tests.twin.box import Box
from tests.twin.lives import Lives
from tests.twin.state import bridge_network, first_address


class Hands(Lives):
    """The hands of an operator, and a look at what netc has made."""

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
        publish: Sequence[str] = (),
    ) -> Box:
        """A service, on the default bridge unless networks or a mode are named; ``publish`` as
        ``docker run`` takes it, on the IPv4 addresses of the host."""
        on = networks or ({None: ("bridge",), "host": ("host",)}.get(mode, ()))
        if mode is not None and mode.startswith("container:") and mode[10:] in self.boxes:
            mode = f"container:{self.boxes[mode[10:]].id}"
        listed = _ports(ports, publish)
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
        """A network that is not netc's. The engine names the gateway of a subnet of its own choice
        alone."""
        if "subnets" not in facts:
            subnet = self._own_subnet()
            facts = {"subnets": (subnet,), "gateways": (first_address(subnet),), **facts}
        make = bridge_network if driver == "bridge" else partial(Network, driver=driver)
        made = make(self._new_id(), name, **facts)
        self.nets[name] = made
        self._note("network", "create", made)
        return made

    def relink(self, *links: Link) -> None:
        """From now on its host has these."""
        self.links = links
        for stream in self._stayed:
            for line in printed(links).split("\n"):
                stream.tell(line.encode())

    def stop(self, name: str, code: int = 0) -> None:
        """Its end, as it wished; ``code`` is what it ended with."""
        self._stop(self.boxes[name], released=True, code=code)

    def pause(self, name: str) -> None:
        """It goes no further, and what was taken stays taken."""
        self.boxes[name].state = "paused"
        self._note("container", "pause", self.boxes[name])

    def unpause(self, name: str) -> None:
        self.boxes[name].state = "running"
        self._note("container", "unpause", self.boxes[name])

    def kill(self, name: str) -> None:
        """Its end without a last word, as at a power cut."""
        self._stop(self.boxes[name], released=False, code=137)

    def discard(self, name: str) -> None:
        """``docker rm -f``."""
        self._destroy(self.boxes[name], released=False)

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

    def _facts(self, box: Box) -> Any:
        if box.spec is None:
            return None
        plain = msgspec.to_builtins(box.spec)
        made_for = plain["labels"].pop("netc.service-id")
        plain["labels"].pop(RECORDS)  # when it was made, and what was there before
        # One that is found by its name may have another id by now.
        service = self.boxes.get(plain["labels"]["netc.service"])
        plain["current"] = not box.spec.link or bool(service and service.id == made_for)
        return plain


def _ports(exposed: Sequence[str], publish: Sequence[str]) -> tuple[Port, ...]:
    """``80/tcp`` and what is published of it, ``127.0.0.1:8080:80/tcp``."""
    published: dict[tuple[int, str], list[str]] = {}
    for text in exposed:
        number, _, proto = text.partition("/")
        published[int(number), proto] = []
    for text in publish:
        where, _, inside = text.rpartition(":")
        number, _, proto = inside.partition("/")
        on = where if ":" in where else f"0.0.0.0:{where}"
        published.setdefault((int(number), proto or "tcp"), []).append(on)
    return tuple(Port(*key, tuple(sorted(on))) for key, on in published.items())
