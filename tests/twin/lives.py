"""How containers of an in-memory engine start and end."""

import ipaddress

from netc_tui.core.errors import NetcError
from netc_tui.core.model import Network
from netc_tui.engine.api import Gone, LinkDown
from tests.twin.box import Box
from tests.twin.speech import Speech


class Lives(Speech):
    """Start, stop and removal, with what each does to networks, logs and streams."""

    def _start(self, box: Box) -> None:
        try:
            self._startable(box)
        except NetcError as error:
            box.exit_code, box.error = box.exit_code or 128, error.message
            raise
        box.exit_code, box.error = 0, ""
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

    def _startable(self, box: Box) -> None:
        """Raises what the engine says where it cannot be started."""
        for name, recorded in box.networks.items():
            if name not in self.nets or recorded not in ("", self.nets[name].id):
                raise Gone(f"network {recorded or name} not found")
        if box.spec is not None and box.spec.link is not None:
            self._linked(box.spec.link)

    def _linked(self, target: str) -> None:
        """Raises LinkDown while what it is linked to does not run."""
        box = self.boxes.get(target)
        if box is None or not box.running:
            raise LinkDown(f"Cannot link to a non running container: {target}")

    def _address(self, box: Box, network: Network) -> None:
        if not network.subnets:
            return
        pool = ipaddress.ip_network(network.subnets[0])
        room = pool.num_addresses - 3
        others = (other for other in self.boxes.values() if other is not box and other.running)
        taken = {other.addresses.get(network.name) for other in others}
        first = next(self._count)
        around = (str(pool[2 + (first + step) % room]) for step in range(room))
        box.addresses[network.name] = next(one for one in around if one not in taken)

    def _stop(self, box: Box, *, released: bool, code: int = 0) -> None:
        if box.running and box.spec is not None and released:
            target = box.lease.get("target")
            box.lease = {"target": target}
            self.say(box, "stopped")
        was, box.state = box.running, "exited"
        box.end_log()
        if was:
            box.exit_code = code
            self._note("container", "die", box)
            for name in box.networks.keys() & self.nets.keys():
                self._note("network", "disconnect", self.nets[name])
            if released:
                self._note("container", "stop", box)

    def _destroy(self, box: Box, *, released: bool) -> None:
        self._stop(box, released=released)
        del self.boxes[box.name]
        self._note("container", "destroy", box)
