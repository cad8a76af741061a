"""The script that tells the links of a host, on trees of files like sysfs and on the kernel's own."""

import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netc_tui.core.links import Link, parse
from netc_tui.host.interfaces import links
from netc_tui.sidecar import interfaces

SCRIPT = interfaces("once")[2]


class Tree:
    """A folder like /sys/class/net."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def link(
        self, name: str, index: int, *has: str, typed: str = "", master: str = "", **files: str
    ) -> Path:
        """A link with an empty file for each of what it ``has``."""
        at = self.folder / name
        at.mkdir()
        plain = {
            "ifindex": str(index),
            "iflink": str(index),
            "address": f"02:00:00:00:00:{index:02x}",
        }
        plain |= {"flags": "0x1003", "type": "1", "carrier": "1"}
        for file, text in {**plain, **files}.items():
            (at / file).write_text(f"{text}\n")
        devtype = f"DEVTYPE={typed}\n" if typed else ""
        (at / "uevent").write_text(f"{devtype}INTERFACE={name}\nIFINDEX={index}\n")
        for file in has:
            (at / file).mkdir()
        if master:
            (at / "master").symlink_to(self.folder / master)
        return at


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def command(folder: Path, mode: str) -> list[str]:
    return ["busybox", "sh", "-c", SCRIPT, "interfaces", str(folder), mode]


def told(tree: Tree) -> dict[str, Link]:
    done = subprocess.run(
        command(tree.folder, "once"), capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stderr == ""
    return {link.name: link for link in parse(done.stdout)}


def test_all_kinds_of_links(tree: Tree) -> None:
    tree.link("bond0", 9, "bonding", typed="bond", flags="0x1403")
    tree.link("br0", 8, "bridge", typed="bridge")
    tree.link("br0.5", 10, "lower_br0", typed="vlan", iflink="8")
    tree.link("docker0", 6, "bridge", typed="bridge", carrier="0")
    tree.link("eth0", 2, "device", "brport", master="br0", flags="0x1103")
    tree.link("eth1", 3, "device", master="bond0", flags="0x1803")
    tree.link("lo", 1, flags="0x9", type="772")
    tree.link("mac0", 11, "lower_eth2", typed="macvlan", iflink="4")
    tree.link("tap0", 12, "tun_flags")
    tree.link("blue", 13, flags="0x4c1")
    tree.link("eth2", 4, "device", master="blue")
    tree.link("veth1", 7, "brport", master="docker0", iflink="3")
    tree.link("wlan0", 5, "device", "phy80211", "wireless", typed="wlan")
    (tree.folder / "bonding_masters").write_text("bond0\n")
    found = told(tree)
    kinds = {name: link.kind for name, link in found.items()}
    assert kinds == {
        **{"lo": "ethernet", "eth0": "ethernet", "eth1": "ethernet", "eth2": "ethernet"},
        **{"bond0": "bond", "br0": "bridge", "docker0": "bridge", "br0.5": "vlan"},
        **{"mac0": "macvlan", "tap0": "tun", "blue": "vrf", "veth1": "veth", "wlan0": "ethernet"},
    }
    assert [name for name, link in found.items() if link.wireless] == ["wlan0"]
    masters = {name: (link.master, link.master_kind) for name, link in found.items() if link.master}
    assert masters == {
        **{"eth0": ("br0", "bridge"), "eth1": ("bond0", "bond"), "eth2": ("blue", "vrf")},
        "veth1": ("docker0", "bridge"),
    }
    assert found["lo"].loopback
    assert not found["lo"].ether
    assert not found["docker0"].carrier
    assert found["eth0"].mac == "02:00:00:00:00:02"


@pytest.mark.parametrize(
    "name", ["a*b", "?", "[x]", "a\\nb", "$(id)", "`id`", "a'b\"c", "-n", "&;|", "\u2003x", "wörld"]
)
def test_any_name_that_the_kernel_takes(tree: Tree, name: str) -> None:
    tree.link(name, 7, "device", flags="0x1002", carrier="")
    tree.link("ab", 8)
    assert told(tree)[name] == Link(
        7, name, "ethernet", "02:00:00:00:00:07", False, False, True, False
    )


def test_one_that_is_about_to_go_is_no_error(tree: Tree) -> None:
    tree.link("eth0", 2, "device")
    half = tree.link("gone", 3)
    for file in ("iflink", "address", "flags", "type", "uevent", "carrier"):
        (half / file).unlink()
    (tree.folder / "lost").symlink_to("nowhere")
    assert set(told(tree)) == {"eth0"}


def test_without_any_link(tree: Tree) -> None:
    assert told(tree) == {}


def test_the_kernel_s_own_are_told_as_it_tells_them_itself() -> None:
    done = subprocess.run(
        command(Path("/sys/class/net"), "once"), capture_output=True, text=True, check=True
    )
    found, known = parse(done.stdout), links()
    # Of one that is down the kernel's files tell no carrier; of a kind without files, no kind.
    assert [_known(link) for link in found] == [_known(link) for link in known]


def _known(link: Link) -> tuple[object, ...]:
    return (
        *(link.index, link.name, link.mac, link.up, link.loopback, link.ether),
        *(link.up and link.carrier, link.wireless, link.master, link.addresses),
    )


# --- one that stays


class Staying:
    """The script as it stays."""

    def __init__(self, tree: Tree) -> None:
        self.process = subprocess.Popen(
            command(tree.folder, "stay"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def block(self, seconds: float = 10) -> dict[str, Link] | None:
        """What it tells next; None when it tells nothing in time."""
        assert self.process.stdout is not None
        lines = b""
        until = time.monotonic() + seconds
        while not lines.endswith(b"\n\n"):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            if not (piece := os.read(self.process.stdout.fileno(), 65536)):
                return None
            lines += piece
        return {link.name: link for link in parse(lines.decode())}

    def until(self, holds: Callable[[dict[str, Link]], bool]) -> None:
        """Wait until what it tells is so."""
        for _ in range(5):
            found = self.block()
            assert found is not None
            if "eth0.5" in found and holds(found):
                return
        raise AssertionError("it does not come")


@pytest.fixture
def staying(tree: Tree) -> Iterator[Staying]:
    tree.link("eth0", 2, "device")
    tree.link("veth1", 3, "brport", iflink="9")
    held = Staying(tree)
    yield held
    held.process.kill()
    held.process.wait()
    for pipe in (held.process.stdin, held.process.stdout):
        if pipe is not None:
            pipe.close()


def test_changes_are_told_and_nothing_else(tree: Tree, staying: Staying) -> None:
    assert set(staying.block() or ()) == {"eth0", "veth1"}
    assert staying.block(3) is None, "nothing has changed"
    (tree.folder / "eth0/carrier").write_text("0\n")
    found = staying.block()
    assert found is not None
    assert not found["eth0"].carrier
    tree.link("br0", 4, "bridge", typed="bridge")
    assert set(staying.block() or ()) == {"eth0", "veth1", "br0"}
    (tree.folder / "veth1/carrier").write_text("0\n")
    assert staying.block(3) is None, "a container's"
    tree.link("a*b$x", 5, "device")
    assert "a*b$x" in (staying.block() or ())
    (tree.folder / "a*b$x/carrier").write_text("0\n")
    assert staying.block() is not None


def test_a_port_that_is_no_container_s_is_watched(tree: Tree, staying: Staying) -> None:
    tree.link("br0", 4, "bridge", typed="bridge")
    tree.link("eth0.5", 5, "brport", "lower_eth0", typed="vlan", iflink="2", master="br0")
    staying.until(lambda found: found["eth0.5"].master == "br0")
    (tree.folder / "eth0.5/master").unlink()
    staying.until(lambda found: found["eth0.5"].master is None)


def test_it_ends_at_once_when_its_input_does(staying: Staying) -> None:
    assert staying.block()
    assert staying.process.stdin is not None
    began = time.monotonic()
    staying.process.stdin.close()
    assert staying.process.wait(10) == 0
    assert time.monotonic() - began < 4


def test_it_costs_little(tree: Tree, staying: Staying) -> None:
    for number in range(20):
        tree.link(f"veth{number + 10}", number + 10, "brport", iflink="9")
    assert staying.block()
    before, began = spent(staying.process.pid), time.monotonic()
    time.sleep(8)
    share = (spent(staying.process.pid) - before) / (time.monotonic() - began)
    print(f"{share:.3%} of a processor")
    assert share < 0.01  # a benchmark says how much it is; this is ten times as much


def spent(pid: int) -> float:
    """Seconds of a processor that it and what it has waited for used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def test_without_a_word_it_ends_by_itself(tree: Tree) -> None:
    tree.link("eth0", 2, "device")
    script = SCRIPT.replace("PAUSE=2 ", "PAUSE=1 ").replace("LIVES=31 ", "LIVES=3 ")
    assert script != SCRIPT
    process = subprocess.Popen(
        ["busybox", "sh", "-c", script, "interfaces", str(tree.folder), "stay"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    for _ in range(3):
        time.sleep(1.5)
        process.stdin.write(b"\n")
        process.stdin.flush()
    assert process.poll() is None, "words keep it"
    assert process.wait(10) == 0
    printed, _ = process.communicate()
    assert printed.endswith(b"\n\n.\n.\n.\n"), "each is answered"
