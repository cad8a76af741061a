"""Where an engine is reached, as a value."""

from pathlib import Path

import pytest

from netc_tui.engine import Endpoint


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("unix:///run/docker.sock", Path("/run/docker.sock")),
        ("unix://run/docker.sock", Path("/run/docker.sock")),
        ("tcp://192.0.2.1:2376", None),
        ("ssh://root@far", None),
    ],
)
def test_only_one_on_a_socket_has_its_path(url: str, path: Path | None) -> None:
    assert Endpoint(url, "a test").socket == path
