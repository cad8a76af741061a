"""Who keeps services on or off, beside a real engine and a watcher at work."""

import json
import re
import signal
from pathlib import Path
from typing import Any

from .conftest import Site, eventually
from .tui import Tui
from .watching import YES, answers, on, run, watch

VAIN = (*YES, "--label", "netc.ports=2222:22")


def listed(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.netc("ls", "--json"))
    return found


def kept(site: Site, name: str) -> str | None:
    return {each["name"]: each["kept"] for each in listed(site)["services"]}.get(name)


def test_who_keeps_a_service_and_how_it_is_given_back(site: Site, tmp_path: Path) -> None:
    run(site, "shop", *YES)
    run(site, "vain", *VAIN)
    run(site, "mail", *YES)
    assert {kept(site, name) for name in ("shop", "vain", "mail")} == {"waits"}
    assert listed(site)["watcher"] is None
    site.up("mail")
    made = site.docker("inspect", "--format={{.Id}} {{.State.StartedAt}}", "netc-mail")
    with watch(site, tmp_path) as watcher:
        answers(site, "shop")
        eventually(lambda: kept(site, "vain") == "refused", seconds=15)
        found = {each["name"]: each for each in listed(site)["services"]}
        assert (found["shop"]["keeper"], found["mail"]["keeper"]) == ("labels", "hand")
        assert "22/tcp; watch.ports allows more" in found["vain"]["why"]
        assert found["web1"]["kept"] is None
        told = listed(site)["watcher"]
        assert [each["service"] for each in told["troubles"]] == ["vain"]
        assert not told["silent"]
        assert "netc watch: " in site.netc("doctor", code=None)
        # Given back while it is on: nothing is interrupted.
        site.netc("auto", "mail")
        eventually(lambda: kept(site, "mail") == "by labels")
        assert "by labels: its labels ask for it" in site.netc("show", "mail")
        site.netc("down", "shop")
        assert kept(site, "shop") == "left off"
        site.docker("rm", "-f", "shop")
        run(site, "shop", *YES)
        assert kept(site, "shop") == "left off", "one that is made anew is the same"
        site.netc("auto", "shop")
        answers(site, "shop")
        assert kept(site, "shop") == "by labels"
        again = site.docker("inspect", "--format={{.Id}} {{.State.StartedAt}}", "netc-mail")
        assert again == made, watcher.said
        # And it is the watcher's to turn off.
        site.docker("rm", "-f", "mail")
        eventually(lambda: on(site) == {"netc-shop"}, seconds=20)
        watcher.ended(signal.SIGTERM)
    assert kept(site, "shop") == "by labels"
    assert listed(site)["watcher"] is None


def test_the_screen_shows_it_and_gives_back_with_a_key(site: Site, tmp_path: Path) -> None:
    with Tui(site, "--interface", "eth1") as tui, watch(site, tmp_path):
        run(site, "shop", *YES)
        run(site, "vain", *VAIN)
        tui.bound("shop")
        tui.row_says("vain", "off, refused: labels may not ask")
        tui.wait_for(lambda text: re.search("watch(: 1 in trouble| ✗ 1)", text), 15, "the header")
        tui.select("shop")
        tui.send(" ")
        tui.wait_for("stays off until A")
        tui.send("y")
        tui.row_says("shop", "off, left off: an operator")
        tui.wait_for("A auto")
        tui.send("A")
        tui.bound("shop")
        # What is written down from elsewhere is seen as well.
        site.netc("down", "shop")
        tui.row_says("shop", "off, left off: an operator")
