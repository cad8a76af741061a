"""What this machine's kernel counts for containers, as any of its users may read it.

The counters of a network namespace are in /proc beside each process in it: no root, no command in
the container, no call of the engine. The process is found by its cgroup, which the engine names
after the container. Its id in the engine's answers would be another one where the engine has a
process namespace of its own, and may be somebody else's by the time it is looked at.
"""

import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netc_tui.core.protocol import CLAIM_LINK
from netc_tui.core.traffic import Carried, Counters

PROC = Path("/proc")
CONTAINER = re.compile(r"[0-9a-f]{64}")
"""The id of a container, in the name of a cgroup: with cgroupfs it is all of it, with systemd it is
``docker-ID.scope``."""
FIRST, LONGEST = 1.0, 300.0
"""Seconds until a container that was not found is looked for again; each time twice as long."""
TICK = os.sysconf("SC_CLK_TCK")


class Held:
    """The main process of a container, held by its folder in /proc: that stays this process's, also
    when another has its number, and keeps nothing of it alive."""

    def __init__(self, folder: int) -> None:
        self._folder = folder
        self._life, self._since = 0, datetime.fromtimestamp(0, UTC)
        self._link = "", ""
        """An address, and the link whose own network it is on."""

    def counters(self, address: str) -> Counters | None:
        """What is counted in its network namespace, in which ``address`` is on the network of the
        service; None when it is on none. Raises OSError when the process ended."""
        links = dict(_links(_text(self._folder, "net/dev")))
        if self._link[0] != address or self._link[1] not in links:
            self._link = address, _link_to(address, _text(self._folder, "net/route"))
        service = links.pop(self._link[1], None)
        if service is None:
            return None
        links.pop("lo", None)
        links.pop(CLAIM_LINK, None)
        lan = Carried()
        for link in links.values():  # what else there may be carries nothing
            lan = lan.plus(link)
        if not self._life:
            self._begun()
        forwarded = _forwarded(_text(self._folder, "net/snmp"))
        return Counters(self._life, self._since, forwarded, lan, service)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._folder)

    def _begun(self) -> None:
        # After the name, which may hold anything, and in parentheses (proc(5)).
        self._life = int(_text(self._folder, "stat").rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - self._life / TICK
        self._since = (datetime.now(UTC) - timedelta(seconds=age)).replace(microsecond=0)


class Readings:
    """Reads the counters of containers. All of it blocks, for some 50 microseconds each, and some
    milliseconds when one is new."""

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self._held: dict[str, Held] = {}
        """By container."""
        self._missed: dict[str, tuple[float, float]] = {}
        """By container that was not found, when it is looked for again, and the pause before."""

    def read(self, wanted: Mapping[str, str]) -> dict[str, Counters]:
        """The counters of these containers, by their ids, each with its address on the network of
        its service. One that cannot be read is left out: it has ended, its engine is another
        machine's, or nobody may look."""
        for gone in self._held.keys() - wanted.keys():
            self._held.pop(gone).close()
        self._missed = {id: when for id, when in self._missed.items() if id in wanted}
        found: dict[str, Counters] = {}
        before = set(self._held)
        # One that ended may have been started again by now.
        for _ in range(2):
            self._find(id for id in wanted if id not in self._held)
            for id in wanted.keys() & self._held.keys() - found.keys():
                try:
                    counted = self._held[id].counters(wanted[id])
                except OSError:
                    self._held.pop(id).close()
                    if id not in before:
                        self._miss(id)
                    before.discard(id)
                else:
                    if counted is not None:
                        found[id] = counted
            if len(found) == len(wanted):
                break
        for id in found:
            self._missed.pop(id, None)
        return found

    def close(self) -> None:
        """Let go of all processes."""
        self.read({})

    def _find(self, missing: Iterable[str]) -> None:
        now = time.monotonic()
        wanted = {id for id in missing if self._missed.get(id, (now, 0.0))[0] <= now}
        if not wanted:
            return
        numbers = sorted(int(name) for name in os.listdir(self._proc) if name.isdigit())  # noqa: PTH208
        for number in numbers:  # the oldest first: what is run in it for a moment comes later
            with suppress(OSError), _opened(str(self._proc / str(number))) as folder:
                id = _container(_text(folder, "cgroup"))
                if id in wanted and id not in self._held:
                    self._held[id] = Held(os.dup(folder))
        for id in wanted - self._held.keys():
            self._miss(id)

    def _miss(self, id: str) -> None:
        pause = min(2 * self._missed.get(id, (0, FIRST / 2))[1], LONGEST)
        self._missed[id] = time.monotonic() + pause, pause


def _container(cgroups: str) -> str:
    """The container that a process is in, the innermost one; empty: in none."""
    found = ""
    for line in cgroups.splitlines():
        found = (CONTAINER.findall(line) or [found])[-1]
    return found


def _links(text: str) -> Iterator[tuple[str, Carried]]:
    """From net/dev: two lines of titles, then a link a line."""
    for line in text.splitlines()[2:]:
        name, _, numbers = line.partition(":")
        counted = list(map(int, numbers.split()))
        yield name.strip(), Carried(counted[1], counted[0], counted[9], counted[8])


def _link_to(address: str, text: str) -> str:
    """From net/route: the link whose own network an address is on; empty: none has it."""
    at, best, found = _number(address), -1, ""
    for line in text.splitlines()[1:]:
        link, destination, gateway, _, _, _, _, mask, *_ = line.split()
        net, bits = _swapped(destination), _swapped(mask)
        if bits > best and bits and not int(gateway, 16) and at & bits == net:
            best, found = bits, link
    return found


def _forwarded(text: str) -> int:
    """From net/snmp: a line of titles and a line of numbers for each protocol."""
    titles, numbers = [line.split() for line in text.splitlines() if line.startswith("Ip:")]
    return int(dict(zip(titles, numbers, strict=True))["ForwDatagrams"])


def _number(address: str) -> int:
    return int.from_bytes(bytes(map(int, address.split("."))))


def _swapped(text: str) -> int:
    """An address as the kernel prints it, in the order of this machine's bytes."""
    return int.from_bytes(int(text, 16).to_bytes(4, sys.byteorder))


def _text(folder: int, name: str) -> str:
    with _opened(name, folder) as file:
        parts = []
        while part := os.read(file, 65536):
            parts.append(part)
        return b"".join(parts).decode(errors="replace")


@contextmanager
def _opened(path: str, folder: int | None = None) -> Iterator[int]:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        yield file
    finally:
        os.close(file)
