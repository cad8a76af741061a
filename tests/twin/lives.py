"""How containers of an in-memory engine start and end."""

import ipaddress

from netc_tui.core.model import Network
from netc_tui.engine.api import Gone, LinkDown
from tests.twin.box import Box
from tests.twin.speech import Speech


class Lives(Speech):
    """Start, stop and removal, with what each does to networks, logs and streams."""

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
