"""``netc support``: an archive for somebody who helps."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli import hosts
from netc_tui.cli.run import Interrupted
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.operations.support.assemble import Forms


def support(
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The archive; - is stdout. By itself netc-support-HOST-DATE-TIME.tar.gz here.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write an archive (tar.gz) to send to somebody who helps. Changes nothing.

    In it: what `doctor`, `ls --all` and `interfaces` say, versions, Docker's networks, the settings
    in force, and of each network container its lease, rules, last 1000 log lines, and how netc made
    it. README.txt says what each file is, and what could not be read: as root it is more.

    Not in it: environment, command line, labels (but for Compose's project) and mounts of services,
    what else is in the environment than NETC_... and DOCKER_HOST, user names and passwords in
    addresses, whatever is called a password or a token. Names of containers, networks and images,
    and addresses, are in it.

    Prints the path of the archive. Without an engine it is written too, with exit code 5.
    """
    try:
        _write(output)
    except KeyboardInterrupt as error:
        raise Interrupted from error


def _write(output: str | None) -> None:
    import asyncio
    import os
    import sys
    from pathlib import Path

    from netc_tui.cli import output as printed
    from netc_tui.core.words import octets
    from netc_tui.operations.support import archive
    from netc_tui.operations.support.assemble import assemble, name_of
    from netc_tui.operations.support.gather import gather

    to_stdout = output == "-"
    if to_stdout and sys.stdout.isatty():
        raise NetcError("an archive is nothing for a terminal; name a file, or a pipe", Exit.USAGE)
    if output == "":
        raise NetcError("--output: a file, or - for stdout", Exit.USAGE)
    if output is None:
        archive.check_folder(Path.cwd())
    elif not to_stdout:
        archive.check_free(Path(output).absolute())
    found = asyncio.run(gather(os.environ, hosts.endpoint))
    name = name_of(found)
    content = archive.pack(assemble(found, _forms()), name, found.at)
    if to_stdout:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        path = Path(output or f"{name}.tar.gz").absolute()
        archive.save(path, content)
        printed.line(str(path))
    missing = "; its README.txt names what could not be read" if found.missing else ""
    printed.say(f"{octets(len(content))}{missing}")
    if found.away is not None:
        raise NetcError(found.away.message, Exit.ENGINE)


def _forms() -> "Forms":
    from netc_tui.cli import doctor, output
    from netc_tui.core.text import printable
    from netc_tui.operations.support.assemble import Forms

    return Forms(
        document=output.encoded,
        service=output.service_json,
        network_container=output.network_container_json,
        doctor=lambda host, paths: map(printable, doctor.lines(host, paths)),
        doctor_facts=doctor.facts,
    )
