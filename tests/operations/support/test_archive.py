"""One file of many: how it is written."""

import io
import os
import stat
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from netc_tui.core.errors import NetcError
from netc_tui.operations.support import archive


def test_an_archive_is_one_folder_for_its_owner_alone() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    content = archive.pack({"README.txt": b"a", "x/y": b"b"}, "top", at)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == ["top/README.txt", "top/x/y"]
    assert {(member.mode, member.mtime) for member in members} == {(0o600, int(at.timestamp()))}


@pytest.mark.parametrize("nameless", [True, False])
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool
) -> None:
    if not nameless:

        def refuse(path: Path, content: bytes) -> None:
            raise OSError(95, "not supported")

        monkeypatch.setattr(archive, "_save_nameless", refuse)
    path = tmp_path / "a.tar.gz"
    before = os.umask(0)
    try:
        archive.save(path, b"one")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NetcError, match="is there already"):
        archive.save(path, b"two")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NetcError, match="is there already"):
        archive.save(link, b"two")
    with pytest.raises(NetcError, match="No such file or directory"):
        archive.save(tmp_path / "none" / "a", b"two")

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    monkeypatch.setattr(os, "link", stop)
    if nameless:
        with pytest.raises(KeyboardInterrupt):
            archive.save(tmp_path / "b", b"three")
    else:
        with pytest.raises(TypeError):
            archive.save(tmp_path / "b", "no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"one"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tar.gz", "link"]
