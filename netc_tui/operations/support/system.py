"""This machine, and what runs netc on it."""

import os
import platform
import sys
from collections.abc import Mapping
from importlib import metadata

from netc_tui.core import support
from netc_tui.core.errors import NetcError
from netc_tui.operations.support.found import System
from netc_tui.settings.declared import Flags
from netc_tui.settings.example import in_words
from netc_tui.settings.keys import KEYS
from netc_tui.settings.load import config_path, load

LIBRARIES = ("docker", "textual", "pyroute2", "msgspec", "typer", "rich")


def system(environ: Mapping[str, str]) -> System:
    """What runs netc."""
    names = os.uname()
    try:
        release = platform.freedesktop_os_release()
        distribution = release.get("PRETTY_NAME") or release.get("NAME") or "not known"
    except OSError:
        distribution = "not known"
    try:
        settings = load(Flags(), environ, {key.id: key.key for key in KEYS})
    except NetcError:  # its words have parts of the file in them
        text = ""
    else:
        text = in_words(settings)
    return System(
        name=names.nodename,
        kernel=f"{names.sysname} {names.release} {names.machine}",
        distribution=distribution,
        python=sys.version.split()[0],
        libraries={name: _version(name) for name in LIBRARIES},
        environment=support.environment(environ),
        settings=text,
        settings_file=str(config_path(Flags(), environ)),
        root=os.geteuid() == 0,
    )


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not there"
