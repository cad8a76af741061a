"""What `netc watch --once` does and says, on an engine in memory."""

import gc
from typing import Any

import pytest

from netc_tui.core.errors import Exit
from netc_tui.core.wishes import ENABLE
from netc_tui.watch import running
from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")
YES = {ENABLE: "true"}


@pytest.fixture(autouse=True)
def _interface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETC_INTERFACE", "eth0")


def test_one_round_does_it_and_a_second_has_nothing_to_do(netc: Any) -> None:
    engine = world()
    engine.run("shop", labels=YES)
    code, out, err = netc(engine, "watch", "--once")
    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "shop: turn on: its labels ask for it",
        "shop: on: 192.168.77.10 on eth0",
    ]
    assert netc(engine, "watch", "--once") == (0, "", "")
    engine.discard("shop")
    code, _, err = netc(engine, "watch", "--once")
    assert (code, err.splitlines()[-1]) == (0, "shop: off")


def test_what_fails_ends_with_1_and_the_rest_is_done(netc: Any) -> None:
    engine = world()
    engine.run("shop", labels=YES)
    engine.run("mail", labels=YES)
    engine.run("netc-mail")
    engine.run("vain", labels={**YES, "netc.ports": "22"})
    code, _, err = netc(engine, "watch", "--once")
    assert code == 1
    assert "vain: its labels ask in vain: labels may not ask for the port 22/tcp" in err
    assert "shop: on: " in err
    assert err.splitlines()[-1] == ("netc: 1 of the services could not be made as their labels ask")


def test_an_engine_that_goes_away_ends_it_with_5(netc: Any) -> None:
    engine = world()
    for name in ("shop", "mail"):
        engine.run(name, labels=YES)

    def die(call: tuple[str, ...]) -> None:
        if call[0] == "create":
            engine.away = "no answer"

    engine.before = die
    code, _, err = netc(engine, "watch", "--once")
    assert code == 5
    assert err.splitlines()[-1] == "netc: no answer"


def test_the_unit_is_printed_without_an_engine(netc: Any) -> None:
    engine = world()
    engine.away = "no answer"
    code, out, err = netc(engine, "watch", "--unit")
    assert (code, err) == (0, "")
    assert "Type=notify" in out


def test_metrics_of_one_round_are_refused(netc: Any) -> None:
    code, _, err = netc(world(), "watch", "--once", "--metrics", "127.0.0.1:9713")
    assert code == 2
    assert err == "netc: --metrics with --once: nobody could read them\n"


@pytest.mark.parametrize("where", ["eth0:9713", "127.0.0.1:99999"])
def test_a_place_for_metrics_that_is_none_is_refused_in_a_line(netc: Any, where: str) -> None:
    code, out, err = netc(world(), "watch", "--metrics", where)
    assert (code, out) == (2, "")
    assert err.startswith(f"netc: --metrics '{where}': write an address")
    assert err.count("\n") == 1


def test_no_unit_is_printed_that_could_not_start(netc: Any) -> None:
    code, out, err = netc(world(), "watch", "--unit", "--metrics", "localhost:9713")
    assert (code, out) == (Exit.USAGE, "")
    assert "127.0.0.1:9713" in err
    assert err.count("\n") == 1


def test_the_unit_has_the_place_of_the_metrics(netc: Any) -> None:
    code, out, _ = netc(world(), "watch", "--unit", "--metrics", "127.0.0.1:9713")
    assert code == 0
    assert " watch --metrics 127.0.0.1:9713\n" in out


def test_the_help_names_what_comes_beside_metrics(netc: Any) -> None:
    code, out, _ = netc(world(), "watch", "--help")
    assert code == 0
    assert "dashboard.json" in out
    assert "alerts.yml" in out


def test_a_long_life_does_not_gather_garbage(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command looks for it hardly ever: what it leaves behind goes with the process."""
    left: list[int] = []

    class Garbage:
        def __init__(self) -> None:
            self.own = self
            left.append(1)

        def __del__(self) -> None:
            left.pop()

    async def life(*_: object, **__: object) -> None:
        for _ in range(20_000):
            Garbage()

    monkeypatch.setattr(running, "run", life)
    usual = gc.get_threshold()
    gc.set_threshold(100_000)
    try:
        assert netc(world(), "watch") == (0, "", "")
        assert len(left) < 2_000
    finally:
        gc.unfreeze()
        gc.set_threshold(*usual)
        gc.collect()
