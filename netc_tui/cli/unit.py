"""The systemd unit that runs ``netc watch``."""

import os
import pwd
import shutil
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from netc_tui.settings.declared import Flags, variable
from netc_tui.settings.load import config_path

UNIT = """\
[Unit]
Description=netc: network containers for the services whose labels ask for them
Documentation=man:docker(1)
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=notify
ExecStart={command}
{environment}Restart=always
RestartSec=5
WatchdogSec=60
{user}
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


def unit(
    config: str | None,
    metrics: str | None,
    secrets: Sequence[str] = (),
    environ: Mapping[str, str] = os.environ,
    host: str = "",
) -> str:
    """The text of it, for the netc that prints it, with the settings in force here: neither this
    environment nor this user's own files are there when systemd runs it. ``secrets``: the files
    that only their owner may read, which systemd lends to its user (``names.secrets``). ``host``:
    where the engine is, if the command line says so."""
    path = config_path(Flags({}, config), environ)
    given = {"--config": str(path.absolute()) if path.exists() else None, "--metrics": metrics}
    own = _own()
    named = ["--host", host] if host else []
    said = [word for pair in given.items() if pair[1] for word in pair if word]
    words = [*own, *named, "watch", *said]
    read = [own[0], given["--config"] or own[0]]
    owner = next(filter(None, map(_reserved, read)), None)
    lent = [f"{Path(each).name}:{each}".replace("%", "%%") for each in secrets]
    return UNIT.format(
        command=" ".join(map(_quoted, words)),
        environment="".join(_environment(environ)),
        # What is run, or read, may lie in somebody's home.
        home="read-only" if any(name.startswith(("/home/", "/root/")) for name in read) else "yes",
        secrets="".join(f"LoadCredential={each}\n" for each in lent),
        user=f"User={owner}" if owner is not None else "DynamicUser=yes",
    )


def _own() -> list[str]:
    """The command that runs this netc."""
    script = shutil.which(sys.argv[0]) or sys.argv[0]
    if Path(script).name == "__main__.py":
        return [sys.executable, "-m", "netc_tui"]
    return [str(Path(script).absolute())]


def _environment(environ: Mapping[str, str]) -> Iterable[str]:
    """What of it bears on the watcher."""
    for name, text in sorted(environ.items()):
        ours = name.startswith(variable("")) and name != variable("config")
        if text and (ours or name == "DOCKER_HOST"):
            plain = f"{name}={text}".replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
            yield f'Environment="{plain}"\n'


def _reserved(name: str) -> str | None:
    """Who owns a file, when not everybody may read it; None: all may, or there is none."""
    path = Path(name).absolute()
    try:
        for folder in path.parents:
            facts = folder.stat()
            if not facts.st_mode & stat.S_IXOTH:
                return pwd.getpwuid(facts.st_uid).pw_name
        facts = path.stat()
        return None if facts.st_mode & stat.S_IROTH else pwd.getpwuid(facts.st_uid).pw_name
    except (OSError, KeyError):
        return None


def _quoted(word: str) -> str:
    """A word of a command as systemd reads it (systemd.service(5))."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if plain != word or " " in word else word
