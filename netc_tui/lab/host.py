"""What can be done to a Docker host of a lab that is up: much of it is what a fault does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import engine, network, ssh
from netc_tui.lab.cleanup import PATIENCE, end_all
from netc_tui.lab.layout import HostLayout, HostName
from netc_tui.lab.lock import locked
from netc_tui.lab.processes import ended, inside, kill, others
from netc_tui.lab.status import require_up


@dataclass(frozen=True)
class LabHost:
    """A Docker host. Equal values are the same host.

    The methods raise NetcError when the lab is not up and when they fail, and wait for whoever
    else changes the lab. ``netc lab up`` undoes all of them but ``cut``, which ``heal`` does.
    """

    layout: HostLayout

    @property
    def name(self) -> HostName:
        """What it is called, also by ssh."""
        return self.layout.name

    @property
    def address(self) -> str:
        """Its own address in the first LAN."""
        return self.layout.addresses["eth1"]

    @property
    def socket(self) -> Path:
        """Its engine's socket."""
        return self.layout.socket

    def start_engine(self) -> None:
        """Start dockerd unless it runs, and wait until it answers."""
        with self._changing() as lock:
            if not engine.processes(self.layout):
                engine.start(self.layout, lock)

    def stop_engine(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End dockerd. SIGTERM stops the containers first, SIGKILL leaves them as they are."""
        with self._changing():
            engine.stop(self.layout, number)

    def hang_engine(self) -> None:
        """Have dockerd take connections and say nothing, until ``resume_engine``."""
        self._signal_engine(signal.SIGSTOP)

    def resume_engine(self) -> None:
        """Undo ``hang_engine``: all that was asked meanwhile is answered."""
        self._signal_engine(signal.SIGCONT)

    def start_sshd(self) -> None:
        """Start sshd unless it runs, and wait until it listens. A lab of one host has none."""
        with self._changing() as lock:
            if not ssh.processes(self.layout):
                ssh.start(self.layout, lock)

    def stop_sshd(self) -> None:
        """Kill sshd and all connections to it."""
        with self._changing():
            ssh.stop(self.layout)

    def cut(self, *, silently: bool = False) -> None:
        """Cut the host, and all on its interfaces, from both LANs.

        The interfaces lose their carrier, or ``silently`` nothing on the host tells it.
        """
        with self._changing() as lock:
            network.cut(self.layout, lock, silently=silently)

    def heal(self) -> None:
        """Undo ``cut``."""
        with self._changing() as lock:
            network.heal(self.layout, lock)

    def power_off(self) -> None:
        """Have everything on it end at once, as without current. What is on its disk stays.

        Its network namespace is empty then, and another one: what was in it by ``netc lab exec``
        is killed, too.
        """
        with self._changing() as lock:
            self.layout.off.touch()
            engine.keep(self.layout)
            init = engine.init_of(self.layout)
            end_all(lambda: others(inside(self.layout.lab, self.layout.name)))
            # It ends only after all others of its PID namespace, containers too.
            if init and not ended([init], PATIENCE):
                raise NetcError(f"a process of {self.name} does not end")
            network.switch_off(self.layout, lock)
            self.socket.unlink(missing_ok=True)

    def power_on(self) -> None:
        """Boot it; the engine answers then, and containers that restart are on their way."""
        with self._changing() as lock:
            if self.layout.off.exists():
                boot_again(self.layout, lock)

    def _signal_engine(self, number: signal.Signals) -> None:
        with self._changing():
            found = engine.processes(self.layout)
            if not found:
                raise NetcError(f"dockerd of {self.name} does not run", Exit.ENGINE)
            kill(found, number)

    @contextmanager
    def _changing(self) -> Iterator[int]:
        require_up(self.layout.lab, self.name)
        with locked(self.layout.lab) as lock:
            yield lock


def boot(host: HostLayout, lock: int) -> None:
    """Start all that runs on a host but its services, in a namespace that is there."""
    engine.seal(host, lock)
    if host.lab.ssh.exists():
        ssh.start(host, lock)
    engine.start(host, lock)


def boot_again(host: HostLayout, lock: int) -> None:
    """Boot a host that was switched off."""
    network.switch_on(host, lock)
    boot(host, lock)
    host.off.unlink()
