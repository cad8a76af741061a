"""What is asked about containers, of a client that only notes it."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from docker.api.client import APIClient
from docker.errors import APIError

from netc_tui.core.plan import ContainerSpec
from netc_tui.engine import NoScript, Refused, containers
from netc_tui.engine.api import LONGEST_FILE
from netc_tui.engine.archive import packed, unpacked

SPEC = ContainerSpec(
    name="netc-web", image="i", network="bridge", lan="netc-lan-eth0", link="web",
    host_gateway=False, environment={}, files={"rules": "*nat\nCOMMIT\n"}, labels={},
)  # fmt: skip


class Client:
    """Answers as a test has it, and keeps what it was asked for."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any, **_: Any) -> Any:
            self.asked.append((name, given))
            answer = self.answers.get(name, {"Id": "x"})
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    @property
    def api(self) -> APIClient:
        return cast("APIClient", self)


def test_a_container_has_its_files_before_anybody_can_start_it() -> None:
    client = Client()
    containers.create(client.api, SPEC, {})
    assert [name for name, _ in client.asked][-2:] == ["create_container", "put_archive"]
    _, (made, folder, archive) = client.asked[-1]
    assert (made, folder) == ("x", "/lease")
    assert unpacked([archive]) == b"*nat\nCOMMIT\n"


def test_one_whose_files_cannot_be_written_is_removed() -> None:
    full = APIError("no space left on device")
    for client in (
        Client(put_archive=full),
        Client(put_archive=full, remove_container=APIError("it is gone")),
    ):
        with pytest.raises(APIError, match="no space left"):
            containers.create(client.api, SPEC, {})
        assert client.asked[-1] == ("remove_container", ("x",))


def test_a_file_that_is_too_long_is_not_read() -> None:
    begun = closed = 0

    def pieces() -> Iterator[bytes]:
        nonlocal begun, closed
        try:
            begun += 1
            yield packed({"state": "{}"})
        finally:
            closed += 1

    client = Client(get_archive=(pieces(), {"size": 2}))
    assert containers.read_file(client.api, "netc-web", "state") == b"{}"
    assert (begun, closed) == (1, 1), "the connection is given back"
    client = Client(get_archive=(pieces(), {"size": LONGEST_FILE + 1}))
    assert containers.read_file(client.api, "netc-web", "state") is None
    assert begun == 1, "nothing of it was read"


@pytest.mark.parametrize(
    ("printed", "error"),
    [
        (b"/bin/sh: can't open '/netc/probe': No such file or directory\n", NoScript),
        (b"iptables-save: not\nallowed\n", Refused),
    ],
)
def test_a_command_that_fails_says_what_it_printed(printed: bytes, error: type[Exception]) -> None:
    client = Client(exec_start=printed, exec_inspect={"ExitCode": 2})
    with pytest.raises(error, match=r"/bin/sh /netc/probe in netc-web failed \(2\): ") as caught:
        containers.execute(client.api, "netc-web", ("/bin/sh", "/netc/probe"))
    assert "\n" not in str(caught.value)


def test_a_name_is_one_part_of_the_path_that_is_asked_for() -> None:
    path, parameters = containers.log_request("../x?y", None, None)
    assert path == "/containers/..%2Fx%3Fy/logs"
    assert parameters == {"stdout": "1", "tail": "all"}
