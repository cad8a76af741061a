"""What the network containers of an in-memory engine say, as the real entry point does."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from netc_tui.core.model import Engine
from netc_tui.core.plan import ContainerSpec
from netc_tui.core.protocol import ADDRESS, HANDED, OFFER, RULES, STATE, YIELD, Env
from netc_tui.core.rules import fill
from tests.twin.box import Box
from tests.twin.state import LOCAL, State

UNANSWERED = 4.0
"""Seconds after which a network container says that no server answers."""
SERVER, GATEWAY = "192.168.77.1", "192.168.77.1"


class Speech(State):
    """The lives of network containers, from the first word to the lease, and what they find."""

    def __init__(self, engine: Engine = LOCAL) -> None:
        super().__init__(engine)
        self.dhcp: Callable[[str], bool] = lambda hostname: True
        """Does a DHCP server answer this client?"""
        self.dhcp_delay = 0.0
        """Seconds from start to lease; 0 grants it at once."""
        self.lease_seconds = 3600
        self.tells: dict[str, str] = {}
        """What else the DHCP server tells: ``domain``, ``dns``."""
        self.elsewhere: set[str] = set()
        """The MAC addresses that other machines on the LAN have."""
        self.mute = False
        """Are its network containers of a netc whose did not check themselves?"""
        self.boot: Callable[[], tuple[str, float]] | None = None
        """The host's boot and the seconds since, which network containers tell; None: they do not.
        """
        self.clients: dict[str, str] = {}
        """What is printed of the clients of a service, by its name: none, unless it is said here.
        """
        self.gateway_says = "ok"
        """What a probe says of the gateway: ``ok``, ``silent`` or ``none``."""
        self.answers: dict[str, str] = {}
        """What a probe says of the ports of services, ``tcp/80``: open, unless it is said here."""
        self.probe: Callable[[Sequence[str]], str] | None = None
        """What a probe prints, or raises, in place of all that."""
        self.prints: Callable[[str, Sequence[str]], str] | None = None
        """What a command prints, or raises, in a helper beside the container of that name."""
        self._granted: dict[str, str] = {}

    def say(self, box: Box, event: str, message: str | None = None, **facts: Any) -> None:
        """A line of a network container's log; its state changes with ``facts``."""
        box.lease.update(facts)
        names = (
            "ip prefix gateway server domain dns"
            " bound_at renew_at rebind_at expires_at target warning"
        )
        line = {"event": event, "time": _rfc3339(self.now()), "message": message}
        line |= {name: box.lease.get(name) for name in names.split()}
        if box.stands_by:
            line["code"] = "N210"
        if not self.mute:
            box.spoken += 1
            line |= {"n": box.spoken, **self._health(box, message)}
            line |= {"began": box.lives, "clients": box.connected, "forwarded": box.forwarded}
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

    def _probed(self, box: Box, ports: Sequence[str]) -> str:
        found = self._health(box, None)
        own = f"own {found['health'] or 'unchecked'} {found['hop'] or '-'} {found['reason'] or ''}"
        # UDP is not asked.
        tcp = (port for port in ports if port.startswith("tcp/"))
        asked = [f"{port} {self.answers.get(port, 'open')}" for port in tcp]
        return "\n".join([own, f"gateway {self.gateway_says}", *asked, ""])

    def _live(self, box: Box, spec: ContainerSpec) -> None:
        box.lease = {}
        box.spoken = box.connected = 0
        box.forwarded = []
        self.say(box, "start")
        rules = box.files.get(RULES, b"")
        if hashlib.sha256(rules).hexdigest() != spec.environment[Env.RULES_HASH]:
            self.say(box, "failed", "the rules are not those that were planned")
            return
        target = spec.link or ("" if spec.host_gateway else spec.environment["NETC_NAME"])
        there = self.boxes.get(target)
        address = there.addresses.get(spec.network) if there else "172.17.0.1"
        self.say(box, "target", target=address)
        box.takes, box.stands_by = False, box.files.pop(HANDED, None) is not None
        if box.stands_by:
            self.say(box, "standby", "another machine has this identity")
            return
        mac, tells = spec.environment[Env.MAC], spec.environment[Env.TELLS]
        if mac in self.elsewhere and (ADDRESS in box.files or tells != "takes"):
            box.stands_by = True
            reason = f"another machine on the LAN has this identity ({mac}): standing by"
            self.say(box, "standby", reason)
            return
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
        box.files[ADDRESS] = f"{ip} {SERVER}\n".encode()
        box.files[OFFER] = f"ip={ip}\nserver={SERVER}\nlease=3600\nsince=5000\n".encode()
        now = self.now()
        times = {"bound_at": 0.0, "renew_at": 0.5, "rebind_at": 0.875, "expires_at": 1.0}
        self.say(
            box,
            event,
            ip=ip,
            prefix=24,
            gateway=GATEWAY,
            server=SERVER,
            **self.tells,
            **{
                name: _rfc3339(now + timedelta(seconds=self.lease_seconds * part))
                for name, part in times.items()
            },
        )

    def _let_go(self, box: Box) -> None:
        """It leaves its address to an heir, perhaps on another engine."""
        asked = box.files.pop(YIELD, b"").decode().strip()
        if box.running and box.lease.get("ip") == asked:
            box.lease = {"target": box.lease.get("target")}
            box.stands_by = True
            self.say(box, "standby", "its address goes to another")
        for heir in self.boxes.values():
            if heir.takes:
                self._take(heir)

    def _take(self, box: Box) -> None:
        """It takes over what it stands by for, unless another of this host has it still."""
        assert box.spec is not None
        mac = box.spec.environment[Env.MAC]
        holders = [
            other
            for other in self.boxes.values()
            if other.spec is not None and other.spec.environment[Env.MAC] == mac
        ]
        box.takes = any(other.running and other.lease.get("ip") for other in holders)
        if not box.takes:
            box.stands_by = False
            self.elsewhere.discard(mac)
            if ADDRESS in box.files:
                self._granted[mac] = box.files[ADDRESS].decode().split()[0]
            self._grant(box, "bound")

    def _saved_rules(self, box: Box) -> str:
        assert box.spec is not None
        known = {"LAN": "eth1", "SVC": "eth0"}
        known |= {"IP": box.lease["ip"]} if box.lease.get("ip") else {}
        known |= {"TARGET": box.lease["target"]} if box.lease.get("target") else {}
        text: list[str] = []
        planned: list[str] = []
        for template in (box.spec.environment[Env.BASE_RULES], box.files[RULES].decode()):
            table = ""
            for line in fill(template, known).splitlines():
                if line[:1] == "*":
                    table = line[1:]
                if line[:2] == "-A" or line[1:].partition(" [")[0] in (
                    "INPUT DROP",
                    "FORWARD DROP",
                ):
                    planned.append(f"planned {table} {line.partition(' [')[0]}")
                counted = f"[{len(text)}:{len(text) * 60}] {line}" if line[:2] == "-A" else line
                text.append(counted)
        return (
            "# Generated by iptables-save v1.8.9 (nf_tables)\n"
            + "\n".join([*text, *planned])
            + "\n"
        )


def _rfc3339(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
