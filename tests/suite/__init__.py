"""What a Docker engine does as far as netc relies on it: asked of the real one and of its twin.

Each behaviour is a coroutine that is given a host (``host.Host``): an engine, and the hands of
somebody who works on it beside netc. ``tests/test_twin.py`` runs them on the in-memory twin,
``tests/lab/test_engine_suite.py`` on the engine of a lab. Where the two differ, the twin is wrong,
unless engines differ among themselves: then the behaviour says so.
"""

from inspect import iscoroutinefunction

from tests.suite import (
    beside,
    commands,
    containers,
    events,
    files,
    images,
    logs,
    memory,
    memos,
    networks,
    on_host,
    own,
    swarm,
)
from tests.suite.host import Behaviour

PARTS = (
    *(containers, networks, own, files, logs, events),
    *(memory, commands, beside, on_host, images, memos, swarm),
)
BEHAVIOURS: dict[str, Behaviour] = {
    f"{part.__name__.rpartition('.')[2]}.{name}": made
    for part in PARTS
    for name, made in vars(part).items()
    if iscoroutinefunction(made) and made.__module__ == part.__name__ and name[0] != "_"
}
"""All of them, by file and name."""
