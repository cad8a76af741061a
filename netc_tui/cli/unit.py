"""The systemd unit that runs ``netc watch``."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

UNIT = """\
[Unit]
Description=netc: network containers for the services whose labels ask for them
Documentation=man:docker(1)
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=notify
ExecStart={command}
Restart=always
RestartSec=5
WatchdogSec=60
DynamicUser=yes
SupplementaryGroups=docker
{secrets}# It needs the engine's socket, and reads the interfaces of this machine; no more.
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome={home}
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
MemoryMax=256M

[Install]
WantedBy=multi-user.target
"""


def unit(config: str | None = None, metrics: str | None = None, secrets: Sequence[str] = ()) -> str:
    """The text of it, for the netc that prints it. ``secrets``: the files that only their owner may
    read, which systemd lends to its user (``names.secrets``)."""
    own = shutil.which(sys.argv[0]) or sys.argv[0]
    given = {"--config": config, "--metrics": metrics}
    words = [own, "watch", *(word for pair in given.items() if pair[1] for word in pair if word)]
    command = " ".join(_quoted(word) for word in words)
    # What is run, or configured, may lie in somebody's home.
    at_home = any(word.startswith(("/home/", "/root/")) for word in words)
    lent = [f"{Path(each).name}:{each}".replace("%", "%%") for each in secrets]
    return UNIT.format(
        command=command,
        home="read-only" if at_home else "yes",
        secrets="".join(f"LoadCredential={each}\n" for each in lent),
    )


def _quoted(word: str) -> str:
    """A word of a command as systemd reads it (systemd.service(5))."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != word or " " in word else word
