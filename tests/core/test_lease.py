"""What a network container says, in any order and shape, and what is made of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core.lease import NOTHING_YET, STEP, Boot, Event, Phase, fold, in_words, parse, why
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
    ("event", "time", "message", "ip", "prefix", "gateway", "server", "domain", "dns", "target")
) | st.sampled_from(tuple(TIMES))
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


@given(st.lists(st.ip_addresses(v=4).map(str) | TEXT, max_size=6))
@example(["10.0.0.1", "10.0.0.2; reboot"])
@example(["x"])
def test_of_the_name_servers_those_are_known_that_are_addresses(told: list[str]) -> None:
    event = parse(bound(dns=" ".join(told)))
    assert event is not None
    words = " ".join(told).split()
    shape = r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}"
    sound = [word for word in words if re.fullmatch(shape, word, re.ASCII)]
    known = (event.dns or "").split()
    assert set(known) <= set(sound)
    assert known == [word for word in sound if all(int(part) < 256 for part in word.split("."))]
    shown = network_container(BOX, LABELS, event, T0)
    assert shown.name_servers == tuple(known)


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


# --- the clock is put

BOOT = Boot("b-1", datetime(2026, 1, 1, tzinfo=UTC))


def told(up: float, boot: str | None = "b-1", put: timedelta = timedelta()) -> Event:
    """A lease of an hour that was granted so long after boot, on a clock that was wrong by that."""
    at = BOOT.began + timedelta(seconds=up) + put
    return Event(
        "bound",
        at.replace(microsecond=0),
        ip="10.0.0.7",
        bound_at=at,
        renew_at=at + timedelta(minutes=30),
        expires_at=at + timedelta(hours=1),
        up=up,
        boot=boot,
    )


@given(st.integers(0, 10**7), st.integers(-(10**9), 10**9), st.integers(0, 7200))
def test_a_clock_that_is_put_changes_no_phase(up: int, put: int, later: int) -> None:
    wrong = told(up, put=timedelta(seconds=put)).rebased(BOOT)
    now = BOOT.began + timedelta(seconds=up + later)
    right = told(up)
    assert abs(wrong.time - right.time) <= timedelta(seconds=STEP)
    if all(abs(later - edge) > STEP for edge in (1800, 3600)):
        assert wrong.phase(now) is right.phase(now)


@given(st.floats(allow_nan=True), st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)))
def test_any_uptime_is_borne(up: float, at: datetime) -> None:
    event = Event("bound", at.replace(tzinfo=UTC), up=up, boot="b-1")
    found = event.rebased(BOOT)
    assert found.event == "bound"


@pytest.mark.parametrize(
    "event",
    [told(50), told(50, boot=None), told(50, boot="b-0", put=timedelta(hours=1))],
    ids=["not put", "not told", "another boot"],
)
def test_what_cannot_be_compared_stays_as_it_is(event: Event) -> None:
    assert event.rebased(BOOT) is event
    assert event.rebased(None) is event


# --- why there is no lease

LEASELESS = ("start", "discover", "no_offer", "conflict", "nak", "bad_offer", "checked", "bound")


def sidecar(name: str) -> str:
    return resources.files("netc_tui.sidecar").joinpath(name).read_text()


def says(*words: str) -> list[Event]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [Event(word, at, message=f"because of {word}") for word in words]


@given(st.lists(st.sampled_from(LEASELESS), max_size=8))
def test_no_server_is_what_was_said_and_nothing_else(words: list[str]) -> None:
    found = why(says(*words)) or ""
    lately = words[
        max((at for at, w in enumerate(words) if w in ("start", "bound")), default=-1) + 1 :
    ]
    if "no_offer" in found or "no DHCP server" in found:
        assert "no_offer" in lately
    if found:
        assert any(f"because of {word}" in found for word in lately)
    if "conflict" in lately and lately[-1] == "no_offer" and not {"nak", "bad_offer"} & {*lately}:
        assert "because of conflict" in found


def test_why_there_is_no_lease() -> None:
    assert why([]) is None
    assert why(says("start", "discover")) is None
    assert why(says("discover", "no_offer", "checked")) == "because of no_offer"
    assert why(says("conflict", "discover", "no_offer")) == (
        "because of conflict; since then no DHCP server has answered"
    )
    assert why(says("conflict", "bound", "no_offer")) == "because of no_offer"
    down = Event("checked", datetime(2026, 1, 1, tzinfo=UTC), hop="lan", reason="no carrier")
    assert why([*says("no_offer"), down]) == "no carrier"
    asking = msgspec.structs.replace(down, hop="address", reason=NOTHING_YET)
    assert why([asking]) is None, "that is what was asked, and no reason for it"
    assert f"address_trouble='N219 {NOTHING_YET}'" in sidecar("state")


@pytest.mark.parametrize(
    ("event", "facts", "words"),
    [
        ("start", {}, "start"),
        ("renew_asked", {}, "renew asked"),
        ("nak", {"message": "refused by the server"}, "nak: refused by the server"),
        ("target", {"target": "172.17.0.2"}, "target 172.17.0.2"),
        ("health", {"health": "healthy"}, "health: healthy"),
        (
            "health",
            {"hop": "rules", "reason": "one is gone"},
            "health: broken at rules: one is gone",
        ),
        ("health", {}, "health: not known"),
    ],
)
def test_an_event_in_words(event: str, facts: dict[str, Any], words: str) -> None:
    assert in_words(Event(event, T0, **facts)) == words


@pytest.mark.parametrize("event", ["bound", "renewed"])
def test_a_lease_in_words(event: str) -> None:
    lease = {"ip": "10.0.0.9", "prefix": 24, "server": "10.0.0.1"}
    assert in_words(Event(event, T0, **lease)) == f"{event} 10.0.0.9/24 from 10.0.0.1"
    timed = Event(event, T0, **lease, bound_at=T0, expires_at=T0 + timedelta(minutes=10))
    assert in_words(timed) == f"{event} 10.0.0.9/24 from 10.0.0.1 for 10m"
