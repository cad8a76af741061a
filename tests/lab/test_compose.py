"""A Compose project goes on as before with a network container at one of its services."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import Site, eventually

FILE = """\
version: "3"
services:
  web:
    image: netc-lab/web
    hostname: shop
"""
SERVICE = "shop_web_1"
Compose = Callable[..., str]
# Version 2 names containers as version 1 did when it is told so; and leaves one-offs to this flag.
NAMES = {"COMPOSE_COMPATIBILITY": "1"}
DOWN = {"1": ("down",), "2": ("down", "--remove-orphans")}
UP_TO_DATE = {"1": "up-to-date", "2": "Running"}
PS = {"1": ("ps",), "2": ("ps", "--all")}


def version() -> str:
    """The first number of the Compose that is there."""
    done = subprocess.run(["docker-compose", "version", "--short"], capture_output=True, text=True)
    return done.stdout.removeprefix("v")[:1]


@pytest.fixture
def compose(site: Site, tmp_path: Path) -> Iterator[Compose]:
    """`docker-compose` for a project with a service and a network of its own; what it prints."""
    (tmp_path / "docker-compose.yml").write_text(FILE)

    def run(*arguments: str) -> str:
        command = ["docker-compose", "--project-name=shop", "--ansi=never", *arguments]
        done = site.lab.exec(command, cwd=tmp_path, env={**site.lab.environment, **NAMES})
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout + done.stderr

    run("up", "-d")
    yield run
    run(*DOWN[version()], "-v")


def own(site: Site) -> str:
    """Which network container it is, and since when it runs."""
    return site.docker("inspect", "-f", "{{.Id}} {{.State.StartedAt}}", f"netc-{SERVICE}")


def address_of(site: Site) -> str:
    return site.docker(
        "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", SERVICE
    )


def test_compose_leaves_the_network_container_alone(site: Site, compose: Compose) -> None:
    address = site.up(SERVICE)
    before = own(site)
    assert site.get(address) == "shop"
    assert site.show(SERVICE)["network"] == "shop_default"
    said = compose("up", "-d")
    assert "orphan" not in said
    assert UP_TO_DATE[version()] in said
    said = compose("up", "-d", "--remove-orphans")
    assert "netc-" not in said
    assert all(name in compose(*PS[version()]) for name in (SERVICE, f"netc-{SERVICE}"))
    compose("stop", "-t", "1")
    compose("start")
    assert own(site) == before
    eventually(lambda: site.get(address), lambda got: got == "shop")
    assert json.loads(site.netc("ls", "--json"))["services"][-1]["name"] == "worker"


def test_a_restart_is_followed(site: Site, compose: Compose) -> None:
    address = site.up(SERVICE)
    before = own(site)
    compose("restart", "-t", "1")
    eventually(lambda: site.get(address, seconds=0.5), lambda got: got == "shop")
    assert own(site) == before


def test_a_service_made_anew_is_followed(site: Site, compose: Compose) -> None:
    address = site.up(SERVICE)
    before, old = own(site), address_of(site)
    compose("stop", "-t", "1")
    # Somebody else takes its address meanwhile, so that it gets another one.
    site.docker("run", "-d", "--name", "other", "--network=shop_default", "netc-lab/worker")
    compose("up", "-d", "--force-recreate")
    assert address_of(site) != old
    eventually(lambda: site.get(address, seconds=0.5), lambda got: got == "shop", seconds=5)
    assert own(site) == before
    site.docker("rm", "-f", "other")


def test_down_takes_all_of_it_away(site: Site, compose: Compose) -> None:
    address = site.up(SERVICE)
    said = compose(*DOWN[version()])
    assert "error" not in said.lower()
    assert site.docker("ps", "-a", "-q", "--filter=label=com.docker.compose.project=shop") == ""
    assert "shop_default" not in site.docker("network", "ls", "--format={{.Name}}").split()
    assert f"DHCPRELEASE(br0) {address}" in site.lab.dhcp_log.read_text()
    # What is left is the LAN network, which is not the project's.
    assert site.leftovers() == ["netc-lan-eth1"]
    said = site.netc("down", SERVICE, "--dry-run")
    assert "remove network netc-lan-eth1" in said
    site.netc("down", SERVICE)
    assert site.leftovers() == []


def test_the_next_up_and_down_of_another_service_tidies_up_too(
    site: Site, compose: Compose
) -> None:
    site.up(SERVICE, "eth2")
    compose(*DOWN[version()])
    site.up("web1", "eth1")
    assert site.leftovers() == ["netc-web1", "netc-lan-eth1"]


def test_a_project_that_comes_back_gets_its_address_again(site: Site, compose: Compose) -> None:
    address = site.up(SERVICE)
    compose(*DOWN[version()])
    compose("up", "-d")
    assert site.up(SERVICE) == address
    eventually(lambda: site.get(address), lambda got: got == "shop")


def test_rm_and_run_of_the_project_still_work(site: Site, compose: Compose) -> None:
    site.up(SERVICE)
    before = own(site)
    assert "shop" in compose("run", "--rm", "-T", "web", "hostname")
    compose("exec", "-T", "web", "true")
    compose("logs", "--tail=1")
    compose("stop", "-t", "1")
    compose("rm", "-f")
    assert own(site) == before


def test_compose_is_there() -> None:
    assert version() in DOWN
