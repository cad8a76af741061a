"""What a network container says, in any order and shape, and what is made of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.lease import Phase, fold, parse
from netc_tui.core.model import Container, Labels, network_container

T0 = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TIMES = {"bound_at": 0, "renew_at": 1800, "rebind_at": 3150, "expires_at": 3600}


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def bound(event: str = "bound", **facts: Any) -> str:
    line: dict[str, Any] = {"event": event, "time": stamp(T0), "message": None}
    line |= {"ip": "192.168.77.9", "prefix": 24, "server": "192.168.77.1"}
    line |= {name: stamp(T0 + timedelta(seconds=after)) for name, after in TIMES.items()}
    return json.dumps(line | facts)


BARE = json.dumps({"event": "discover", "time": stamp(T0), "ip": None})


@pytest.mark.parametrize(
    ("seconds", "phase"),
    [
        (-10, Phase.BOUND),
        (0, Phase.BOUND),
        (1799, Phase.BOUND),
        (1800, Phase.RENEWING),
        (3149, Phase.RENEWING),
        (3150, Phase.REBINDING),
        (3599, Phase.REBINDING),
        (3600, Phase.EXPIRED),
        (10**8, Phase.EXPIRED),
    ],
)
def test_the_phase_follows_the_timers(seconds: int, phase: Phase) -> None:
    event = fold([bound()])
    assert event is not None
    assert event.phase(T0 + timedelta(seconds=seconds)) is phase


@given(st.integers(0, 10**9))
def test_a_lease_for_ever_stays_bound(seconds: int) -> None:
    event = parse(bound(renew_at=None, rebind_at=None, expires_at=None))
    assert event is not None
    assert event.phase(T0 + timedelta(seconds=seconds)) is Phase.BOUND


def test_phases_without_an_address() -> None:
    none = {"ip": None} | dict.fromkeys(TIMES)
    words = {"start": Phase.ACQUIRING, "discover": Phase.ACQUIRING, "nak": Phase.ACQUIRING}
    for event, phase in (words | {"stopped": Phase.STOPPED}).items():
        found = parse(bound(event, **none))
        assert found is not None
        assert found.phase(T0) is phase


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ("event", "time", "message", "ip", "prefix", "gateway", "server", "domain", "target", *TIMES)
)
TIME = st.sampled_from(
    (
        "2026-11-23T12:00:00",
        "2026-11-23T12:00:00+23:59",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-02-30T00:00:00Z",
        "yesterday",
        "",
        -1,
        1e300,
    )
)
HOSTILE = st.one_of(
    st.binary(max_size=40),
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.builds(lambda name, value: bound(**{name: value}), FIELDS, JSON | TIME),
    st.builds(
        lambda name: json.dumps({k: v for k, v in json.loads(bound()).items() if k != name}), FIELDS
    ),
    st.builds(lambda n: bound()[:n], st.integers(0, 200)),
    JSON.map(json.dumps),
)
DEEP = bound()[:-1] + ',"x":' + "[" * 100_000 + "]" * 100_000 + "}"
LABELS = Labels(
    schema=1, service="web", service_id="i", interface="eth0", network="bridge", lan="n",
    target="web", ports="80/tcp", mac="02:00:00:00:00:01", client_id="ff", hostname="web",
)  # fmt: skip
BOX = Container("i", "netc-web", "im", "running", "Up", "bridge", labels=LABELS.as_docker())


@given(st.lists(HOSTILE, max_size=6), st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)))
@example([DEEP], datetime(2026, 1, 1))
@example([bound().replace("24", "9" * 6000)], datetime(2026, 1, 1))
@example([bound(renew_at="2026-11-23T12:00:00")], datetime(2026, 1, 1))
@example(["\ud800"], datetime(2026, 1, 1))
def test_no_line_can_bring_it_down(lines: list[bytes | str], naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    event = fold(lines)
    shown = network_container(BOX, LABELS, event, now)
    assert shown.phase in Phase
    for at in (shown.bound_at, shown.renew_at, shown.rebind_at, shown.expires_at):
        if at is not None:
            assert isinstance(at.astimezone(), datetime)
            assert (now - at) is not None
    if event is not None:
        assert isinstance(event.event, str)


ADDRESSES = ("ip", "gateway", "server", "target")
TEXT = st.text(st.characters(exclude_categories=()), max_size=24) | st.from_regex(
    r"\A[0-9]{1,4}(\.[0-9]{1,4}){2,4}[\n;/ $]?\Z"
)


@given(st.sampled_from(ADDRESSES), TEXT)
@example("ip", "10.0.0.1\nnetc down web1\n")
@example("server", "10.0.0.1; reboot")
@example("gateway", "10.0.0.1/24")
@example("target", "\u0661\u0660.0.0.1")
@example("ip", "010.0.0.1")
@example("ip", "")
def test_what_stands_for_an_address_and_is_none_is_left_out(name: str, value: str) -> None:
    facts = {"gateway": "192.168.77.1", "target": "172.17.0.2"}
    event = parse(bound(**(facts | {name: value})))
    assert event is not None
    found = getattr(event, name)
    assert found is None or re.fullmatch(
        r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}", found, re.ASCII
    )
    assert found in (value, None)
    others = {field: getattr(event, field) for field in ADDRESSES if field != name}
    assert all(others.values()), "the rest of the line is told"


@given(st.sampled_from(ADDRESSES), st.ip_addresses(v=4).map(str))
def test_an_address_is_told_as_it_is(name: str, value: str) -> None:
    event = parse(bound(**{name: value}))
    assert event is not None
    assert getattr(event, name) == value


GOOD = st.builds(
    lambda event, number: bound(event, ip=f"192.168.77.{number}"),
    st.sampled_from(("bound", "renewed", "renewing", "target")),
    st.integers(1, 254),
) | st.just(BARE)
GARBAGE = st.sampled_from((b"\xff\xfe", "", "{", "udhcpc: started", "[1]", '{"event":1}', "null"))


@given(st.lists(GOOD | GARBAGE, max_size=12))
def test_the_last_line_that_can_be_read_says_it_all(lines: list[bytes | str]) -> None:
    readable = [line for line in lines if parse(line) is not None]
    assert fold(lines) == (parse(readable[-1]) if readable else None)
    # Doubled lines, and lines that got lost before, make no difference.
    assert fold([line for line in lines for _ in range(2)]) == fold(lines)
    assert fold(lines[len(lines) // 2 :]) in (fold(lines), None)


def test_bytes_and_text_are_the_same_line() -> None:
    assert parse(bound()) == parse(bound().encode())
    assert parse(bound()) is not None


def test_what_does_not_run_has_no_address() -> None:
    stopped = Container("i", "netc-web", "im", "exited", "", "bridge", labels=LABELS.as_docker())
    shown = network_container(stopped, LABELS, parse(bound()), T0)
    assert (shown.phase, shown.ip, shown.expires_at) == (Phase.STOPPED, None, None)


def test_an_address_past_its_expiry_is_not_shown() -> None:
    shown = network_container(BOX, LABELS, parse(bound()), T0 + timedelta(hours=2))
    assert (shown.phase, shown.ip) == (Phase.EXPIRED, None)


def test_trouble_is_told_until_the_next_event() -> None:
    trouble = parse(bound("no_offer", message="no DHCP server", ip=None))
    assert network_container(BOX, LABELS, trouble, T0).message == "no DHCP server"
    assert network_container(BOX, LABELS, parse(bound(message="fine")), T0).message is None
