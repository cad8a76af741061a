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
    """The files of secrets that a settings file names. Raises NetcError (usage)."""
    if config is None:
        return ()
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
