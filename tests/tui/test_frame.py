"""What is around the table."""

from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from netc_tui.core import memos
from netc_tui.core.findings import TWIN, Finding
from netc_tui.core.health import Health, State
from netc_tui.core.keeping import Written
from netc_tui.core.memos import BEAT, SILENT, Trouble
from netc_tui.core.model import Care, Engine, Interface, Keeping
from netc_tui.operations.live.connection import Connection
from netc_tui.tui import frame
from netc_tui.tui.draw import line_fit
from netc_tui.tui.glyphs import UNICODE
from tests.core.samples import WEB
from tests.tui.drawn import plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import LOCAL


@given(
    st.integers(1, 250),
    st.lists(st.booleans(), max_size=6),
    st.sampled_from(("alive", "never", "away", "away before", "remote")),
    st.booleans(),
)
def test_the_header_fits_or_says_that_it_does_not(
    columns: int, fits: list[bool], how: str, read_only: bool
) -> None:
    engine = (
        msgspec.structs.replace(LOCAL, host="tcp://far:2375", local=False)
        if how == "remote"
        else LOCAL
    )
    connection = {
        "alive": Connection(engine, alive=True, since=BEGIN),
        "remote": Connection(engine, alive=True, since=BEGIN),
        "never": Connection(),
        "away": Connection(
            engine, error="gone " * 40, since=BEGIN, retry_at=BEGIN + timedelta(seconds=9)
        ),
        "away before": Connection(None, error="gone", since=BEGIN),
    }[how]
    interfaces = [
        Interface(f"eth{at}", "ethernet", None, ("10.0.0.1/8",), True, None if fit else "unfit")
        for at, fit in enumerate(fits)
    ]
    lines = frame.header(
        connection, BEGIN, (WEB,), interfaces, "eth0", BEGIN, columns, UNICODE, read_only=read_only
    )
    first = plain(line_fit(lines[0], columns, "…"))
    usable = [one.name for one in interfaces if one.unfit is None or one.name == "eth0"]
    shown = [one for one in usable if f" {one} " in f"{first} "]
    if len(shown) < len(usable) and how == "alive" and columns >= 60:
        assert f"+{len(usable) - len(shown)}" in first
    assert cell_len(first) == columns
    if how in ("alive", "never", "remote") and columns >= 100:
        assert first.endswith("1 of 1 on the LAN")
    assert ("READ-ONLY" in first) == (read_only and columns >= 14)
    if how == "away" and columns > 60:
        assert "next try at" in first


def test_one_that_stands_by_is_not_on_the_lan() -> None:
    """Another machine has its address."""
    own = WEB.network_container
    assert own is not None
    why = Health(State.BROKEN, "address", finding=Finding(TWIN, "another has it"))
    waits = msgspec.structs.replace(own, ip=None, state="running", health=why)
    other = msgspec.structs.replace(WEB, name="web2", network_container=waits)
    alive = Connection(LOCAL, alive=True, since=BEGIN)
    lines = frame.header(alive, BEGIN, (WEB, other), (), "eth0", BEGIN, 120, UNICODE)
    assert plain(lines[0]).endswith("1 of 2 on the LAN")


FOOT = st.tuples(st.sampled_from("abcdef"), st.text("xyz", min_size=1, max_size=9), st.booleans())


@given(st.lists(FOOT, min_size=3, max_size=14), st.integers(40, 120))
def test_the_foot_has_all_keys_or_a_sign_and_always_the_last(
    keys: list[tuple[str, str, bool]], columns: int
) -> None:
    line = plain(frame.footer(keys, columns, UNICODE))
    usable = [label for _, label, enabled in keys if enabled]
    assert cell_len(line.rstrip()) <= columns
    assert [one for one in line.split() if one in usable] or not usable
    if "…" not in line:
        assert len(line.split()) == 2 * len(usable)
    for label in usable[-2:]:
        assert label in line


def test_an_engine_is_named_with_its_host_when_it_is_a_remote_one() -> None:
    far = Engine("x", "tcp://far:2375", "far", "28", (1, 51))
    lines = frame.header(
        Connection(far, alive=True), BEGIN, (), (), "", BEGIN, 120, UNICODE, read_only=False
    )
    assert "tcp://far:2375, a remote one" in plain(lines[0])


def watch(written: Written | None, columns: int = 120, asks: bool = True) -> str:
    """What the header says of the watcher."""
    keeping = Keeping(Care.WAITS, "", asks=asks) if asks else None
    service = msgspec.structs.replace(WEB, keeping=keeping)
    connection = Connection(LOCAL, alive=True, since=BEGIN)
    said = plain(
        frame.header(
            *(connection, BEGIN, (service,), (), "", BEGIN, columns, UNICODE), written=written
        )[0]
    )
    return said.removesuffix("1 of 1 on the LAN").rpartition("docker 28.5.2")[2].strip()


def test_how_the_watcher_stands_is_told_in_words() -> None:
    def said(*troubles: Trouble, ago: timedelta = timedelta()) -> Written:
        memo = memos.watcher(BEGIN - 9 * BEAT, BEGIN - ago, "1", troubles)
        return Written.of((memo,), BEGIN)

    silent, trouble = said(ago=SILENT + BEAT), said(Trouble("a", "no"), Trouble("b", "no"))
    assert watch(said()) == watch(said(), asks=False) == "watch runs"
    assert watch(trouble) == "watch: 2 in trouble"
    assert watch(trouble, columns=80) == "watch ✗ 2"
    assert watch(silent).startswith("watch silent since ")
    assert watch(silent, columns=80) == watch(silent, columns=80, asks=False) == "watch silent"
    nobody = Written.of((), BEGIN)
    assert watch(nobody) == "no watch"
    assert watch(nobody, asks=False) == "", "nobody misses it"
    assert watch(Written.of(None, BEGIN)) == "watch not known"
    many = [Trouble(f"s{at}", "no") for at in range(memos.TROUBLES + 5)]
    assert watch(said(*many)) == f"watch: {memos.TROUBLES + 5} in trouble"
