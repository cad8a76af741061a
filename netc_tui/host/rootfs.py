"""A root file system made of this machine's own binaries, as a tar archive.

For hosts with no registry in reach: busybox and a few named commands, with the shared
libraries they load. It reads ELF files by asking the dynamic loader (``ld.so --list``), and
never runs the binaries themselves.

``root`` is where the machine is: a folder with another release's files is looked at by its own
programs, in a chroot, which takes root.
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


HERE = Path("/")


def find(command: str, root: Path = HERE) -> Path:
    """Where ``command`` is on this machine, links followed. Raises NetcError when it is not."""
    if root == HERE:
        path = shutil.which(command, path=SEARCH_PATH)
    else:
        path = _within(root, "sh", "-c", f'PATH={SEARCH_PATH}; command -v "$0"', command).strip()
    if not path:
        place = "on this machine" if root == HERE else f"in {root}"
        raise NetcError(f"{command} is not {place}; install the package that has it")
    return real(Path(path), root)


def real(path: Path, root: Path = HERE) -> Path:
    """The file that a path within ``root`` leads to, links followed: a path of this machine."""
    if root == HERE:
        return path.resolve()
    return root / _within(root, "readlink", "-f", str(path)).strip().lstrip("/")


def rootfs(
    commands: Iterable[str],
    *,
    extra: Iterable[Path] = (),
    links: dict[str, str] | None = None,
    root: Path = HERE,
) -> bytes:
    """A tar with busybox (all its applets), ``commands``, ``extra`` files and their libraries.

    ``extra`` are files that are loaded at run time (plug-ins) and keep their own paths, below
    ``root`` as they are given.
    ``links`` maps further absolute paths to link targets.
    Raises NetcError when a command or a library is missing on this machine.
    """
    busybox = find("busybox", root)
    files: dict[str, Path] = {"/bin/busybox": busybox}
    for command in commands:
        path = find(command, root)
        files[f"/usr/sbin/{path.name}"] = path
        if path.name != command:
            links = {**(links or {}), f"/usr/sbin/{command}": path.name}
    for plugin in extra:
        files[f"/{plugin.relative_to(root)}"] = plugin
    for path in list(files.values()):
        for name, library in libraries(path, root).items():
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


def libraries(binary: Path, root: Path = HERE) -> dict[str, Path]:
    """The shared libraries ``binary`` loads, its loader too: path in the image to file here."""
    listed = _within(root, "ldd", f"/{binary.relative_to(root)}")
    if "not found" in listed:
        raise NetcError(f"a library of {binary} is missing: {listed.strip().splitlines()}")
    found = {}
    for name, path in re.findall(r"(?:(\S+) => )?(/\S+) \(0x", listed):
        # Under the name that is asked for, in a folder that every loader searches.
        target = f"/lib/{name}" if name and not name.startswith("/") else path
        found[target] = real(Path(path), root)
    return found


def _within(root: Path, *command: str) -> str:
    """What a command of the machine at ``root`` prints; nothing when it fails."""
    chroot = [] if root == HERE else [str(find("chroot")), str(root)]
    return subprocess.run([*chroot, *command], capture_output=True, text=True, check=False).stdout


def _folder(tar: tarfile.TarFile, name: str) -> None:
    info = tarfile.TarInfo(name.lstrip("/"))
    info.type, info.mode = tarfile.DIRTYPE, 0o1777 if name == "/tmp" else 0o755  # noqa: S108
    tar.addfile(info)


def _link(tar: tarfile.TarFile, name: str, target: str) -> None:
    info = tarfile.TarInfo(name.lstrip("/"))
    info.type, info.linkname = tarfile.SYMTYPE, target
    tar.addfile(info)
