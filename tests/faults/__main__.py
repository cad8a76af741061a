"""``python -m tests.faults``: put every fault into a lab, and print what came of each.

    python -m tests.faults [doctor] [--engine trixie|sid] [--only NAME]... [--core] [--no-slow]
                           [--json FILE] [--list]

With ``doctor`` it is those that `netc doctor` is to name.

Needs root and what ``netc lab`` needs. The exit code is 1 when a fault was not told, not healed, or
left something behind; with ``doctor``, when one got another name.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab
from netc_tui.lab.lab import ROOT
from tests import engines
from tests.lab.conftest import Site

from . import doctor, fault, table


class Kind(NamedTuple):
    """Faults of one kind, what is done with each, and how that is told."""

    faults: tuple[Any, ...]
    run: Callable[[Any, Site], Any]
    table: Callable[[Any], str]
    as_json: Callable[[Any], dict[str, object]]


KINDS = {
    "all": Kind(table.FAULTS, fault.run, table.table, table.as_json),
    "doctor": Kind(doctor.FAULTS, doctor.run, doctor.table, doctor.as_json),
}


def chosen(options: argparse.Namespace) -> list[Any]:
    """The faults that are asked for. Raises NetcError (usage) for a name that there is not."""
    known = KINDS[options.kind].faults
    names = {one.name for one in known}
    for pattern in options.only:
        if not any(fnmatch(name, pattern) for name in names):
            raise NetcError(f"no fault {pattern!r}; --list shows which there are", Exit.USAGE)
    return [
        one
        for one in known
        if (not options.only or any(fnmatch(one.name, pattern) for pattern in options.only))
        and (one.core or not options.core)
        and not (one.slow and options.no_slow)
    ]


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Faults in a lab.")
    parser.add_argument("kind", nargs="?", choices=KINDS, default="all", help="which faults")
    parser.add_argument(
        "--engine",
        choices=sorted(engines.SUITES),
        help="run the lab on the engine of this Debian release, from a folder (tests/engines.py)",
    )
    parser.add_argument("--only", action="append", default=[], help="a fault's name, * allowed")
    parser.add_argument("--core", action="store_true", help="the short set")
    parser.add_argument("--no-slow", action="store_true", help="without those of over 40 s")
    parser.add_argument("--json", type=Path, help="write the results to this file, too")
    parser.add_argument("--list", action="store_true", help="print the faults, and do nothing")
    options = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _: sys.exit(128 + got))
    kind = KINDS[options.kind]
    try:
        faults = chosen(options)
        if options.list:
            for one in faults:
                marks = ("core " if one.core else "") + ("slow " if one.slow else "")
                print(f"{one.label:9} {one.name:45} {marks:10} {one.what}")
            return Exit.DONE
        if options.engine:
            os.environ[ROOT] = str(engines.folder(options.engine))
        outcomes = _all(faults, kind)
    except NetcError as error:
        print(f"faults: {error.message}", file=sys.stderr)
        return error.code
    print(kind.table(outcomes))
    if options.json:
        options.json.write_text(
            json.dumps([kind.as_json(one) for one in outcomes], indent=1) + "\n"
        )
    failed = sum(1 for one in outcomes if one.problems)
    spent = sum(one.seconds for one in outcomes)
    print(f"\n{len(outcomes)} faults, {failed} failed, {spent:.0f} s")
    return Exit.FAILED if failed else Exit.DONE


def _all(faults: list[Any], kind: Kind) -> list[Any]:
    lab = Lab(f"f{os.getpid()}")
    outcomes = []
    try:
        lab.up()
        site = Site(lab)
        site.netc("image", "build", "--base", "host")
        print(f"engine {site.docker('version', '--format={{.Server.Version}}')}", file=sys.stderr)
        for one in faults:
            outcome = kind.run(one, site)
            outcomes.append(outcome)
            mark = "ok" if not outcome.problems else "FAIL"
            stamp = time.strftime("%H:%M:%S")
            print(f"{stamp} {mark:4} {one.name} {outcome.seconds:.0f} s", file=sys.stderr)
            for problem in outcome.problems:
                print(f"           {problem}", file=sys.stderr, flush=True)
            fault.reset(site)
    finally:
        lab.down()
    return outcomes


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
