"""What is gathered of an engine in memory, on a machine on which all is well."""

from collections.abc import Mapping

import pytest

from netc_tui.cli.support import _forms
from netc_tui.engine import Endpoint
from netc_tui.operations.support import assemble, gather
from netc_tui.operations.support.found import Gathered
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.doctors import LISTENS, sound
from tests.twin import FakeEngine


def reached(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """An engine with two services that are on and one that is off; it is the one in force."""
    sound(monkeypatch)
    made = FakeEngine()
    made.prints = lambda name, command: LISTENS
    for name in ("web", "db"):
        made.run(name, ports=("80/tcp",), labels={"com.docker.compose.project": "shop"})
        run(up(made, Request(name, "eth0")))
    made.run("off")

    async def connect(_: Endpoint) -> FakeEngine:
        return made

    monkeypatch.setattr("netc_tui.engine.connect", connect)
    return made


def gathered(environ: Mapping[str, str] | None = None) -> Gathered:
    """All that is found in such an environment."""
    return run(gather.gather({"NETC_CONFIG": "", "HOME": "/nonexistent", **(environ or {})}))


def assembled(found: Gathered) -> dict[str, bytes]:
    """The files, as the command line makes them."""
    return assemble.assemble(found, _forms())


def files(found: Gathered) -> dict[str, str]:
    """The same as texts."""
    return {name: text.decode() for name, text in assembled(found).items()}
