"""How a helper is made and ended, of a client that only notes it."""

import json
import os
import subprocess
import time
from typing import Any, cast

import pytest
from docker.api.client import APIClient
from docker.errors import APIError

from netc_tui.core.errors import NetcError
from netc_tui.core.model import HELPER
from netc_tui.engine import Refused, beside, stream
from netc_tui.engine.beside import ENDED, FORGOTTEN, NOBODY, SHELL, Helper
from tests.engine.wire import frame

WANTED = Helper("web", "netc-sidecar:x", ("cat", "/proc/net/tcp"), {"A": "b"}, False, 5)
ROW: dict[str, Any] = {"Image": "netc-sidecar:x", "Labels": {HELPER: "web"}, "State": "created"}


class Answer:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.closed = False

    def json(self) -> Any:
        return json.loads(self.content)

    def close(self) -> None:
        self.closed = True


class Client:
    """An engine on which all goes well, unless a test has it otherwise."""

    timeout = 60

    def __init__(self, printed: bytes = b"", end: dict[str, Any] | None = None) -> None:
        whole = end or {"StatusCode": 0, "Error": None}
        self.answers = {"attach": Answer(printed), "wait": Answer(json.dumps(whole).encode())}
        self.rows: list[dict[str, Any]] = []
        self.error: Exception | None = None
        """What a start meets."""
        self.asked: list[str] = []
        self.facts: dict[str, Any] = {}

    def create_host_config(self, **facts: Any) -> dict[str, Any]:
        return facts

    def create_container(self, image: str, command: list[str], **facts: Any) -> dict[str, str]:
        self.asked.append("create")
        self.facts = {"image": image, "command": command, **facts}
        return {"Id": "made"}

    def containers(self, **_: Any) -> list[dict[str, Any]]:
        return self.rows

    def images(self, **_: Any) -> list[dict[str, Any]]:
        return []

    def start(self, id: str) -> None:
        self.asked.append(f"start {id}")
        if self.error:
            raise self.error

    def remove_container(self, id: str, *, v: bool, force: bool) -> None:
        assert v
        assert force
        self.asked.append(f"remove {id}")
        raise APIError("removal of container made is already in progress")

    @property
    def api(self) -> APIClient:
        return cast("APIClient", self)


@pytest.fixture(autouse=True)
def posted(monkeypatch: pytest.MonkeyPatch) -> None:
    def post(client: Client, path: str, params: Any, **_: Any) -> Answer:
        what = path.rpartition("/")[2]
        client.asked.append(what)
        return client.answers[what]

    monkeypatch.setattr(stream, "post", post)


def test_it_is_listened_to_before_it_starts() -> None:
    client = Client(frame(b"one ") + frame(b"warning", 2) + frame(b"two"))
    assert beside.run(client.api, WANTED) == "one two"
    assert client.asked == ["create", "attach", "wait", "start made"]
    assert all(answer.closed for answer in client.answers.values())


@pytest.mark.parametrize("admin", [False, True])
def test_it_can_do_little_and_leaves_nothing(admin: bool) -> None:
    client = Client()
    beside.run(client.api, Helper("web", "i", ("x", "y"), {"A": "b"}, admin, 1.5))
    made = client.facts
    limits = made.pop("host_config")
    assert made.pop("name").startswith("netc-look-")
    assert made == {
        "image": "i",
        "command": ["x", "y"],
        "entrypoint": ["/bin/sh", "-c", SHELL, "1500000"],
        "environment": {"A": "b"},
        "labels": {HELPER: "web"},
        "user": "0:0",
        "stdin_open": False,
    }
    assert limits["network_mode"] == "container:web"
    assert limits["auto_remove"]
    assert limits["read_only"]
    assert limits["cap_drop"] == ["ALL"]
    assert limits["cap_add"] == (["NET_ADMIN", "NET_RAW"] if admin else None)
    assert limits["security_opt"] == ["no-new-privileges"]
    assert limits["log_config"] == {"Type": "none", "Config": {}}
    (volume,) = limits["mounts"]
    assert (volume["Type"], volume["Target"]) == ("tmpfs", "/lease")
    assert "restart_policy" not in limits


def test_on_the_host_s_network_it_is_nobody() -> None:
    client = Client()
    beside.run(client.api, Helper(None, "i", ("x",), {}, False, 1))
    limits = client.facts["host_config"]
    assert (limits["network_mode"], limits["userns_mode"]) == ("host", "host")
    assert (limits["cap_drop"], limits["cap_add"]) == (["ALL"], None)
    assert client.facts["user"] == NOBODY
    assert client.facts["labels"] == {HELPER: "host"}


def test_one_that_does_not_start_is_removed() -> None:
    client = Client()
    client.error = APIError("driver failed")
    with pytest.raises(Refused, match="driver failed"):
        beside.run(client.api, WANTED)
    assert client.asked[-1] == "remove made"
    assert all(answer.closed for answer in client.answers.values())


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"StatusCode": 2, "Error": None}, r"cat /proc/net/tcp in .* beside web failed \(2\): no"),
        ({"StatusCode": ENDED}, r"cat /proc/net/tcp in .* beside web took longer than 5 s"),
        ({"StatusCode": 0, "Error": {"Message": "device is\nbusy"}}, "Docker: device is busy"),
    ],
)
def test_an_end_that_is_none(end: dict[str, Any], words: str) -> None:
    client = Client(frame(b"no\n", 2), end)
    with pytest.raises(NetcError, match=words) as caught:
        beside.run(client.api, WANTED)
    assert "\n" not in caught.value.message


def test_frames_that_were_cut_off_are_read_as_far_as_they_go() -> None:
    whole = frame(b"one")
    assert beside.run(Client(whole + frame(b"two")[:-1]).api, WANTED) == "onetw"
    assert beside.run(Client(whole + frame(b"two")[:5]).api, WANTED) == "one"


def test_what_was_never_started_is_removed_by_the_engine_s_clock() -> None:
    client = Client()
    client.rows = [
        {**ROW, "Id": "made", "Created": 1000 + FORGOTTEN},
        {**ROW, "Id": "old", "Created": 1000},
        {**ROW, "Id": "young", "Created": 1001},
        {**ROW, "Id": "nobody's", "Created": 0, "Image": "nginx"},
    ]
    assert beside.run(client.api, WANTED) == ""
    assert [one for one in client.asked if one.startswith("remove")] == ["remove old"]


def shell(seconds: float, *command: str) -> tuple[int, str, float]:
    """The shell of a helper; it is process 1 there."""
    began = time.monotonic()
    # Root needs no namespace of users for it, which not every machine allows.
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    unshare = ["unshare", *user, "--pid", "--fork", "--kill-child"]
    script = ["busybox", "sh", "-c", SHELL, str(int(seconds * 1e6)), *command]
    done = subprocess.run([*unshare, *script], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, time.monotonic() - began


def test_the_shell_ends_what_takes_too_long() -> None:
    assert shell(5, "echo", "two words")[:2] == (0, "two words\n")
    assert shell(5, "sh", "-c", "exit 3")[0] == 3
    assert shell(5, "no-such-command")[0] == 127
    for command in (("sleep", "60"), ("sh", "-c", "trap '' TERM USR1 INT; sleep 60 & sleep 60")):
        code, _, seconds = shell(0.2, *command)
        assert code == ENDED
        assert seconds < 5
