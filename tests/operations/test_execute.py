"""Commands in a network container: why one cannot be run now, and what brings that about."""

from collections.abc import Callable, Sequence

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Engine
from netc_tui.core.protocol import CLIENTS, COUNTERS, RENEW
from netc_tui.engine import LinkDown, NoScript
from netc_tui.operations import inventory
from netc_tui.operations.execute import execute
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import LOCAL, OLD, FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def meets(error: NetcError) -> Callable[[FakeEngine], None]:
    """Each command meets this error."""

    def change(engine: FakeEngine) -> None:
        def before(call: tuple[str, ...]) -> None:
            if call[0] == "execute":
                raise error

        engine.before = before

    return change


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        (lambda engine: engine.pause("netc-web"), "docker unpause netc-web"),
        (lambda engine: engine.stop("netc-web"), "netc up web eth0"),
        (meets(NoScript("can't open /netc/counters")), "netc up web eth0"),
        (meets(LinkDown("Cannot link to a non running container")), "docker start web"),
    ],
)
def test_the_command_that_mends_it_is_told(
    change: Callable[[FakeEngine], None], remedy: str
) -> None:
    engine = world()
    run(turn_on(engine, "web"))
    change(engine)
    _, own = run(inventory.turned_on(engine, "web"))
    refused(execute(engine, own, COUNTERS), Exit.FAILED, remedy)


@pytest.mark.parametrize(
    ("knows", "command", "times"),
    [(OLD, COUNTERS, 2), (OLD, CLIENTS, 2), (OLD, RENEW, 1), (LOCAL, CLIENTS, 1)],
)
def test_an_engine_that_loses_what_was_printed_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, knows: Engine, command: tuple[str, ...], times: int
) -> None:
    engine = world()
    engine.engine = knows
    own = run(turn_on(engine, "web"))
    asked = []

    async def loses(name: str, words: Sequence[str]) -> str:
        asked.append(words)
        return "" if len(asked) == 1 else "second"

    monkeypatch.setattr(engine, "execute", loses)
    assert run(execute(engine, own, command)) == ("second" if times == 2 else "")
    assert asked == [command] * times


def test_what_the_command_prints_is_the_answer() -> None:
    engine = world()
    own = run(turn_on(engine, "web"))
    assert "\n*nat\n" in run(execute(engine, own, COUNTERS))
