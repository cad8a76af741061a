"""What is asked of name servers, and what their answers mean."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.findings import KINDS, NAME, Severity
from netc_tui.core.lookup import InDns, Pointing, Question, Zone, question, shared, unknown
from netc_tui.core.model import Keeper, NetworkContainer
from tests.core.samples import ONE

HERE, THERE = "192.168.77.10", "192.168.77.66"


def on(**facts: object) -> NetworkContainer:
    told: dict[str, object] = {"domain": "home.lan", "name_servers": ("192.168.77.1",)}
    return msgspec.structs.replace(ONE, **(told | facts))


def in_dns(pointing: Pointing, *addresses: str, **more: object) -> InDns:
    known: dict[str, object] = {"called": ("web.home.lan",), "servers": ("192.168.77.1",)}
    given = {"address": HERE, "name": "web.home.lan", "pointing": pointing} | known | more
    return msgspec.convert(given | {"addresses": addresses}, InDns)


def test_what_a_dhcp_server_registers_is_asked_for_at_the_servers_of_the_lan() -> None:
    assert question(on()) == Question(HERE, "web.home.lan", ("192.168.77.1",))
    # What is published under another name is no matter of the DHCP server's.
    assert question(on(dns_name="shop")) == question(on())


def test_where_netc_publishes_it_is_the_name_that_it_publishes() -> None:
    def name(zone: Zone, **facts: object) -> str:
        found = question(on(**facts), zone)
        return found.name if isinstance(found, Question) else found

    assert name(Zone("lan.example")) == "web.lan.example"
    assert name(Zone()) == "web.home.lan"
    assert name(Zone("lan.example"), dns_name="shop") == "shop.lan.example"
    assert name(Zone("lan.example"), dns_name="shop.lan.example") == "shop.lan.example"
    assert name(Zone("lan.example"), domain=None) == "web.lan.example"
    assert name(Zone("lan.example"), dns_name="shop.elsewhere") == ""


def test_a_name_is_shared_only_where_labels_asked_for_it_and_that_can_be() -> None:
    own = on(dns_name="shop", keeper=Keeper.LABELS)
    assert shared(own, Zone("", shares=True))
    assert not shared(own, Zone(""))
    assert not shared(on(dns_name="shop"), Zone("", shares=True))
    assert not shared(on(keeper=Keeper.LABELS), Zone("", shares=True))
    asked = question(own, Zone("", shares=True))
    assert isinstance(asked, Question)
    assert asked.shared
    assert question(own) == question(on(keeper=Keeper.LABELS)), "nobody publishes"


def test_without_an_address_or_any_hint_nobody_is_asked() -> None:
    assert question(on(ip=None)) == "it has no address"
    none = question(on(domain=None, name_servers=()))
    assert none == "the DHCP server tells no domain and no name server"
    # Of an older network container only the domain is known: this machine's servers are asked.
    assert question(on(name_servers=())) == Question(HERE, "web.home.lan")
    # Without a domain what the address is called tells.
    assert question(on(domain=None)) == Question(HERE, "", ("192.168.77.1",))


@given(st.text(max_size=300), st.text(max_size=70))
def test_whatever_a_dhcp_server_calls_its_domain(domain: str, hostname: str) -> None:
    found = question(on(domain=domain, hostname=hostname))
    assert isinstance(found, Question)
    assert found.name == "" or found.name.endswith(domain.strip().lower().removesuffix("."))
    assert found.name.isascii()
    assert len(found.name) <= 253


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (in_dns(Pointing.HERE, HERE), "web.home.lan leads here"),
        (
            in_dns(Pointing.HERE, HERE, called=()),
            "web.home.lan leads here; its address has no name there",
        ),
        (
            in_dns(Pointing.HERE, HERE, called=("Old.home.lan", "b.lan")),
            "web.home.lan leads here; its address is called Old.home.lan, b.lan",
        ),
        (in_dns(Pointing.HERE, HERE, called=("WEB.home.lan",)), "web.home.lan leads here"),
        (
            in_dns(Pointing.HERE, HERE, ours=True),
            "web.home.lan leads here; published by netc",
        ),
        (
            in_dns(Pointing.HERE, HERE, ours=False),
            "web.home.lan leads here; not published by netc",
        ),
        (
            in_dns(Pointing.ALSO, HERE, THERE, others=("old.home.lan",)),
            f"web.home.lan leads here, and to {THERE} (old.home.lan)",
        ),
        (
            in_dns(Pointing.ELSEWHERE, THERE, called=(), others=("Web.home.lan",)),
            f"web.home.lan leads to {THERE}, not here",
        ),
        (in_dns(Pointing.NOWHERE, called=()), "web.home.lan is not in the DNS"),
        (
            in_dns(Pointing.NOWHERE, called=("dhcp-10.home.lan",)),
            "web.home.lan is not in the DNS; its address is called dhcp-10.home.lan",
        ),
        (in_dns(Pointing.NOWHERE, name="", called=()), "the DNS has no name for its address"),
        (
            in_dns(Pointing.UNKNOWN, called=None, why="192.168.77.1 does not answer"),
            "web.home.lan: not known, 192.168.77.1 does not answer",
        ),
        (unknown("it has no address"), "not known, it has no address"),
    ],
)
def test_it_is_told_in_a_sentence(found: InDns, said: str) -> None:
    assert str(found) == said


def test_a_name_that_leads_elsewhere_is_a_doubt_with_who_has_it_and_what_to_do() -> None:
    found = in_dns(Pointing.ELSEWHERE, THERE, others=("printer.home.lan",)).finding("netc up web")
    assert found is not None
    assert str(found) == (
        f"in the DNS web.home.lan leads to {THERE} (printer.home.lan), not to {HERE};"
        " choose another name with --hostname, or remove the old record"
    )
    assert (found.code, found.kind.hop, found.kind.severity) == ("N909", NAME, Severity.DOUBTFUL)
    published = in_dns(Pointing.ELSEWHERE, THERE, ours=False).finding()
    assert published is not None
    assert published.how == "choose another name with --name, or remove the old record"
    also = in_dns(Pointing.ALSO, HERE, THERE).finding()
    assert also is not None
    assert also.cause == f"in the DNS web.home.lan leads also to {THERE}"


def test_that_others_have_a_name_that_is_to_be_shared_is_none() -> None:
    assert in_dns(Pointing.ALSO, HERE, THERE, shared=True).finding() is None
    assert in_dns(Pointing.ELSEWHERE, THERE, shared=True).finding() is not None


def test_a_name_that_the_lan_does_not_know_is_a_doubt_only_where_it_is_published() -> None:
    nowhere = in_dns(Pointing.NOWHERE, called=())
    assert nowhere.finding("netc up web") is None
    known = msgspec.structs.replace(nowhere, ours=True).finding("netc up web")
    assert str(known) == (
        "netc publishes web.home.lan; 192.168.77.1 has no such name; have that name server ask the"
        " one that netc publishes to (dns.server)"
    )
    missing = msgspec.structs.replace(nowhere, ours=False)
    assert str(missing.finding("netc up web eth0")) == (
        "web.home.lan is not in the DNS, and netc has not published it; publish it with:"
        " netc up web eth0"
    )
    assert str(missing.finding()) == "web.home.lan is not in the DNS, and netc has not published it"
    assert KINDS["N910"].severity is Severity.DOUBTFUL


@given(
    st.sampled_from(Pointing),
    st.lists(st.ip_addresses(v=4).map(str), max_size=9, unique=True),
    st.none() | st.lists(st.text(max_size=9), max_size=3),
    st.none() | st.booleans(),
)
def test_what_is_not_known_is_never_wrong_and_never_said_to_lead_anywhere(
    pointing: Pointing, addresses: list[str], called: list[str] | None, ours: bool | None
) -> None:
    told = {"called": called and tuple(called), "ours": ours}
    found = in_dns(pointing, *addresses, **told)
    if pointing in (Pointing.HERE, Pointing.UNKNOWN):
        assert found.finding("x") is None
    if pointing is not Pointing.UNKNOWN:
        assert "not known" not in str(found)
    else:
        assert "leads" not in str(found)
    assert found.elsewhere.count(",") <= 4, "a long list is cut"


@pytest.mark.parametrize("pointing", [Pointing.ALSO, Pointing.ELSEWHERE, Pointing.HERE])
def test_a_server_that_tells_a_thousand_names_fills_no_screen(pointing: Pointing) -> None:
    names = tuple(f"n{number}.home.lan" for number in range(1000))
    found = in_dns(pointing, HERE, *(f"10.0.0.{n}" for n in range(9)), called=names, others=names)
    assert "n2.home.lan, 997 more" in str(found)
    assert "n3." not in str(found)
    assert "n3." not in str(found.finding())
