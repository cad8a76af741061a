"""One file of many, for its owner alone: made in memory, written whole or not at all."""

import io
import os
import tarfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from netc_tui.core.errors import NetcError


def pack(files: Mapping[str, bytes], top: str, at: datetime) -> bytes:
    """One tar.gz of them, in a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size, info.mode, info.mtime = len(content), 0o600, int(at.timestamp())
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def check_free(path: Path) -> None:
    """Raise NetcError unless a file can be made there."""
    if os.path.lexists(path):
        raise NetcError(f"{path} is there already; name another with --output")
    check_folder(path.parent)


def check_folder(folder: Path) -> None:
    """Raise NetcError unless files can be made in it."""
    if not folder.is_dir():
        raise NetcError(f"there is no folder {folder}; name another with --output")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise NetcError(f"no file can be made in {folder}; name another with --output")


def save(path: Path, content: bytes) -> None:
    """Write a file that was not there, all of it or nothing; only its owner may read it.

    Raises NetcError.
    """
    try:
        _save(path, content)
    except FileExistsError:
        check_free(path)
        raise
    except OSError as error:
        raise NetcError(f"cannot write {path}: {error.strerror}") from error


def _save(path: Path, content: bytes) -> None:
    try:
        _save_nameless(path, content)
    except FileExistsError:
        raise
    except OSError:  # not every file system can do that
        _save_named(path, content)


def _save_nameless(path: Path, content: bytes) -> None:
    """It has no name before it is whole: nothing is left of it however this ends."""
    made = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o600)
    with os.fdopen(made, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(made)
        # With a descriptor Python takes linkat(2), which follows that link.
        os.link(f"/proc/self/fd/{made}", path, src_dir_fd=made, follow_symlinks=True)


def _save_named(path: Path, content: bytes) -> None:
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(made, "wb") as file:
            file.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
