"""What is found for an archive, by who found it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from netc_tui.core import support
from netc_tui.core.errors import NetcError
from netc_tui.core.model import (
    Engine,
    Image,
    Interface,
    Made,
    Network,
    NetworkContainer,
    Service,
)
from netc_tui.core.ownership import Own
from netc_tui.core.path import Check
from netc_tui.operations.check import Looked

FOLDER = "network-containers"
"""In it, a folder for each."""


class System(msgspec.Struct, frozen=True):
    """This machine and what runs netc on it."""

    name: str
    kernel: str
    distribution: str
    python: str
    libraries: Mapping[str, str]
    environment: Mapping[str, str]
    settings: str
    """Those in force, as TOML; empty when the file is not sound."""
    settings_file: str
    root: bool


class Kept(msgspec.Struct):
    """What was found of one network container; None where nothing was."""

    own: Own
    made: Made | None = None
    log: tuple[bytes, ...] | None = None
    lease: NetworkContainer | None = None
    rules: str | None = None

    @property
    def folder(self) -> str:
        """In the archive."""
        return f"{FOLDER}/{support.file_name(self.own.container.name)}"


class Gathered(msgspec.Struct):
    """All that was found."""

    at: datetime
    system: System
    secrets: tuple[str, ...] = ()
    """What must not be in it, whoever said it."""
    engine: Engine | None = None
    away: NetcError | None = None
    """Why there is no engine to ask."""
    image: Image | None = None
    services: tuple[Service, ...] | None = None
    networks: tuple[Network, ...] | None = None
    interfaces: tuple[Interface, ...] | None = None
    kept: tuple[Kept, ...] = ()
    machine: Check | None = None
    paths: tuple[Looked, ...] = ()
    missing: list[str] = []
    """What could not be read, a line each."""
