"""A machine on which the doctor finds all well, whatever this one is."""

from typing import Any

import msgspec
import pytest

from netc_tui.core.diagnosis.facts import Server
from netc_tui.host import dhcp, kernel, surroundings
from tests.core.diagnosis import facts

HOST = msgspec.structs.replace(facts.HOST, astray=None)
LISTENS = "tcp\n   0: 00000000:0050 00000000:0000 0A\nudp\n"
"""What /proc/net tells of a service that listens on port 80."""


class Machine:
    """What it tells, to be changed; and who was asked for DHCP servers."""

    def __init__(self) -> None:
        self.host = HOST
        self.servers: tuple[Server, ...] = (facts.SERVER,)
        self.astray: tuple[tuple[str, str], ...] = ()
        self.asked: list[str] = []


def sound(monkeypatch: pytest.MonkeyPatch, *, root: bool = True) -> Machine:
    """Put it in place of this one."""
    machine = Machine()

    async def servers(
        interface: str, own: str | None, seconds: float = 2, client: object = None
    ) -> tuple[Server, ...]:
        machine.asked.append(interface)
        return machine.servers

    async def astray(*_: Any, **__: Any) -> tuple[tuple[str, str], ...]:
        return machine.astray

    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(dhcp, "servers", servers)
    monkeypatch.setattr(surroundings, "look", lambda *_: machine.host)
    monkeypatch.setattr(surroundings, "astray", astray)
    monkeypatch.setattr(surroundings, "filters", lambda _: False)
    monkeypatch.setattr(surroundings, "virtual", lambda: None)
    for name in ("macvlan", "nf_tables", "docker_rules"):
        monkeypatch.setattr(kernel, name, lambda: True)
    return machine
