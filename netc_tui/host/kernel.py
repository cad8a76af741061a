"""What this machine's kernel can do: built in, loaded, or a module that could be loaded."""

import gzip
import os
import re
import shutil
import subprocess
import zlib
from pathlib import Path

from netc_tui.host.rootfs import SEARCH_PATH

ROOT = Path("/")
FOLDERS = ("lib/modules", "usr/lib/modules", "run/booted-system/kernel-modules/lib/modules")
"""Where distributions keep the modules, in a folder with the kernel's release for a name."""

PATIENCE = 3
"""Seconds for iptables, whose lock somebody may hold."""


def macvlan() -> bool | None:
    """Has this kernel macvlan links? None: that cannot be known."""
    return _has("macvlan", "CONFIG_MACVLAN")


def nf_tables() -> bool | None:
    """Has it nf_tables, which today's iptables works with? None: that cannot be known."""
    return _has("nf_tables", "CONFIG_NF_TABLES")


def docker_rules() -> bool | None:
    """Are Docker's own iptables rules in force on this machine? None: nobody can tell, since that
    takes root and iptables. It blocks for some milliseconds."""
    told = False
    for command in ("iptables-save", "iptables-legacy-save"):
        path = shutil.which(command, path=SEARCH_PATH)
        if path is None:
            continue
        try:
            # All tables: to ask for one by its name makes the kernel load it.
            done = subprocess.run(
                [path], capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        nat = done.stdout.partition("*nat\n")[2].partition("\nCOMMIT")[0]
        if done.returncode == 0 and "\n:DOCKER " in f"\n{nat}":
            return True
        told = told or done.returncode == 0
    return False if told and os.geteuid() == 0 else None


def _has(module: str, option: str) -> bool | None:
    if _loaded(module):
        return True
    setting = _setting(option)
    if setting in ("y", "n"):
        return setting == "y"
    return _listed(module)


def _loaded(module: str) -> bool:
    # One that is built in has a folder there too when it has parameters.
    if (ROOT / "sys/module" / module).exists():
        return True
    lines = (_text(ROOT / "proc/modules") or "").splitlines()
    return any(line.split(" ", 1)[0] == module for line in lines)


def _setting(option: str) -> str | None:
    """What the kernel was built with: ``y``, ``m``, ``n``; None: it does not tell."""
    release = os.uname().release
    told = _unpacked(ROOT / "proc/config.gz") or _text(ROOT / f"boot/config-{release}")
    if not told:
        return None
    found = re.search(rf"^{option}=([ym])$", told, re.MULTILINE)
    return found[1] if found else "n"


def _listed(module: str) -> bool | None:
    """Is it in the lists of the modules? None: there are no lists of both kinds, which is so in a
    container, and after an upgrade that took away those of the kernel that runs."""
    release = os.uname().release
    known = False
    # ``-`` and ``_`` in a name are the same to the kernel; the file may be packed.
    line = re.compile(rf"(?:^|/){module.replace('_', '[_-]')}\.ko(?:\.\w+)?(?![\w.])", re.MULTILINE)
    for folder in FOLDERS:
        place = ROOT / folder / release
        built_in, separate = _text(place / "modules.builtin"), _text(place / "modules.dep")
        # What another module needs is in its line, too; it is there then.
        if line.search(built_in or "") or line.search(separate or ""):
            return True
        known = known or None not in (built_in, separate)
    return False if known else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None


def _unpacked(path: Path) -> str | None:
    try:
        return gzip.decompress(path.read_bytes()).decode(errors="replace")
    except (OSError, EOFError, zlib.error):
        return None
