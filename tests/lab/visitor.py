"""On the LAN machine: visits an address every 20 ms and tells who answered when, and for how long
nobody did.

    python visitor.py ADDRESS PORT

Prints ``ready``, and when it is told to end (SIGTERM) JSON: ``longest`` seconds between two
answers, ``visits``, ``answered``, and ``pages`` with what was answered, in the order in which it
first was.
"""

import itertools
import json
import selectors
import signal
import socket
import sys
import time

EVERY = 0.02
PATIENCE = 1.0
"""Seconds for one visit; another begins meanwhile."""


def main(address: str, port: int) -> None:
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    begin = time.monotonic()
    open_: dict[socket.socket, float] = {}
    answers: list[float] = []
    pages: list[str] = []
    visits, due = 0, time.monotonic()
    print("ready", flush=True)
    with selectors.DefaultSelector() as waiting:
        while not told:
            if (now := time.monotonic()) >= due:
                due += EVERY
                visits += 1
                visit = socket.socket()
                visit.setblocking(False)
                visit.connect_ex((address, port))
                waiting.register(visit, selectors.EVENT_WRITE)
                open_[visit] = now
            for key, events in waiting.select(max(0.0, min(due - time.monotonic(), EVERY))):
                visit = key.fileobj
                try:
                    if events & selectors.EVENT_WRITE:
                        visit.sendall(b"GET / HTTP/1.0\r\n\r\n")
                        waiting.modify(visit, selectors.EVENT_READ)
                        continue
                    text = visit.recv(4096)
                    page = text.partition(b"\r\n\r\n")[2].decode().strip()
                    if text.startswith(b"HTTP/"):
                        answers.append(time.monotonic())
                        if page and page not in pages:
                            pages.append(page)
                except OSError:
                    pass
                waiting.unregister(visit)
                visit.close()
                del open_[visit]
            for visit, began in list(open_.items()):
                if time.monotonic() - began > PATIENCE:
                    waiting.unregister(visit)
                    visit.close()
                    del open_[visit]
    gaps = [later - earlier for earlier, later in itertools.pairwise(answers)]
    longest = max(gaps, default=time.monotonic() - begin)
    found = {"longest": longest, "visits": visits, "answered": len(answers), "pages": pages}
    print(json.dumps(found), flush=True)


main(sys.argv[1], int(sys.argv[2]))
