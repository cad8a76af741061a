"""Files as the engine takes and gives them: tar archives."""

import io
import tarfile
from collections.abc import Iterable, Mapping

from netc_tui.engine.api import LONGEST_FILE

BLOCK = 512


def packed(files: Mapping[str, str]) -> bytes:
    """An archive of text files that root alone may write."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in files.items():
            content = text.encode()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def unpacked(pieces: Iterable[bytes]) -> bytes | None:
    """The one file of an archive; None for what is no file, or none of LONGEST_FILE at most.

    No more is read than that takes: whoever runs in the container may have put anything there.
    """
    text = b""
    for piece in pieces:
        text += piece
        if len(text) > LONGEST_FILE + 20 * BLOCK:
            return None
    try:
        with tarfile.open(fileobj=io.BytesIO(text)) as tar:
            member = tar.next()
            file = tar.extractfile(member) if member is not None and member.isfile() else None
            return file.read() if file is not None else None
    except tarfile.TarError:
        return None
