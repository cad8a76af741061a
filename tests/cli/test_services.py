"""What `netc ls` and `netc show` print, on an engine in memory."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from netc_tui.core import memos
from netc_tui.core.lookup import InDns, Pointing
from netc_tui.core.memos import BEAT, SILENT, Trouble
from netc_tui.core.model import NetworkContainer
from netc_tui.core.wishes import ENABLE
from netc_tui.engine import Refused
from netc_tui.operations.down import down
from netc_tui.operations.lookup import Inquiry
from netc_tui.operations.up import Request, up
from tests.machine import run
from tests.operations.looking import world
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


def test_a_table_is_sorted_by_the_numbers_in_names_and_tells_what_is_forwarded(netc: Any) -> None:
    engine = FakeEngine()
    for name in ("n59", "n6", "off"):
        engine.run(name, ports=("80/tcp",))
    for name in ("n59", "n6"):
        run(up(engine, Request(name, "eth0", ports=("8080:80", "8081:80"))))
    rows = [line.split() for line in netc(engine, "ls")[1].splitlines()[2:]]
    assert [row[0] for row in rows] == ["n6", "n59", "off"]
    on, _, off = (" ".join(row[2:4]) for row in rows)
    assert on == "8080:80/tcp, 8081:80/tcp"
    assert off == "80/tcp -"
    (first, *_) = json.loads(netc(engine, "ls", "--json")[1])["services"]
    assert [port["port"] for port in first["ports"]] == [80]
    assert first["network_container"]["ports"] == ["8080:80/tcp", "8081:80/tcp"]


def test_the_lease_is_shown_where_the_rules_cannot_be_read(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    code, out, _ = netc(engine, "show", "web")
    assert code == 0
    assert "DNAT" in out

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "execute":
            raise Refused("not today")

    engine.before = refuse
    code, out, _ = netc(engine, "show", "web")
    assert code == 0
    assert "address            192.168.77.10/24\n" in out
    assert out.endswith("\nrules: not today\n")
    assert json.loads(netc(engine, "show", "web", "--json")[1])["rules"] is None


def told(monkeypatch: pytest.MonkeyPatch, **facts: Any) -> None:
    """What the DNS says of any network container."""

    async def look(self: Inquiry, own: NetworkContainer) -> InDns:
        return InDns(address=own.ip or "", name="web.home.lan", **facts)

    monkeypatch.setattr(Inquiry, "__call__", look)


def test_the_name_that_leads_to_it_is_shown(netc: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world(ports=("80/tcp",))
    engine.tells |= {"domain": "home.lan", "dns": "192.168.77.1"}
    netc(engine, "up", "web", "eth0")
    own, server = "192.168.77.10", "192.168.77.1"
    told(
        monkeypatch, pointing=Pointing.HERE, addresses=(own,), called=("web.home.lan",),
        servers=(server,),
    )  # fmt: skip
    assert "\nname               web.home.lan leads here\n" in netc(engine, "show", "web")[1]
    document = json.loads(netc(engine, "show", "web", "--json")[1])
    assert document["name"] == {
        "name": "web.home.lan", "state": "here", "addresses": [own], "called": ["web.home.lan"],
        "others": [], "servers": [server], "published": None, "reason": None,
    }  # fmt: skip
    assert document["network_container"]["domain"] == "home.lan"
    assert document["network_container"]["name_servers"] == [server]
    (found,) = json.loads(netc(engine, "ls", "--json")[1])["services"]
    assert found["network_container"]["domain"] == "home.lan"


def test_a_name_that_somebody_else_has_is_shown_with_who_and_what_to_do(
    netc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world(ports=("80/tcp",))
    engine.tells["domain"] = "home.lan"
    netc(engine, "up", "web", "eth0")
    told(
        monkeypatch, pointing=Pointing.ELSEWHERE, addresses=("192.168.77.66",), called=(),
        others=("printer\x1b.home.lan",),
    )  # fmt: skip
    code, out, _ = netc(engine, "show", "web")
    assert code == 0
    who = "192.168.77.66 (printer?.home.lan)"
    assert f"\nname               web.home.lan leads to {who}, not here\n" in out
    assert (
        f"\nwarning            in the DNS web.home.lan leads to {who}, not to 192.168.77.10;"
        " choose another name with --hostname, or remove the old record\n"
    ) in out
    out = netc(engine, "show", "web", "--json")[1]
    assert "\x1b" not in out
    assert json.loads(out)["name"]["state"] == "elsewhere"


def test_without_a_hint_nobody_is_asked_for_a_name(netc: Any) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    why = "the DHCP server tells no domain and no name server"
    assert f"\nname               not known, {why}\n" in netc(engine, "show", "web")[1]
    name = json.loads(netc(engine, "show", "web", "--json")[1])["name"]
    assert (name["state"], name["name"], name["reason"]) == ("unknown", None, why)


def test_settings_of_names_that_make_no_sense_hold_up_no_look(
    netc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = world(ports=("80/tcp",))
    netc(engine, "up", "web", "eth0")
    monkeypatch.setenv("NETC_DNS_PUBLISH", "rfc2136")
    monkeypatch.setenv("NETC_DNS_KEY_FILE", "/nowhere/key")
    assert netc(engine, "show", "web")[0] == 0


def labelled() -> FakeEngine:
    engine = FakeEngine()
    for name in ("asks", "off", "on"):
        engine.run(name, labels={ENABLE: "true"})
    engine.run("vain", labels={ENABLE: "maybe"})
    engine.run("web")
    for name in ("on", "web"):
        run(up(engine, Request(name, "eth0")))
    run(down(engine, "off"))
    return engine


def test_who_keeps_services_is_told_where_labels_ask(
    netc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = labelled()
    code, out, err = netc(engine, "ls")
    head, _, *rows = out.splitlines()
    assert (code, head.split()[-1]) == (0, "KEPT")
    words = {row.split()[0]: " ".join(row.split()[-2:]) for row in rows}
    assert words["on"] == words["web"] == "by hand"
    assert words["off"] == "left off"
    assert words["asks"].endswith("waits")
    assert words["vain"].endswith("refused")
    assert "off, refused: netc.enable=maybe: write true or false" in out
    assert err == ("no netc watch runs here: what labels ask for is not followed (netc doctor)\n")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("netc_tui.cli.output.roomy", lambda: False)
    out = netc(engine, "ls")[1]
    assert "\nvain: refused: netc.enable=maybe: write true or false\n" in out
    assert "\nasks: waits: no netc watch runs here\n" in out


def test_of_a_host_without_labels_nothing_of_the_kind_is_told(netc: Any) -> None:
    engine = FakeEngine()
    engine.run("web")
    run(up(engine, Request("web", "eth0")))
    _, out, err = netc(engine, "ls")
    assert "KEPT" not in out
    assert err == ""
    assert json.loads(netc(engine, "ls", "--json")[1])["watcher"] is None


def test_scripts_are_told_who_keeps_a_service_and_how_a_watcher_stands(netc: Any) -> None:
    engine = labelled()
    at = datetime.now(UTC).replace(microsecond=0)
    trouble = Trouble("asks", "the interface lo is none that labels may ask for", refused=True)
    memo = memos.watcher(at - BEAT, at, "1.2", (trouble,), trouble, at)
    run(engine.write_memo(memo))
    document = json.loads(netc(engine, "ls", "--json")[1])
    found = {
        each["name"]: (each["kept"], each["keeper"], each["asks"], each["why"])
        for each in document["services"]
    }
    assert found["asks"] == ("refused", None, True, trouble.why)
    assert found["off"][:3] == ("left off", None, True)
    assert found["on"][:3] == ("by hand", "hand", True)
    assert found["vain"][:3] == ("refused", None, True)
    assert found["web"] == ("by hand", "hand", False, "an operator turned it on")
    watcher = document["watcher"]
    assert watcher["at"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert (watcher["version"], watcher["silent"]) == ("1.2", False)
    assert watcher["troubles"] == [watcher["last"]]
    old = memos.watcher(at - 9 * BEAT, at - SILENT - BEAT, "1.2", ())
    run(engine.write_memo(old))
    assert json.loads(netc(engine, "ls", "--json")[1])["watcher"]["silent"] is True
    assert netc(engine, "ls")[2].startswith("netc watch is silent since ")


def test_one_service_s_keeper_is_among_its_facts(netc: Any) -> None:
    engine = labelled()
    _, out, _ = netc(engine, "show", "on")
    assert "\nkept               by hand: back to its labels with: netc auto on\n" in out
    document = json.loads(netc(engine, "show", "on", "--json")[1])
    assert (document["kept"], document["keeper"], document["asks"]) == ("by hand", "hand", True)
    code, _, err = netc(engine, "show", "off")
    assert code == 3
    assert "off has no network container (left off: an operator turned it off" in err


def test_where_volumes_may_not_be_listed_the_rest_is_told(netc: Any) -> None:
    engine = labelled()

    def refuse(call: tuple[str, ...]) -> None:
        if call[0] == "memos":
            raise Refused("403 Forbidden")

    engine.before = refuse
    code, out, err = netc(engine, "ls")
    assert code == 0
    assert "bound 192.168.77.10 on eth0" in out
    assert err.startswith("what is written down on the engine cannot be read: ")
