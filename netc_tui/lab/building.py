"""How a lab is made, and completed when parts of it were stopped."""

import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from netc_tui.lab import clients, dhcp, engine, network, services, ssh
from netc_tui.lab.folders import make
from netc_tui.lab.host import boot, boot_again
from netc_tui.lab.layout import HostLayout, HostName, Layout
from netc_tui.lab.processes import kill
from netc_tui.lab.status import hosts_of

LEASE = "10m"

Roots = Mapping[HostName, Path]
"""The Docker hosts that there are to be, and the folder that the engine of each runs from."""


def build(layout: Layout, roots: Roots, lock: int, *, with_services: bool) -> None:
    """Make all of it, the hosts at once. Raises NetcError, and leaves what there is by then."""
    hosts = [layout.host(name) for name in roots]
    first, *further = hosts
    while not layout.data.exists():
        with suppress(FileNotFoundError):  # another lab's down removes empty parents
            make(layout.data)
    for host in hosts:
        make(host.runtime)
        make(host.data)
        host.root.symlink_to(roots[host.name])
    clients.configure(layout, further)
    network.create(layout, hosts, lock)
    if further:
        network.name_hosts(layout, hosts, lock)
        ssh.prepare(layout, hosts, lock)
    with ThreadPoolExecutor(max_workers=8) as pool:
        wanted = {*roots.values()} if with_services else set()
        files = {root: pool.submit(services.archives, root) for root in wanted}

        def fill(host: HostLayout) -> None:
            boot(host, lock)
            if with_services:
                made = files[roots[host.name]].result()
                services.start(host, clients.environment_of(host), made)

        server = pool.submit(dhcp.start, layout, lock, LEASE)
        filled = [pool.submit(fill, host) for host in further]
        fill(first)
        for step in (server, *filled):
            step.result()
    layout.built.write_text("".join(f"{host.name}\n" for host in hosts))


def complete(layout: Layout, lock: int, *, with_services: bool) -> None:
    """Start what was stopped since it was built. Raises NetcError."""
    if not dhcp.processes(layout):
        dhcp.start(layout, lock, LEASE)
    for host in hosts_of(layout):
        _complete(host, lock)
        if with_services and services.missing(host):
            files = services.archives(host.root.readlink())
            services.start(host, clients.environment_of(host), files)


def _complete(host: HostLayout, lock: int) -> None:
    if host.off.exists():
        boot_again(host, lock)
    if found := engine.processes(host):
        kill(found, signal.SIGCONT)  # it may hang
    else:
        engine.start(host, lock)
    if host.lab.ssh.exists() and not ssh.processes(host):
        ssh.start(host, lock)
