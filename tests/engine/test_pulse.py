"""Signs of life, and what is none."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netc_tui.engine import pulse
from tests.engine.far import Behind

Serve = Callable[..., Path]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Somebody at a socket who answers with these pieces, and ends the connection."""
    path = tmp_path / "s"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def start(*pieces: bytes, hold: bool = False) -> Path:
        def answer() -> None:
            asking, _ = listener.accept()
            with asking:
                assert asking.recv(4096).startswith(b"GET /_ping HTTP/1.1\r\n")
                for piece in pieces:
                    asking.sendall(piece)
                    time.sleep(0.01)
                if hold:
                    asking.recv(1)

        threading.Thread(target=answer, daemon=True).start()
        return path

    yield start
    listener.close()


@pytest.mark.parametrize(
    "pieces",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",),
        (b"HTTP/1.", b"1 2", b"00 OK\r\n\r\nOK"),
    ],
)
def test_an_engine_that_is_well(serve: Serve, pieces: tuple[bytes, ...]) -> None:
    pulse.ask(serve(*pieces), 5)


def test_one_that_goes_on_holding_the_connection_is_not_waited_for(serve: Serve) -> None:
    pulse.ask(serve(b"HTTP/1.1 200 OK\r\n\r\n", hold=True), 5)


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ((), "closed connection without response"),
        ((b"HTTP/1.1 ",), "answers no HTTP"),
        ((b"HTTP/1.1 503 Service Unavailable\r\n\r\n",), "503 Service Unavailable"),
        ((b"SSH-2.0\r\n",), "answers no HTTP"),
    ],
)
def test_what_is_no_sign_of_life(serve: Serve, pieces: tuple[bytes, ...], said: str) -> None:
    with pytest.raises(ConnectionError, match=said):
        pulse.ask(serve(*pieces), 5)


def test_one_that_says_nothing_is_given_up_in_time(serve: Serve) -> None:
    path = serve(hold=True)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        pulse.ask(path, 0.2)
    assert 0.2 <= time.monotonic() - began < 5


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pulse.ask(tmp_path / "s", 5)


def test_a_server_of_http_is_not_left_with_an_error(tmp_path: Path) -> None:
    server = Behind(tmp_path / "d")
    try:
        for _ in range(3):
            pulse.ask(tmp_path / "d", 5)
    finally:
        server.close()
