"""A few services as an operator would have them, in images made from this machine's binaries.

No registry is needed. Each ends at once on SIGTERM: PID 1 has no default action for it, so the
shells trap it, and dnsmasq handles it by itself.
"""

import json
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from netc_tui.core.errors import Exit, NetcError
from netc_tui.host.rootfs import rootfs
from netc_tui.lab.api import containers
from netc_tui.lab.layout import HostLayout

_HTTPD = (
    "trap 'exit 0' TERM; mkdir -p /srv; hostname >/srv/index.html; "
    "httpd -f -p {port} -h /srv & wait"
)
_DNS = (
    "echo root:x:0:0::/:/bin/sh >/etc/passwd; echo root:x:0: >/etc/group; "
    "exec dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file= "
    "--no-resolv --no-hosts --log-facility=- --address=/service.test/192.0.2.53"
)
_SLEEP = "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"

Commands = tuple[str, ...]
"""The commands in an image, beside busybox."""


class _Image(NamedTuple):
    script: str
    exposes: tuple[str, ...] = ()
    commands: Commands = ()


class _Service(NamedTuple):
    image: str
    options: tuple[str, ...] = ()


NETWORK = "backend"
IMAGES = {
    "netc-lab/web": _Image(_HTTPD.format(port=80), ("80/tcp",)),
    "netc-lab/app": _Image(_HTTPD.format(port=8080), ("8080/tcp",)),
    "netc-lab/dns": _Image(_DNS, ("53/tcp", "53/udp"), ("dnsmasq",)),
    "netc-lab/worker": _Image(_SLEEP),
}
SERVICES = {
    "web1": _Service("netc-lab/web", ("--publish=8081:80",)),
    "web2": _Service("netc-lab/web", ("--publish=8082:80",)),
    "dns": _Service("netc-lab/dns"),
    "app": _Service("netc-lab/app", (f"--network={NETWORK}",)),
    "worker": _Service("netc-lab/worker"),
}


def archives(root: Path) -> dict[Commands, bytes]:
    """The images' file systems, as tar archives, by the commands in them."""
    wanted = {image.commands for image in IMAGES.values()}
    return {commands: rootfs(commands, root=root) for commands in wanted}


def start(
    host: HostLayout, environment: Mapping[str, str], files: Mapping[Commands, bytes]
) -> None:
    """Make the images and run the services that are not there. Raises NetcError."""
    absent = missing(host)
    with ThreadPoolExecutor() as pool:
        made = [
            pool.submit(_import, environment, name, image, files[image.commands])
            for name, image in IMAGES.items()
        ]
        if NETWORK not in _docker(environment, "network", "ls", "--format={{.Name}}").split():
            _docker(environment, "network", "create", NETWORK)
        for step in made:
            step.result()
        # One by one, but for the one on a network of its own: the same order in lists and the
        # same addresses in every lab.
        for name in absent:
            _create(environment, name, SERVICES[name])
        lanes = [[n for n in absent if (n == "app") is alone] for alone in (True, False)]
        started = [pool.submit(_docker, environment, "start", *lane) for lane in lanes if lane]
        for lane_started in started:
            lane_started.result()


def states(host: HostLayout) -> dict[str, str]:
    """The services that are there, with Docker's word for their state. Raises NetcError."""
    try:
        found = containers(host.socket)
    except OSError as error:
        raise NetcError(
            f"the engine of {host.name} does not answer: {error}", Exit.ENGINE
        ) from error
    # A container that another is linked to has further names, /LINKER/ALIAS.
    names = {
        name.lstrip("/"): container["State"]
        for container in found
        for name in container["Names"]
        if name.count("/") == 1
    }
    return {name: names[name] for name in SERVICES if name in names}


def missing(host: HostLayout) -> list[str]:
    """The services that are not there, not even stopped. Raises NetcError."""
    present = states(host)
    return [name for name in SERVICES if name not in present]


def _import(environment: Mapping[str, str], name: str, image: _Image, archive: bytes) -> None:
    changes = [f"CMD {json.dumps(['sh', '-c', image.script])}"]
    changes += [f"EXPOSE {port}" for port in image.exposes]
    options = [f"--change={change}" for change in changes]
    _docker(environment, "import", *options, "-", f"{name}:latest", archive=archive)


def _create(environment: Mapping[str, str], name: str, service: _Service) -> None:
    own = ("--restart=unless-stopped", f"--name={name}", f"--hostname={name}")
    _docker(environment, "create", *own, *service.options, service.image)


def _docker(environment: Mapping[str, str], *arguments: str, archive: bytes = b"") -> str:
    done = subprocess.run(
        ["docker", *arguments], input=archive, capture_output=True, check=False, env=environment
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()
        raise NetcError(f"docker {arguments[0]} failed: {reason}", Exit.ENGINE)
    return done.stdout.decode()
