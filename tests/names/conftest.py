"""Name servers for all tests of a process, and what to publish there: no two tests have a name."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netc_tui.core import publication as publications
from netc_tui.core.identity import derive
from netc_tui.core.ports import parse_all
from netc_tui.core.publication import Publication
from netc_tui.names.publisher import service_name
from netc_tui.names.trouble import NameTrouble
from tests.names.etcds import PASSWORD, EtcdServer, etcd, with_passwords
from tests.names.servers import ZONE, RealServer, bind, knot

_numbers = itertools.count(20)


def publication(
    name: str = "", address: str = "", ports: str = "80,443", *, service: str = "",
    lease: float | None = 3600, engine: str = "engine", shared: bool = False, zone: str = ZONE,
) -> Publication:  # fmt: skip
    """Of a service; a name and an address that no other has, unless they are given."""
    number = next(_numbers)
    name, address = name or f"web{number}", address or f"192.168.{number // 250 + 1}.{number % 250}"
    client = derive(engine, service or name).client_id
    forwards = parse_all(filter(None, ports.split(",")))
    return publications.plan(
        name, zone, address, client, forwards, service_name, lease=lease, left=lease, shared=shared
    )


def refused(act: Callable[[], object], code: str) -> str:
    """What is said of that; it is one line, has this code, and says what is to be done."""
    with pytest.raises(NameTrouble) as caught:
        act()
    assert caught.value.finding.code == code, caught.value
    assert caught.value.finding.how, "what is to be done"
    assert "\n" not in caught.value.message
    assert PASSWORD not in caught.value.message
    return caught.value.message


@pytest.fixture(scope="session")
def bind_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with bind(tmp_path_factory.mktemp("bind")) as server:
        yield server


@pytest.fixture(scope="session")
def knot_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with knot(tmp_path_factory.mktemp("knot")) as server:
        yield server


@pytest.fixture(params=["bind", "knot"])
def server(request: pytest.FixtureRequest) -> RealServer:
    found: RealServer = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture
def secret_file(tmp_path: Path) -> Callable[..., Path]:
    """A file that only its owner may read."""

    def write(text: str | bytes, mode: int = 0o600) -> Path:
        path = tmp_path / f"secret{len(list(tmp_path.iterdir()))}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    return write


@pytest.fixture(scope="session")
def etcd_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EtcdServer]:
    with etcd(tmp_path_factory.mktemp("etcd")) as server:
        yield server


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EtcdServer]:
    """With TLS both ways, and passwords."""
    with etcd(tmp_path_factory.mktemp("guarded"), tls=True) as server:
        with_passwords(server, {"netc": "/skydns/lan/home/", "other": "/skydns/lan/other/"})
        yield server
