"""What is counted by forward, against what was sent, and what Prometheus makes of it."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families

from netc_tui.core.protocol import COUNTS
from netc_tui.core.rules import parse_save

from .conftest import Site, eventually
from .test_watch import METRICS, curl, watch

PROMETHEUS = "127.0.0.1:9714"
SECOND = "10.77.0.3"
"""Another address of the LAN machine."""
PACKETS, BYTES = "netc_forwarded_packets_total", "netc_forwarded_bytes_total"
LEAST, MOST = 4, 8
"""Packets of a request, each way."""
Flows = dict[tuple[str, str], float]


def counted(site: Site, name: str = PACKETS) -> Flows:
    """What is told, by forward and direction."""
    return {
        (sample.labels["forward"], sample.labels["direction"]): sample.value
        for family in text_string_to_metric_families(curl(site))
        for sample in family.samples
        if sample.name == name
    }


def clients(site: Site) -> float | None:
    found = re.search(r"^netc_connected_clients{.*} (.*)$", curl(site), re.MULTILINE)
    return float(found[1]) if found else None


def in_rules(site: Site) -> Flows:
    """What the rules have counted since they were loaded: packets."""
    found: Flows = {}
    for rule in parse_save(site.docker("exec", "netc-web1", "/bin/sh", "/netc/counters")):
        if port := re.search(r"--ctorigdstport (\d+)$", rule.match):
            way = "in" if rule.match.startswith("-d ") else "out"
            found[f"{port[1]}/tcp", way] = rule.packets
    return found


def tamper(site: Site, command: str) -> None:
    text = rf"*filter\n{command}\nCOMMIT\n"
    load = f"printf '{text}' | iptables-restore --noflush"
    site.docker("exec", "netc-web1", "sh", "-c", load)


def ask(site: Site, address: str, port: int, times: int, source: str | None = None) -> None:
    one = ["curl", "-sf", "-o", "/dev/null", "--max-time", "5", f"http://{address}:{port}/"]
    for _ in range(times):
        done = site.lab.client([*one, "--interface", source] if source else one)
        assert done.returncode == 0, done


@pytest.fixture
def two(site: Site) -> Iterator[str]:
    """The address of a service with two forwards; the LAN machine has two as well."""
    site.lab.client(["ip", "addr", "add", f"{SECOND}/24", "dev", "eth0"])
    yield site.up("web1", "eth1", "--port", "80", "--port", "8080:80")
    site.lab.client(["ip", "addr", "del", f"{SECOND}/24", "dev", "eth0"])


def test_each_forward_has_its_own_counts_which_never_fall(
    site: Site, two: str, tmp_path: Path
) -> None:
    with watch(site, tmp_path, "--metrics", METRICS):
        eventually(lambda: len(counted(site)) == 4, seconds=15)
        assert set(counted(site).values()) == {0}
        ask(site, two, 80, 6)
        ask(site, two, 8080, 3, SECOND)
        eventually(lambda: clients(site) == 2, seconds=15)

        def all_told(before: Flows) -> Flows:
            """As soon as all is told that the rules have counted, beside what was before."""
            there = in_rules(site)
            whole = {flow: before.get(flow, 0) + packets for flow, packets in there.items()}
            return eventually(
                lambda: counted(site), lambda told: told == whole, seconds=COUNTS + 15, every=1
            )

        first = all_told({})
        for (forward, _), packets in first.items():
            requests = 6 if forward == "80/tcp" else 3
            assert LEAST * requests <= packets <= MOST * requests
        octets = counted(site, BYTES)
        assert all(octets[flow] >= 40 * packets for flow, packets in first.items())

        site.netc("renew", "web1")
        eventually(lambda: "renewed" in site.events("web1"))
        assert counted(site) == first
        tamper(site, "-F NETC-FORWARD")
        eventually(lambda: "drift" in site.events("web1"), seconds=15)
        assert counted(site) == first
        tamper(site, "-Z NETC-FORWARD")
        assert set(in_rules(site).values()) == {0}
        ask(site, two, 8080, 2)
        second = all_told(first)
        assert second["80/tcp", "in"] == first["80/tcp", "in"]
        assert second["8080/tcp", "in"] >= first["8080/tcp", "in"] + 2 * LEAST

        site.docker("restart", "netc-web1")
        eventually(lambda: site.get(two), seconds=20)
        assert all(count >= second[flow] for flow, count in counted(site).items())
        third = all_told(second)
        assert third["80/tcp", "in"] >= second["80/tcp", "in"] + LEAST
        assert third["8080/tcp", "in"] == second["8080/tcp", "in"]
    with watch(site, tmp_path, "--metrics", METRICS):
        eventually(lambda: counted(site) == third, seconds=15)


@contextmanager
def prometheus(site: Site, folder: Path) -> Iterator[None]:
    """A real one on the Docker host, with the alert rules, that scrapes the watcher."""
    folder.mkdir()
    (folder / "alerts.yml").write_bytes((files("netc_tui.watch") / "alerts.yml").read_bytes())
    job = {"job_name": "netc", "static_configs": [{"targets": [METRICS]}]}
    pace = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    settings = {"global": pace, "rule_files": ["alerts.yml"], "scrape_configs": [job]}
    # JSON is YAML, too.
    (folder / "prometheus.yml").write_text(json.dumps(settings))
    with (folder / "log").open("w") as log:
        process = site.lab.popen(
            "host",
            [
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address={PROMETHEUS}",
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def api(site: Site, path: str, **asked: str) -> Any:
    """The data of an answer; None while there is none."""
    url = f"http://{PROMETHEUS}/api/v1/{path}?{urlencode(asked)}"
    done = site.lab.exec(["curl", "-s", "--max-time", "5", url])
    found = json.loads(done.stdout) if done.returncode == 0 and done.stdout[:1] == "{" else {}
    return found.get("data")


def query(site: Site, text: str) -> dict[str, float]:
    """The answer to a question, by its labels."""
    found = (api(site, "query", query=text) or {}).get("result", ())
    return {
        ",".join(f"{name}={each['metric'][name]}" for name in sorted(each["metric"])): float(
            each["value"][1]
        )
        for each in found
    }


def test_a_real_prometheus_scrapes_it_answers_and_warns(
    site: Site, two: str, tmp_path: Path
) -> None:
    with watch(site, tmp_path, "--metrics", METRICS), prometheus(site, tmp_path / "p"):
        eventually(lambda: query(site, 'up{job="netc"} == 1'), seconds=20)
        ask(site, two, 8080, 3)
        passed = "sum by (forward) (netc_forwarded_packets_total) > 0"
        eventually(lambda: "forward=8080/tcp" in query(site, passed), seconds=20)
        sound = 'netc_path_healthy{service="web1"}'
        eventually(
            lambda: query(site, f"sum by (service) ({sound})") == {"service=web1": 5}, seconds=20
        )
        until = query(site, "netc_lease_expiry_timestamp_seconds - time()")
        assert [0 < seconds < 3600 for seconds in until.values()] == [True]

        def alerts() -> dict[str, tuple[str, str]]:
            """How each rule stands: is it understood, and what does it say?"""
            groups = (api(site, "rules") or {}).get("groups", ())
            rules = [rule for group in groups for rule in group["rules"]]
            return {rule["name"]: (rule["health"], rule["state"]) for rule in rules}

        assert len(alerts()) == 5
        eventually(lambda: set(alerts().values()) == {("ok", "inactive")}, seconds=10)
        site.docker("stop", "-t", "0", "web1")
        pending = ("ok", "pending")
        eventually(lambda: alerts()["NetcPathBroken"] == pending, seconds=20)
        assert [name for name, told in alerts().items() if told == pending] == ["NetcPathBroken"]
        site.docker("start", "web1")
