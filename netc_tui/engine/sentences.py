"""The sentences of others that decide something: Docker's have no number of their own, so they are
recognised by their words. All of them are here; outside this package they are types of errors.
"""

import re
from collections.abc import Mapping

from netc_tui.core.errors import NetcError
from netc_tui.engine.api import (
    AlreadyConnected,
    Conflict,
    Gone,
    LinkDown,
    NoImage,
    NoScript,
    NotConnected,
    NotRunning,
    Refused,
    Stuck,
    Untracked,
)

NO_IMAGE = "No such image"
"""What is said of an image that the engine has not, nor any registry; of a Swarm's tasks, too."""
DOCKER: Mapping[str, type[NetcError]] = {
    "already exists in network": AlreadyConnected,
    "is not connected to": NotConnected,
    "already using parent interface": Conflict,
    ": already exists": Stuck,
    "/proc/sys/net/netfilter/nf_conntrack": Untracked,
    "update out of sequence": Conflict,
    "Cannot link to a non running container": LinkDown,
}
"""A part of what the engine says, and what it means."""
BESIDE: Mapping[str, type[NetcError]] = {
    NO_IMAGE: NoImage,
    "cannot join network of a non running container": NotRunning,
    "cannot join network namespace of a non running container": NotRunning,
    "is restarting, wait until the container is running": NotRunning,
    "joining network namespace of container: No such container": Gone,
}
"""The same where a container is to share the network namespace of another."""
GONE = 404
"""The HTTP status of what is about something that is not there (any more)."""
CONFLICTS = (403, 409)
"""The HTTP status of what the engine refuses because of what is there now."""
HEALTH = {"(healthy)": "healthy", "(unhealthy)": "unhealthy", "(health: starting)": "starting"}
"""How the status of a container ends that runs and has a health check, and what that means."""
NO_SCRIPT = re.compile(r"can't open '?/netc/\S+: no such file", re.IGNORECASE)
"""What busybox's shell says of a script of netc's that is not in the image."""
RPC = re.compile(r"rpc error: code = \w+ desc = ")
"""What the sentences of a Swarm begin with, and nobody needs."""
LATE = "code = DeadlineExceeded"
"""What is said where its managers do not agree on a change, before they know of a lost leader."""
TAKEN_AWAY = ("failed to get digest", "layer does not exist")
"""What a build says when its last step was removed as an image without a name: of several builds at
once, each tidies up when it is done."""


def refused(said: str, status: int | None) -> NetcError:
    """The error for a request that the engine does not carry out, given the HTTP status."""
    text = on_one_line(said)
    if LATE in text:
        text = "the Swarm does not answer in time; are more than half of its managers there?"
    sentence = f"Docker: {RPC.sub('', text)}"
    if status == GONE:
        return Gone(sentence)
    for part, kind in DOCKER.items():
        if part in sentence:
            return kind(sentence)
    return (Conflict if status in CONFLICTS else Refused)(sentence)


def refused_beside(said: str, status: int | None) -> NetcError:
    """The error for a helper beside a container that the engine does not make or start."""
    error = refused(said, status)
    kinds = (kind for part, kind in BESIDE.items() if part in error.message)
    return next(kinds, type(error))(error.message)


def no_image(said: str) -> bool:
    """Does a task not run because its image is not there?"""
    return NO_IMAGE in said


def taken_away(said: str) -> bool:
    """Did a build fail only because what it had made was removed meanwhile?"""
    return any(part in said for part in TAKEN_AWAY)


def too_long(command: str, name: str, seconds: float) -> NetcError:
    """The error for a command that was ended."""
    return NetcError(f"{on_one_line(command)} in {name} took longer than {seconds:g} s")


def failed(command: str, name: str, code: int, printed: str) -> Refused:
    """The error for a command that failed in a container."""
    kind = NoScript if NO_SCRIPT.search(printed) else Refused
    return kind(f"{on_one_line(command)} in {name} failed ({code}): {on_one_line(printed)}")


def health(status: str) -> str | None:
    """What a health check found last, from the listing's ``Up 2 hours (healthy)``."""
    return next((word for end, word in HEALTH.items() if status.endswith(end)), None)


def on_one_line(text: str) -> str:
    """What somebody else wrote, without its line ends."""
    return " ".join(text.split())
