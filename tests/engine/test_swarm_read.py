"""What engines say of their Swarm, read into values; as 20.10.24 says it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from netc_tui.core.ports import Port
from netc_tui.core.swarm import Membership, Replicas
from netc_tui.engine import read, swarm_read

INFO: dict[str, Any] = {
    "NodeID": "n1",
    "NodeAddr": "10.77.0.10",
    "LocalNodeState": "active",
    "ControlAvailable": True,
    "Error": "",
    "RemoteManagers": [{"NodeID": "n1", "Addr": "10.77.0.10:2377"}],
    "Nodes": 3,
    "Managers": 3,
    "Cluster": {"ID": "c1"},
}
WORKER = {key: INFO[key] for key in ("NodeID", "LocalNodeState")} | {"ControlAvailable": False}


@pytest.mark.parametrize(
    ("told", "member"),
    [
        (INFO, Membership("n1", manager=True, cluster="c1", managers=3)),
        (WORKER, Membership("n1", manager=False)),
        # The managers of a Swarm without leader are not told its id.
        (INFO | {"Cluster": None, "Managers": 0}, Membership("n1", manager=True)),
        ({"LocalNodeState": "inactive", "NodeID": ""}, None),
        ({"LocalNodeState": "locked"}, None),
        ({}, None),
    ],
)
def test_an_engine_in_a_swarm(told: dict[str, Any], member: Membership | None) -> None:
    assert swarm_read.membership({"Swarm": told}) == member
    assert read.engine("unix:///x", "1.41", {"ID": "A1", "Swarm": told}).swarm == member


ROW: dict[str, Any] = {
    "ID": "s1",
    "Version": {"Index": 42},
    "Spec": {
        "Name": "job",
        "Labels": {"a": "b"},
        "TaskTemplate": {
            "ContainerSpec": {"Image": "nginx:1@sha256:00"},
            "Networks": [{"Target": "o"}],
        },
        "Mode": {"Replicated": {"Replicas": 3}},
    },
    "Endpoint": {
        "Ports": [
            {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"}
        ]
    },
    "ServiceStatus": {"RunningTasks": 2, "DesiredTasks": 3},
}


def test_a_service() -> None:
    found = swarm_read.service(ROW)
    assert (found.id, found.name, found.image, found.version) == ("s1", "job", "nginx:1", 42)
    assert found.replicas == Replicas("replicated", 2, 3)
    assert found.networks == ("o",)
    assert found.ports == (Port(80, "tcp", ("0.0.0.0:8080",)),)
    assert found.labels == {"a": "b"}


@pytest.mark.parametrize(
    ("mode", "word"),
    [
        ({"Global": {}}, "global"),
        ({"ReplicatedJob": {"MaxConcurrent": 1}}, "replicated-job"),
        ({"GlobalJob": {}}, "global-job"),
        ({"Newer": {}}, ""),
        (None, ""),
    ],
)
def test_modes_and_what_is_not_told(mode: Any, word: str) -> None:
    bare = {"ID": "s1", "Spec": {"Name": "job", "Mode": mode}}
    found = swarm_read.service(bare)
    assert found.replicas == Replicas(word)
    assert str(found.replicas) == "0 tasks here"
    assert (found.ports, found.networks, found.image) == ((), (), "")


TASK: dict[str, Any] = {
    "ID": "t1",
    "CreatedAt": "2026-03-02T12:00:00.123456789Z",
    "ServiceID": "s1",
    "NodeID": "n2",
    "DesiredState": "running",
    "Status": {"State": "running", "ContainerStatus": {"ContainerID": "c1"}},
}


def test_a_task() -> None:
    found = swarm_read.task(TASK)
    assert (found.id, found.service, found.node, found.container) == ("t1", "s1", "n2", "c1")
    assert found.running
    assert found.at == datetime(2026, 3, 2, 12, 0, 0, 123456, UTC)
    waiting = {"State": "pending", "Err": "no suitable node\n (full)"}
    found = swarm_read.task({"ID": "t1", "DesiredState": "running", "Status": waiting})
    assert (found.running, found.node, found.container) == (False, "", "")
    assert found.error == "no suitable node (full)"
    assert not found.no_image
    rejected = {"State": "rejected", "Err": "No such image: netc-sidecar:0123456789ab"}
    assert swarm_read.task({"ID": "t1", "Status": rejected}).no_image


@pytest.mark.parametrize("at", ["", "yesterday", "9999-12-31T23:59:59-23:59", None])
def test_a_moment_that_is_none_is_before_all_others(at: str | None) -> None:
    assert swarm_read.task(TASK | {"CreatedAt": at}).at <= datetime(9999, 12, 31, tzinfo=UTC)
    assert swarm_read.task(TASK | {"CreatedAt": ""}).at == datetime.fromtimestamp(0, UTC)


def test_a_node() -> None:
    row = {
        "ID": "n2",
        "Version": {"Index": 7},
        "Spec": {"Labels": {"k": "v"}, "Role": "worker", "Availability": "drain"},
        "Description": {"Hostname": "host2"},
        "Status": {"State": "down"},
    }
    found = swarm_read.node(row)
    assert (found.id, found.name, found.version, found.labels) == ("n2", "host2", 7, {"k": "v"})
    assert (found.manager, found.ready, found.active) == (False, False, False)
    row |= {"Spec": {"Role": "manager", "Availability": "active"}, "Status": {"State": "ready"}}
    found = swarm_read.node(row)
    assert (found.manager, found.ready, found.active, found.labels) == (True, True, True, {})


def test_a_config() -> None:
    found = swarm_read.config({"ID": "c1", "Spec": {"Name": "x", "Labels": None}})
    assert (found.id, found.name, found.labels) == ("c1", "x", {})


def test_a_network_of_a_swarm() -> None:
    row = {"Id": "n", "Name": "x", "Driver": "overlay", "Scope": "swarm", "Ingress": True}
    assert read.network(row).ingress
    assert not read.network(row).config_only
    here = read.network(row | {"Driver": "null", "ConfigOnly": True, "Options": {"parent": "eth1"}})
    assert (here.config_only, here.parent, here.driver) == (True, "eth1", "null")
    lan = read.network(row | {"Driver": "macvlan", "ConfigFrom": {"Network": "here"}})
    assert (lan.config_from, lan.parent) == ("here", None)


def test_what_an_image_exposes() -> None:
    found = read.image({"Id": "i", "Config": {"ExposedPorts": {"80/tcp": {}, "53/udp": {}}}})
    assert found.ports == (Port(53, "udp"), Port(80, "tcp"))
