"""Which hosts a command line is for: ``--host``, else NETC_HOST, else what is in force for Docker's
own client.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING

from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.engine.endpoint import Endpoint
    from netc_tui.engine.hosts import Host
    from netc_tui.settings.declared import Flags, Settings

VARIABLE = "NETC_HOST"
ELSEWHERE = ("config", "demo", "lab")
"""The commands that have to do with this machine alone."""
_GIVEN: ContextVar[tuple[str, ...]] = ContextVar("hosts that the command line names", default=())


_OF_ONE: ContextVar[bool] = ContextVar("what is said is of one host", default=True)


def of_all() -> None:
    """What is said is of no one host, whichever NETC_HOST names."""
    _OF_ONE.set(False)


def give(names: Iterable[str], command: str = "") -> None:
    """Have the commands be for these. Raises NetcError (usage) when this one cannot be."""
    chosen = tuple(names)
    if "" in chosen:  # a variable that is not set, in a script: not the engine that is in force
        raise NetcError("--host: a name, or an address", Exit.USAGE)
    if chosen and command in ELSEWHERE:
        raise NetcError(f"--host before {command}: it is for this machine alone", Exit.USAGE)
    if len(chosen) > 1 and command:
        raise NetcError(
            f"--host before {command}: one at a time; of all hosts at once there is"
            " netc ls --all-hosts",
            Exit.USAGE,
        )
    _GIVEN.set(chosen)
    _OF_ONE.set(True)


def given() -> tuple[str, ...]:
    """Those that the command line names."""
    return _GIVEN.get()


def name() -> str:
    """The host that a command is for, as it was given; empty: what is in force."""
    names = given() or _in_environment()
    if len(names) > 1:
        raise NetcError(f"{VARIABLE} names several hosts; a command is for one", Exit.USAGE)
    return names[0] if names else ""


def endpoint() -> "Endpoint":
    """Where its engine is. Raises NetcError: usage when there is no such host, engine when it
    cannot be used."""
    from netc_tui.engine import endpoints

    if called := name():
        from netc_tui.engine import hosts

        return hosts.named(called, declared()).endpoint
    return endpoints.in_force()


def here() -> bool:
    """May the engine that the command is for be this machine's?"""
    try:
        return endpoint().local is not False
    except NetcError:
        return not (given() or _in_environment())


def aimed(text: str) -> str:
    """A sentence, with the commands in it so that they act on the host that this one is for."""
    from netc_tui.core.elsewhere import aimed_within

    return _aimed_by(aimed_within, text)


def aimed_command(text: str) -> str:
    """The same of a command that stands alone, which may be one of neither netc nor Docker."""
    from netc_tui.core.elsewhere import aimed

    return _aimed_by(aimed, text)


def _aimed_by(aim: Callable[[str, str, str, Sequence[str]], str], text: str) -> str:
    if not _OF_ONE.get():
        return text
    try:
        called = name()
        if not called:
            return text
        there = endpoint()
        return aim(text, called, there.url, there.client)
    except NetcError:  # there is no such host: that is what is being said
        return text


def declared() -> Mapping[str, str]:
    """The table ``[hosts]`` of the file in force. Raises NetcError (usage)."""
    from netc_tui.settings.declared import Flags
    from netc_tui.settings.keys import KEYS
    from netc_tui.settings.load import load

    return load(Flags(), os.environ, {key.id: key.key for key in KEYS}).hosts


def every(declared: Mapping[str, str], *, all_hosts: bool, contexts: bool) -> "tuple[Host, ...]":
    """All hosts of the settings, and of Docker's contexts. Raises NetcError (usage) when the
    settings have none, and they are asked for."""
    from netc_tui.engine import hosts

    if all_hosts and not declared:
        raise NetcError(
            "no hosts are declared: write [hosts] into the settings (netc config shows how), or"
            " take --all-contexts",
            Exit.USAGE,
        )
    return hosts.every(declared if all_hosts else {}, contexts)


def on_screen(flags: "Flags", settings: "Settings") -> "tuple[Host, ...]":
    """The hosts that the TUI shows; none: the one in force, whichever that is at a time. Raises
    NetcError."""
    everything = {"all_hosts", "all_contexts"} & {name for name, on in flags.given.items() if on}
    if flags.hosts and everything:
        raise NetcError("--host and all of them: choose one", Exit.USAGE)
    names = flags.hosts or (() if everything else _in_environment())
    if names:
        from netc_tui.engine import hosts

        return tuple(hosts.named(name, settings.hosts) for name in dict.fromkeys(names))
    if settings.all_hosts or settings.all_contexts:
        return every(settings.hosts, all_hosts=settings.all_hosts, contexts=settings.all_contexts)
    return ()


def _in_environment() -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, os.environ.get(VARIABLE, "").split(","))))
