"""The dashboard and the alert rules that come with netc: what they ask for is there."""

import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.watch.scraped import Scrape, scrape
from tests.watch.test_metrics import forwards
from tests.watch.watched import YES, Watched, settle, watched

HERE = Path(__file__).parent
SHIPPED = files("netc_tui.watch")
DASHBOARD: dict[str, Any] = json.loads((SHIPPED / "dashboard.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
ALERTS = (SHIPPED / "alerts.yml").read_text(encoding="utf-8")
NAME = re.compile(r"\bnetc_\w+")
WIDTH = 24
"""Columns of a dashboard."""

pytestmark = pytest.mark.usefixtures("machine")


def promtool(*words: str | Path) -> str:
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def queries() -> Iterator[str]:
    for panel in PANELS:
        for target in panel["targets"]:
            yield target["expr"]


@pytest.fixture(scope="module")
def told(machine: None) -> Scrape:
    """Of a watcher with one service that is on and one that fails."""
    found: list[Scrape] = []

    async def work(host: Watched) -> None:
        host.engine.run("netc-mail")
        for name in ("shop", "mail"):
            host.engine.run(name, labels=YES)
        await settle()
        box = host.engine.boxes["netc-shop"]
        box.forwarded = forwards(1)
        host.engine.say(box, "counted")
        await settle(10)
        found.append(scrape(host.watcher))

    watched(work, closely=True)
    return found[0]


def test_promtool_finds_nothing_wrong_with_the_alert_rules() -> None:
    assert "5 rules found" in promtool("check", "rules", str(SHIPPED / "alerts.yml"))


def test_alerts_are_raised_when_they_should_be_and_end() -> None:
    """What they say, too."""
    promtool("test", "rules", HERE / "alerts.test.yml")


def test_each_alert_has_a_test_of_when_it_is_raised() -> None:
    tried = (HERE / "alerts.test.yml").read_text(encoding="utf-8")
    for name in re.findall(r"alert: (\w+)", ALERTS):
        # Once with what it says, and once when it says nothing.
        assert re.search(rf"alertname: {name}\n +eval_time: \w+\n +exp_alerts:", tried), name
        assert re.search(rf"{{alertname: {name}, eval_time: \w+}}", tried), name


def test_what_they_ask_for_is_told(told: Scrape) -> None:
    asked = {name for text in (ALERTS, *queries()) for name in NAME.findall(text)}
    assert len(asked) > 10
    assert asked <= told.names


def test_what_is_told_is_shown_or_warned_of(told: Scrape) -> None:
    shown = {name for text in (ALERTS, *queries()) for name in NAME.findall(text)}
    assert told.names <= shown


def test_labels_that_are_asked_for_are_told(told: Scrape) -> None:
    of_prometheus = {"instance", "job"}
    for query in queries():
        for inside in re.findall(r"{([^}]*)}", query):
            asked = set(re.findall(r"(\w+)(?:=~|!=|=)", inside))
            assert asked <= told.labels | of_prometheus, query


def test_prometheus_understands_each_query(tmp_path: Path) -> None:
    rules = [
        {
            "record": f"r:{number}",
            "expr": query.replace("$__rate_interval", "5m")
            .replace("$instance", ".*")
            .replace("$service", ".*"),
        }
        for number, query in enumerate(queries())
    ]
    file = tmp_path / "rules.yml"
    # JSON is YAML, too.
    file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)


def test_panels_have_their_own_places() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        place = panel["gridPos"]
        assert 0 <= place["x"] < place["x"] + place["w"] <= WIDTH, panel["title"]
    for one, other in itertools.combinations(PANELS, 2):
        a, b = one["gridPos"], other["gridPos"]
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        above = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        assert beside or above, (one["title"], other["title"])


def test_the_dashboard_is_of_any_prometheus_and_has_no_name_of_its_own_making() -> None:
    known = {each["name"] for each in DASHBOARD["templating"]["list"]}
    assert known == {"datasource", "instance", "service"}
    for panel in PANELS:
        for target in (panel, *panel["targets"]):
            assert target["datasource"]["uid"] == "${datasource}"
    used = set(re.findall(r"\$(\w+)", json.dumps(PANELS))) - {"__rate_interval"}
    assert used == {"instance", "service"}
