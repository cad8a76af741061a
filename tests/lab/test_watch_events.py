"""What happens to a service while `netc watch` follows it."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import Site, eventually
from .proxy import proxied
from .test_docker import hung
from .watching import IMAGE, YES, Watch, answers, made_since, on, run, watch


@pytest.fixture
def watcher(site: Site, tmp_path: Path) -> Iterator[Watch]:
    with watch(site, tmp_path) as found:
        yield found
        assert "Traceback" not in found.said
        assert "defect" not in found.said


def test_one_that_is_renamed_is_on_under_its_new_name(site: Site, watcher: Watch) -> None:
    run(site, "shop", *YES)
    answers(site, "shop")
    site.docker("rename", "shop", "store")
    answers(site, "store")
    eventually(lambda: on(site) == {"netc-store"}, seconds=10)


def test_it_is_followed_to_another_network_and_back(site: Site, watcher: Watch) -> None:
    site.docker("network", "create", "aisle")
    run(site, "shop", *YES, "--network=aisle")
    address = answers(site, "shop")
    first = site.docker("inspect", "-f", "{{.Id}}", "netc-shop")
    # Off its network for a moment, and on it again: nothing is made anew for that.
    site.docker("network", "disconnect", "aisle", "shop")
    time.sleep(1)
    site.docker("network", "connect", "aisle", "shop")
    eventually(lambda: site.get(address, seconds=0.5), seconds=10)
    time.sleep(1)
    assert site.docker("inspect", "-f", "{{.Id}}", "netc-shop") == first
    site.docker("network", "connect", "backend", "shop")
    site.docker("network", "disconnect", "aisle", "shop")
    eventually(lambda: site.show("shop")["network"] == "backend", seconds=10)
    assert answers(site, "shop") == address
    assert on(site) == {"netc-shop"}


def test_one_that_stops_and_starts_keeps_its_network_container(site: Site, watcher: Watch) -> None:
    began = time.time()
    run(site, "shop", *YES)
    address = answers(site, "shop")
    site.docker("stop", "-t", "0", "shop")
    time.sleep(7)
    site.docker("start", "shop")
    eventually(lambda: site.get(address, seconds=0.5), seconds=10)
    assert made_since(site, began) == ["netc-shop"]


def test_labels_of_the_image_are_the_containers(site: Site, watcher: Watch) -> None:
    site.docker("commit", "--change=LABEL netc.enable=true netc.ports=81:80", "web1", "labelled")
    site.docker("run", "-d", "--name=shop", "labelled")
    answers(site, "shop", 81)
    # A container says for itself that it wants none.
    site.docker("run", "-d", "--name=mail", "--label=netc.enable=false", "labelled")
    site.docker("rm", "-f", "shop")
    eventually(lambda: on(site) == set(), seconds=15)
    site.docker("rm", "-f", "mail")
    site.docker("rmi", "labelled")


def test_what_is_asked_in_vain_is_told_once(site: Site, watcher: Watch) -> None:
    run(site, "shop", *YES, "--label=netc.interface=eth2")
    run(site, "mail", *YES, "--label=netc.port=80")
    eventually(lambda: watcher.said.count("in vain") == 2, seconds=10)
    site.docker("restart", "-t", "0", "shop")
    run(site, "post", *YES)
    answers(site, "post")
    told = [line.partition(" ")[2] for line in watcher.said.splitlines() if "in vain" in line]
    assert sorted(told) == [
        "mail: its labels ask in vain: netc.port: no such label; did you mean netc.ports?",
        "shop: its labels ask in vain: the interface eth2 is none that labels may ask for (eth1);"
        " watch.interfaces allows more",
    ]
    assert on(site) == {"netc-post"}


def test_one_that_crashes_again_and_again_has_one_network_container(
    site: Site, watcher: Watch
) -> None:
    began = time.time()
    # It runs for a second and a half each time, which is long enough to be turned on.
    crash = ("sh", "-c", "sleep 1.5; exit 1")
    site.docker("run", "-d", "--name=shop", "--restart=always", *YES, IMAGE, *crash)
    eventually(lambda: on(site) == {"netc-shop"}, seconds=20)
    time.sleep(12)
    assert len(made_since(site, began)) <= 2, watcher.said
    site.docker("rm", "-f", "shop")
    run(site, "shop", *YES)
    answers(site, "shop")


def test_events_that_are_lost_are_made_up_for(site: Site, tmp_path: Path) -> None:
    with (
        proxied(tmp_path, site.lab.socket) as proxy,
        watch(site, tmp_path, environment={"DOCKER_HOST": proxy.url}) as watcher,
    ):
        run(site, "shop", *YES)
        answers(site, "shop")
        assert proxy.cut(("GET", "events")) == 1
        run(site, "mail", *YES)
        answers(site, "mail")
        assert "away" not in watcher.said, "the engine was there all the time"


def test_an_engine_that_stands_still(site: Site, watcher: Watch) -> None:
    run(site, "shop", *YES)
    address = answers(site, "shop")
    with hung(site):
        eventually(lambda: "does not answer" in watcher.said, seconds=25)
        assert site.get(address), "network containers need no engine"
    run(site, "mail", *YES)
    answers(site, "mail")
    assert on(site) == {"netc-shop", "netc-mail"}
    assert "again in" not in watcher.said
    with hung(site):
        assert watcher.ended(signal.SIGTERM) < 4
