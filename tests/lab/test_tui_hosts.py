"""Several hosts on one screen, on real parts: keys act on the host of the row, and on no other."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netc_tui.lab.processes import Process, inside
from tests.terminal import Terminal, plain

from .conftest import SERVICES, Site, eventually
from .moving import listened, releases, visited
from .test_move import address_of, seed_of, take_over
from .test_remote_hosts import ids
from .tui import NETC

Sites = tuple[Site, Site, Site]
ALL = 3 * len(SERVICES)
NOTICED = 13
"""Seconds until a host that says nothing any more is told of: eleven, on a machine that is busy."""


@pytest.fixture(autouse=True)
def hosts(tmp_path: Path, sites: Sites, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of an operator who has named them."""
    file = tmp_path / "config.toml"
    file.write_text(
        f'[hosts]\nhere = "unix://{sites[0].lab.socket}"\n'
        'two = "ssh://root@10.77.0.11"\nthree = "ssh://host3"\n'
    )
    monkeypatch.setenv("NETC_CONFIG", str(file))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return file


@contextmanager
def screen(sites: Sites, *flags: str, **environment: str) -> Iterator[Terminal]:
    """The TUI on the first host, with all of them."""
    lab = sites[0].lab
    argv = lab.command("host", [*NETC, *(flags or ("--all-hosts",)), "-i", "eth1"])
    env = plain(lab.environment, **environment)
    with Terminal(argv, env=env) as found:
        yield found


def row(tui: Terminal, service: str, host: str) -> str:
    shown = re.compile(rf"[ ✓] {service} +(✗ )?{host} ")
    return next((line for line in tui.lines[:25] if shown.match(line)), "")


def says(tui: Terminal, service: str, host: str, words: str, seconds: float = 20) -> str:
    """Wait until a row says so; the row."""
    why = f"{service} on {host}: {words}"
    tui.wait_for(lambda _: re.search(words, row(tui, service, host)), seconds, why)
    return row(tui, service, host)


def only(tui: Terminal, words: str) -> None:
    """Have only these rows."""
    tui.send("/")
    tui.wait_for(" filter: ")
    tui.send(words)
    tui.wait_for(re.compile(rf"(?m)^ {words} *$"))
    tui.send("\r")
    tui.quiet(0.3)


def sshs(site: Site) -> list[Process]:
    """The clients of ssh on a host."""
    found = inside(site.lab.layout, site.host)
    return [process for process in found if process.program == "ssh"]


def helpers(site: Site) -> list[str]:
    return site.docker("ps", "-q", "--filter=label=netc.helper").split()


@pytest.mark.core
def test_a_batch_on_all_hosts_and_a_key_on_one_of_them(sites: Sites, hosts: Path) -> None:
    with screen(sites, NETC_CONFIG=str(hosts)) as tui:
        tui.wait_for(f"0 of {ALL} on the LAN", 20)
        only(tui, "web1")
        tui.send("M")
        tui.wait_for("3 marked")
        tui.send(" ")
        found = {
            host: re.search(r"bound (\S+) ", says(tui, "web1", host, r"● bound \S+ eth1"))
            for host in ("here", "two", "three")
        }
        addresses = {host: at[1] for host, at in found.items() if at}
        assert len(set(addresses.values())) == 3
        assert {sites[0].get(address) for address in addresses.values()} == {"web1"}
        for site, host in zip(sites, addresses, strict=True):
            assert site.show("web1")["ip"] == addresses[host]
        tui.send("gj")
        tui.wait_for("web1@two")
        tui.send(" ")
        tui.wait_for("Take web1@two off the LAN?")
        tui.send("y")
        tui.wait_for("two: web1: off", 20)
        says(tui, "web1", "two", "○ off")
        assert sites[1].leftovers() == []
        assert sites[0].get(addresses["here"]) == "web1"
        assert sites[0].get(addresses["three"]) == "web1"
        tui.send("j")
        tui.wait_for("web1@three")
        tui.send("d")
        tui.wait_for("Path to web1@three, of", 20)
        tui.send("q")
        tui.quiet(0.3)
        tui.send("q")
        assert tui.ended() == 0


def test_a_host_that_falls_silent_is_told_of_and_the_others_go_on(
    sites: Sites, hosts: Path
) -> None:
    address = sites[1].up("web1")
    with screen(sites, NETC_CONFIG=str(hosts)) as tui:
        tui.wait_for(f"1 of {ALL} on the LAN", 20)
        says(tui, "web1", "two", f"● bound {address}")
        tui.wait_for("● 3 hosts")
        sites[1].lab.host("host2").cut(silently=True)
        tui.wait_for("✗ two away since", NOTICED)
        tui.wait_for("✗ 2 of 3 hosts")
        assert f"□ unknown {address}" in says(tui, "web1", "two", "✗ two")
        only(tui, "web2")
        tui.send("G")
        tui.wait_for("web2@three")
        tui.send(" ")
        says(tui, "web2", "three", r"● bound \S+ eth1")
        sites[1].lab.host("host2").heal()
        tui.wait_for("● 3 hosts", 20)
        tui.send("\x1b")
        says(tui, "web1", "two", f"● bound {address}")
        tui.send("q")
        assert tui.ended() == 0


def test_one_ssh_a_host_and_a_helper_where_somebody_looks(sites: Sites, hosts: Path) -> None:
    with screen(sites, NETC_CONFIG=str(hosts)) as tui:
        tui.wait_for(f"0 of {ALL} on the LAN", 20)
        assert len(sshs(sites[0])) == 2
        only(tui, "web1")
        tui.send("G")
        tui.wait_for("three: via")
        assert [len(helpers(site)) for site in sites] == [0, 0, 1]
        tui.send("k")
        tui.wait_for("two: via")
        assert len(helpers(sites[1])) == 1
        eventually(lambda: helpers(sites[2]), lambda found: not found, 45)
        tui.kill()
        tui.ended()
        eventually(lambda: sshs(sites[0]), lambda found: not found, 20)


def test_a_host_that_cannot_be_reached_is_a_line(sites: Sites, hosts: Path) -> None:
    hosts.write_text(f'{hosts.read_text()}gone = "ssh://root@10.77.0.99"\n')
    with screen(sites, NETC_CONFIG=str(hosts)) as tui:
        tui.wait_for(f"of {ALL} on the LAN", 20)
        tui.wait_for("✗ 3 of 4 hosts", 20)
        tui.wait_for(re.compile("✗ gone not reached since .*: 10.77.0.99 does not answer"))


def test_clones_are_told_from_one_engine_that_is_named_twice(sites: Sites, hosts: Path) -> None:
    lab = sites[0].lab
    host = lab.host("host2")
    host.stop_engine()
    for known, copy in zip(ids(lab.host("host")), ids(host), strict=True):
        if known.exists():
            shutil.copy(known, copy)
    host.start_engine()
    hosts.write_text(f'{hosts.read_text()}again = "ssh://root@10.77.0.12"\n')
    try:
        with screen(sites, NETC_CONFIG=str(hosts)) as tui:
            tui.wait_for(f"of {ALL + len(SERVICES)} on the LAN", 20)
            tui.wait_for("here and two have one engine id, as cloned machines do", 5)
        with screen(sites, "--host=three", "--host=again", NETC_CONFIG=str(hosts)) as tui:
            tui.wait_for("three and again are one and the same engine", 20)
    finally:
        host.stop_engine()
        for file in ids(host):
            file.unlink(missing_ok=True)
        host.start_engine()


def test_a_key_moves_an_address_to_another_host_and_on_to_another_service(
    sites: Sites, hosts: Path
) -> None:
    here, two, _ = sites
    address = here.up("web1")
    before = releases(here.lab, address)
    with (
        screen(sites, NETC_CONFIG=str(hosts)) as tui,
        listened(here.lab, address),
        visited(here.lab, address) as visits,
    ):
        says(tui, "web1", "here", f"● bound {address}")
        only(tui, "web")
        tui.send("gv")
        tui.wait_for(f"Move {address} of web1@here to which service?")
        tui.wait_for("○ web1@two    on another host")
        tui.send("j")
        tui.wait_for(re.compile(f"switch: netc-web1 leaves {address} to netc-web1 on two"), 20)
        tui.send("\r")
        says(tui, "web1", "two", "◇ taking over: ")
        assert "◇ moving: " in row(tui, "web1", "here")
        says(tui, "web1", "two", f"● bound {address}")
        tui.wait_for(f"here: web1: moved to web1@two: {address} on eth1")
        says(tui, "web1", "here", "○ off")
        assert here.leftovers() == []
        assert address_of(two, "web1") == address
        tui.send("j")
        tui.wait_for("Path: web1@two")
        tui.send("v")
        tui.wait_for("○ web2@two    on the same host")
        tui.wait_for(f"switch: netc-web1 leaves {address} to netc-web2, ", 20)
        tui.send("\r")
        says(tui, "web2", "two", f"● bound {address}")
        tui.wait_for(f"two: web1: moved to web2@two: {address} on eth1")
        tui.send("q")
        assert tui.ended() == 0
    assert visits["pages"] == ["web1", "web2"]
    assert visits["longest"] < 3.0, visits
    assert releases(here.lab, address) == before
    assert two.leftovers() == ["netc-web2", "netc-lan-eth1"]


def test_one_that_was_superseded_says_so_and_is_turned_off_without_a_release(
    sites: Sites, hosts: Path
) -> None:
    here, two, three = sites
    address = two.up("web1")
    before = releases(here.lab, address)
    seed, cut = seed_of(two), here.lab.host(two.host)
    with screen(sites, NETC_CONFIG=str(hosts)) as tui:
        says(tui, "web1", "two", f"● bound {address}")
        cut.cut(silently=True)
        assert take_over(three, seed) == address
        says(tui, "web1", "three", f"● bound {address}")
        says(tui, "web1", "two", "✗ two")
        cut.heal()
        says(tui, "web1", "two", "◑ stands by on eth1 → netc ", 30)
        only(tui, "web1")
        tui.send("gj")
        tui.wait_for("A twin has its identity  N210", 10)
        tui.wait_for("netc --host two down web1")
        tui.send("\r")
        tui.wait_for("Another has its address now: space turns this one off.")
        tui.send("\x1b")
        tui.wait_for("Path: web1@two")
        tui.send(" ")
        tui.wait_for("Take web1@two off the LAN?")
        tui.send("y")
        says(tui, "web1", "two", "○ off")
        assert two.leftovers() == []
        assert three.get(address) == "web1"
        assert releases(here.lab, address) == before
        tui.send("q")
        assert tui.ended() == 0


def test_a_host_that_was_cut_off_gets_its_address_back_with_the_key(
    sites: Sites, hosts: Path
) -> None:
    here, two, three = sites
    address = two.up("web1")
    before = releases(here.lab, address)
    seed, cut = seed_of(two), here.lab.host(two.host)
    cut.cut(silently=True)
    assert take_over(three, seed) == address
    cut.heal()
    with screen(sites, NETC_CONFIG=str(hosts)) as tui, listened(here.lab, address):
        says(tui, "web1", "two", "◑ stands by on eth1", 30)
        only(tui, "web1")
        tui.send("G")
        tui.wait_for("Path: web1@three")
        tui.send("v")
        tui.wait_for("○ web1@two    on another host")
        tui.send("jj")
        tui.wait_for(f"switch: netc-web1 leaves {address} to netc-web1 on two", 20)
        tui.send("\r")
        says(tui, "web1", "two", f"● bound {address}")
        tui.wait_for(f"three: web1: moved to web1@two: {address} on eth1")
        tui.send("q")
        assert tui.ended() == 0
    assert three.leftovers() == []
    assert address_of(two, "web1") == address
    assert releases(here.lab, address) == before
