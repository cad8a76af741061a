"""The TUI on an in-memory engine: no terminal, no Docker, no real time, and no blocking."""

import inspect
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import textual.app
import textual.pilot
from textual.css.stylesheet import Stylesheet

from netc_tui.host import interfaces as host
from netc_tui.operations import inventory, signing
from tests.tui import simulated
from tests.tui.stage import LINKS, Stage


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Coroutines run in simulated time."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    given = {name: pyfuncitem.funcargs[name] for name in names}
    simulated.run(pyfuncitem.obj(**given))
    return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("NO_COLOR", "TMUX", "STY", "TERM_PROGRAM", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "198.51.100.7 50222 192.168.1.20 22")
    monkeypatch.setenv("SUDO_USER", "maria")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """What a scenario needs: a clock, interfaces, and a way to open netc on an engine."""
    found = Stage()

    class Moment(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return found.clock()

    monkeypatch.setattr(inventory, "datetime", Moment)
    monkeypatch.setattr(signing, "datetime", Moment)
    monkeypatch.setattr(host, "links", lambda *_: LINKS)
    monkeypatch.setattr(host, "names", lambda: tuple(one.name for one in LINKS))
    monkeypatch.setattr("textual._time.get_time", simulated.passed)
    monkeypatch.setattr(textual.pilot, "wait_for_idle", simulated.idle)
    monkeypatch.setattr(textual.app, "wait_for_idle", simulated.idle)
    return found


@pytest.fixture(scope="session", autouse=True)
def _loaded() -> None:
    """What is loaded late is loaded before time is measured and blocking forbidden."""
    import pyroute2  # noqa: F401

    from netc_tui import sidecar
    from netc_tui.tui.screens import copy, details, expose, help, interfaces, log, move  # noqa: F401

    sidecar.context()


@pytest.fixture(scope="session", autouse=True)
def _style_sheets_parsed_once() -> Iterator[None]:
    """Each app parses all style sheets, which takes longer than most tests."""
    parse, known = Stylesheet._parse_rules, dict[Any, Any]()

    def parsed(self: Stylesheet, css: str, *given: Any, **named: Any) -> Any:
        key = (css, given, *named.items(), *sorted(self._variables.items()))
        if key not in known:
            known[key] = parse(self, css, *given, **named)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parsed)
        yield
