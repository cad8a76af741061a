"""What comes in a stream of an engine, taken apart."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.model import Change
from netc_tui.engine import stream
from tests.engine.wire import event, frame


@given(st.lists(st.binary(max_size=40)), st.data())
def test_frames_are_put_together_however_they_are_cut(texts: list[bytes], data: Any) -> None:
    whole = b"".join(frame(text) for text in texts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=8)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert b"".join(stream.frames(pieces)) == b"".join(texts)


@given(st.lists(st.binary(max_size=40)))
def test_frames_of_anything_do_not_crash(pieces: list[bytes]) -> None:
    list(stream.frames(pieces))
    list(stream.log_lines(pieces))
    list(stream.changes(pieces))


def test_a_terminal_s_log_has_no_frames() -> None:
    pieces = [b'{"event":"start"}\r\n{"ev', b'ent":"bound"}\r\n']
    assert b"".join(stream.frames(pieces)) == b"".join(pieces)


def test_lines_are_whole() -> None:
    assert list(stream.lines([b"a", b"b\nc", b"\n\nd\ne"])) == [[b"ab"], [b"c", b"", b"d"]]


def test_changes_and_nothing_else() -> None:
    pieces = [
        event("container", "start", name="web"),
        event("container", "exec_start: sh", name="web"),
        event("container", "health_status: running", name="web"),
        event("container", "health_status: healthy", name="web"),
        event("image", "create", name="web"),
        event("network", "start", name="n"),
        event("network", "connect", name="n", container="c"),
        event("network", "destroy"),
        event("network", "connect", name="host", type="host", container="c"),
        b'{"status":"start"}\n[]\n\n{"Type":1}\n\xff\n',
        b"[" * 10_000 + b"\n",
    ]
    assert [one for found in stream.changes([b"".join(pieces)]) for one in found] == [
        Change("container", "start", "i", "web"),
        Change("container", "health_status: healthy", "i", "web"),
        Change("network", "connect", "i", "n"),
        Change("network", "destroy", "i", ""),
    ]
