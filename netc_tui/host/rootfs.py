"""A root file system made of this machine's own binaries, as a tar archive.

For hosts with no registry in reach: busybox and a few named commands, with the shared
libraries they load. It reads ELF files by asking the dynamic loader (``ld.so --list``), and
never runs the binaries themselves.
"""

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path

from netc_tui.core.errors import NetcError

FOLDERS = ("/bin", "/etc", "/proc", "/sys", "/dev", "/run", "/tmp", "/usr/sbin")  # noqa: S108
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find(command: str) -> Path:
    """Where ``command`` is on this machine, links followed. Raises NetcError when it is not."""
    path = shutil.which(command, path=SEARCH_PATH)
    if path is None:
        raise NetcError(f"{command} is not on this machine; install the package that has it")
    return Path(path).resolve()


def rootfs(
    commands: Iterable[str],
    *,
    extra: Iterable[Path] = (),
    links: dict[str, str] | None = None,
) -> bytes:
    """A tar with busybox (all its applets), ``commands``, ``extra`` files and their libraries.

    ``extra`` are files that are loaded at run time (plug-ins) and keep their own paths.
    ``links`` maps further absolute paths to link targets.
    Raises NetcError when a command or a library is missing on this machine.
    """
    busybox = find("busybox")
    files: dict[str, Path] = {"/bin/busybox": busybox}
    for command in commands:
        path = find(command)
        files[f"/usr/sbin/{path.name}"] = path
        if path.name != command:
            links = {**(links or {}), f"/usr/sbin/{command}": path.name}
    for plugin in extra:
        files[str(plugin)] = plugin
    for path in list(files.values()):
        for name, library in libraries(path).items():
            files[name] = library

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for folder in FOLDERS:
            _folder(tar, folder)
        for name, source in sorted(files.items()):
            info = tar.gettarinfo(str(source), arcname=name.lstrip("/"))
            info.uid = info.gid = info.mtime = 0
            info.uname = info.gname = ""
            # A hard link inside this archive would name a path of the machine.
            info.type, info.linkname, info.size = tarfile.REGTYPE, "", source.stat().st_size
            with source.open("rb") as content:
                tar.addfile(info, content)
        for applet in applets(busybox):
            if f"/usr/sbin/{applet}" not in files:
                _link(tar, f"/bin/{applet}", "busybox")
        for name, target in (links or {}).items():
            _link(tar, name, target)
    return buffer.getvalue()


def applets(busybox: Path) -> list[str]:
    """The applets that this busybox has."""
    listed = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.split() if name != "busybox"]


def libraries(binary: Path) -> dict[str, Path]:
    """The shared libraries ``binary`` loads, its loader too: path in the image to file here."""
    listed = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False)
    if "not found" in listed.stdout:
        raise NetcError(f"a library of {binary} is missing: {listed.stdout.strip().splitlines()}")
    found = {}
    for name, path in re.findall(r"(?:(\S+) => )?(/\S+) \(0x", listed.stdout):
        # Under the name that is asked for, in a folder that every loader searches.
        target = f"/lib/{name}" if name and not name.startswith("/") else path
        found[target] = Path(path).resolve()
    return found


def _folder(tar: tarfile.TarFile, name: str) -> None:
    info = tarfile.TarInfo(name.lstrip("/"))
    info.type, info.mode = tarfile.DIRTYPE, 0o1777 if name == "/tmp" else 0o755  # noqa: S108
    tar.addfile(info)


def _link(tar: tarfile.TarFile, name: str, target: str) -> None:
    info = tarfile.TarInfo(name.lstrip("/"))
    info.type, info.linkname = tarfile.SYMTYPE, target
    tar.addfile(info)
