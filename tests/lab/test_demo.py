"""`netc demo` in a terminal: it opens the TUI on a lab, and however it ends, nothing is left."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netc_tui import sidecar
from netc_tui.core.errors import Exit
from netc_tui.lab import Lab, visitors
from netc_tui.lab.processes import running
from tests.lab.conftest import Site, eventually
from tests.lab.test_lab import leftovers
from tests.terminal import Terminal, plain

NETC = (sys.executable, "-m", "netc_tui")
OTHER_SCREEN, SAME_SCREEN = "\x1b[?1049h", "\x1b[?1049l"


def opens(*argv: str) -> Terminal:
    """The program in a terminal of 100x30."""
    return Terminal(argv, env=plain(os.environ), columns=100, rows=30)


def shown(terminal: Terminal) -> str:
    """All that it has shown since the start, control sequences and all."""
    return terminal.output.decode(errors="replace")


def shows(terminal: Terminal, text: str, seconds: float = 60) -> None:
    """Wait until it has shown a text, be it gone by now."""

    def look() -> bool:
        found = text in shown(terminal)
        assert found or terminal.process.poll() is None, shown(terminal)[-2000:]
        return found

    eventually(look, seconds=seconds)


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab for the demo, which is gone after the test even when the demo left it."""
    lab = Lab(f"d{os.getpid()}")
    yield lab
    lab.down()
    assert not leftovers(lab)


@pytest.fixture
def demo(lab: Lab) -> Iterator[Terminal]:
    with opens(*NETC, "demo", "--name", lab.name) as terminal:
        yield terminal


def visiting(lab: Lab) -> list[int]:
    """The processes of its visitors."""
    return [process.pid for process in running(visitors.MODULE) if lab.name in process.argv]


def shows_it(lab: Lab) -> list[int]:
    """The processes of the TUI on its Docker host."""
    host = lab.layout.namespace_path("host")
    return [
        process.pid
        for process in running("netc_tui")
        if Path(f"/proc/{process.pid}/ns/net").samefile(host)
    ]


def addresses(lab: Lab) -> list[str]:
    """Those of the LAN's other machine."""
    found = json.loads(lab.client(["ip", "-j", "-4", "addr"]).stdout)
    return [each["local"] for link in found for each in link["addr_info"]]


def opened(terminal: Terminal) -> None:
    shows(terminal, OTHER_SCREEN)
    shows(terminal, "web1")


def test_from_the_first_line_to_the_last(lab: Lab, demo: Terminal) -> None:
    shows(demo, "Your network is not touched", 5)
    opened(demo)
    assert "2m" in " ".join(next(iter(running(f"--dhcp-leasefile={lab.lease_file}"))).argv)
    assert len(visiting(lab)) == 1
    site = Site(lab)
    assert site.leftovers() == [], "nothing is on yet"

    # Visitors make counters move as soon as a service is on.
    site.up("web1")

    def packets() -> int:
        rules = json.loads(site.netc("rules", "web1", "--json"))["rules"]
        return sum(rule["packets"] for rule in rules if rule["target"].startswith("DNAT"))

    eventually(packets, seconds=15)

    def clients() -> dict[str, dict[str, int]]:
        found = json.loads(site.netc("clients", "web1", "--json", "--no-names"))["clients"]
        return {client["address"]: client for client in found}

    own = [f"10.77.0.{visitor.last}" for visitor in visitors.VISITORS]
    eventually(clients, lambda found: sorted(found) == own, seconds=15)
    eventually(lambda: clients()[own[1]]["bytes"], lambda size: size > visitors.FILM_SIZE, 15)
    site.up("dns")
    of_dns = "clients", "dns", "--json", "--no-names"
    eventually(
        lambda: {
            (client["address"], client["proto"])
            for client in json.loads(site.netc(*of_dns))["clients"]
        },
        lambda found: found == {(own[2], "udp"), (own[2], "tcp")},
        seconds=15,
    )

    # The keys, the size and the signals of the terminal are the TUI's.
    before = demo.mark()
    demo.resize(90, 28)
    eventually(lambda: demo.bytes_since(before))

    demo.send("q")
    assert demo.ended() == Exit.DONE
    assert f"the lab {lab.name} is gone" in shown(demo)
    assert "Traceback" not in shown(demo)
    assert demo.restored
    assert shown(demo).rindex("\x1b[?1049l") > shown(demo).rindex(OTHER_SCREEN)
    assert not leftovers(lab)
    assert not visiting(lab)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_five_steps(lab: Lab, columns: int, rows: int) -> None:
    """By the keys that it tells."""
    argv = (*NETC, "demo", "--name", lab.name)
    with Terminal(argv, env=plain(os.environ), columns=columns, rows=rows) as demo:
        demo.wait_for("Demo 1/5  Turn app on: space", 60)
        demo.send("jj")
        demo.wait_for("Demo 1/5  Turn web1 on: space")
        demo.send(" ")
        demo.wait_for("Demo 2/5  Look at the path to web1, above", 30)
        demo.wait_for("Demo 3/5  Break it: b runs docker stop web1", 30)
        demo.send("b")
        demo.wait_for("Demo 4/5  See it named, above: N401", 30)
        demo.wait_for("  docker start web1  c copies it", why="the remedy in the panel")
        site = Site(lab)
        address = site.show("web1")["ip"]
        assert site.get(address) is None
        demo.send("c")
        demo.wait_for("Copy of web1")
        demo.send("\x1b")
        demo.wait_for("Demo 5/5  Mend it: b runs its remedy, docker start web1", 30)
        demo.send("b")
        demo.wait_for("Demo  Mended. b breaks it anew", 30)
        eventually(lambda: site.get(address), lambda page: page == "web1")
        demo.send("4")
        for visitor in visitors.VISITORS:
            demo.wait_for(f"{visitor.name}.{lab.DOMAIN}", 30)
        # Again, another way, and read this time.
        demo.send("1b")
        demo.wait_for("Demo 4/5  See it named, above: N402", 30)
        demo.wait_for("Demo 5/5  Mend it: b runs its remedy, docker unpause web1", 30)
        demo.send("b")
        demo.wait_for("Demo  Mended.", 30)
        demo.send("q")
        assert demo.ended() == Exit.DONE
    assert not leftovers(lab)
    assert not visiting(lab)


def test_several_hosts_with_services_on_each(lab: Lab) -> None:
    with opens(*NETC, "demo", "--name", lab.name, "--hosts", "3") as demo:
        shows(demo, "3 Docker hosts with", 5)
        opened(demo)
        film = f"wc -c </srv/{visitors.FILM}"
        for host in lab.status().hosts:
            assert set(host.services.values()) == {"running"}
            site = Site(lab, host.name)
            assert site.docker("exec", "web1", "sh", "-c", film) == str(visitors.FILM_SIZE)
            assert site.docker("images", "-q", sidecar.image())
            # By the names that the TUI is given, from where it runs.
            named = lab.exec(["docker", "--context", host.name, "info", "--format={{.Name}}"])
            assert named.stdout.strip() == host.name, named.stderr
        (tui,) = shows_it(lab)
        assert b"\0NETC_HOST=host,host2,host3\0" in Path(f"/proc/{tui}/environ").read_bytes()
        demo.send("q")
        assert demo.ended() == Exit.DONE
    assert not leftovers(lab)
    assert not visiting(lab)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it(lab: Lab, demo: Terminal, number: signal.Signals) -> None:
    opened(demo)
    demo.kill(number)
    assert demo.ended() == 128 + number
    assert "Traceback" not in shown(demo)
    assert demo.restored
    assert shown(demo).rindex("\x1b[?1049l") > shown(demo).rindex(OTHER_SCREEN)
    assert not leftovers(lab)
    assert not visiting(lab)


def test_the_terminal_is_closed(lab: Lab, demo: Terminal) -> None:
    opened(demo)
    demo.hang_up()
    demo.ended()
    assert not leftovers(lab)
    assert not visiting(lab)


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_ctrl_c_before_it_is_open(lab: Lab, demo: Terminal, seconds: float) -> None:
    """The whole foreground gets the signal, the programs that are just run among it."""
    shows(demo, "Your network is not touched", 10)
    time.sleep(seconds)
    demo.send("\x03")
    # On a quick machine it is open by then, and the key is the TUI's own way out.
    assert demo.ended() in (128 + signal.SIGINT, Exit.DONE)
    assert "Traceback" not in shown(demo)
    assert not leftovers(lab)
    assert not visiting(lab)


def test_a_lab_that_was_up_stays(lab: Lab) -> None:
    lab.up()
    before, had = lab.status(), addresses(lab)
    demo = opens(*NETC, "demo", "--name", lab.name)
    try:
        opened(demo)
        demo.send("q")
        assert demo.ended() == Exit.DONE
        assert "is gone" not in shown(demo)
    finally:
        demo.close()
    assert lab.status() == before, "the DHCP server is the same process"
    assert addresses(lab) == had
    assert not visiting(lab)


def test_keep(lab: Lab) -> None:
    demo = opens(*NETC, "demo", "--name", lab.name, "--keep")
    try:
        opened(demo)
        demo.send("q")
        assert demo.ended() == Exit.DONE
        assert f"netc lab down --name {lab.name}" in shown(demo)
    finally:
        demo.close()
    assert lab.status().up
    assert not visiting(lab)


def test_a_demo_after_one_that_was_killed(lab: Lab, demo: Terminal) -> None:
    opened(demo)
    second = opens(*NETC, "demo", "--name", lab.name)
    assert second.ended() == Exit.FAILED
    assert f"netc: another demo has the lab {lab.name}" in shown(second)
    second.close()
    assert lab.status().up

    demo.process.kill()
    demo.process.wait()
    eventually(lambda: not visiting(lab), seconds=10)
    assert len(addresses(lab)) == 3, "the loopback, and one on each LAN"
    third = opens(*NETC, "demo", "--name", lab.name)
    try:
        opened(third)
        third.send("q")
        assert third.ended() == Exit.DONE
    finally:
        third.close()
    assert not leftovers(lab)


def test_a_demo_that_is_killed_gives_the_terminal_back_to_its_shell(lab: Lab) -> None:
    shell = opens(
        "sh", "-c", '"$@"; echo "ended: $?"; cat', "sh", *NETC, "demo", "--name", lab.name
    )
    try:
        opened(shell)
        of_lab = (process for process in running("demo") if lab.name in process.argv)
        (program,) = (process for process in of_lab if process.program != "sh")
        os.kill(program.pid, signal.SIGKILL)
        shows(shell, "ended: 137")
        eventually(lambda: not shows_it(lab), seconds=10)
        assert SAME_SCREEN in shown(shell)
    finally:
        shell.close()


def test_two_at_once(lab: Lab) -> None:
    demos = [opens(*NETC, "demo", "--name", lab.name) for _ in range(2)]
    try:
        eventually(lambda: any(one.process.poll() for one in demos), seconds=60)
        loser, winner = sorted(demos, key=lambda one: one.process.poll() is None)
        assert "netc: another demo has the lab" in shown(loser)
        opened(winner)
        assert lab.status().up
        winner.send("q")
        assert winner.ended() == Exit.DONE
    finally:
        for one in demos:
            one.close()
    assert not leftovers(lab)
