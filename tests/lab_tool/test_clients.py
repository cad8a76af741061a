"""What programs that are run in a lab find."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from netc_tui.lab import clients, folders, layout
from netc_tui.lab.layout import Layout


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Layout]:
    """A lab's folder, elsewhere."""
    monkeypatch.setattr(layout, "RUNTIME", tmp_path)
    monkeypatch.setattr(folders, "require_own", lambda _: None)  # who runs the tests owns it
    made = Layout("x")
    made.runtime.mkdir()
    return made


def test_a_lab_of_one_host_has_neither_contexts_nor_ssh(made: Layout) -> None:
    clients.configure(made, [])
    assert list(made.docker_config.iterdir()) == []
    path = clients.environment_of(made.host())["PATH"]
    assert str(made.runtime) not in path


def test_further_hosts_are_contexts_of_the_docker_client(made: Layout) -> None:
    clients.configure(made, made.hosts()[1:])
    found = [json.loads(file.read_text()) for file in made.docker_config.rglob("meta.json")]
    urls = {context["Name"]: context["Endpoints"]["docker"]["Host"] for context in found}
    assert urls == {"host2": "ssh://root@10.77.0.11", "host3": "ssh://root@10.77.0.12"}


def test_hosts_of_the_user_s_own_are_not_there(
    made: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETC_HOST", "nas")
    monkeypatch.setenv("NETC_ALL_HOSTS", "1")
    found = clients.environment_of(made.host())
    assert "NETC_HOST" not in found
    assert (found["NETC_ALL_HOSTS"], found["NETC_ALL_CONTEXTS"]) == ("0", "0")


def test_each_host_s_engine_is_the_one_that_is_found_there(made: Layout) -> None:
    made.ssh.mkdir()
    environments = [clients.environment_of(host) for host in made.hosts()]
    assert [found["DOCKER_HOST"] for found in environments] == [
        f"unix://{made.runtime}/docker.sock",
        f"unix://{made.runtime}/host2/docker.sock",
        f"unix://{made.runtime}/host3/docker.sock",
    ]
    assert all(found["PATH"].startswith(f"{made.ssh}/bin:") for found in environments)


def test_the_client_of_another_release_comes_before_the_machine_s(
    made: Layout, tmp_path: Path
) -> None:
    host = made.host("host2")
    host.runtime.mkdir()
    host.root.symlink_to(tmp_path)
    found = clients.environment_of(host)
    assert (found["NETC_HOST_ROOT"], found["PATH"].split(":")[0]) == (
        str(tmp_path),
        str(host.programs),
    )
    assert "NETC_HOST_ROOT" not in clients.environment_of(made.host())
