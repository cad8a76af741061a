"""The TUI in a terminal, on real parts: what keys do is done on the LAN, and rows are true."""

import re
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal import Terminal, plain

from .conftest import Site, eventually
from .tui import NETC, Tui


def released(site: Site, address: str) -> bool:
    return bool(re.search(rf"DHCPRELEASE\(br.\) {address} ", site.lab.dhcp_log.read_text()))


def forwarded(tui: Tui) -> int:
    """How many connections the rules panel says were forwarded to port 80."""
    found = re.search(r"^ *(\d+) .* DNAT .*dport 80 → DNAT", tui.text, re.MULTILINE)
    return int(found[1]) if found else -1


def test_on_renewed_moved_and_off(site: Site) -> None:
    with Tui(site, "-i", "eth1") as tui:
        tui.select("web1")
        tui.send(" ")
        old = tui.bound("web1")
        tui.wait_for(f"web1: on: {old} on eth1")
        assert site.get(old) == "web1"

        eventually(lambda: forwarded(tui), lambda count: count == 1, 15)
        assert [site.get(old) for _ in range(5)] == ["web1"] * 5
        eventually(lambda: forwarded(tui), lambda count: count == 6, 15)

        tui.send("5r")
        tui.wait_for(f"renewed {old}/24 from 10.77.0.1", why="the event")
        tui.wait_for(f"web1: lease of {old} renewed", why="the message")

        tui.send("e")
        tui.wait_for("Nothing to do: it is as wanted.")
        tui.send("j")
        tui.wait_for("create macvlan network netc-lan-eth2", why="the plan for eth2")
        tui.send("\r")
        new = tui.bound("web1", "eth2")
        assert new.startswith("10.78.")
        assert site.get(new) == "web1"
        assert site.get(old, seconds=1) is None
        assert released(site, old)
        tui.wait_for(f"web1: on: {new} on eth2")

        tui.send(" ")
        tui.wait_for("Take web1 off the LAN?")
        tui.send("y")
        tui.row_says("web1", "○ off")
        tui.wait_for("web1: off")
        assert released(site, new)
        assert site.get(new, seconds=1) is None
        assert site.leftovers() == []
        tui.send("q")
        assert tui.ended() == 0
        assert tui.restored


def test_no_to_the_question_leaves_it_on(site: Site) -> None:
    address = site.up("web1")
    with Tui(site, "-i", "eth1") as tui:
        tui.select("web1")
        assert tui.bound("web1") == address
        for key in (" ", "\r", "n"):  # pressed once too often is not yes
            tui.send(" ")
            tui.wait_for("Take web1 off the LAN?")
            tui.send(key)
            tui.send("n")
            tui.wait_for(lambda text: "Take web1" not in text, why="no question")
        assert tui.bound("web1") == address
    assert site.get(address) == "web1"


def test_several_at_once(site: Site) -> None:
    with Tui(site, "-i", "eth1") as tui:
        tui.select("app")
        tui.send("mmm")
        tui.wait_for("3 marked")
        tui.send(" ")
        addresses = {service: tui.bound(service) for service in ("app", "dns", "web1")}
        tui.wait_for("3 of 5 on the LAN")
        assert len(set(addresses.values())) == 3
        assert site.get(addresses["app"], 8080) == "app"
        assert site.get(addresses["web1"]) == "web1"
        assert "off" in tui.row("web2")
        tui.send("gmmm")
        tui.wait_for("3 marked")
        tui.send(" ")
        tui.wait_for("Take app, dns, web1 off the LAN?")
        tui.send("y")
        tui.wait_for("0 of 5 on the LAN", 15)
    assert site.leftovers() == []


def test_typed_ahead(site: Site) -> None:
    """Keys that come in one go, as from a slow line: those after the filter's are text."""
    with Tui(site, "-i", "eth1") as tui:
        tui.send("/eb1 e\r")
        tui.wait_for(lambda _: tui.row("web1") and not tui.row("web2"), why="only web1")
        tui.send("\x1b")
        tui.wait_for(lambda _: tui.row("web2"), why="all")
        assert b"turning" not in tui.output
    assert site.leftovers() == []


def test_no_dhcp_server(site: Site) -> None:
    """The row tells how it stands, the message what to do, and when there is a server it is on."""
    site.lab.stop_dhcp()
    with Tui(site, "-i", "eth1", NETC_TIMEOUT="3") as tui:
        tui.select("web1")
        tui.send(" ")
        tui.row_says("web1", "turning on: discover")
        tui.row_says("web1", "acquiring on eth1")
        tui.wait_for("web1: no lease for web1 on eth1 within 3 s")
        tui.wait_for(re.compile(r"it goes on trying, stop\s+it\s+with:\s+netc\s+down\s+web1"))
        assert site.show("web1")["phase"] == "acquiring"
        site.lab.start_dhcp()
        address = tui.row_says("web1", r"● bound (\S+) eth1", 30)[1]
        assert site.get(address) == "web1"


def test_what_others_do_is_shown(site: Site) -> None:
    """`netc` in another shell, and the docker client."""
    with Tui(site) as tui:
        address = site.up("web1")
        assert tui.bound("web1") == address
        site.netc("down", "web1")
        tui.row_says("web1", "○ off")

        site.up("web1")
        tui.bound("web1")
        site.docker("kill", "netc-web1")
        tui.row_says("web1", "■ stopped")
        assert site.docker("inspect", "--format={{.State.Running}}", "netc-web1") == "false"
        site.docker("start", "netc-web1")
        assert tui.bound("web1") == address

        site.docker("stop", "web1")
        tui.row_says("web1", "exited ")
        site.docker("start", "web1")
        assert tui.bound("web1") == address


def test_a_service_that_is_gone(site: Site) -> None:
    site.docker("run", "-d", "--name=extra", "netc-lab/web")
    address = site.up("extra")
    site.docker("rm", "-f", "extra")
    with Tui(site, services=6) as tui:
        tui.row_says("extra", "extra is gone → netc down extra")
        tui.select("extra")
        tui.send("x")
        tui.wait_for("Take extra off the LAN?")
        tui.send("y")
        tui.wait_for(lambda _: not tui.row("extra"), why="its row is gone")
    assert site.leftovers() == []
    assert released(site, address)


def test_read_only(site: Site) -> None:
    address = site.up("web1")
    with Tui(site, "-i", "eth1", NETC_READ_ONLY="1", NETC_CONFIRM_OFF="0") as tui:
        assert tui.bound("web1") == address
        assert "READ-ONLY" in tui.lines[0]
        tui.select("web1")
        tui.send(" rRexj e?")  # help comes last, so all before it was seen
        tui.wait_for("Restart the network container", why="the help")
        assert b"turning" not in tui.output
    assert site.get(address) == "web1"
    assert site.leftovers() == ["netc-web1", "netc-lan-eth1"]


@pytest.fixture
def tmux(site: Site, tmp_path: Path) -> Iterator[list[str]]:
    """The command of a tmux of its own."""
    command = site.lab.command("host", ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null"])
    yield command
    subprocess.run([*command, "kill-server"], check=False, capture_output=True)


def test_copied_inside_tmux(site: Site, tmux: list[str]) -> None:
    """Over SSH the clipboard is the outer terminal's; tmux keeps a buffer of its own as well."""
    address = site.up("web1")
    name = uuid.uuid4().hex
    env = plain(site.lab.environment)
    argv = [*tmux, "new-session", "-s", name, *NETC]
    with Terminal(argv, env=env) as terminal:
        terminal.wait_for(f"bound {address}", 20)
        terminal.send("gjj")
        terminal.wait_for("Lease: web1")
        terminal.send("c")
        terminal.wait_for("Copy of web1")
        terminal.send("\r")
        terminal.wait_for(f"copied (tmux): {address}")
        shown = subprocess.run([*tmux, "show-buffer"], capture_output=True, text=True, check=True)
        assert shown.stdout == address
        eventually(lambda: b"\x1b]52;" in terminal.output)
        terminal.send("q")
        terminal.ended()


def test_interfaces_as_the_kernel_tells_of_them(site: Site) -> None:
    """One loses its carrier while the dialog is open, and gets it back."""
    with Tui(site, "-i", "eth2") as tui:
        tui.select("web1")
        tui.send("e")
        tui.wait_for("netc-lan-eth2")
        lan = ["ip", "-n", f"netc-{site.lab.name}-lan", "link", "set"]
        peer = subprocess.run(
            ["ip", "-n", f"netc-{site.lab.name}-host", "-o", "link", "show", "eth2"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        index = re.search(r"eth2@if(\d+)", peer)
        assert index is not None
        names = subprocess.run(
            ["ip", "-n", f"netc-{site.lab.name}-lan", "-o", "link"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        port = re.search(rf"^{index[1]}: ([^@:]+)", names, re.MULTILINE)
        assert port is not None
        subprocess.run([*lan, port[1], "down"], check=True)
        tui.wait_for("eth2: it has no carrier", why="the plan")
        tui.wait_for(re.compile(r"▼ eth2 +it has no carrier"))
        tui.send("\r")  # does nothing
        subprocess.run([*lan, port[1], "up"], check=True)
        tui.wait_for("netc-lan-eth2")
        assert site.leftovers() == []
        tui.send("\r")
        assert site.get(tui.bound("web1", "eth2")) == "web1"
