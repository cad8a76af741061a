"""netc, killed in the middle of its work.

    python -m tests.lab.killer COUNT ARGUMENT...

Runs the command line in this process, and kills it (SIGKILL) as soon as the engine, or whoever it
publishes names with, has given its COUNTth answer. If it needs fewer of them, it ends as it would
without this.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import requests

from netc_tui.cli.main import main
from netc_tui.names.messages import Exchange
from netc_tui.operations import automation

lock = threading.Lock()
answers = 0


def kill_after(count: int) -> None:
    """Count what every thread gets from the engine, from etcd and from name servers."""

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **options: Any) -> Any:
            global answers
            answer = call(*arguments, **options)
            with lock:
                answers += 1
                if answers >= count:
                    os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return counting

    requests.Session.send = counted(requests.Session.send)  # type: ignore[method-assign]
    Exchange._carry = counted(Exchange._carry)  # type: ignore[method-assign]


if __name__ == "__main__":
    kill_after(int(sys.argv.pop(1)))
    # What a round turns off goes at once: the moment that it is given is no matter here.
    automation.GRACE = 0.1
    main()
