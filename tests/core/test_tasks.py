"""Tasks of a Swarm fold into their services."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.model import Container
from netc_tui.core.ports import Port
from netc_tui.core.swarm import SERVICE, Replicas, SwarmService
from netc_tui.core.tasks import again, folded, is_own, own_labels, ports, service_of
from tests.core.samples import ONE

LABELS = {
    f"netc.{name}": text
    for name, text in {
        "schema": "1", "service": "job", "service-id": "s1", "interface": "eth0",
        "network": "over", "lan": "netc-swarm-eth0", "ports": "80/tcp", "mac": ONE.mac,
        "client-id": ONE.client_id, "hostname": "job",
    }.items()
}  # fmt: skip


def task(service: str, number: int = 1, **facts: Any) -> Container:
    plain: dict[str, Any] = {
        "id": f"{service}{number}",
        "name": f"{service}.{number}.u7x",
        "image": "nginx:1@sha256:00",
        "state": "running",
        "status": "",
        "network_mode": "default",
        "labels": {SERVICE: service},
        "ports": (Port(80, "tcp"),),
    }
    return Container(**{**plain, **facts})


def test_a_manager_knows_services_that_have_no_task_here() -> None:
    job = SwarmService("s1", "job", "nginx:1", 4, Replicas("replicated", 2, 3))
    far = SwarmService("s2", "far", "redis", 1, ports=(Port(6379, "tcp", ("0.0.0.0:6379",)),))
    found = folded([task("job"), task("job", 2)], [job, far], {})
    assert [(each.name, each.id, each.stands) for each in found] == [
        ("job", "s1", "2/3 replicas"),
        ("far", "s2", "0 tasks here"),
    ]
    assert found[0].ports == (Port(80, "tcp"),)
    assert found[0].replicas == Replicas("replicated", 2, 3, here=2)
    assert found[1].ports == far.ports


def test_a_worker_knows_what_its_tasks_tell() -> None:
    stopped = task("job", 2, state="exited", ports=())
    [found] = folded([task("job"), stopped], None, {})
    assert (found.name, found.id, found.stands, found.image) == (
        *("job", None, "1 task here"),
        "nginx:1",
    )


def test_a_network_container_is_told_with_its_service_alone() -> None:
    own = SwarmService("s9", "netc-job", "netc-sidecar:1", 1, labels=LABELS)
    assert own_labels(own) is not None
    assert own_labels(msgspec.structs.replace(own, image="nginx")) is None
    assert own_labels(msgspec.structs.replace(own, labels={})) is None
    running = task("netc-job", image="netc-sidecar:1")
    assert is_own(running)
    assert not is_own(task("netc-job"))
    job = SwarmService("s1", "job", "nginx:1", 4)
    held = msgspec.structs.replace(ONE, service="job", node="host2")
    [found] = folded([running], [job, own], {"job": held})
    assert found.network_container is held
    [gone] = folded([running], [own], {"job": held})
    assert (gone.name, gone.state, gone.network_container) == ("job", "gone", held)
    assert folded([running], None, {}) == ()


NAMES = st.sampled_from(["a", "b", "netc-a"])


@given(st.lists(NAMES, max_size=6), st.none() | st.sets(NAMES))
def test_no_task_is_lost_and_none_is_told_twice(names: list[str], known: set[str] | None) -> None:
    tasks = [task(name, n) for n, name in enumerate(names)]
    services = known and [SwarmService(name, name, "i", 1) for name in sorted(known)]
    found = [service.name for service in folded(tasks, services, {})]
    assert len(found) == len(set(found))
    if services:
        assert set(found) == known
    elif known is None:
        assert set(found) == set(names)


@given(
    st.lists(st.builds(Port, st.integers(1, 3), st.sampled_from(["tcp", "udp"]))),
    st.lists(st.builds(Port, st.integers(1, 3), st.just("tcp"), st.just(("0.0.0.0:8080",)))),
)
def test_each_port_is_told_once_as_the_swarm_publishes_it(
    here: list[Port], published: list[Port]
) -> None:
    found = ports(published, [task("job", ports=tuple(here))])
    keys = [(port.port, port.proto) for port in found]
    assert keys == sorted({(port.port, port.proto) for port in (*here, *published)})
    for port in published:
        assert port in found


def test_a_plain_container_is_no_task() -> None:
    assert service_of(task("job", labels={})) is None
    assert service_of(task("job")) == "job"


def test_the_command_that_makes_it_anew_says_what_was_chosen() -> None:
    def told(networks: int = 1, **labels: str) -> str:
        own = SwarmService("s2", "netc-job", "netc-sidecar:1", 1, labels=LABELS | labels)
        read = own_labels(own)
        assert read is not None
        job = SwarmService("s1", "job", "nginx:1", 4, networks=("over", "more")[:networks])
        assert again(own, read, None) in again(own, read, job)
        return again(own, read, job)

    # What it exposes another manager may not know.
    assert told() == "netc up job eth0 --port 80/tcp"
    chosen = {"netc.hostname": "shop", "netc.chosen-mac": ONE.mac, "netc.ports": "81:80/tcp,53/udp"}
    assert told(2, **chosen) == (
        f"netc up job eth0 --port 81:80/tcp --port 53/udp --hostname shop --mac {ONE.mac}"
        " --network over"
    )
