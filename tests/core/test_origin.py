"""Where an identity comes from: chosen, kept, moved, and never one that another has."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import origin
from netc_tui.core.identity import Identity, derive
from netc_tui.core.model import SCHEMA, Container, Labels
from netc_tui.core.origin import Origin
from netc_tui.core.ownership import Own

ENGINES = st.sampled_from(["A1:B2", "C3:D4", "clone"])
NAMES = st.sampled_from(["web", "green", "mail"])
SEEDS = st.sampled_from(["", "A1:B2", "home", "x!"])
MACS = st.sampled_from(["", "02:00:00:00:00:07"])
HOSTNAMES = st.sampled_from(["", "shop"])


def own(service: str, came: Origin, **facts: str) -> Own:
    labels = Labels(
        schema=SCHEMA,
        service=service,
        service_id=f"i-{service}",
        interface="eth1",
        network="bridge",
        lan="netc-lan-eth1",
        ports="80/tcp",
        mac=came.identity.mac,
        client_id=came.identity.client_id,
        hostname=came.identity.hostname,
        seed=came.seed,
        moved=came.moved,
    )
    labels = msgspec.structs.replace(labels, **facts)
    container = Container("o", f"netc-{service}", "netc-sidecar:1", "running", "", "bridge")
    return Own(container, labels, service)


@given(ENGINES, NAMES, MACS, HOSTNAMES)
def test_without_a_choice_it_is_of_the_engine_and_the_name(
    engine: str, name: str, mac: str, hostname: str
) -> None:
    found = origin.choose(engine, name, mac=mac, hostname=hostname)
    assert found == Origin(derive(engine, name, mac=mac, hostname=hostname))


@given(ENGINES, NAMES, SEEDS)
def test_turned_on_again_it_is_what_it_was(engine: str, name: str, seed: str) -> None:
    first = origin.choose(engine, name, seed=seed)
    assert origin.choose(engine, name, [own(name, first)]) == first
    assert first.identity == derive(seed or engine, name)
    # The engine's own id is no choice that had to be noted.
    assert first.seed == ("" if seed == engine else seed)


@given(ENGINES, NAMES, SEEDS)
def test_two_clones_with_a_seed_each_differ(engine: str, name: str, seed: str) -> None:
    here = origin.choose(engine, name, seed=seed).identity
    there = origin.choose(engine, name, seed="another").identity
    assert here.mac != there.mac
    assert here.client_id != there.client_id


@given(ENGINES, ENGINES, NAMES, NAMES, SEEDS, MACS, HOSTNAMES)
def test_what_is_moved_is_the_same_there_and_stays_so(
    engine: str, to: str, name: str, other: str, seed: str, mac: str, hostname: str
) -> None:
    before = origin.choose(engine, name, seed=seed, mac=mac, hostname=hostname)
    there = origin.handed(engine, own(name, before).labels, to, other)
    assert there.identity == before.identity
    assert origin.choose(to, other, [own(other, there)]).identity == before.identity
    # And home again it needs no note that it did not need before.
    back = origin.handed(to, own(other, there).labels, engine, name)
    assert back.identity == before.identity
    assert back.seed == before.seed
    assert origin.choose(engine, name, [own(name, back)]).identity == before.identity
    if not mac and not hostname:
        assert back == before


@given(ENGINES, st.integers(1, 4))
def test_nobody_gets_an_identity_that_was_moved_to_another(engine: str, times: int) -> None:
    """Each time its address goes to another, the service gets the next one."""
    others: list[Own] = []
    for number in range(times):
        found = origin.choose(engine, "web", others)
        assert found.identity.client_id not in {each.labels.client_id for each in others}
        assert origin.choose(engine, "web", [*others, own("web", found)]) == found
        name = f"green{number}"
        there = origin.handed(engine, own("web", found).labels, engine, name)
        others.append(own(name, there))


def test_while_it_is_being_moved_the_one_that_has_it_keeps_it() -> None:
    first = origin.choose("A1", "web")
    heir = own("green", origin.handed("A1", own("web", first).labels, "A1", "green"))
    assert origin.choose("A1", "web", [heir, own("web", first)]) == first


def test_what_is_asked_for_goes_before_what_was_moved() -> None:
    moved = origin.handed("A1", own("web", origin.choose("A1", "web")).labels, "A1", "green")
    there = [own("green", moved)]
    assert origin.choose("A1", "green", there, seed="x") == Origin(derive("x", "green"), "x")
    changed = origin.choose("A1", "green", there, mac="02-00-00-00-00-07", hostname="shop")
    kept = Identity("02:00:00:00:00:07", moved.identity.client_id, "shop")
    assert changed == Origin(kept, "", "web")


@given(ENGINES, NAMES, SEEDS)
def test_another_machine_may_have_had_what_was_chosen_or_came_from_there(
    engine: str, service: str, seed: str
) -> None:
    chosen = origin.choose(engine, service, seed=seed)
    assert origin.from_elsewhere(chosen.seed, engine) == (seed not in ("", engine))
    after = origin.choose(engine, service, [own("blue", chosen)], seed="")
    assert not origin.from_elsewhere(after.seed, engine)
    there = origin.handed(engine, own(service, chosen).labels, "E5", service)
    assert origin.from_elsewhere(there.seed, "E5")


def test_what_netc_chose_the_second_time_is_of_this_machine() -> None:
    taken = origin.handed("A1", own("web", origin.choose("A1", "web")).labels, "A1", "green")
    second = origin.choose("A1", "web", [own("green", taken)])
    assert second.seed
    assert not origin.from_elsewhere(second.seed, "A1")
