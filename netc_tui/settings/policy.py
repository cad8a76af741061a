"""What the operator lets labels ask for, from the settings."""

import os
from collections.abc import Mapping

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.wishes import Policy, check_ports
from netc_tui.settings.declared import Flags, Settings
from netc_tui.settings.keys import KEYS
from netc_tui.settings.load import load


def in_force(config: str | None = None, environ: Mapping[str, str] = os.environ) -> Policy:
    """The policy of the file in force, or of the one that is named, and of the environment. Raises
    NetcError (usage)."""
    return policy(load(Flags({}, config), environ, {key.id: key.key for key in KEYS}))


def policy(settings: Settings) -> Policy:
    """The policy in force. Raises NetcError (usage) when a setting makes no sense."""
    watch = settings.watch
    try:
        ports = check_ports(watch.ports)
    except NetcError as error:
        raise NetcError(
            f"watch.ports: {error.message}; or write exposed, or any", Exit.USAGE
        ) from error
    return Policy(
        interface=settings.interface,
        interfaces=_listed(watch.interfaces),
        ports=ports,
        projects=_listed(watch.projects),
        mac=watch.mac,
        hostname=watch.hostname,
        network=watch.network,
        name=watch.name,
        published=settings.dns.publish != "off",
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(","))))
