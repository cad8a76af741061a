"""Hosts that are reached by ssh, beside the same engine's socket and docker's own way."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from statistics import median

from netc_tui.core.errors import NetcError
from netc_tui.lab import Lab
from netc_tui.lab.layout import HostName
from tests.bench.site import NETC, PYTHON, ROOT
from tests.bench.table import at_most, table

CALLS = (PYTHON, "-m", "tests.bench.calls")
HOST: HostName = "host2"
URL = "ssh://root@10.77.0.11"
ROUNDS = 7
NOTICED = 11.7
"""Seconds."""
BY_SSH = 15
"""Seconds that ssh takes at most: two signs of life, five seconds apart, that did not come."""


def run() -> None:
    """What a call costs through the tunnel, how long a dead host is waited for, all at once."""
    with lab() as here:
        local = _figures(here, HOST, f"unix://{here.socket_of(HOST)}")
        far = _figures(here, "host", URL)
        _calls(local, far)
        _commands(here)
        _cut(here)


def _calls(local: dict[str, float], far: dict[str, float]) -> None:
    names = {
        "connect": "connect, the SDK loaded",
        "ping": "a call: GET /_ping",
        "list": "a call: the containers",
        "burst": "8 clients at once: the networks",
    }
    table(
        "hosts: the engine of another host by ssh, beside its own socket (medians)",
        ("", "by ssh ms", "its socket ms", "more ms"),
        [
            (said, *(f"{ms * 1000:.1f}" for ms in (far[key], local[key], far[key] - local[key])))
            for key, said in names.items()
        ],
    )


def _commands(here: Lab) -> None:
    config = here.folder / "bench.toml"
    others = "".join(f'{name} = "ssh://root@{name}"\n' for name in ("host2", "host3"))
    config.write_text(f'[hosts]\nhere = "{here.docker_host}"\n{others}')
    commands = {
        "netc ls": [*NETC, "ls"],
        "netc --host host2 ls": [*NETC, "--host", "host2", "ls"],
        "netc ls --all-hosts (3)": [*NETC, "ls", "--all-hosts"],
        "docker -H ssh://... ps": ["docker", "-H", URL, "ps"],
        "ssh host2 true": ["ssh", "host2", "true"],
    }
    env = {**here.environment, "NETC_CONFIG": str(config)}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            begin = time.monotonic()
            done = here.exec(command, cwd=ROOT, env=env)
            taken[name].append(time.monotonic() - begin)
            if done.returncode:
                raise NetcError(f"{name} failed: {done.stderr.strip()}")
    table(
        f"hosts: whole commands, 5 services on each (medians of {ROUNDS})",
        ("", "took", "range"),
        [
            (name, f"{median(found):.3f} s", f"{min(found):.2f}-{max(found):.2f}")
            for name, found in taken.items()
        ],
    )


def _cut(here: Lab) -> None:
    command = [*CALLS, "--until-cut", URL]
    process = here.popen("host", command, stdout=subprocess.PIPE, cwd=ROOT)
    with process:
        try:
            if process.stdout is None or process.stdout.readline() != "listening\n":
                raise NetcError("the engine is not listened to")
            host = here.host(HOST)
            host.cut(silently=True)
            cut = time.monotonic()
            said = json.loads(process.stdout.readline())
        finally:
            process.kill()
    host.heal()
    heard, called, watched = (said[key] - cut for key in ("heard", "called", "watched"))
    table(
        "hosts: a host is cut from the LAN without a word",
        ("", "noticed after", "budget", ""),
        [
            ("by a screen", f"{watched:.1f} s", f"{NOTICED} s", at_most(watched, NOTICED)),
            ("by who asks", f"{called:.1f} s", f"{NOTICED} s", at_most(called, NOTICED)),
            ("by ssh alone", f"{heard:.1f} s", f"{BY_SSH} s", at_most(heard, BY_SSH)),
        ],
    )


def _figures(here: Lab, where: HostName, url: str) -> dict[str, float]:
    done = here.run(where, [*CALLS, url], cwd=ROOT)
    if done.returncode:
        raise NetcError(f"calls of {url} failed: {done.stderr.strip()}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextlib.contextmanager
def lab() -> Iterator[Lab]:
    """A lab of three hosts, removed at the end however that comes."""
    made = Lab(f"b{os.getpid()}", hosts=3)
    try:
        made.up()
        yield made
    finally:
        made.down()
