"""Completion in the shell."""

import pytest
import typer

from netc_tui.cli import complete, main
from netc_tui.core.swarm import SERVICE
from netc_tui.engine import Endpoint
from netc_tui.operations.up import Request, up
from tests.cli.process import opened
from tests.machine import run
from tests.twin import FakeEngine

PLAIN = typer.Context(typer.main.get_command(main.app))
"""Of a command line that names no host."""


def test_completion_in_the_shell_does_not_open_the_tui() -> None:
    done = opened(_NETC_COMPLETE="complete_bash", COMP_WORDS="netc inter", COMP_CWORD="1")
    assert done.stdout.strip() == "interfaces"


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    made = FakeEngine()
    for name in ("web", "web2", "db"):
        made.run(name)
    made.run("wiki", state="exited")
    run(up(made, Request("web", "eth0")))

    async def connect(_: Endpoint) -> FakeEngine:
        return made

    monkeypatch.setattr("netc_tui.engine.connect", connect)
    return made


@pytest.mark.usefixtures("machine")
def test_names_that_can_be_meant_are_offered(engine: FakeEngine) -> None:
    assert complete.services(PLAIN, "w") == ["web", "web2"], "what runs, no network container"
    assert complete.turned_on(PLAIN, "w") == ["web"]
    assert complete.interfaces(PLAIN, "e") == ["eth0", "eth1", "eth2"]
    assert "lo" not in complete.interfaces(PLAIN, "")


@pytest.mark.usefixtures("machine")
def test_of_a_swarm_services_are_offered_and_no_tasks(engine: FakeEngine) -> None:
    for name in ("wheel.1.u7x", "wheel.2.u7y"):
        engine.run(name, labels={SERVICE: "wheel"})
    engine.run("netc-web.1.u7x", labels={SERVICE: "netc-web"}, image="netc-sidecar:1")
    assert complete.services(PLAIN, "w") == ["web", "web2", "wheel"]
    assert complete.services(PLAIN, "netc") == []


@pytest.mark.usefixtures("machine")
def test_without_an_engine_nothing_is_offered_and_nothing_said(
    engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.away = "no answer"
    assert complete.services(PLAIN, "") == complete.turned_on(PLAIN, "") == []
    assert capsys.readouterr() == ("", "")
