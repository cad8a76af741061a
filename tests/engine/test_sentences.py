"""Sentences of the engine and of busybox, as they were seen, and the errors that they become."""

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.engine import (
    Conflict,
    Gone,
    LinkDown,
    NoImage,
    NoScript,
    NotRunning,
    Refused,
    Stuck,
)
from netc_tui.engine.api import AlreadyConnected, NotConnected, Untracked
from netc_tui.engine.sentences import BESIDE, DOCKER, failed, health, refused, refused_beside

UNKNOWN = "rpc error: code = Unknown desc = "
SEEN = {
    "endpoint with name web1 already exists in network n1": (403, AlreadyConnected),
    "container e08aa993e347 is not connected to network n2": (500, NotConnected),
    # Of a container that does not run.
    "container 013976666d82 is not connected to the network n2": (500, NotConnected),
    "Cannot link to a non running container: /web1 AS /netc-web1/x": (500, LinkDown),
    "Cannot restart container netc-web1: Cannot link to a non running container: /web1 AS /n/x": (
        *(500, LinkDown),
    ),
    # On 20.10.24, of one that it started when it was killed.
    "task 3840e75073b2d2b0a01b7fd7cb8d75e0b50652f3b0319225df61af2c801c9264: already exists": (
        *(500, Stuck),
    ),
    # On 20.10.24.
    "failed to create shim task: OCI runtime create failed: runc create failed: unable to start"
    " container process: error during container init: open"
    " /proc/sys/net/netfilter/nf_conntrack_acct: no such file or directory: unknown": (
        *(400, Untracked),
    ),
    # Before 27.0.1.
    "network dm-56a42208242f is already using parent interface eth1": (500, Conflict),
    UNKNOWN + "update out of sequence": (500, Conflict),
}
"""With the HTTP status, and what each means. All were seen on the engines 20.10.24, 26.1.5 and
28.5.2, but where it is said; `tests/suite` asks the engine that it runs on."""
SEEN_BESIDE = {
    "No such image: netc-sidecar:x": (404, NoImage),
    "cannot join network of a non running container: 0c5a5b17": (409, NotRunning),
    # On 28.5.2.
    "cannot join network namespace of a non running container: container web is created": (
        *(409, NotRunning),
    ),
    "joining network namespace of container: No such container: nobody": (500, Gone),
    "Container 0c5a5b17 is restarting, wait until the container is running": (409, NotRunning),
    # Whose network namespace is to be shared is looked up at the start.
    "No such container: nobody": (404, Gone),
}
"""The same of a helper; seen on 20.10.24 and 26.1.5, but where it is said."""
SHELL = {
    "/bin/sh: can't open '/netc/probe': No such file or directory\n": ("1.35", "1.37"),
    "/bin/sh: line 0: can't open /netc/probe: no such file\n": ("1.38",),
}
"""With the versions of busybox whose shell says so."""


@pytest.mark.parametrize("sentence", SEEN)
def test_sentences_of_the_engine(sentence: str) -> None:
    status, kind = SEEN[sentence]
    error = refused(sentence, status)
    assert type(error) is kind
    assert error.message == f"Docker: {sentence.removeprefix(UNKNOWN)}"
    # Whoever does not care for the sentence goes by the status, which is no help with a parent, nor
    # with what can be made anew.
    own = kind in (Conflict, Stuck, Untracked)
    assert own or isinstance(error, type(refused("anything else", status)))


def test_each_sentence_was_seen() -> None:
    for part in DOCKER:
        assert any(part in sentence for sentence in SEEN)


@pytest.mark.parametrize("sentence", SEEN_BESIDE)
def test_sentences_about_helpers(sentence: str) -> None:
    status, kind = SEEN_BESIDE[sentence]
    error = refused_beside(sentence, status)
    assert type(error) is kind
    assert error.message == f"Docker: {sentence.removeprefix(UNKNOWN)}"
    assert all(any(part in seen for seen in SEEN_BESIDE) for part in BESIDE)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (403, Conflict),
        (404, Gone),
        (409, Conflict),
        (500, Refused),
        (None, Refused),
    ],
)
def test_the_status_tells_the_rest(status: int | None, kind: type[NetcError]) -> None:
    error = refused("two\nlines", status)
    assert type(error) is kind
    assert error.message == "Docker: two lines"


@pytest.mark.parametrize("printed", SHELL)
def test_a_script_that_is_not_there(printed: str) -> None:
    error = failed("/bin/sh /netc/probe", "netc-web", 2, printed)
    assert type(error) is NoScript, SHELL[printed]
    assert error.message == f"/bin/sh /netc/probe in netc-web failed (2): {printed.strip()}"


@pytest.mark.parametrize(
    "printed",
    ["", "sh: x: not found", "can't open '/etc/x': No such file or directory", "No such file"],
)
def test_a_command_that_fails(printed: str) -> None:
    assert type(failed("sh", "netc-web", 1, printed)) is Refused


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("Up 2 hours (healthy)", "healthy"),
        ("Up 2 hours (unhealthy)", "unhealthy"),
        ("Up 1 second (health: starting)", "starting"),
        ("Up 2 hours", None),
        ("Up 2 hours (Paused)", None),
        ("Exited (0) 2 hours ago", None),
        ("", None),
    ],
)
def test_health(status: str, word: str | None) -> None:
    assert health(status) == word


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("rpc error: code = Unknown desc = The swarm does not have a leader.",
         "Docker: The swarm does not have a leader."),
        ("rpc error: code = DeadlineExceeded desc = context deadline exceeded",
         "Docker: the Swarm does not answer in time; are more than half of its managers there?"),
    ],
)  # fmt: skip
def test_what_a_swarm_says_is_told_to_people(said: str, told: str) -> None:
    assert refused(said, 500).message == told
