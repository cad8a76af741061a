"""What Docker does to network containers, and what netc makes of it: on a real engine."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netc_tui import sidecar
from tests.lab.conftest import Site, eventually


def dockerd(site: Site) -> int:
    """The lab's engine, by its process id."""
    return int((site.lab.layout.pidfile).read_text())


def listed(site: Site) -> dict[str, dict[str, object]]:
    out = site.netc("ls", "--all", "--json")
    return {one["name"]: one for one in json.loads(out)["services"]}


def own(site: Site, service: str) -> dict[str, object]:
    found = listed(site)[service]["network_container"]
    assert isinstance(found, dict)
    return found
