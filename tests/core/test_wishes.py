"""What labels ask for, and what of that is granted."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core import compose
from netc_tui.core.errors import NetcError
from netc_tui.core.model import Container
from netc_tui.core.ports import Forward, Port
from netc_tui.core.wishes import (
    ANY,
    ENABLE,
    LABELS,
    Policy,
    Vain,
    Wish,
    check_ports,
    granted,
    wish,
)
from tests.core.samples import EVIL

EXPOSED = (Port(80, "tcp"), Port(443, "tcp"), Port(53, "udp"))
ETH1 = Policy("eth1")


def service(enable: str | None = "true", **labels: str) -> Container:
    given_labels = {f"netc.{name.replace('_', '.')}": text for name, text in labels.items()}
    if enable is not None:
        given_labels[ENABLE] = enable
    return Container("i-web", "web", "nginx", "running", "", "bridge", labels=given_labels)


def asked(**labels: str) -> Wish:
    found = wish(service(**labels))
    assert isinstance(found, Wish), found
    return found


def answer(policy: Policy, exposed: tuple[Port, ...] = EXPOSED, **labels: str) -> Wish | str:
    container = service(**labels)
    found = wish(container)
    assert isinstance(found, Wish), found
    said = granted(found, container, exposed, policy)
    return said if isinstance(said, Wish) else said.why


def test_one_that_says_nothing_asks_for_nothing() -> None:
    assert wish(service(None)) is None
    assert wish(service(None, ports="80")) is None
    for no in ("false", "False", "0", "no", ""):
        assert wish(service(no)) is None


@pytest.mark.parametrize("yes", ["true", "True", " TRUE ", "1", "yes", "on"])
def test_it_is_asked_for_in_the_words_that_people_use(yes: str) -> None:
    assert isinstance(wish(service(yes)), Wish)


def test_a_run_beside_a_compose_service_is_none_of_it() -> None:
    container = service()
    labels = {**container.labels, compose.ONE_OFF: "True"}
    assert wish(msgspec.structs.replace(container, labels=labels)) is None


def test_all_that_can_be_asked_for() -> None:
    found = asked(
        interface="eth2",
        ports="80, 8443:443/tcp ,53/udp",
        hostname="shop",
        mac="02-00-5E-00-53-01",
        network="backend",
        dns_name="shop",
    )
    assert found == Wish(
        "web",
        "i-web",
        "eth2",
        (Forward("tcp", 80, 80), Forward("tcp", 8443, 443), Forward("udp", 53, 53)),
        "shop",
        "02:00:5e:00:53:01",
        "backend",
        "shop",
    )


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"enable": "maybe"}, "write true or false"),
        ({"port": "80"}, "netc.port: no such label; did you mean netc.ports?"),
        ({"ports": "eighty"}, "port 'eighty'"),
        ({"ports": "80,80:81"}, "name each public port once"),
        ({"mac": "01:00:00:00:00:00"}, "no address of one machine"),
        ({"hostname": "a_b"}, "letters, digits and hyphens"),
        ({"seed": "a b"}, "without blanks"),
    ],
)
def test_what_makes_no_sense_is_not_half_granted(labels: dict[str, str], said: str) -> None:
    found = wish(service(**labels))
    assert isinstance(found, Vain)
    assert said in found.why


@pytest.mark.parametrize("sign", ["x", "\x1b", "\u202e", "9", "9,", "\U0001f600"])
@pytest.mark.parametrize("label", [*(name.removeprefix("netc.") for name in LABELS), "no.such"])
def test_a_label_of_any_length_is_told_in_a_line(label: str, sign: str) -> None:
    """A label may have megabytes; what is told of it stands on screens and in logs."""
    facts = {label.replace(".", "_"): sign * 100_000}
    for policy in (ETH1, Policy("eth1", ports=ANY, hostname=True, network=True, name=True)):
        container = service(**facts)
        found = wish(container)
        if isinstance(found, Wish):
            found = granted(found, container, EXPOSED, policy)
        if isinstance(found, Wish):
            assert all(len(str(field)) <= 300 for field in msgspec.structs.astuple(found))
        else:
            assert isinstance(found, Vain)
            assert len(found.why) <= 400
            assert found.why.isprintable()


def test_a_label_whose_name_is_long_is_told_in_a_line() -> None:
    container = service()
    container = msgspec.structs.replace(
        container, labels={ENABLE: "true", "netc." + "x" * 10**6: ""}
    )
    found = wish(container)
    assert isinstance(found, Vain)
    assert len(found.why) < 200


def test_a_project_s_name_is_told_in_a_line() -> None:
    container = service()
    labels = {**container.labels, compose.PROJECT: "p" * 100_000}
    container = msgspec.structs.replace(container, labels=labels)
    found = wish(container)
    assert isinstance(found, Wish)
    said = granted(found, container, EXPOSED, Policy("eth1", projects=("shop",)))
    assert isinstance(said, Vain)
    assert len(said.why) < 200


def test_by_default_it_gets_what_it_exposes_on_the_configured_interface() -> None:
    said = answer(ETH1)
    assert isinstance(said, Wish)
    assert said.interface == "eth1"
    assert list(map(str, said.ports)) == ["80/tcp", "443/tcp", "53/udp"]


def test_a_part_of_it_and_under_another_number_too() -> None:
    said = answer(ETH1, ports="8080:80")
    assert isinstance(said, Wish)
    assert said.ports == (Forward("tcp", 8080, 80),)


@pytest.mark.parametrize(
    ("policy", "labels", "said"),
    [
        (Policy(), {}, "no interface is said"),
        (ETH1, {"interface": "eth2"}, "watch.interfaces allows more"),
        (ETH1, {"ports": "22"}, "may not ask for the port 22/tcp"),
        (ETH1, {"ports": "80/udp"}, "may not ask for the port 80/udp"),
        (ETH1, {"ports": "80-90"}, "may not ask for the port 81/tcp"),
        (ETH1, {"mac": "02:00:5e:00:53:01"}, "watch.mac = true allows it"),
        (ETH1, {"seed": "home"}, "netc.seed; watch.mac = true allows it"),
        (ETH1, {"hostname": "router"}, "watch.hostname = true allows it"),
        (ETH1, {"network": "backend"}, "watch.network = true allows it"),
        (ETH1, {"dns_name": "router"}, "netc.dns.name; watch.name = true allows it"),
        (Policy("eth1", projects=("shop*",)), {}, "of no Compose project"),
        (Policy("eth1", ports="443,8000-8099"), {}, "may not ask for the port 80/tcp"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_allows_it(
    policy: Policy, labels: dict[str, str], said: str
) -> None:
    found = answer(policy, **labels)
    assert isinstance(found, str)
    assert said in found


@pytest.mark.parametrize(
    ("policy", "labels"),
    [
        (Policy("eth1", ("eth2",)), {"interface": "eth2"}),
        (Policy("eth1"), {"interface": "eth1"}),
        (Policy("eth1", ports=ANY), {"ports": "22"}),
        (Policy("eth1", ports="1-1023"), {"ports": "22:2222"}),
        (Policy("eth1", mac=True), {"mac": "02:00:5e:00:53:01"}),
        (Policy("eth1", mac=True), {"seed": "home"}),
        (Policy("eth1", hostname=True), {"hostname": "router"}),
    ],
)
def test_what_is_allowed_is_granted(policy: Policy, labels: dict[str, str]) -> None:
    assert isinstance(answer(policy, **labels), Wish)


def test_only_the_projects_that_may_ask() -> None:
    policy = Policy("eth1", projects=("shop*", "dns"))
    container = service()
    found = asked()
    for project, may in (("shop-test", True), ("dns", True), ("dns2", False), ("", False)):
        labels = {**container.labels, **({compose.PROJECT: project} if project else {})}
        of = msgspec.structs.replace(container, labels=labels)
        assert isinstance(granted(found, of, EXPOSED, policy), Wish) is may


def test_one_that_exposes_nothing_must_say_which_ports() -> None:
    assert "exposes no ports" in str(answer(ETH1, ()))


@given(
    st.dictionaries(st.sampled_from(sorted(LABELS)), EVIL | st.sampled_from(["true", "80"])),
    st.builds(
        Policy,
        st.sampled_from(["", "eth1"]),
        ports=st.sampled_from(["exposed", "any", "80"]),
        mac=st.booleans(),
        network=st.booleans(),
    ),
)
def test_whatever_is_written_there_gets_no_more_than_is_allowed(
    labels: dict[str, str], policy: Policy
) -> None:
    container = msgspec.structs.replace(service(None), labels=labels)
    found = wish(container)
    if not isinstance(found, Wish):
        assert found is None or found.why.isprintable()
        return
    said = granted(found, container, EXPOSED, policy)
    if isinstance(said, Vain):
        assert said.why.isprintable()
        return
    allowed: Any = {(port.port, port.proto) for port in EXPOSED}
    assert said.interface == "eth1"
    assert policy.mac or not said.mac
    assert policy.mac or not said.seed
    assert not said.hostname
    for forward in said.ports:
        assert policy.ports != "80" or forward.public == 80
        if policy.ports == "exposed":
            assert {(one.private, one.proto) for one in forward.singles()} <= allowed


def test_the_setting_for_ports_is_a_word_or_a_list() -> None:
    for good in ("exposed", "any", "80,443/tcp,8000-8099/udp"):
        assert check_ports(good) == good
    for bad in ("", "all of them", "80,", "0"):
        with pytest.raises(NetcError):
            check_ports(bad)
