"""Counters of containers, from whatever /proc tells."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from netc_tui.core.traffic import Carried
from netc_tui.host import traffic
from netc_tui.host.traffic import FIRST, LONGEST, Readings

ID, OTHER = "ab" * 32, "cd" * 32
HERE = "172.17.0.6"
DEV = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo
    lo:    8859      96    0    0    0     0          0         0     8859      96    0    0    0
  eth0:{eth0} 7 0 0 0 0 0 0 5480 128 0 0 0 0 0 0
  eth1: 2159      18    0    0    0     0          0        12     1174      13    0    0    0
netc-claim: 4600   100    0    0    0     0          0         0     4200     100    0    0    0
 tunl0:       0       0    0    0    0     0          0         0        0       0    0    0    0
"""
TITLES = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
ROUTES = (
    ("eth1", "0.0.0.0", "10.77.0.1", "0.0.0.0"),
    ("eth1", "10.77.0.0", "0.0.0.0", "255.255.255.0"),
    ("eth1", "172.16.0.0", "10.77.0.1", "255.240.0.0"),
    ("eth0", "172.17.0.0", "0.0.0.0", "255.255.0.0"),
)
SNMP = "Ip: Forwarding DefaultTTL ForwDatagrams\nIp: 1 64 {forwarded}\nIcmp: InMsgs\nIcmp: 3\n"
CGROUPS = {
    "version 1, cgroupfs": "9:name=systemd:/docker/{id}\n8:pids:/docker/{id}\n0::/docker/{id}\n",
    "version 2, systemd": "0::/system.slice/docker-{id}.scope\n",
    "in a lab": "9:name=systemd:/netc-lab-x/{id}\n",
    "an engine in a container": "0::/docker/" + "12" * 32 + "/docker/{id}\n",
    "only one hierarchy tells": "9:name=systemd:/\n4:memory:/docker/{id}\n1:cpu:/\n",
    "rootless": "0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{id}.scope\n",
}


def swapped(address: str) -> str:
    number = int.from_bytes(bytes(map(int, address.split("."))), sys.byteorder)
    return f"{number:08X}"


def process(
    proc: Path, number: int, id: str = ID, cgroup: str = "0::/docker/{id}\n", forwarded: int = 40
) -> Path:
    """One with all that is read."""
    folder = proc / str(number)
    (folder / "net").mkdir(parents=True)
    (folder / "cgroup").write_text(cgroup.format(id=id))
    (folder / "stat").write_text(f"{number} (a) b) S {' '.join(map(str, range(1, 40)))}\n")
    (folder / "net/dev").write_text(DEV.format(eth0=6046))
    (folder / "net/snmp").write_text(SNMP.format(forwarded=forwarded))
    lines = (
        f"{link}\t{swapped(net)}\t{swapped(gateway)}\t0003\t0\t0\t0\t{swapped(mask)}\t0\t0\t0\n"
        for link, net, gateway, mask in ROUTES
    )
    (folder / "net/route").write_text(TITLES + "".join(lines))
    return folder


@pytest.fixture
def readings(tmp_path: Path) -> Iterator[Readings]:
    (tmp_path / "self").mkdir()
    (tmp_path / "uptime").write_text("1 1\n")
    with closing(Readings(tmp_path)) as made:
        yield made


@pytest.mark.parametrize("cgroup", CGROUPS.values(), ids=CGROUPS)
def test_a_container_is_found_by_its_cgroup(
    tmp_path: Path, readings: Readings, cgroup: str
) -> None:
    process(tmp_path, 1, "ef" * 32)
    process(tmp_path, 20, cgroup=cgroup)
    process(tmp_path, 3, OTHER, cgroup)
    found = readings.read({ID: HERE})
    assert set(found) == {ID}
    assert found[ID].forwarded == 40
    assert found[ID].service == Carried(7, 6046, 128, 5480)
    assert found[ID].lan == Carried(18, 2159, 13, 1174)


def test_what_is_run_in_it_for_a_moment_is_not_held(tmp_path: Path, readings: Readings) -> None:
    process(tmp_path, 100, forwarded=7)
    process(tmp_path, 20, forwarded=5)
    assert readings.read({ID: HERE})[ID].forwarded == 5


def test_a_number_that_is_somebody_else_s_by_now_is_not_read(
    tmp_path: Path, readings: Readings
) -> None:
    old = process(tmp_path, 20)
    assert set(readings.read({ID: HERE})) == {ID}
    old.rename(tmp_path / "ended")
    for name in ("net/dev", "net/snmp"):
        (tmp_path / "ended" / name).unlink()
    process(tmp_path, 20, OTHER)
    assert readings.read({ID: HERE}) == {}
    process(tmp_path, 21, forwarded=3)
    readings._missed.clear()  # it is time to look again
    assert readings.read({ID: HERE})[ID].forwarded == 3


def test_one_that_was_started_again_is_found_at_once(tmp_path: Path, readings: Readings) -> None:
    old = process(tmp_path, 20)
    readings.read({ID: HERE})
    (old / "net/dev").unlink()
    (old / "cgroup").unlink()
    process(tmp_path, 21, forwarded=1)
    assert readings.read({ID: HERE})[ID].forwarded == 1


@pytest.mark.parametrize("missing", ["cgroup", "net/snmp"])
def test_one_that_is_not_there_or_not_to_be_read_is_looked_for_ever_more_rarely(
    tmp_path: Path, readings: Readings, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    (process(tmp_path, 10) / missing).unlink()
    now, looked = [1000.0], []
    monkeypatch.setattr(traffic.time, "monotonic", lambda: now[0])
    names = os.listdir
    monkeypatch.setattr(traffic.os, "listdir", lambda path: looked.append(now[0]) or names(path))
    for _ in range(2000):
        assert readings.read({ID: HERE}) == {}
        now[0] += 1
    pauses = [after - before for before, after in pairwise(looked)]
    assert pauses[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert max(pauses) == LONGEST
    # Another one does not wait for that.
    process(tmp_path, 20, OTHER)
    assert set(readings.read({ID: HERE, OTHER: HERE})) == {OTHER}


@pytest.mark.parametrize("address", ["10.99.0.1", "172.16.0.9", "0.0.0.0"])
def test_without_a_link_on_the_service_s_network_nothing_is_known(
    tmp_path: Path, readings: Readings, address: str
) -> None:
    process(tmp_path, 20)
    assert readings.read({ID: address}) == {}


def test_what_is_let_go_of_is_closed(tmp_path: Path) -> None:
    process(tmp_path, 20)
    process(tmp_path, 21, OTHER)
    before = len(list(Path("/proc/self/fd").iterdir()))
    readings = Readings(tmp_path)
    for _ in range(50):
        assert len(readings.read({ID: HERE, OTHER: HERE})) == 2
        readings.read({ID: HERE})
    readings.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_process_of_this_machine_that_is_in_no_container() -> None:
    with closing(Readings()) as readings:
        assert readings.read({ID: "127.0.0.1"}) == {}


def test_a_process_that_ended_is_not_taken_for_the_next_of_its_number() -> None:
    """The kernel's own word on what the readings hold."""
    child = subprocess.Popen(["sleep", "60"])
    folder = os.open(f"/proc/{child.pid}", os.O_RDONLY)
    try:
        assert traffic._text(folder, "net/dev")
        child.kill()
        child.wait()
        with pytest.raises(OSError):
            traffic._text(folder, "net/dev")
    finally:
        os.close(folder)
