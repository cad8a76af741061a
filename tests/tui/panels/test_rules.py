"""The rules with what they counted, as they are shown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.rules import Difference, Rule
from netc_tui.operations.live.rules import Reading
from netc_tui.tui.glyphs import UNICODE
from netc_tui.tui.panels import rules as rules_panel
from netc_tui.tui.panels.panel import Room, Snapshot
from tests.core.samples import ONE, WEB
from tests.tui.drawn import HINTS, plain
from tests.tui.simulated import BEGIN
from tests.tui.stage import Stage
from tests.twin import Box


async def test_counters_go_on_when_the_rules_are_loaded_anew(stage: Stage) -> None:
    async with stage.open() as ui:
        saved, box = ui.engine._saved_rules, ui.engine.own("web")
        counted = 500

        def rules(of: Box) -> str:
            return re.sub(r"\[\d+:\d+\]", f"[{counted}:{counted * 60}]", saved(of))

        ui.engine._saved_rules = rules  # type: ignore[method-assign]
        await ui.go("web")
        await ui.until("    500 30.0 kB      0  DNAT  ")
        # The service restarts: its network container loads the rules without it, then with it.
        target, counted = box.lease["target"], 0
        ui.engine.say(box, "target_lost", target=None)
        await ui.pause(5)
        assert "dport 80 → DNAT" not in ui.words("#rules")
        ui.engine.say(box, "target", target=target)
        counted = 24
        await ui.until("    524 31.4 kB      -  DNAT  ")
        await ui.until("    524 31.4 kB      0  DNAT  ")
        # Rules that are loaded anew at once tell a rate, too.
        counted = 12
        await ui.until("    536 32.2 kB")
        found = re.search(r"536 32.2 kB +([\d.]+)  DNAT", ui.text)
        assert found is not None
        assert 2 <= float(found[1]) <= 6


async def test_rules_are_watched_only_while_they_are_shown(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:

        def looks() -> int:
            return sum("/netc/counters" in call for call in ui.engine.calls)

        await ui.go("web")
        await ui.pause(10)
        assert looks() == 0
        await ui.press("3")
        await ui.pause(10)
        assert looks() >= 2
        assert "DNAT" in ui.text
        await ui.press("1")
        await ui.pause(1)
        before = looks()
        await ui.pause(30)
        assert looks() == before
        await ui.press("3")
        await ui.pause(5)
        await ui.go("db")
        assert "No network container" in ui.text
        before = looks()
        await ui.pause(30)
        assert looks() == before


async def test_an_outage_shows_no_rate_of_before_and_keeps_the_header(stage: Stage) -> None:
    async with stage.open(interface="eth1", read_only=True) as ui:
        await ui.go("web")
        await ui.pause(10)
        rates = [line.split()[3] for line in ui.lines if " PREROUTING " in line]
        assert rates
        assert set(rates) == {"0"}
        ui.engine.away = "no answer"
        await ui.pause(3)
        rates = [line.split()[3] for line in ui.lines if " PREROUTING " in line]
        assert rates
        assert set(rates) == {"-"}
        assert "Rules: web, of 03:00:" in ui.text
        assert "via ▲ eth1" in ui.lines[0]
        assert "READ-ONLY" in ui.lines[0]


COUNTED = st.tuples(st.integers(0, 2**64), st.integers(0, 2**64))


@given(
    st.lists(COUNTED, max_size=8),
    st.one_of(st.none(), st.floats(0, 1e7)),
    st.integers(30, 200),
)
def test_counters_stay_in_their_columns(
    counted: list[tuple[int, int]], rate: float | None, columns: int
) -> None:
    found = tuple(
        Rule("nat", "NETC-PREROUTING", packets, octets, "-p tcp -m tcp --dport 80", "DNAT")
        for packets, octets in counted
    )
    reading = Reading(ONE.name, found, (rate,) * len(found), BEGIN)
    shown = Snapshot(service=WEB, now=BEGIN, reading=reading)
    made = rules_panel.lines(shown, Room(columns, UNICODE, HINTS))
    lines = [plain(line) for line in made]
    assert len({line.find("PREROUTING") for line in lines[1:]}) <= 1
    for line in lines[1:]:
        assert line.index("PREROUTING") == lines[0].index("CHAIN")


FORWARDING = (
    Rule("nat", "NETC-PREROUTING", 1, 60, "-d 192.168.77.10/32 -i eth1", "NETC-DNAT"),
    Rule("nat", "NETC-PREROUTING", 1, 60, "-s 172.17.0.1/32 -d 192.168.77.10/32 -i eth0",
         "NETC-DNAT"),
    Rule("nat", "NETC-POSTROUTING", 1, 60,
         "-d 172.17.0.2/32 -o eth0 -m conntrack --ctstate DNAT", "MASQUERADE"),
    Rule("filter", "NETC-FORWARD", 1, 60,
         "-s 172.17.0.2/32 -i eth0 -o eth1 -m conntrack --ctstate DNAT", "ACCEPT"),
)  # fmt: skip


def test_links_are_called_by_what_they_are() -> None:
    reading = Reading(ONE.name, FORWARDING, (None,) * 4, BEGIN)
    shown = Snapshot(service=WEB, now=BEGIN, reading=reading)
    lines = [plain(line) for line in rules_panel.lines(shown, Room(120, UNICODE, HINTS))]
    said = "\n".join(lines)
    assert "-d 192.168.77.10 -i LAN → chain DNAT" in said
    assert "-i bridge -o LAN ctstate DNAT → ACCEPT" in said
    assert "eth" not in said


@pytest.mark.parametrize(
    ("proto", "ports", "said"),
    [("6", "80", "80/tcp"), ("17", "5000:5010", "5000-5010/udp"), ("47", "9", "9/47")],
)
def test_what_a_rule_counts_for_is_told_as_a_forward_is(proto: str, ports: str, said: str) -> None:
    match = f"--ctstate DNAT --ctproto {proto} --ctorigdstport {ports}"
    rule = Rule("filter", "NETC-FORWARD", 1, 60,
                f"-d 172.17.0.200/32 -i eth1 -o eth0 -m conntrack {match}", "ACCEPT")  # fmt: skip
    reading = Reading(ONE.name, (*FORWARDING, rule), (None,) * 5, BEGIN)
    shown = Snapshot(service=WEB, now=BEGIN, reading=reading)
    lines = [plain(line) for line in rules_panel.lines(shown, Room(100, UNICODE, HINTS))]
    assert any(f"-d 172.17.0.200 -i LAN -o bridge {said} → ACCEPT" in line for line in lines)


def test_where_a_rule_leads_is_told_whole() -> None:
    rule = Rule("nat", "NETC-DNAT", 1, 60, "-p tcp -m tcp --dport 10000:10099",
                "DNAT --to-destination 172.17.0.200:8080")  # fmt: skip
    reading = Reading(ONE.name, (rule,), (None,), BEGIN)
    shown = Snapshot(service=WEB, now=BEGIN, reading=reading)
    line = plain(rules_panel.lines(shown, Room(70, UNICODE, HINTS))[1])
    assert line.endswith("→ DNAT 172.17.0.200:8080")
    assert "…" in line
    assert len(line) <= 70


def shown_as(difference: Difference | None, columns: int, *more: Rule) -> tuple[str, list[str]]:
    """What is said beside the titles of the columns, and the lines."""
    found = (*FORWARDING, *more)
    reading = Reading(ONE.name, found, (None,) * len(found), BEGIN, difference)
    shown = Snapshot(service=WEB, now=BEGIN, reading=reading)
    lines = rules_panel.lines(shown, Room(columns, UNICODE, HINTS))
    return plain(lines[0][1:2]).strip(), [plain(line) for line in lines]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_rules_that_are_not_as_planned_come_first_with_sign_and_word(columns: int) -> None:
    strange = Rule("filter", "INPUT", 9, 540, "-p tcp", "ACCEPT")
    gone = "nat -A NETC-DNAT -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.17.0.2"
    title, lines = shown_as(
        Difference(missing=(gone, "filter :INPUT DROP"), added=(strange.line,)), columns, strange
    )
    assert title == "2 missing, 1 added"
    first, policy, added, *rest = lines[1:]
    assert first.startswith("✗ missing ")
    assert first.endswith("→ DNAT 172.17.0.2")
    assert policy.startswith("✗ missing ")
    assert policy.endswith("INPUT       policy → DROP")
    assert added.startswith("✗ added ")
    assert " 9  INPUT " in added
    assert not any("✗" in line for line in rest)
    assert len(rest) == len(FORWARDING)
    assert (
        len(
            {
                line.index(word)
                for line, word in zip(lines, ("CHAIN", "DNAT", "INPUT"), strict=False)
            }
        )
        == 1
    )


def test_rules_that_are_as_planned_are_said_to_be_and_else_nothing_is() -> None:
    title, lines = shown_as(Difference(), 80)
    assert title == "as planned"
    assert not any("✗" in line for line in lines)
    title, _ = shown_as(None, 80)
    assert title == "not compared with the plan"


async def test_a_rule_that_was_deleted_by_hand_is_seen_until_it_is_mended(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        saved = ui.engine._saved_rules
        await ui.go("web")
        await ui.press("3")
        await ui.until("RULE  as planned")

        def flushed(box: Box) -> str:
            return re.sub(r"(?m)^\[\d+:\d+\] -A NETC-DNAT.*\n", "", saved(box))

        ui.engine._saved_rules = flushed  # type: ignore[method-assign]
        await ui.until("RULE  2 missing")
        assert (
            len([line for line in ui.lines if line.startswith("✗ missing") or "✗ missing" in line])
            == 2
        )
        ui.engine._saved_rules = saved  # type: ignore[method-assign]
        await ui.until("RULE  as planned")
        assert "✗ missing" not in ui.text
