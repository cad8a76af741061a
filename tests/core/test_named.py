"""Which names were published, written down and read again."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import named
from netc_tui.core.identity import derive
from netc_tui.core.memos import left_off, watching
from netc_tui.core.model import Memo
from netc_tui.core.named import NameMemo
from netc_tui.core.ports import parse_all
from netc_tui.core.publication import Publication, plan
from netc_tui.operations.up import Request, up
from tests.core.samples import EVIL
from tests.machine import run
from tests.operations.turning import world

ENGINE = "engine"
PORTS = {80: "http", 443: "https", 25: "smtp", 53: "domain"}


def publication(
    name: str = "web", zone: str = "home.lan", address: str = "10.0.0.5", ports: str = "80,53/udp",
    *, service: str = "web", engine: str = ENGINE, shared: bool = False,
) -> Publication:  # fmt: skip
    client = derive(engine, service).client_id
    forwards = parse_all(filter(None, ports.split(",")))
    return plan(
        name, zone, address, client, forwards, lambda port, _: PORTS.get(port, ""),
        lease=600, left=600, shared=shared,
    )  # fmt: skip


def memo(service: str = "web", by: str = "rfc2136", **facts: str) -> Memo:
    return named.memo(service, by, publication(service=service, **facts))


def read(*memos: Memo) -> tuple[NameMemo, ...]:
    return named.written(memos)


@given(st.sampled_from(["web", "a.b", "x" * 63]), st.sets(st.sampled_from(sorted(PORTS))))
@pytest.mark.parametrize("shared", [False, True])
def test_what_was_written_is_read_again(shared: bool, name: str, ports: set[int]) -> None:
    wanted = publication(f"{name}.home.lan", ports=",".join(map(str, sorted(ports))), shared=shared)
    (found,) = read(named.memo("web", "etcd", wanted))
    assert (found.service, found.by) == ("web", "etcd")
    published = found.published
    for field in ("name", "zone", "address", "client_id", "ports", "shared"):
        assert getattr(published, field) == getattr(wanted, field)


def test_each_state_of_a_name_has_a_memo_of_its_own_and_the_same_one_always() -> None:
    states = [
        memo(), memo(address="10.0.0.6"), memo(ports="80"), memo(name="shop"), memo(by="etcd"),
        memo("mail"), named.memo("web", "rfc2136", publication(shared=True)),
    ]  # fmt: skip
    assert len({each.name for each in states}) == len(states)
    assert memo() == memo()
    assert memo().name.startswith("netc-name-web.home.lan-")


def test_the_longest_name_has_a_memo_that_a_file_system_takes() -> None:
    zone = ".".join(["y" * 59] * 4)
    wanted = publication("w", zone)
    assert len(named.memo("web", "etcd", wanted).name) < 255
    assert read(named.memo("web", "etcd", wanted))[0].published.name == wanted.name


@given(st.dictionaries(st.sampled_from(sorted(memo().labels)), EVIL | st.just("80/x")))
def test_what_makes_no_sense_is_nobody_s(labels: dict[str, str]) -> None:
    for found in read(Memo("x", memo().labels | labels)):
        assert found.published.name.endswith(found.published.zone)
        assert bytes.fromhex(found.published.client_id) is not None


@pytest.mark.parametrize("missing", sorted(set(memo().labels)))
def test_one_with_less_is_passed_over(missing: str) -> None:
    labels = {key: text for key, text in memo().labels.items() if key != missing}
    assert read(Memo("x", labels)) == ()


def test_other_memos_are_no_names_and_names_no_other_memos() -> None:
    assert left_off([memo()]) == frozenset()
    assert watching([memo()]) is None


@pytest.mark.parametrize(
    ("name", "zone", "same"),
    [
        ("web", "home.lan", True),
        ("WEB", "Home.LAN.", True),
        ("web.home.lan", "", True),
        ("web", "", True),
        ("shop", "", False),
        ("web", "other.lan", False),
        ("web.other.lan", "", False),
        ("a..b", "", False),
        ("web", "a..b", False),
    ],
)
def test_which_name_it_is(name: str, zone: str, *, same: bool) -> None:
    assert read(memo())[0].is_called(name, zone) is same


Seen = Callable[..., tuple[NameMemo, ...]]


@pytest.fixture
def seen(machine: None) -> Seen:
    """What is left behind on an engine where web is on."""
    engine = world()
    run(up(engine, Request("web", "eth0")))

    def look(*memos: Memo, zone: str = "home.lan", by: str = "rfc2136") -> tuple[NameMemo, ...]:
        containers = run(engine.containers())
        return named.left(named.written(memos), containers, engine.engine.id, by, zone)

    return look


def test_left_behind_is_what_no_network_container_is_to_have(seen: Seen) -> None:
    own = world().engine.id
    there = memo(engine=own)
    assert seen(there) == ()
    for left in (memo("mail", name="mail", engine=own), memo(name="shop", engine=own)):
        (found,) = seen(there, left)
        assert found.memo == left.name
    # The zone is another in the settings now; or it is that of the lease, whichever it was.
    assert len(seen(memo(zone="old.lan", engine=own))) == 1
    assert seen(memo(zone="old.lan", engine=own), zone="") == ()


def test_another_engine_s_or_way_is_left_alone(seen: Seen) -> None:
    own = world().engine.id
    assert seen(memo("mail", name="mail", engine="another machine's")) == ()
    assert seen(memo("mail", name="mail", engine=own), by="etcd") == ()
    # Whose service it says it is of must be whose it is.
    lied = named.memo("shop", "rfc2136", publication(service="mail", engine=own))
    assert seen(lied) == ()


def test_what_was_before_has_all_the_ports_that_may_stand() -> None:
    wanted = publication(ports="443")
    assert named.before(wanted, ()) is None
    assert named.before(wanted, read(memo(name="shop"))) is None
    former = read(memo(ports="80"), memo(ports="25"), memo(name="shop", ports="443"))
    found = named.before(wanted, former)
    assert found is not None
    assert [port.port for port in found.ports] == [80, 25]
    assert not found.shared
    otherwise = named.before(publication(shared=True), former)
    assert otherwise is not None
    assert not otherwise.shared


def test_an_address_that_is_none_is_passed_over() -> None:
    """Anybody may make a volume; to take such a name back would end the watcher again and again."""
    for address in ("x", "10.0.0.256", "::1"):
        forged = Memo(memo().name, memo().labels | {"netc.memo.address": address})
        assert read(forged) == ()


def test_a_name_of_a_seed_is_known_by_the_engine_that_it_was_published_from() -> None:
    own = world().engine.id
    seeded = publication("web", engine="home")
    there = named.memo("web", "rfc2136", seeded, own)
    (found,) = read(there)
    assert found.engine == own
    assert named.of_service([found], "web", own, "rfc2136") == (found,)
    assert named.of_service([found], "web", "another", "rfc2136") == ()
    assert named.of_service([found], "mail", own, "rfc2136") == ()
    # Of netc's own choice the client-id tells it.
    plain = publication("web", engine=own)
    assert named.memo("web", "rfc2136", plain, own) == named.memo("web", "rfc2136", plain)
