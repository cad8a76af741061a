"""Engines that speak TLS alone, with certificates as Docker's own client has them."""

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import connect
from netc_tui.engine.endpoints import at
from tests.engine.far import Answer


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def authority(folder: Path) -> Path:
    """An authority, and what it signed: of a server and of a client."""
    folder.mkdir()
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca",
            "-days", "2", "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    for name, file in (("server", "server"), ("client", "cert")):
        keyfile = "key.pem" if name == "client" else "server.key"
        openssl(folder, "req", *key, "-keyout", keyfile, "-out", "csr", "-subj", f"/CN={name}")
        (folder / "ext").write_text("subjectAltName=IP:127.0.0.1\n")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext")
        openssl(folder, "x509", "-req", "-in", "csr", "-out", f"{file}.pem", "-days", "2", *signed)
    return folder


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    held = threading.Event()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return authority(tmp_path / "own")


@pytest.fixture
def url(files: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files / "server.pem", files / "server.key")
    context.load_verify_locations(files / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with _Server(("127.0.0.1", 0), Answer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def use(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("DOCKER_CERT_PATH", str(folder))
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")


def test_an_engine_that_is_known_by_its_certificate(
    monkeypatch: pytest.MonkeyPatch, files: Path, url: str
) -> None:
    use(monkeypatch, files)

    async def work() -> None:
        engine = await connect(at(url, "a test"))
        assert (engine.engine.host, engine.engine.name) == (url, "far")
        assert not engine.engine.local
        assert await engine.containers() == ()
        await engine.close()

    asyncio.run(work())


def test_one_of_another_authority_is_not_spoken_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    use(monkeypatch, authority(tmp_path / "other"))
    assert "certificate verify failed" in refused(url)


def test_without_certificates_it_is_one_line(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"):
        monkeypatch.delenv(name, raising=False)
    refused(url)


def refused(url: str) -> str:
    with pytest.raises(NetcError) as caught:
        asyncio.run(connect(at(url, "the host nas")))
    assert caught.value.code is Exit.ENGINE
    assert caught.value.message.startswith(f"no Docker engine answers at {url} (")
    assert caught.value.message.endswith("; is the host nas right?")
    assert "\n" not in caught.value.message
    return caught.value.message
