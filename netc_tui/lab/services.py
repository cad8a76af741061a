"""A few services as an operator would have them, in images made from this machine's binaries.

No registry is needed. Each ends at once on SIGTERM: PID 1 has no default action for it, so the
shells trap it, and dnsmasq handles it by itself.
"""

import json
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from netc_tui.core.errors import Exit, NetcError
from netc_tui.host.rootfs import rootfs
from netc_tui.lab.api import containers
from netc_tui.lab.layout import Layout

_HTTPD = (
    "trap 'exit 0' TERM; mkdir -p /srv; hostname >/srv/index.html; httpd -f -p {port} -h /srv & wait"
)
_DNS = (
    "echo root:x:0:0::/:/bin/sh >/etc/passwd; echo root:x:0: >/etc/group; "
    "exec dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file= "
    "--no-resolv --no-hosts --log-facility=- --address=/service.test/192.0.2.53"
)
_SLEEP = "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"


class _Image(NamedTuple):
    script: str
    exposes: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


class _Service(NamedTuple):
    image: str
    options: tuple[str, ...] = ()


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
    "app": _Service("netc-lab/app", ("--network=backend",)),
    "worker": _Service("netc-lab/worker"),
}
NETWORK = "backend"


def archives() -> dict[tuple[str, ...], bytes]:
    """The images' file systems, by the commands that are in them."""
    return {commands: rootfs(commands) for commands in {i.commands for i in IMAGES.values()}}


def start(
    layout: Layout,
    environment: Mapping[str, str],
    files: Mapping[tuple[str, ...], bytes],
) -> None:
    """Make the images and run the services that are not there. Raises NetcError."""
    present = states(layout)

    def docker(*arguments: str, data: bytes = b"") -> None:
        done = subprocess.run(
            ["docker", *arguments], input=data, capture_output=True, check=False, env=environment
        )
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip()
            raise NetcError(f"docker {arguments[0]} failed: {reason}", Exit.ENGINE)

    def make(name: str) -> None:
        image = IMAGES[name]
        changes = [f"CMD {json.dumps(['sh', '-c', image.script])}"]
        changes += [f"EXPOSE {port}" for port in image.exposes]
        options = [f"--change={change}" for change in changes]
        docker("import", *options, "-", f"{name}:latest", data=files[image.commands])

    def run(name: str) -> None:
        service = SERVICES[name]
        names = (f"--name={name}", f"--hostname={name}")
        docker("run", "-d", "--restart=unless-stopped", *names, *service.options, service.image)

    missing = [name for name in SERVICES if name not in present]
    if not missing:
        return
    with ThreadPoolExecutor() as pool:
        made = [pool.submit(make, name) for name in IMAGES]
        if "app" in missing:
            made.append(pool.submit(docker, "network", "create", NETWORK))
        for step in made:
            step.result()
        for step in [pool.submit(run, name) for name in missing]:
            step.result()


def states(layout: Layout) -> dict[str, str]:
    """The services that are there, with Docker's word for their state. Raises NetcError."""
    try:
        found = containers(layout.socket)
    except OSError as error:
        raise NetcError(f"the lab's engine does not answer: {error}", Exit.ENGINE) from error
    names = {container["Names"][0].lstrip("/"): container["State"] for container in found}
    return {name: names[name] for name in SERVICES if name in names}
