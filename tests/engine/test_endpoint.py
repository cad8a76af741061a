"""Where an engine is reached, as a value."""

from pathlib import Path

import pytest

from netc_tui.engine import Endpoint
from netc_tui.engine.endpoint import Certificates


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


TLS = Certificates("cert.pem", "key.pem", "ca.pem", verify=True)
UNSURE = Certificates("cert.pem", "key.pem", "ca.pem", verify=False)


@pytest.mark.parametrize(
    ("source", "certificates", "told"),
    [
        ("the host far", None, ("-H", "tcp://far:2376")),
        ("the host far", TLS, ("--tlsverify", "-H", "tcp://far:2376")),
        ("the host far", UNSURE, ("--tls", "-H", "tcp://far:2376")),
        ("the Docker context my far", TLS, ("--context", "my far")),
    ],
)
def test_what_tells_docker_s_own_client_of_it(
    source: str, certificates: Certificates | None, told: tuple[str, ...]
) -> None:
    assert Endpoint("tcp://far:2376", source, certificates).client == told
