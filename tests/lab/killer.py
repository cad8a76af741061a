"""netc, killed in the middle of its work.

    python -m tests.lab.killer COUNT ARGUMENT...

Runs the command line in this process, and kills it (SIGKILL) as soon as the engine has given its
COUNTth answer. If it needs fewer of them, it ends as it would without this.
"""

import os
import signal
import sys
import threading
from typing import Any

import requests

from netc_tui.cli.main import main
from netc_tui.operations import automation

lock = threading.Lock()
answers = 0


def kill_after(count: int) -> None:
    """Count what every thread gets from the engine."""
    send = requests.Session.send

    def counted(self: requests.Session, *arguments: Any, **options: Any) -> requests.Response:
        global answers
        response = send(self, *arguments, **options)
        with lock:
            answers += 1
            if answers >= count:
                os.kill(os.getpid(), signal.SIGKILL)
        return response

    requests.Session.send = counted  # type: ignore[method-assign]


if __name__ == "__main__":
    kill_after(int(sys.argv.pop(1)))
    # What a round turns off goes at once: the moment that it is given is no matter here.
    automation.GRACE = 0.1
    main()
