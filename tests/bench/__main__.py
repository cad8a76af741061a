"""``python -m tests.bench [--short] [NAME...]``: print the figures that the budgets are about.

``--short``: of those that take many minutes a smaller one, to see which way it goes.

Needs root and what ``netc lab`` needs. Each benchmark has a lab of its own and removes it, also
when it fails or is ended with Ctrl-C or SIGTERM. Only what does not work is an error (exit code
1): a budget that is not kept is said, no more, since machines differ and are busy.
"""

import os
import platform
import signal
import sys
import time
from collections.abc import Callable

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab.requirements import require_all
from tests.bench import (
    cli,
    doctor,
    hosts,
    many,
    move,
    rest,
    screen,
    swarm,
    through,
    tui,
    up,
    watch,
)

BENCHES: dict[str, Callable[[], None]] = {
    "up": up.run,
    "many": many.run,
    "rest": rest.run,
    "move": move.run,
    "through": through.run,
    "cli": cli.run,
    "doctor": doctor.run,
    "tui": tui.run,
    "screen": screen.run,
    "watch": watch.run,
    "hosts": hosts.run,
    "swarm": swarm.run,
}
SHORTER = {"watch": watch.short}


def main(names: list[str]) -> int:
    """Run the benchmarks named, or all of them; the exit code."""
    benches = {**BENCHES, **(SHORTER if "--short" in names else {})}
    names = [name for name in names if name != "--short"]
    if unknown := [name for name in names if name not in BENCHES]:
        print(f"no benchmark {unknown[0]!r}; there are: {' '.join(BENCHES)}", file=sys.stderr)
        return Exit.USAGE
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    code = Exit.DONE
    try:
        require_all()
        print(
            f"{os.cpu_count()} cores, Linux {platform.release()}, Python"
            f" {platform.python_version()}, load {os.getloadavg()[0]:.1f} before\n"
        )
    except NetcError as error:
        print(f"bench: {error.message}", file=sys.stderr)
        return error.code
    for name in names or BENCHES:
        begin = time.monotonic()
        try:
            benches[name]()
        except NetcError as error:
            print(f"bench {name}: {error.message}", file=sys.stderr)
            code = Exit.FAILED
        print(f"({name}: {time.monotonic() - begin:.0f} s)\n", flush=True)
    return code


def _end(number: int, _: object) -> None:
    """Leave by way of every ``finally``: that is where labs are removed."""
    sys.exit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
