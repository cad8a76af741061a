"""Who did what, on a real engine: remembered by it and by what is on, and no longer than that."""

import json
import re
import signal
import sys
from datetime import datetime
from typing import Any

import pytest

from .conftest import Site, eventually

MARIA = {"SUDO_USER": "maria", "SSH_CONNECTION": "10.77.0.99 50222 10.77.0.10 22"}
JOE = {"SUDO_USER": "joe\x1b[2J", "SSH_CONNECTION": "fd00::9 50222 fd00::1 22"}
AFTER = re.compile(r"10\.7[78]\.0\.[0-9]+ after [0-3] s")


def by(site: Site, user: dict[str, str], *arguments: str, code: int = 0) -> str:
    return site.netc(*arguments, code=code, env={**site.lab.environment, **user})


def entries(site: Site, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.netc("history", "--json", *arguments))["entries"]
    return found


def done(site: Site, *arguments: str) -> list[tuple[str, str | None]]:
    return [(each["did"], each["user"]) for each in entries(site, *arguments)]


@pytest.fixture
def fresh(site: Site) -> Site:
    """With an engine that remembers nothing of what was before."""
    site.lab.restart_engine()
    eventually(lambda: site.docker("ps", "-a", "-q", check=False), seconds=20)
    return site


def test_two_operators_and_an_engine_that_forgets(fresh: Site) -> None:
    site = fresh
    address = by(site, MARIA, "up", "web1", "eth1").strip().removeprefix("ip=")
    by(site, JOE, "up", "web2", "eth1")
    by(site, JOE, "up", "web1", "eth1", "--port", "81:80")
    by(site, MARIA, "up", "web1", "eth2", "--port", "81:80")
    by(site, JOE, "renew", "web1")
    by(site, MARIA, "down", "web2")
    found = entries(site, "web1")
    assert [(each["did"], each["user"], each["client"]) for each in found] == [
        ("on", "maria", "10.77.0.99"),
        ("changed", "joe?[2J", "fd00::9"),
        ("moved", "maria", "10.77.0.99"),
        ("renewed", "joe?[2J", "fd00::9"),
    ]
    on, changed, moved, renewed = found
    assert (on["what"], on["came"]) == ("eth1: 80/tcp", address)
    assert changed["what"] == "ports change from 80/tcp to 81:80/tcp"
    assert (changed["had"], changed["came"]) == (address, address)
    assert (moved["what"], moved["had"]) == ("from eth1 to eth2", address)
    assert AFTER.fullmatch(moved["came"])
    assert AFTER.fullmatch(renewed["came"])
    times = [datetime.fromisoformat(each["at"]) for each in found]
    assert times == sorted(times)
    assert done(site, "web2") == [("on", "joe?[2J"), ("off", "maria")]
    assert entries(site, "web2")[1]["came"].startswith("removed; it had 10.77.0.")
    table = site.run("history")
    assert table.stderr.startswith("the engine remembers back to its start, ")
    assert "\x1b" not in table.stdout
    # To be remembered is no reason to make anything anew.
    before = site.docker("inspect", "-f", "{{.Id}}", "netc-web1")
    by(site, JOE, "up", "web1", "eth2", "--port", "81:80")
    assert site.docker("inspect", "-f", "{{.Id}}", "netc-web1") == before
    assert ("on", "joe?[2J") not in done(site, "web1")
    # It forgets what it had in memory alone, and that is said.
    site.lab.restart_engine(signal.SIGKILL)
    eventually(lambda: site.docker("ps", "-a", "-q", check=False), seconds=20)
    assert done(site, "web2") == []
    kept = done(site, "web1")
    assert kept[:3] == [("on", "maria"), ("changed", "joe?[2J"), ("moved", "maria")]
    assert ("renewed", "joe?[2J") not in kept
    document = json.loads(site.netc("history", "--json"))
    began = document["engine"]["since"]
    assert began is None or datetime.fromisoformat(began) > times[-1]


def test_what_is_done_without_netc_is_seen(fresh: Site) -> None:
    site = fresh
    by(site, MARIA, "up", "web1", "eth1")
    site.docker("stop", "netc-web1")
    by(site, MARIA, "up", "web1", "eth1")
    by(site, MARIA, "up", "web2", "eth1")
    site.docker("rm", "-f", "-v", "netc-web2")
    assert done(site, "web1") == [("on", "maria"), ("ended", None), ("started", "maria")]
    assert done(site, "web2") == [("on", "maria"), ("removed", None)]


@pytest.mark.parametrize("how", ["paused", "linked to a service that is down"])
def test_off_where_the_engine_runs_nothing(fresh: Site, how: str) -> None:
    site = fresh
    by(site, MARIA, "up", "web1", "eth1")
    site.docker(*(("pause", "netc-web1") if how == "paused" else ("stop", "-t", "1", "web1")))
    by(site, MARIA, "down", "web1")
    assert site.leftovers() == []
    assert done(site, "web1") == [("on", "maria"), ("removed", None)]


def test_netc_killed_in_the_middle_of_a_change(fresh: Site) -> None:
    site = fresh
    by(site, MARIA, "up", "web1", "eth1")
    before = site.docker("inspect", "-f", "{{.Id}}", "netc-web1")
    for count in range(4, 40):
        command = (sys.executable, "-m", "tests.lab.killer", str(count))
        changed = ("up", "web1", "eth1", "--port", f"{8000 + count}:80")
        site.lab.exec([*command, *changed], env={**site.lab.environment, **JOE})
        now = site.docker("inspect", "-f", "{{.Id}}", "netc-web1", check=False)
        if now == before:
            continue
        # Whatever was done until then, maria makes it whole, and both are told of.
        by(site, MARIA, *changed)
        found = done(site, "web1")
        assert found[0] == ("on", "maria")
        assert ("changed", "joe?[2J") in found
        assert not [did for did, _ in found if did in ("off", "removed")], found
        break
    else:
        pytest.fail("it was never changed")
