"""A round of `netc watch` killed at any moment: the next one ends in the right state."""

from collections.abc import Callable

from .conftest import Site
from .test_killed import assert_off, counts, dangling, killed
from .watching import YES, answers, run

INTERFACE = {"NETC_INTERFACE": "eth1"}
NEVER = 1000
"""Answers of the engine that no round needs."""


def round_(site: Site, count: int = NEVER) -> bool:
    """One round, killed after ``count`` answers of the engine; False if it ended before that."""
    return killed(site, count, "watch", "--once", **INTERFACE)


def assert_kept(site: Site, port: int = 80) -> None:
    """It answers, there is one of everything, and nobody is said to have turned it on or off."""
    answers(site, "shop", port)  # the network container gets its lease by itself
    assert site.leftovers() == ["netc-shop", "netc-lan-eth1"]
    assert site.docker("volume", "ls", "-q", "--filter=label=netc.memo") == ""
    assert "kept" in site.netc("plan", env={**site.lab.environment, **INTERFACE})


def own(site: Site) -> str:
    """Which network container it is, and since when it runs."""
    facts = "{{.Id}} {{.State.StartedAt}} {{.State.Running}}"
    return site.docker("inspect", "-f", facts, "netc-shop", check=False)


def killed_at_each(site: Site, begin: Callable[[], None], end: Callable[[], None]) -> int:
    """Kill a round after each answer of the engine, do another, and look whether all is as at the
    ``end`` of one that nobody killed; ``begin`` makes what there is to do. How many answers it
    takes."""
    begin()
    for count in counts():
        before = own(site), site.leftovers()
        was_killed = round_(site, count)
        if was_killed and (own(site), site.leftovers()) == before:
            continue  # it had only looked
        assert not round_(site)
        end()
        if not was_killed:
            return count
        begin()
    raise AssertionError("there is an end")


def test_one_that_turns_on(site: Site) -> None:
    volumes = dangling(site)
    run(site, "shop", *YES)

    def off() -> None:
        site.docker("rm", "-f", "-v", "netc-shop", check=False)
        site.docker("network", "rm", "netc-lan-eth1", check=False)
        assert_off(site, volumes)

    assert killed_at_each(site, off, lambda: assert_kept(site)) > 8


def test_one_that_changes(site: Site) -> None:
    ports = 8080

    def otherwise() -> None:
        nonlocal ports
        ports += 1
        site.docker("rm", "-f", "shop", check=False)
        run(site, "shop", *YES, "--label", f"netc.ports={ports}:80")

    otherwise()
    assert not round_(site)
    volumes = dangling(site)

    def changed() -> None:
        assert_kept(site, ports)
        assert dangling(site) == volumes

    assert killed_at_each(site, otherwise, changed) > 8


def test_one_that_turns_off(site: Site) -> None:
    volumes = dangling(site)

    def gone() -> None:
        run(site, "shop", *YES)
        assert not round_(site)
        assert_kept(site)
        site.docker("rm", "-f", "shop")

    assert killed_at_each(site, gone, lambda: assert_off(site, volumes)) > 5
