"""``netc history``, on an engine in memory."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.cli.history import moment
from netc_tui.core.errors import Exit, NetcError
from tests.operations.looking import world

pytestmark = pytest.mark.usefixtures("machine")


def test_who_did_what_and_what_came_of_it(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world()
    monkeypatch.setenv("SUDO_USER", "maria")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.5 50222 10.0.0.1 22")
    assert netc(engine, "up", "web", "eth0")[0] == 0
    monkeypatch.setenv("SUDO_USER", "joe\x1b[2J[red]")
    assert netc(engine, "down", "web")[0] == 0
    code, out, err = netc(engine, "history")
    assert code == 0
    head, _, first, second = out.splitlines()
    assert head.split() == ["WHEN", "WHO", "SERVICE", "DONE", "CAME", "OF", "IT"]
    assert first.split()[1:] == ["maria@10.0.0.5", "web", "on", "eth0:", "80/tcp", "192.168.77.10"]
    assert "\x1b" not in out
    assert second.split()[1:4] == ["joe?[2J[red]@10.0.0.5", "web", "off"]
    assert err.startswith("the engine remembers back to its start, ")
    document = json.loads(netc(engine, "history", "web", "--json")[1])
    assert document["schema"] == 1
    assert [each["did"] for each in document["entries"]] == ["on", "off"]
    first, last = document["entries"]
    assert (first["user"], first["client"], first["what"]) == ("maria", "10.0.0.5", "eth0: 80/tcp")
    assert (last["had"], last["came"]) == ("192.168.77.10", "removed; it had 192.168.77.10")
    assert document["engine"]["whole"] is True


def test_nothing_was_done(netc: Any) -> None:
    engine = world()
    code, out, err = netc(engine, "history")
    assert (code, out) == (0, "")
    assert err.splitlines()[0] == "nothing is known to have been done"
    assert json.loads(netc(engine, "history", "--json")[1])["entries"] == []
    assert netc(engine, "history", "wep")[0] == Exit.NO_SERVICE


def test_since(netc: Any) -> None:
    engine = world()
    netc(engine, "up", "web", "eth0")
    assert "on eth0" in netc(engine, "history", "--since", "1h")[1]
    assert netc(engine, "history", "--since", "2099-01-01")[1] == ""
    code, _, err = netc(engine, "history", "--since", "yesterday")
    assert code == Exit.USAGE
    assert "--since 'yesterday': write 30m" in err


NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)


def test_moments() -> None:
    assert moment("90m", NOW) == NOW - timedelta(minutes=90)
    assert moment("3d", NOW) == NOW - timedelta(days=3)
    here = NOW.astimezone()
    assert moment(f"{here:%H:%M}", NOW) == NOW
    assert moment("2026-03-02T14:00:05Z", NOW) == datetime(2026, 3, 2, 14, 0, 5, tzinfo=UTC)
    assert moment("2026-03-01", NOW).astimezone().strftime("%d %H:%M") == "01 00:00"


@given(st.text(max_size=12).filter(lambda text: not text[:1].isdigit()))
@example("25:00")
@example("9:9")
@example("999999d")
@example("999999999d")
@example("0001-01-01")
def test_what_is_no_moment_is_a_usage_error(text: str) -> None:
    with pytest.raises(NetcError) as caught:
        moment(text, NOW)
    assert caught.value.code is Exit.USAGE
