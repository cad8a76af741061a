"""An engine's socket on a port: so it is reached from another machine.

    python -m tests.lab.forwarder ADDRESS PORT SOCKET

Says at which port when it listens; 0 is any.
"""

import socket
import sys
import threading
from contextlib import suppress


def forward(asking: socket.socket, path: str) -> None:
    """Both ways, and the end of each."""
    with asking, socket.socket(socket.AF_UNIX) as engine, suppress(OSError):
        engine.connect(path)
        back = threading.Thread(target=copy, args=(engine, asking), daemon=True)
        back.start()
        copy(asking, engine)
        back.join()


def copy(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    address, port, path = sys.argv[1:]
    with socket.create_server((address, int(port))) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            asking, _ = listener.accept()
            threading.Thread(target=forward, args=(asking, path), daemon=True).start()
