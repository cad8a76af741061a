"""Who did it, and with which address."""

import pytest

from netc_tui.core.ownership import owned
from netc_tui.engine import Refused
from netc_tui.operations.signing import signed
from tests.machine import run
from tests.operations.turning import on_the_lan

pytestmark = pytest.mark.usefixtures("machine")


def test_who_and_the_address_until_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "maria")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.5 50222 10.0.0.1 22")
    engine = on_the_lan("web")
    ours = owned(run(engine.containers()))
    found = run(signed(engine, ours))
    assert (found.who, found.had) == ("maria@10.0.0.5", "192.168.77.10")
    assert run(signed(engine)).had == ""
    engine.stop("netc-web")
    assert run(signed(engine, ours)).had == ""


def test_a_log_that_cannot_be_read_is_no_hindrance() -> None:
    engine = on_the_lan("web")
    ours = owned(run(engine.containers()))

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "log":
            raise Refused("configured logging driver does not support reading")

    engine.before = refuse
    assert run(signed(engine, ours)).had == ""
