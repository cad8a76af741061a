"""What a manager of a Swarm is asked for."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from netc_tui.core.swarm import Membership
from netc_tui.core.swarm_steps import CreateNodeNetwork, CreateSwarmNetwork, SwarmSpec
from netc_tui.engine import Conflict, swarm
from netc_tui.engine.sentences import refused
from tests.engine.heard import Heard, _Yes
from tests.engine.wire import frame

SPEC = SwarmSpec(
    name="netc-job",
    image="netc-sidecar:1",
    networks=("over", "netc-swarm-eth1"),
    constraint="node.labels.netc.lan.eth1 == yes",
    environment={"NETC_NAME": "tasks.job"},
    config="netc-rules-1",
    labels={"netc.schema": "1"},
)
TOLD: dict[str, Any] = {
    "/services?status=true": [{"ID": "s1", "Spec": {"Name": "job"}}],
    "/tasks?filters=%7B%7D": [{"ID": "t1"}, {"ID": "t2"}],
    "/tasks?filters=%7B%22service%22%3A+%5B%22job%22%5D%7D": [{"ID": "t1"}],
    "/nodes": [{"ID": "n1"}],
    "/nodes/n1": {
        "Version": {"Index": 9},
        "Spec": {"Role": "manager", "Availability": "drain", "Labels": {"a": "b"}},
    },
    "/configs": [{"ID": "c1", "Spec": {"Name": "netc-rules-1"}}],
    "/configs/netc-rules-1": {"ID": "c1"},
}


class _Manager(_Yes):
    """Tells of a Swarm, and keeps what it was asked to change."""

    def do_GET(self) -> None:
        path = self.path[len("/v1.41") :]
        if path == "/info":
            told = {"LocalNodeState": "active", "NodeID": "n1", "ControlAvailable": True}
            self._answer(200, json.dumps({"Swarm": told}).encode())
            return
        if path == "/tasks/t1/logs?stdout=1&tail=2":
            self._answer(200, frame(b"one\ntw") + frame(b"o\n"))
        elif path == "/services/netc-job/logs?stdout=1&follow=1&tail=all":
            away = b"error from daemon in stream: Error grabbing logs: node n2 is not available\n"
            self._answer(200, frame(b"one\n") + frame(away, 3) + frame(b"two\n"))
        elif path == "/tasks/silent/logs?stdout=1&tail=2":
            time.sleep(1)
        elif path == "/tasks/cut/logs?stdout=1&tail=2":
            self.send_response(200)
            self.send_header("Content-Length", "99")
            self.end_headers()
            self.wfile.write(frame(b"one\n"))
            time.sleep(1)
        elif path in TOLD:
            self._answer(200, json.dumps(TOLD[path]).encode())
        else:
            self._answer(404, b'{"message": "not found"}')

    def do_DELETE(self) -> None:
        self.server.asked.append((f"DELETE {self.path}", {}))
        self._answer(404 if "gone" in self.path else 200, b'{"message": "not found"}')

    def _answer(self, status: int, text: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


@pytest.fixture
def manager() -> Iterator[Heard]:
    with Heard() as server:
        server.RequestHandlerClass = _Manager
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(manager: Heard, what: Callable[[Any], Any], api: tuple[int, int] = (1, 41)) -> Any:
    async def scenario() -> Any:
        engine = manager.engine(api)
        try:
            return await what(engine.swarm)
        finally:
            await engine.close()

    return asyncio.run(scenario())


def test_what_it_tells(manager: Heard) -> None:
    assert [s.name for s in ask(manager, lambda swarm: swarm.services())] == ["job"]
    assert [t.id for t in ask(manager, lambda swarm: swarm.tasks())] == ["t1", "t2"]
    assert [t.id for t in ask(manager, lambda swarm: swarm.tasks("job"))] == ["t1"]
    assert ask(manager, lambda swarm: swarm.tasks("gone")) == ()
    assert [n.id for n in ask(manager, lambda swarm: swarm.nodes())] == ["n1"]
    assert [c.name for c in ask(manager, lambda swarm: swarm.configs())] == ["netc-rules-1"]
    assert ask(manager, lambda swarm: swarm.log("t1", 2)) == (b"one", b"two")
    assert ask(manager, lambda swarm: swarm.log("gone", 2)) == ()


@pytest.mark.parametrize("task", ["silent", "cut"])
def test_a_node_that_is_silent_holds_no_thread_for_long(
    manager: Heard, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are eight: with a minute each, a screen would stand still."""
    monkeypatch.setattr(swarm, "NODE_PATIENCE", 0.1)
    with pytest.raises(TimeoutError):
        ask(manager, lambda swarm: swarm.log(task, 2))


def test_what_it_is_in_its_swarm_is_learned_anew(manager: Heard) -> None:
    async def scenario() -> None:
        engine = manager.engine((1, 41))
        before = engine.engine
        await engine.refresh()
        assert engine.engine == msgspec.structs.replace(before, swarm=Membership("n1", True))
        await engine.close()

    asyncio.run(scenario())


def test_the_log_of_all_its_tasks_is_followed_and_what_is_lacking_told(manager: Heard) -> None:
    async def lines(swarm: Any) -> list[bytes]:
        return [line async for line in swarm.follow_log("netc-job")]

    one, lacking, two = ask(manager, lines)
    assert (one, two) == (b"one", b"two")
    assert lacking.endswith(b"node n2 is not available")


def made(manager: Heard, api: tuple[int, int] = (1, 41)) -> dict[str, Any]:
    ask(manager, lambda swarm: swarm.create(SPEC), api)
    [(path, body)] = manager.asked
    assert path == f"/v{api[0]}.{api[1]}/services/create"
    return body


def test_a_network_container_may_do_no_more_in_a_swarm_than_elsewhere(manager: Heard) -> None:
    body = made(manager)
    template = body["TaskTemplate"]
    container = template["ContainerSpec"]
    assert container["CapabilityDrop"] == ["ALL"]
    assert container["CapabilityAdd"] == ["CAP_NET_ADMIN", "CAP_NET_RAW"]
    assert container["ReadOnly"] is True
    assert "Privileges" not in container, "before 25.0 no service can be kept from gaining any"
    assert container["Mounts"] == [
        {"Type": "tmpfs", "Target": "/run", "TmpfsOptions": {"SizeBytes": 262144, "Mode": 0o755}}
    ]
    assert container["Sysctls"]["net.ipv4.ip_forward"] == "1"
    assert template["Resources"]["Limits"] == {
        "MemoryBytes": 32 * 1024 * 1024,
        "Pids": 64,
        "NanoCPUs": 500_000_000,
    }
    assert template["LogDriver"]["Options"] == {"max-size": "1m", "max-file": "2"}


def test_never_are_two_of_it_there_at_once(manager: Heard) -> None:
    body = made(manager)
    assert body["Mode"] == {"Replicated": {"Replicas": 1}}
    assert body["UpdateConfig"]["Order"] == body["RollbackConfig"]["Order"] == "stop-first"
    assert body["EndpointSpec"] == {"Mode": "dnsrr"}
    assert body["TaskTemplate"]["Placement"] == {"Constraints": [SPEC.constraint]}
    assert [network["Target"] for network in body["TaskTemplate"]["Networks"]] == [*SPEC.networks]


def test_its_rules_are_a_config_where_its_volume_is(manager: Heard) -> None:
    [config] = made(manager)["TaskTemplate"]["ContainerSpec"]["Configs"]
    assert (config["ConfigID"], config["ConfigName"]) == ("c1", "netc-rules-1")
    assert config["File"]["Name"] == "/lease/rules"


def test_a_kernel_that_cannot_limit_processors_is_not_asked_to(manager: Heard) -> None:
    async def scenario() -> None:
        engine = manager.engine((1, 41))
        engine.swarm._processors = False
        await engine.swarm.create(SPEC)
        await engine.close()

    asyncio.run(scenario())
    [(_, body)] = manager.asked
    assert "NanoCPUs" not in body["TaskTemplate"]["Resources"]["Limits"]


def test_a_change_names_the_version_that_it_is_about(manager: Heard) -> None:
    ask(manager, lambda swarm: swarm.update(SPEC, 7))
    ask(manager, lambda swarm: swarm.label_node("n1", "k", "v"))
    ask(manager, lambda swarm: swarm.label_node("n1", "a", None))
    (update, body), (labelled, node), (taken, other) = manager.asked
    assert update == "/v1.41/services/netc-job/update?version=7"
    assert body["Name"] == "netc-job"
    assert labelled == taken == "/v1.41/nodes/n1/update?version=9"
    # What else is asked of the node stays.
    assert node == {"Role": "manager", "Availability": "drain", "Labels": {"a": "b", "k": "v"}}
    assert other == {"Role": "manager", "Availability": "drain", "Labels": {}}
    assert type(refused("rpc error: code = Unknown desc = update out of sequence", 500)) is Conflict


def test_networks_and_configs(manager: Heard) -> None:
    here = CreateNodeNetwork("a", "eth1", "198.18.0.0/22", {"l": "1"})
    ask(manager, lambda swarm: swarm.create_network(here))
    ask(manager, lambda swarm: swarm.create_network(CreateSwarmNetwork("b", "a")))
    ask(manager, lambda swarm: swarm.create_config("c", "text", {"l": "1"}))
    (_, node), (_, lan), (_, config) = manager.asked
    assert (node["ConfigOnly"], node["Options"]) == (True, {"parent": "eth1"})
    assert node["IPAM"]["Config"] == [{"Subnet": "198.18.0.0/22"}]
    assert (lan["Driver"], lan["Scope"], lan["ConfigFrom"]) == (
        "macvlan",
        "swarm",
        {"Network": "a"},
    )
    assert "Labels" not in lan, "Docker refuses any"
    assert (config["Name"], config["Data"], config["Labels"]) == ("c", "dGV4dA==", {"l": "1"})


def test_the_image_gets_a_name_for_which_no_registry_is_asked(manager: Heard) -> None:
    ask(manager, lambda swarm: swarm.name_image("netc-sidecar:1"))
    [(path, _)] = manager.asked
    asked = urlsplit(path)
    assert asked.path == "/v1.41/images/netc-sidecar:1/tag"
    said = parse_qs(asked.query)
    assert (said["repo"], said["tag"]) == (["localhost:1/netc-sidecar"], ["1"])


def test_what_is_gone_is_removed(manager: Heard) -> None:
    for name in ("there", "gone"):
        ask(manager, lambda swarm, name=name: swarm.remove(name))
        ask(manager, lambda swarm, name=name: swarm.remove_config(name))
    assert [path for path, _ in manager.asked] == [
        "DELETE /v1.41/services/there",
        "DELETE /v1.41/configs/there",
        "DELETE /v1.41/services/gone",
        "DELETE /v1.41/configs/gone",
    ]


def test_from_25_0_on_it_gains_no_privileges(manager: Heard) -> None:
    body = made(manager, (1, 44))
    assert body["TaskTemplate"]["ContainerSpec"]["Privileges"] == {"NoNewPrivileges": True}
