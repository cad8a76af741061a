"""Services put together from what was read: containers, ports, leases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from netc_tui.core.lease import Event, Phase
from netc_tui.core.model import Container, Labels, health
from netc_tui.core.ports import Port
from netc_tui.operations import inventory

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LABELS = Labels(
    schema=1,
    service="web",
    service_id="i-web",
    interface="eth0",
    network="bridge",
    lan="netc-eth0",
    target="web",
    ports="80/tcp",
    mac="02:00:00:00:00:01",
    client_id="01",
    hostname="web",
).as_docker()
LEASE = Event(
    "bound",
    NOW,
    ip="10.0.0.7",
    prefix=24,
    bound_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    target="172.17.0.2",
)


def container(name: str, **facts: Any) -> Container:
    plain = Container(f"i-{name}", name, "image", "running", "Up 2 hours", "bridge")
    return msgspec.structs.replace(plain, **facts)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("Up 2 hours (healthy)", "healthy"),
        ("Up 2 hours (unhealthy)", "unhealthy"),
        ("Up 1 second (health: starting)", "starting"),
        ("Up 2 hours", None),
        ("Up 2 hours (Paused)", None),
        ("Exited (0) 2 hours ago", None),
        ("", None),
    ],
)
def test_health(status: str, word: str | None) -> None:
    assert health(status) == word


def test_assembled_without_asking_anybody() -> None:
    project = {"com.docker.compose.project": "shop", "com.docker.compose.service": "api"}
    containers = (
        container("web", ports=(Port(80, "tcp"),), status="Up 2 hours (unhealthy)"),
        container("netc-web", labels=LABELS),
        container("shop-api-1", labels=project),
        container("printer", network_mode="host"),
        container("off", state="exited"),
        container("netc-lost", labels=LABELS | {"netc.service": "lost"}, state="exited"),
    )
    ports = {"i-printer": (Port(631, "tcp"),)}
    leases = {"i-netc-web": LEASE, "i-gone": LEASE, "i-netc-lost": None}
    found = {one.name: one for one in inventory.assemble(containers, ports, leases, NOW)}
    assert list(found) == ["lost", "printer", "shop-api-1", "web"]
    assert found["web"].health == "unhealthy"
    assert found["web"].ports == (Port(80, "tcp"),)
    assert found["printer"].ports == (Port(631, "tcp"),)
    assert (found["shop-api-1"].project, found["shop-api-1"].compose) == ("shop", "api")
    assert (found["printer"].project, found["printer"].compose) == (None, None)
    companion = found["web"].network_container
    assert companion is not None
    assert (companion.ip, companion.phase) == ("10.0.0.7", Phase.BOUND)
    lost = found["lost"]
    assert (lost.id, lost.state, lost.health) == (None, inventory.GONE, None)
    assert lost.network_container is not None
    assert lost.network_container.phase is Phase.STOPPED
    later = inventory.assemble(containers, ports, leases, NOW + timedelta(hours=2), stopped=True)
    assert [one.name for one in later] == ["lost", "off", "printer", "shop-api-1", "web"]
    expired = later[-1].network_container
    assert expired is not None
    assert expired.phase is Phase.EXPIRED


@pytest.mark.parametrize(
    "missing", sorted(set(LABELS) - {"netc.schema", "netc.target", "netc.rules"})
)
def test_labels_that_are_not_whole_hide_no_service(missing: str) -> None:
    labels = {key: value for key, value in LABELS.items() if key != missing}
    containers = (container("web"), container("netc-web", labels=labels))
    (one,) = inventory.assemble(containers, {}, {"i-netc-web": LEASE}, NOW, stopped=True)
    assert one.name == "web"
    assert one.network_container is None


@pytest.mark.parametrize(
    "wrong",
    [{"netc.schema": "x"}, {"netc.schema": ""}, {"netc.ports": "\0,99999/tcp,,x"}, {"netc.": "x"}],
)
def test_labels_that_make_no_sense(wrong: dict[str, str]) -> None:
    containers = (container("web"), container("netc-web", labels=LABELS | wrong))
    (one,) = inventory.assemble(containers, {}, {}, NOW)
    assert one.name == "web"


def test_nothing() -> None:
    assert inventory.assemble((), {}, {}, NOW) == ()


def test_whose_listing_is_silent() -> None:
    assert inventory.silent(container("printer", network_mode="host"))
    assert inventory.silent(container("behind", network_mode="container:abc"))
    assert not inventory.silent(container("web"))
    ours = container("netc-web", network_mode="host", labels=LABELS)
    assert not inventory.silent(ours)
