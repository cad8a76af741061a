"""What screens ask for when a key is pressed; who does it is not theirs to know."""

from collections.abc import Callable, Sequence
from typing import Protocol

from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Placed
from netc_tui.tui.hosts import Reached


class Deeds(Protocol):
    """What the operator can do, each by the id of its key."""

    def on_off(self, services: Sequence[Placed]) -> None:
        """Off if all of these are on, else on those that are off."""
        ...

    def expose(self, services: Sequence[Placed]) -> None:
        """The dialog for turning on, or changing what is on."""
        ...

    def renew(self, services: Sequence[Placed]) -> None:
        """Renew the leases of those that are on."""
        ...

    def restart(self, services: Sequence[Placed]) -> None:
        """Restart the network containers of those that are on."""
        ...

    def remove(self, services: Sequence[Placed]) -> None:
        """Remove what those that are gone have left."""
        ...

    def auto(self, services: Sequence[Placed]) -> None:
        """Give back to their labels those that an operator turned on or off."""
        ...

    def move(self, service: Placed) -> None:
        """The dialog for moving its address to another service, or to another host."""
        ...

    def doctor(self, services: Sequence[Placed]) -> None:
        """The whole path to those that are on."""
        ...

    def details(self, service: Placed) -> None:
        """All there is to know of one."""
        ...

    def log(self, service: Placed) -> None:
        """The log of its network container."""
        ...

    def copy(self, service: Placed) -> None:
        """Something of it to the clipboard."""
        ...

    def interfaces(self, desk: Desk) -> None:
        """A host's interfaces, to choose the one in force there."""
        ...

    def hosts(self, reached: Callable[[], Sequence[Reached]]) -> None:
        """All hosts, and how they are reached."""
        ...

    def theme(self) -> None:
        """Dark, light, the terminal's own."""
        ...

    def help(self) -> None:
        """All keys."""
        ...

    def quit(self) -> None:
        """Leave, but say first when something is under way."""
        ...
