"""What was done, as labels and the engine's memory have it: bounded, harmless, each thing once."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from netc_tui.core import records
from netc_tui.core.lease import Event
from netc_tui.core.model import FOR, SERVICE_ID, Container, Happened, Labels, Remembered
from netc_tui.core.ownership import Own
from netc_tui.core.records import KEPT, LONGEST, RECORDS, Did, Entry, Operator, Record

BEGIN = datetime(2026, 3, 2, 3, 0, 0, tzinfo=UTC)
TEXT = st.text(max_size=300) | st.sampled_from(("\x1b[2J", "[red]x[/]", "a\nb", "\u202e", "'\"\\"))
RECORD = st.builds(
    Record,
    did=st.sampled_from(Did),
    at=st.datetimes(datetime(2, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC)),
    user=TEXT,
    client=TEXT,
    what=TEXT,
    had=TEXT,
)
LABELS = Labels(
    schema=1, service="web", service_id="s", interface="eth1", network="bridge", lan="l",
    ports="80/tcp", mac="02:00:00:00:00:01", client_id="ff00", hostname="web",
)  # fmt: skip


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def record(did: Did, seconds: float, user: str = "maria", **facts: str) -> Record:
    return Record(did, at(seconds), user, **facts)


def labels(*chain: Record, service: str = "web") -> dict[str, str]:
    held: dict[str, str] = {}
    for each in chain:
        held = {RECORDS: records.label(held, each)}
    return held | {FOR: service}


def own(id: str, held: dict[str, str], service: str = "web") -> Own:
    container = Container(id, f"netc-{service}", "netc-sidecar:1", "running", "Up", "bridge")
    container = msgspec.structs.replace(container, labels=held)
    return Own(container, msgspec.structs.replace(LABELS, service=service), service)


def happened(
    seconds: float, action: str, id: str, held: dict[str, str], code: str = ""
) -> Happened:
    return Happened(at(seconds), action, id, held, code)


def tell(seconds: float, told: Record, id: str, held: dict[str, str]) -> Happened:
    return happened(seconds, f"exec_create: {' '.join(records.command(told))}", id, held)


def remembered(*events: Happened) -> Remembered:
    return Remembered(events, events[0].at if events else None)


def done(found: tuple[Entry, ...]) -> list[tuple[str, str, str]]:
    return [(entry.record.who, str(entry.record), entry.came) for entry in found]


def event(seconds: float, name: str, **facts: object) -> Event:
    return Event(name, at(seconds), **facts)  # type: ignore[arg-type]


@given(st.lists(RECORD, min_size=1, max_size=20))
def test_a_label_is_bounded_and_what_is_in_it_is_harmless(chain: list[Record]) -> None:
    held = labels(*chain)
    found = records.of(held)
    assert len(found) == min(len(chain), KEPT)
    assert [(each.did, each.at) for each in found] == [(each.did, each.at) for each in chain][
        -KEPT:
    ]
    texts = [text for each in found for text in (each.user, each.client, each.what, each.had)]
    assert all(text.isprintable() and len(text) <= LONGEST for text in texts)
    ours = records.label(held, records.signed(Operator("u" * 999, "c" * 999), BEGIN, "h" * 999))
    assert len(ours) < records.LONGEST_LABEL
    assert records.of({RECORDS: ours})[:-1] == found[-(KEPT - 1) :]


@given(RECORD)
def test_what_the_engine_is_told_is_read_again(told: Record) -> None:
    signed = records.signed(Operator(told.user, told.client), told.at, told.had)
    whole = records.filled(signed, told.did, told.what)
    assert whole is not None
    assert records.told(f"exec_create: {' '.join(records.command(whole))}") == whole
    assert records.filled(None, told.did) is None


@given(st.text(max_size=60))
@example("[")
@example('[1,{"did":"x"},{"did":"on","at":"2026-03-02T03:00:00"}]')
@example('[{"did":"on","at":"0001-01-01T00:00:00Z"}]')
@example("[" * 20000)
def test_what_is_no_record_is_left_out(text: str) -> None:
    assert records.of({RECORDS: text}) == ()
    assert records.told(records.CREATED + text) is None
    assert records.told(text) is None


def test_the_labels_with_records_are_those_of_a_network_container_all_the_same() -> None:
    held = LABELS.as_docker() | labels(record(Did.ON, 0, "x y\nz"))
    container = Container("i", "netc-web", "netc-sidecar:1", "running", "Up", "bridge", labels=held)
    assert Labels.of(container) == LABELS


def test_the_story_of_one_that_is_on() -> None:
    chain = (
        record(Did.ON, 0, what="eth0: 80/tcp"),
        record(Did.MOVED, 100, "joe", client="10.0.0.5", what="from eth0 to eth1", had="10.0.0.9"),
    )
    said = (
        event(100, "start"),
        event(102, "bound", ip="10.7.0.9"),
        event(200, "nak", message="no"),
        event(201, "nak", message="no"),
        event(203, "moved", ip="10.7.0.8", message="the address is 10.7.0.8 now"),
    )
    found = records.entries((own("b", labels(*chain)),), Remembered(), {"b": said})
    assert done(found) == [
        ("maria", "on eth0: 80/tcp", "10.0.0.9"),
        (
            "joe@10.0.0.5",
            "moved from eth0 to eth1",
            "10.7.0.9 after 2 s; the address is 10.7.0.8 now; nak 2 times",
        ),
    ]


def test_no_lease_and_why() -> None:
    ours = (own("b", labels(record(Did.ON, 0))),)
    begun = (event(0, "start"), event(0, "discover"))
    refused = (*begun, event(4, "no_offer", message="no DHCP server answers"))

    def came(*said: Event) -> str:
        return records.entries(ours, Remembered(), {"b": said})[0].came

    assert came(*refused) == "no lease: no DHCP server answers"
    assert came(*begun) == "no lease yet"
    # Of a log that was cut nobody knows how it began.
    assert came(event(9, "checked", ip="10.7.0.9")) == ""
    assert came() == ""


def test_off_is_known_while_the_engine_remembers_it() -> None:
    held = labels(record(Did.ON, 0))
    off = record(Did.OFF, 50, "joe", had="10.7.0.9")
    life = (
        happened(0.2, "create", "a", held),
        happened(0.4, "start", "a", held),
        happened(9, "exec_create: /bin/sh /netc/probe", "a", held),
        tell(50.1, off, "a", held),
    )
    gone = (happened(51, "die", "a", held, "0"), happened(51.1, "destroy", "a", held))
    assert done(records.entries((), remembered(*life, *gone), {})) == [
        ("maria", "on", "10.7.0.9"),
        ("joe", "off", "removed; it had 10.7.0.9"),
    ]
    # Whoever told it may have been killed before it was done.
    still = records.entries((own("a", held),), remembered(*life), {})
    assert done(still)[1] == ("joe", "off", "it is still there")


def test_what_moves_is_told_once() -> None:
    first = record(Did.ON, 0)
    over = record(Did.CHANGED, 50, what="ports change", had="10.7.0.9")
    before, after = labels(first), labels(first, over)
    life = (
        happened(0.2, "create", "a", before),
        happened(0.3, "start", "a", before),
        tell(50.1, over, "a", before),
        happened(50.3, "die", "a", before, "0"),
        happened(50.4, "destroy", "a", before),
        happened(50.6, "create", "b", after),
        happened(50.7, "start", "b", after),
    )
    said = {"b": (event(50, "start"), event(51, "bound", ip="10.7.0.9"))}
    wanted = [
        ("maria", "on", "10.7.0.9"),
        ("maria", "changed: ports change", "10.7.0.9 after 1 s"),
    ]
    assert done(records.entries((own("b", after),), remembered(*life), said)) == wanted
    # Nothing can be told to one that does not run.
    silent = remembered(*life[:2], *life[3:])
    assert done(records.entries((own("b", after),), silent, said)) == wanted


def test_what_could_not_be_started_is_taken_back_by_netc_itself() -> None:
    held = labels(record(Did.ON, 0))
    life = (happened(0.2, "create", "a", held), happened(1, "destroy", "a", held))
    assert done(records.entries((), remembered(*life), {})) == [
        ("maria", "on", "never started, and removed again")
    ]


def test_what_others_do_is_seen_but_not_who() -> None:
    held = labels(record(Did.ON, 0))
    life = (
        happened(0.2, "create", "a", held),
        happened(0.4, "start", "a", held),
        happened(100, "die", "a", held, "137"),
        happened(200, "start", "a", held),
        tell(200.1, record(Did.STARTED, 199.9, "joe"), "a", held),
        tell(300, record(Did.RESTARTED, 300, "joe"), "a", held),
        happened(301, "die", "a", held, "0"),
        happened(301.2, "start", "a", held),
        happened(400, "die", "a", held, "0"),
        happened(401, "start", "a", held),
        happened(500, "die", "a", held, "0"),
        happened(500.1, "destroy", "a", held),
    )
    assert [pair[:2] for pair in done(records.entries((), remembered(*life), {}))] == [
        ("maria", "on"),
        ("", "ended: exit code 137"),
        ("joe", "started"),
        ("joe", "restarted"),
        ("", "ended: exit code 0"),
        ("", "started"),
        ("", "removed"),
    ]


def test_an_end_that_it_came_back_from_stays_told_when_it_is_removed_soon_after() -> None:
    held = labels(record(Did.ON, 0))
    life = (
        happened(0.2, "create", "a", held),
        happened(0.4, "start", "a", held),
        happened(100, "die", "a", held, "0"),
        happened(101, "start", "a", held),
        tell(130, record(Did.OFF, 130, "joe"), "a", held),
        happened(131, "die", "a", held, "0"),
        happened(131.1, "destroy", "a", held),
    )
    assert [pair[:2] for pair in done(records.entries((), remembered(*life), {}))] == [
        ("maria", "on"),
        ("", "ended: exit code 0"),
        ("", "started"),
        ("joe", "off"),
    ]


def test_what_an_older_netc_made_is_told_without_a_name() -> None:
    held = {FOR: "web"}
    life = (happened(0.2, "create", "a", held), happened(0.4, "start", "a", held))
    said = {"a": (event(0, "start"), event(1, "bound", ip="10.7.0.9"))}
    found = records.entries((own("a", held),), remembered(*life), said)
    assert done(found) == [("", "on", "10.7.0.9 after 1 s")]


def test_what_happens_again_and_again_is_counted() -> None:
    held = labels(record(Did.ON, 0))
    life = [happened(0.2, "create", "a", held), happened(0.4, "start", "a", held)]
    for seconds in range(100, 300, 20):
        life.append(happened(seconds, "die", "a", held, "1"))
        life.append(happened(seconds + 1, "start", "a", held))
    life.append(tell(400, record(Did.RENEWED, 400, "joe"), "a", held))
    life.append(happened(500, "die", "a", held, "1"))
    found = records.entries((own("a", held),), remembered(*life), {})
    assert [(str(entry.record), entry.record.at) for entry in found] == [
        ("on", at(0)),
        ("ended: exit code 1, 10 times in 3m", at(280)),
        ("started", at(281)),
        ("renewed", at(400)),
        ("ended: exit code 1", at(500)),
    ]


def test_a_renewal_is_answered_by_what_was_said_after_it_was_asked_for() -> None:
    held = labels(record(Did.ON, 0))
    ours, told = (own("a", held),), tell(1.1, record(Did.RENEWED, 1.1), "a", held)
    bound = (event(0, "start"), event(1, "bound", ip="10.7.0.9"), event(1, "renew_asked"))

    def came(*more: Event) -> list[str]:
        found = records.entries(ours, remembered(told), {"a": (*bound, *more)})
        return [entry.came for entry in found]

    assert came() == ["10.7.0.9 after 1 s", "no lease yet"]
    assert came(event(3, "renewed", ip="10.7.0.9")) == ["10.7.0.9 after 1 s", "10.7.0.9 after 2 s"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("create", "start", "die", "destroy", "pause", "tell")),
            st.integers(0, 200),
            st.sampled_from("abc"),
            st.sampled_from(Did),
        ),
        max_size=30,
    )
)
def test_whatever_the_engine_remembers_no_record_is_lost_or_doubled(
    events: list[tuple[str, int, str, Did]],
) -> None:
    held = {id: labels(record(Did.ON, number)) for number, id in enumerate("abc")}
    past = [
        tell(when, record(did, when, "joe"), id, held[id])
        if action == "tell"
        else happened(when, action, id, held[id])
        for action, when, id, did in events
    ]
    found = records.entries((), remembered(*past), {})
    told = {(did, when) for action, when, _, did in events if action == "tell"}
    seen = [(each.record.did, each.record.at) for each in found if each.record.user == "joe"]
    assert sorted(seen) == sorted((did, at(when)) for did, when in told)
    made = {id for action, _, id, _ in events if action != "pause"}
    assert sum(each.record.user == "maria" for each in found) == len(made)
    assert [each.record.at for each in found] == sorted(each.record.at for each in found)


def test_what_is_told_of_somebody_else_s_service_is_not_mixed() -> None:
    web, db = labels(record(Did.ON, 0)), labels(record(Did.ON, 1, "joe"), service="db")
    found = records.entries((own("a", web), own("b", db, "db")), Remembered(), {})
    assert [(entry.service, entry.record.user) for entry in found] == [
        ("web", "maria"),
        ("db", "joe"),
    ]
    # A service that was renamed is told under the name that it has now.
    found = records.entries((own("a", web, "shop"),), remembered(happened(5, "die", "a", web)), {})
    assert {entry.service for entry in found} == {"shop"}
    # So is what was there before it was made anew under that name, which is told once.
    over = record(Did.CHANGED, 6)
    before = web | {SERVICE_ID: LABELS.service_id}
    after = labels(record(Did.ON, 0), over, service="shop") | {SERVICE_ID: LABELS.service_id}
    life = tell(6, over, "a", before), happened(7, "destroy", "a", before)
    found = records.entries((own("b", after, "shop"),), remembered(*life), {})
    assert [(entry.service, entry.record.did) for entry in found] == [
        ("shop", Did.ON),
        ("shop", Did.CHANGED),
    ]


def test_what_was_remembered_is_kept_and_how_far_it_reaches_is_true() -> None:
    held = labels(record(Did.ON, 0))
    life = [happened(number, "start", "a", held) for number in range(6)]
    noise = happened(2.5, "exec_create: true", "a", held)

    def memory(first: int, last: int, *, whole: bool = False) -> Remembered:
        return Remembered((*life[first:last], noise), at(first), at(last), whole=whole)

    begun = records.joined(Remembered(), memory(0, 2, whole=True))
    assert (begun.happened, begun.since, begun.whole) == (tuple(life[:2]), at(0), True)
    later = records.joined(begun, memory(1, 4))
    assert (later.happened, later.since, later.until) == (tuple(life[:4]), at(0), at(4))
    assert later.whole
    # Something may have been forgotten between.
    torn = records.joined(begun, memory(4, 6))
    assert (torn.happened, torn.since, torn.whole) == ((*life[:2], *life[4:6]), at(4), False)
    # The engine was started anew.
    fresh = records.joined(begun, Remembered(whole=True))
    assert (fresh.happened, fresh.since) == (tuple(life[:2]), None)
    assert records.reach(fresh, BEGIN).startswith("the engine has just started")
    flood = tuple(happened(number, "start", "a", held) for number in range(records.MOST + 9))
    kept = records.joined(begun, Remembered(flood, at(0), at(2000)))
    assert kept.happened == flood[-records.MOST :]
