"""The tour of the demo: five steps from a service that is off to one that was broken and mended.

Which step it is, is decided from what is there. Only what cannot be seen any more is remembered:
that the path was looked at, and that it was broken.
"""

import json
from collections.abc import Mapping

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.findings import Finding
from netc_tui.core.words import command

VARIABLE = "NETC_DEMO"
"""The environment variable by which the demo tells the TUI how services are broken there."""
READ = 6.0
"""Seconds in which somebody has read a panel."""
STEPS = 5
DONE = STEPS + 1
MORE = {
    "break": "breaks it anew",
    "clients_panel": "clients",
    "doctor": "doctor",
    "help": "help",
    "clear": "ends this",
}
"""What else there is to try, by the ids of the keys."""


class Breakage(msgspec.Struct, frozen=True):
    """A way to break a service, and what mends it; its name is still to follow."""

    breaks: tuple[str, ...]
    mends: tuple[str, ...]

    def breaking(self, service: str) -> str:
        """The command that breaks it."""
        return command(*self.breaks, service)

    def mending(self, service: str) -> str:
        """The command that mends it: the remedy of the finding that tells of it."""
        return command(*self.mends, service)


def told(breakages: tuple[Breakage, ...]) -> str:
    """What the variable has."""
    return json.dumps(msgspec.to_builtins(breakages))


def given(environ: Mapping[str, str]) -> tuple[Breakage, ...]:
    """The ways that the demo gave; none outside of it. Raises NetcError (usage)."""
    try:
        return msgspec.json.decode(environ.get(VARIABLE) or "[]", type=tuple[Breakage, ...])
    except msgspec.DecodeError as error:
        raise NetcError(f"{VARIABLE} is for netc demo alone: unset it", Exit.USAGE) from error


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to know of the service under the cursor."""

    service: str = ""
    """Its name; empty while there is none."""
    fit: bool = False
    """Can it be turned on?"""
    on: bool = False
    """Has it a network container?"""
    bound: bool = False
    """Has that an address?"""
    well: bool = False
    """Is all that was checked of the path as it should be?"""
    in_view: bool = False
    """Is the path on screen?"""
    seconds: float = 0.0
    """Since when it shows what it shows."""
    finding: Finding | None = None
    """What breaks the path."""
    breaks: str = ""
    """The command that would break it next."""
    mends: str = ""
    """The command that mends it, where the demo can."""
    elsewhere: str = ""
    """Another service, which is on."""


class Tour(msgspec.Struct, frozen=True):
    """What was seen so far, as far as it cannot be seen any more."""

    service: str = ""
    """The one that the next two are of."""
    broken: bool = False
    """It is, or was and is not well again yet."""
    read: bool = False
    """Somebody has read what broke it."""
    looked: bool = False
    """Somebody has looked at a path that is well."""
    mended: bool = False
    """One that was broken is well again."""

    def after(self, seen: Scene) -> "Tour":
        """With what is seen now."""
        same = self.service == seen.service and seen.on
        was = self.broken and same
        broken = seen.finding is not None or (was and not seen.well)
        in_time = seen.in_view and seen.seconds >= READ
        return Tour(
            seen.service,
            broken,
            broken and ((self.read and same) or (seen.finding is not None and in_time)),
            # Who breaks it needs not be told to look first.
            self.looked or broken or (seen.bound and seen.well and in_time),
            self.mended or (was and not broken),
        )

    def copied(self) -> "Tour":
        """With what mends it copied: so it was read."""
        return msgspec.structs.replace(self, read=self.broken)

    def step(self, seen: Scene) -> int:
        """Which one it is, from 1; DONE after the last."""
        if self.broken:
            return 5 if self.read or seen.finding is None else 4
        if not seen.bound:
            return 1
        if self.mended:
            return DONE
        return 3 if self.looked else 2

    def hint(self, seen: Scene, keys: Mapping[str, str]) -> tuple[str, str]:
        """What to say at its head, and what to do now. ``keys`` by the ids of their actions, and
        ``break``."""
        at = self.step(seen)
        head = "Demo" if at == DONE else f"Demo {at}/{STEPS}"
        if "on_off" not in keys:
            return "Demo", "read-only by the settings: nothing can be turned on or broken"
        match at:
            case 1:
                return head, _turn_on(seen, keys)
            case 2:
                return head, _look(seen, keys)
            case 3:
                return head, f"Break it: {keys['break']} runs {seen.breaks}"
            case 4:
                return head, _name(seen, keys)
            case 5:
                return head, _mend(seen, keys)
        said = (f"{keys[id]} {what}" for id, what in MORE.items())
        return head, f"Mended. {', '.join(said)}"


def _turn_on(seen: Scene, keys: Mapping[str, str]) -> str:
    if seen.on:
        return f"{seen.service} asks the DHCP server of the LAN for an address ..."
    if not seen.fit:
        what = seen.elsewhere or "a service with ports"
        return f"Put the cursor on {what}: {keys['down']} and {keys['up']}"
    if seen.elsewhere:
        return f"Turn on {seen.service}, too: {keys['on_off']}; or go back to {seen.elsewhere}"
    return f"Turn {seen.service} on: {keys['on_off']}"


def _look(seen: Scene, keys: Mapping[str, str]) -> str:
    if not seen.in_view:
        return f"Look at the path to {seen.service}: {keys['path_panel']}"
    if not seen.well:
        return f"Look at the path to {seen.service}, above: its hops are being asked ..."
    return f"Look at the path to {seen.service}, above: hop by hop, all that is ok"


def _name(seen: Scene, keys: Mapping[str, str]) -> str:
    if not seen.in_view:
        return f"See what is broken: {keys['path_panel']} shows the path"
    code = seen.finding.code if seen.finding is not None else ""
    return f"See it named, above: {code} at its hop; {keys['copy']} copies what mends it"


def _mend(seen: Scene, keys: Mapping[str, str]) -> str:
    if seen.finding is None:
        return "It is mended; the path is being looked at anew ..."
    if seen.mends:
        return f"Mend it: {keys['break']} runs its remedy, {seen.mends}"
    return f"Mend it in another terminal: {keys['copy']} copies how"
