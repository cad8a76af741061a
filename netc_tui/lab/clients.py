"""What programs that are run in a lab find: its engines, and none of the user's own."""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from netc_tui.host.base import ROOT as HOST_ROOT
from netc_tui.lab import ssh
from netc_tui.lab.folders import make
from netc_tui.lab.layout import HostLayout, Layout
from netc_tui.lab.processes import environment


def environment_of(host: HostLayout) -> dict[str, str]:
    """This environment, with the host's engine as the one that Docker clients see by themselves.

    netc builds its image from this machine's binaries: no registry is in reach. ``ssh`` is the
    lab's where there are several hosts.
    """
    kept = {
        name: value
        for name, value in environment().items()
        if not name.startswith("DOCKER_") and name != "NETC_HOST"
    }
    own = {
        "DOCKER_HOST": f"unix://{host.socket}",
        "DOCKER_CONFIG": str(host.lab.docker_config),
        "NETC_BASE": "host",
        # Whatever the user's own settings say.
        "NETC_ALL_HOSTS": "0",
        "NETC_ALL_CONTEXTS": "0",
    }
    folders = [str(ssh.programs(host.lab))] if host.lab.ssh.exists() else []
    with suppress(OSError):  # not up
        root = host.root.readlink()
        if root != Path("/"):
            own |= {HOST_ROOT: str(root)}
            folders.append(str(host.programs))
    return {**kept, **own, "PATH": ":".join([*folders, kept["PATH"]])}


def configure(layout: Layout, reached_by_ssh: Iterable[HostLayout]) -> None:
    """Make the Docker clients' configuration, with hosts as contexts of their names."""
    make(layout.docker_config)
    for host in reached_by_ssh:
        add_context(layout, host.name, f"ssh://root@{host.addresses['eth1']}")


def add_context(layout: Layout, name: str, url: str) -> None:
    """Add a context as the client itself does, which would take a start of it."""
    endpoint = {"Host": url, "SkipTLSVerify": False}
    context = {"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}
    digest = hashlib.sha256(name.encode()).hexdigest()
    folder = layout.docker_config / "contexts" / "meta" / digest
    make(folder)
    (folder / "meta.json").write_text(json.dumps(context))
    # Contexts are looked for only where this file is.
    (layout.docker_config / "config.json").write_text("{}\n")
