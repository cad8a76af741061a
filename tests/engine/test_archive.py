"""Files as tar archives, to and from an engine."""

import io
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.engine.api import LONGEST_FILE
from netc_tui.engine.archive import packed, unpacked

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(TEXT, st.integers(1, 3000))
def test_what_was_packed_is_read_back(text: str, size: int) -> None:
    assert unpacked(in_pieces(packed({"rules": text}), size)) == text.encode()


def test_the_longest_file() -> None:
    assert unpacked([packed({"state": "x" * LONGEST_FILE})]) == b"x" * LONGEST_FILE


def test_a_file_without_end_is_not_read() -> None:
    """Whoever runs in the container may have put anything there."""
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 4096

    assert unpacked(endless()) is None  # type: ignore[arg-type]
    assert taken < 100


@given(st.lists(st.binary(max_size=600), max_size=8))
def test_no_archive_at_all(pieces: list[bytes]) -> None:
    assert unpacked(pieces) is None


def test_what_is_no_file() -> None:
    for kind in (tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.LNKTYPE):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            info = tarfile.TarInfo("state")
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        assert unpacked([buffer.getvalue()]) is None
