"""What `netc leases` and `netc renew` print, on an engine in memory."""

import json
from typing import Any

import msgspec
import pytest

from netc_tui.core.ports import Port
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.looking import world
from tests.twin import LOCAL, FakeEngine
from tests.twin.swarm import member

pytestmark = pytest.mark.usefixtures("machine")


def test_a_table_is_sorted_by_the_numbers_in_names(netc: Any) -> None:
    engine = FakeEngine()
    for name in ("n59", "n6", "off"):
        engine.run(name, ports=("80/tcp",))
    for name in ("n59", "n6"):
        run(up(engine, Request(name, "eth0")))
    rows = [line.split() for line in netc(engine, "leases")[1].splitlines()[2:]]
    assert [row[0] for row in rows] == ["n6", "n59"]
    leases = json.loads(netc(engine, "leases", "--json")[1])["leases"]
    assert [lease["service"] for lease in leases] == ["n6", "n59"]


def test_a_renewal_tells_address_and_end(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    code, out, err = netc(engine, "renew", "web")
    assert code == 0
    assert out.startswith("ip=192.168.77.10 expires=")
    assert "renewed" in err
    own = json.loads(netc(engine, "renew", "web", "--json")[1])["network_container"]
    assert own["ip"] == "192.168.77.10"


def test_those_of_services_of_a_swarm_are_among_them(netc: Any) -> None:
    engine = FakeEngine(msgspec.structs.replace(LOCAL, swarm=member()))
    engine.network("over", "overlay", subnets=("10.0.1.0/24",))
    engine.swarm.run("job", "over", ports=(Port(80, "tcp"),))
    run(up(engine, Request("job", "eth0")))
    [lease] = json.loads(netc(engine, "leases", "--json")[1])["leases"]
    assert (lease["service"], lease["ip"], lease["node"]) == ("job", "10.77.0.50", "host1")
