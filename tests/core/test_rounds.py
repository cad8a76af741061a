"""What automation does next."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import identity
from netc_tui.core.model import SCHEMA, Container, Keeper, Labels, Network
from netc_tui.core.ports import Port
from netc_tui.core.rounds import DEEDS, TOLD, Decision, Present, Ruling, decide
from netc_tui.core.wishes import ENABLE, Policy

ENGINE = "A1:B2"
ETH1 = Policy("eth1", ("eth2",), hostname=True, mac=True)
YES = {ENABLE: "true"}


def service(name: str = "web", state: str = "running", **labels: str) -> Container:
    return Container(
        id=f"i-{name}",
        name=name,
        image="nginx",
        state=state,
        status="",
        network_mode="bridge",
        addresses={"bridge": "172.17.0.2"},
        # A listing tells them of what runs alone.
        ports=(Port(80, "tcp"),) if state == "running" else (),
        labels=labels,
    )


def own(
    name: str = "web", keeper: str = Keeper.LABELS, state: str = "running", **facts: str
) -> Container:
    who = identity.derive(ENGINE, name)
    labels = Labels(
        schema=SCHEMA,
        service=name,
        service_id=f"i-{name}",
        interface="eth1",
        network="bridge",
        lan="netc-lan-eth1",
        target=name,
        ports="80/tcp",
        mac=who.mac,
        client_id=who.client_id,
        hostname=who.hostname,
        keeper=keeper,
    )
    labels = msgspec.structs.replace(labels, **facts)
    return Container(
        f"o-{name}",
        f"netc-{name}",
        "netc-sidecar:1",
        state,
        "",
        "bridge",
        labels=labels.as_docker(),
    )


def ruled(
    *containers: Container, off: frozenset[str] = frozenset(), policy: Policy = ETH1
) -> dict[str, Decision]:
    seen = Present(ENGINE, containers, (), left_off=off)
    return {found.service: found for found in decide(seen, policy)}


def ruling(*containers: Container, off: frozenset[str] = frozenset()) -> Ruling | None:
    found = ruled(*containers, off=off).get("web")
    return found.ruling if found is not None else None


def test_what_asks_is_turned_on_once_it_runs() -> None:
    assert ruling(service(**YES)) is Ruling.TURN_ON
    assert ruling(service(state="exited", **YES)) is Ruling.WAITS
    assert ruling(service()) is None


def test_what_is_on_as_asked_is_left_alone() -> None:
    assert ruling(service(**YES), own()) is Ruling.KEPT
    # Its address is kept for it while it is down.
    assert ruling(service(state="exited", **YES), own()) is Ruling.KEPT


def test_what_is_not_known_of_its_ports_is_not_held_against_it() -> None:
    for ports in ({}, {"netc.ports": "80"}):
        for state in ("created", "exited", "restarting"):
            down = service(state=state, **YES, **ports)
            assert ruling(down) is Ruling.WAITS
            assert ruling(down, own()) is Ruling.KEPT
        borrowing = msgspec.structs.replace(
            service(**YES, **ports), network_mode="host", ports=(), addresses={}
        )
        assert ruling(borrowing) is Ruling.WAITS
        assert ruling(borrowing, own()) is Ruling.KEPT
        told = Present(ENGINE, (borrowing,), (), {borrowing.id: ()})
        assert [found.ruling for found in decide(told, ETH1)] == [Ruling.REFUSED]
    nothing = msgspec.structs.replace(service(**YES), ports=())
    assert ruling(nothing) is Ruling.REFUSED
    # What has nothing to do with ports is seen all the same.
    assert ruling(service(state="exited", **YES, **{"netc.interface": "lo"})) is Ruling.REFUSED


def test_only_what_labels_turned_on_is_turned_off() -> None:
    assert ruling(service(), own()) is Ruling.TURN_OFF
    assert ruling(own()) is Ruling.TURN_OFF
    assert ruling(service(**{ENABLE: "false"}), own()) is Ruling.TURN_OFF
    for there in ((), (service(),), (service(**YES),), (service(**{ENABLE: "maybe"}),)):
        assert ruling(*there, own(keeper=Keeper.HAND)) is Ruling.BY_HAND


def test_what_an_operator_turned_off_stays_off() -> None:
    assert ruling(service(**YES), off=frozenset({"web"})) is Ruling.LEFT_OFF
    # One that is on all the same was being turned on at that moment.
    assert ruling(service(**YES), own(), off=frozenset({"web"})) is Ruling.TURN_OFF
    by_hand = own(keeper=Keeper.HAND)
    assert ruling(service(**YES), by_hand, off=frozenset({"web"})) is Ruling.BY_HAND


def test_what_a_hand_turned_on_and_gave_back_is_kept_changed_and_turned_off_as_any() -> None:
    by_hand = own(keeper=Keeper.HAND)

    def now(*containers: Container, handed: str = "o-web") -> Ruling:
        seen = Present(ENGINE, (*containers, by_hand), (), handed=frozenset({handed}))
        return {found.service: found for found in decide(seen, ETH1)}["web"].ruling

    assert now(service(**YES)) is Ruling.KEPT
    assert now(service(**YES, **{"netc.ports": "8080:80"})) is Ruling.CHANGE
    assert now(service()) is Ruling.TURN_OFF
    assert now(service(**YES), handed="o-former") is Ruling.BY_HAND


def test_what_an_operator_turned_off_stays_off_under_another_name() -> None:
    renamed = msgspec.structs.replace(service("shop", **YES), id="i-web")
    off = frozenset({"web", "i-web"})
    assert ruled(renamed, off=off)["shop"].ruling is Ruling.LEFT_OFF
    assert ruled(renamed, own(), off=off)["shop"].ruling is Ruling.TURN_OFF
    assert ruled(service(**YES), off=frozenset({"web", "i-former"}))["web"].ruling is (
        Ruling.LEFT_OFF
    ), "one that is made anew under the name is the same"


def test_what_is_asked_in_vain_is_told_and_not_kept() -> None:
    vain = service(**YES, **{"netc.interface": "lo"})
    found = ruled(vain)["web"]
    assert found.ruling is Ruling.REFUSED
    assert "lo" in found.why
    assert ruling(vain, own()) is Ruling.TURN_OFF


def test_settings_that_were_not_found_turn_nothing_off() -> None:
    for labels in ({}, {"netc.interface": "eth1"}):
        asking = service(**YES, **labels)
        assert ruled(asking, own(), policy=Policy())["web"].ruling is Ruling.KEPT
        assert ruled(asking, policy=Policy())["web"].ruling is Ruling.REFUSED
    elsewhere = Policy(interfaces=("eth2",))
    asking = service(**YES, **{"netc.interface": "eth1"})
    assert ruled(asking, own(), policy=elsewhere)["web"].ruling is Ruling.TURN_OFF


def test_what_the_listing_does_not_tell_turns_nothing_off() -> None:
    # It tells no ports of what does not run, nor of what has no network of its own.
    for facts in ({"state": "exited"}, {"network_mode": "container:i-app"}):
        asking = msgspec.structs.replace(service(**YES), ports=(), **facts)
        assert ruling(asking, own()) is Ruling.KEPT
        assert ruling(asking) is Ruling.WAITS
    exposes_nothing = msgspec.structs.replace(service(**YES), ports=())
    assert ruling(exposes_nothing, own()) is Ruling.TURN_OFF
    assert ruling(exposes_nothing) is Ruling.REFUSED


def test_another_wish_is_another_network_container() -> None:
    for labels in (
        {"netc.interface": "eth2"},
        {"netc.ports": "8080:80"},
        {"netc.hostname": "shop"},
        {"netc.seed": "home"},
    ):
        found = ruled(service(**YES, **labels), own())["web"]
        assert found.ruling is Ruling.CHANGE, labels
        assert found.wish is not None
    assert ruled(service(**YES), own(state="exited"))["web"].ruling is Ruling.CHANGE


def test_an_identity_that_was_chosen_or_came_by_a_move_is_left_as_it_is() -> None:
    chosen = identity.derive("home", "web")
    plain = {"mac": chosen.mac, "client_id": chosen.client_id, "hostname": "web"}
    seeded = own(seed="home", **plain)
    assert ruling(service(**YES), seeded) is Ruling.KEPT
    assert ruling(service(**YES, **{"netc.seed": "home"}), seeded) is Ruling.KEPT
    assert ruling(service(**YES, **{"netc.seed": "other"}), seeded) is Ruling.CHANGE
    former = identity.derive(ENGINE, "blue")
    moved = own(moved="blue", mac=former.mac, client_id=former.client_id, hostname=former.hostname)
    assert ruling(service(**YES), moved) is Ruling.KEPT
    assert ruling(service(**YES, **{"netc.hostname": "shop"}), moved) is Ruling.CHANGE


def test_what_changes_is_told_in_a_line_however_much_it_is() -> None:
    ports = ",".join(str(port) for port in range(1, 9000, 2))
    asking = service(**YES, **{"netc.ports": ports})
    found = ruled(asking, own(), policy=Policy("eth1", ports="any"))["web"]
    assert found.ruling is Ruling.CHANGE
    assert len(found.why) <= TOLD


def test_another_name_is_followed_where_names_are_published() -> None:
    for published in (True, False):
        policy = Policy("eth1", name=True, published=published)
        for label, had in (("shop", ""), ("shop", "mail"), ("", "mail")):
            asking = service(**YES, **({"netc.dns.name": label} if label else {}))
            found = ruled(asking, own(dns_name=had), policy=policy)["web"]
            assert (found.ruling is Ruling.CHANGE) is published, (label, had)
        asking = service(**YES, **{"netc.dns.name": "shop"})
        assert ruled(asking, own(dns_name="shop"), policy=policy)["web"].ruling is Ruling.KEPT


def test_a_service_that_was_made_anew_or_moved_is_followed() -> None:
    assert ruling(service(**YES), own(service_id="i-former")) is Ruling.CHANGE
    away = msgspec.structs.replace(service(**YES), addresses={"backend": "172.18.0.2"})
    assert ruling(away, own()) is Ruling.CHANGE
    # What is on no network is listed without ports, and may come back.
    nowhere = msgspec.structs.replace(service(**YES), addresses={}, ports=())
    assert ruling(nowhere, own()) is Ruling.KEPT
    assert ruling(nowhere) is Ruling.WAITS


def test_a_network_that_is_asked_for_by_its_id_is_not_asked_for_for_ever() -> None:
    policy = Policy("eth1", network=True)
    networks = (Network("n-1", "bridge", "bridge"), Network("n-2", "backend", "bridge"))
    for asked, expected in (
        ("bridge", Ruling.KEPT),
        ("n-1", Ruling.KEPT),
        ("n-2", Ruling.CHANGE),
        ("backend", Ruling.CHANGE),
        ("n-3", Ruling.CHANGE),  # which fails, and says why
    ):
        asking = service(**YES, **{"netc.network": asked})
        found = decide(Present(ENGINE, (asking, own()), networks), policy)
        assert [one.ruling for one in found] == [expected], asked


def test_a_service_that_has_its_address_from_another_now_is_followed() -> None:
    def now(made: Container, mode: str, **facts: str) -> Ruling:
        web = msgspec.structs.replace(service(**YES), network_mode=mode, **facts)
        app = service("app")
        seen = Present(ENGINE, (web, app, made), (), {web.id: (Port(80, "tcp"),)})
        return {found.service: found for found in decide(seen, ETH1)}["web"].ruling

    assert now(own(target=""), "host") is Ruling.KEPT
    assert now(own(target=""), "bridge") is Ruling.CHANGE
    assert now(own(), "host") is Ruling.CHANGE
    assert now(own(target="app"), "container:i-app") is Ruling.KEPT
    assert now(own(target="app"), "bridge") is Ruling.CHANGE
    assert now(own(), "container:i-app") is Ruling.CHANGE
    # A link to the one that it borrows from is followed, too, when that was made anew with it.
    assert now(own(target="app"), "container:i-app", id="i-2") is Ruling.CHANGE
    # Nobody knows where it is reached while that is gone.
    assert now(own(target="app"), "container:i-former") is Ruling.KEPT


def test_one_that_was_renamed_gets_the_name_that_it_has() -> None:
    renamed = msgspec.structs.replace(service("shop", **YES), id="i-web")
    found = ruled(renamed, own())
    assert found["shop"].ruling is Ruling.CHANGE
    assert "web" not in found


NAMES = st.sampled_from(["web", "app", "dns"])
SERVICES = st.builds(service, NAMES, st.sampled_from(["running", "exited", "paused"])) | st.builds(
    lambda name, labels: service(name, **labels),
    NAMES,
    st.sampled_from([YES, {ENABLE: "false"}, {ENABLE: "?"}, {**YES, "netc.ports": "8080:80"}]),
)
OWN = st.builds(
    own, NAMES, st.sampled_from(list(Keeper)), st.sampled_from(["running", "exited", "created"])
)


@given(
    st.lists(SERVICES, unique_by=lambda one: one.name),
    st.lists(OWN, unique_by=lambda one: one.name),
    st.frozensets(NAMES),
)
def test_a_hand_s_work_is_never_undone_and_each_deed_has_a_reason(
    services: list[Container], made: list[Container], off: frozenset[str]
) -> None:
    found = decide(Present(ENGINE, (*services, *made), (), left_off=off), ETH1)
    by_hand = {
        labels.service
        for container in made
        if (labels := Labels.of(container)) and labels.keeper != Keeper.LABELS
    }
    on = {labels.service for container in made if (labels := Labels.of(container))}
    assert [one.service for one in found] == sorted({one.service for one in found})
    for one in found:
        if one.ruling in DEEDS:
            assert one.why
            assert one.service not in by_hand
        if one.ruling is Ruling.TURN_ON:
            assert one.service not in off | on
        if one.ruling in (Ruling.TURN_ON, Ruling.CHANGE):
            assert one.wish is not None
            assert one.wish.interface
        if one.ruling is Ruling.TURN_OFF:
            assert one.service in on
