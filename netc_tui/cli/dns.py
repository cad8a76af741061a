"""How commands publish names."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netc_tui.operations.naming import Publishing
    from netc_tui.settings.declared import DnsSettings


def in_force(config: str | None = None) -> "Publishing | None":
    """What the settings ask for; None: names are not published. Raises NetcError (usage)."""
    from netc_tui.operations.naming import publishing

    return publishing(_settings(config))


def secret_files(config: str | None) -> tuple[str, ...]:
    """The files of secrets that the settings name. Raises NetcError (usage)."""
    dns = _settings(config)
    if dns.publish == "off":
        return ()
    return tuple(filter(None, (dns.key_file, dns.password_file, dns.certificate_key)))


def _settings(config: str | None) -> "DnsSettings":
    from netc_tui.settings.declared import Flags
    from netc_tui.settings.keys import KEYS
    from netc_tui.settings.load import load

    known = {key.id: key.key for key in KEYS}
    return load(Flags({}, config), os.environ, known).dns


def if_sound() -> "Publishing | None":
    """The same for commands that only look: settings that make no sense publish nothing, and what
    is to be published says so."""
    from netc_tui.core.errors import NetcError

    try:
        return in_force()
    except NetcError:
        return None
