"""What an engine has, looked at again and again."""

import pytest

from netc_tui.core.ports import Port
from netc_tui.operations.live.inventory import look
from tests.machine import run
from tests.operations.turning import on_the_lan


@pytest.mark.usefixtures("machine")
def test_what_is_published_is_told_after_a_restart() -> None:
    engine = on_the_lan("web")
    published = (Port(80, "tcp", ("0.0.0.0:8081",)),)
    asked: dict[str, tuple[Port, ...]] = {}

    def ports() -> tuple[Port, ...]:
        found = run(look(engine, asked, engine.now))
        known = {one.id: one.ports for one in found.containers} | dict(found.ports)
        return known[engine.boxes["web"].id]

    engine.boxes["web"].ports = published
    assert ports() == published
    engine.stop("web")
    engine.boxes["web"].ports = ()
    assert ports() == (Port(80, "tcp"),), "Docker tells of one that does not run what it exposes"
    engine.boxes["web"].ports = published
    engine.start_again("web")
    assert ports() == published
