"""What was forwarded is told once a minute, and never less than before."""

import itertools
import json
from pathlib import Path

import pytest

from netc_tui.core.forwarded import MOST
from netc_tui.core.lease import parse
from netc_tui.core.ports import Forward
from netc_tui.core.protocol import COUNTS
from netc_tui.core.rules import BASE, fill, forwarding
from tests.sidecar.box import Box

KNOWN = {"LAN": "eth1", "SVC": "eth0", "IP": "10.77.0.50", "TARGET": "172.17.0.2"}
FORWARDS = (Forward("tcp", 80, 80), Forward("udp", 5000, 5000, 11))
SET = (
    "lan=eth1 svc=eth0 ip=10.77.0.50 target=172.17.0.2; name_flows; settle_rules; take_counts;"
    ' count_clients() { clients=$(cat "$ANSWERS/clients" 2>/dev/null); counter=1 counter_up=$now;'
    ' echo "$clients" >"$RUN/connected"; }; '
)


def saved(*counts: str, forwards: tuple[Forward, ...] = FORWARDS, known: dict[str, str] = KNOWN) -> str:  # fmt: skip
    """What iptables-save prints of the rules, those that count with these counts, all others with
    more."""
    lines, left = [], list(counts)
    for line in fill(BASE + forwarding(forwards, "172.17.0.1", ("172.17.0.0/16",)), known).splitlines():  # fmt: skip
        if line.startswith("-A"):
            lines.append(f"[{left.pop(0) if '--ctorigdstport' in line else '9999:99999'}] {line}")
        elif line[:3] != "-F ":
            lines.append(line)
    return "\n".join(lines) + "\n"


class Counting(Box):
    def __init__(self, folder: Path, forwards: tuple[Forward, ...] = FORWARDS) -> None:
        super().__init__(folder)
        (folder / "lease/rules").write_text(forwarding(forwards, "172.17.0.1", ("172.17.0.0/16",)))
        self.answer("iptables-save", saved(*["0:0"] * 4))
        self.answer("clients", "0\n")
        self._steps = 0

    def then(self, *counts: str, clients: str | None = None) -> str:
        """From here on, that is what the rules have counted, and so many clients are connected."""
        self._steps += 1
        file = self.folder / f"step{self._steps}"
        file.write_text(saved(*counts))
        more = f"echo '{clients}' >\"$ANSWERS/clients\";" if clients is not None else ""
        return f'cp {file} "$ANSWERS/iptables-save"; {more}'


@pytest.fixture
def counting(tmp_path: Path) -> Counting:
    return Counting(tmp_path)


LOOK = "check_rules; mind_counts; mind_counts; "


def told(event: dict[str, object]) -> list[int]:
    """Packets, in the order of the rules: in, in, out, out."""
    found = event["forwarded"]
    assert isinstance(found, list)
    return [each[2] for each in found]


def test_each_way_of_each_forward_is_told_by_its_name(counting: Counting) -> None:
    step = counting.then("1:60", "2:120", "3:4500", "0:0", clients="2")
    ran = counting.run(f"{SET}{step}pass 600; {LOOK}", NETC_BASE_RULES=BASE)
    assert ran.names == ["counted"]
    assert ran.events[0]["forwarded"] == [
        ["80/tcp", "in", 1, 60],
        ["5000-5010/udp", "in", 2, 120],
        ["80/tcp", "out", 3, 4500],
        ["5000-5010/udp", "out", 0, 0],
    ]
    assert ran.events[0]["clients"] == 2
    assert ran.called("iptables-restore") == [], "the rules are as planned"


def test_nothing_is_told_while_nothing_passes_and_else_once_a_minute(counting: Counting) -> None:
    script = [SET]
    for second in range(10, 10 + 5 * COUNTS, 6):
        if 10 + COUNTS <= second < 10 + 4 * COUNTS:
            script.append(counting.then(f"{second}:{second}", "0:0", "0:0", "0:0"))
        script.append(f"pass 600; {LOOK}")
    ran = counting.run("".join(script), NETC_BASE_RULES=BASE)
    assert ran.names == ["counted"] * 4
    ups = [event["up"] for event in ran.events]
    assert ups[0] < 10 + COUNTS + 15, "soon, when it had been still"
    assert all(after - before >= COUNTS for before, after in itertools.pairwise(ups))
    assert told(ran.events[-1])[0] > 10 + 4 * COUNTS - 15, "the last of it, too"


def test_it_goes_on_when_the_rules_are_loaded_anew_or_counters_are_set_back(
    counting: Counting,
) -> None:
    busy = counting.then("50:3000", "5:300", "40:9000", "4:400")
    anew = counting.then("60:3600", "0:0", "0:0", "0:0")  # more than before, of those loaded anew
    zeroed = counting.then("1:60", "0:0", "0:0", "0:0")
    empty = 'printf "*filter\\n:INPUT DROP [0:0]\\n:FORWARD DROP [0:0]\\nCOMMIT\\n" >"$ANSWERS/iptables-save"; '
    ran = counting.run(
        f"{SET}{busy}pass 600; {LOOK} pass 6100; apply_rules; {anew}{LOOK}"
        f"pass 6100; {zeroed}{LOOK}"
        f"pass 6100; {empty}read_rules; take_counts; mind_counts; mind_counts; emit checked",
        NETC_BASE_RULES=BASE,
    )
    assert [told(event) for event in ran.events if event["event"] in ("counted", "checked")] == [
        [50, 5, 40, 4],
        [110, 5, 40, 4],
        [111, 5, 40, 4],
        [111, 5, 40, 4],
    ]


def test_clients_are_counted_until_nobody_is_there(counting: Counting) -> None:
    step = counting.then("1:60", "0:0", "0:0", "0:0", clients="3")
    gone = counting.then("1:60", "0:0", "0:0", "0:0", clients="0")
    ran = counting.run(
        f"{SET}{step}pass 600; {LOOK}pass 6100; {LOOK}{gone}pass 6100; {LOOK}pass 6100; {LOOK}",
        NETC_BASE_RULES=BASE,
    )
    assert ran.names == ["counted", "counted"], "what did not change is not told"
    assert [event["clients"] for event in ran.events] == [3, 0]


def test_clients_that_could_not_be_counted_are_not_known(counting: Counting) -> None:
    step = counting.then("1:60", "0:0", "0:0", "0:0", clients="")
    ran = counting.run(f"{SET}{step}pass 600; {LOOK}", NETC_BASE_RULES=BASE)
    assert ran.events[0]["clients"] is None
    event = parse(json.dumps(ran.events[0]))
    assert event is not None
    assert event.clients is None
    assert event.forwarded[0].packets == 1


def test_it_goes_on_when_what_counts_clients_was_killed(counting: Counting) -> None:
    first = counting.then("1:60", "0:0", "0:0", "0:0")
    more = counting.then("2:120", "0:0", "0:0", "0:0", clients="4")
    killed = 'real() { counter=1 counter_up=$now; cat "$ANSWERS/clients" >"$RUN/connected"; }; '
    killed += "count_clients() { counter=77 counter_up=$now; }; "
    ran = counting.run(
        f"{SET}{killed}{first}pass 600; {LOOK}{LOOK}"
        f'rm -r "$PROC/77"; {LOOK}count_clients() {{ real; }}; {more}pass 6100; {LOOK}',
        NETC_BASE_RULES=BASE,
    )
    assert [event["clients"] for event in ran.events] == [None, 4]
    assert [told(event)[0] for event in ran.events] == [1, 2]


def test_many_connections_are_counted_more_rarely(counting: Counting) -> None:
    """A thousandth of the time is what it may take; packets are told all the same."""
    slow = 'count_clients() { counter=1; echo asked; counter_up=$now; echo 5 >"$RUN/connected"; pass 30; }; '
    script = [SET, slow]
    for number in range(1, 8):
        script.append(counting.then(f"{number}:60", "0:0", "0:0", "0:0"))
        script.append(f"pass 6100; {LOOK}")
    ran = counting.run("".join(script), NETC_BASE_RULES=BASE)
    assert ran.names == ["counted"] * 7
    assert ran.lines == ["asked"] * 2


@pytest.mark.parametrize(
    ("printed", "code", "known"),
    [
        ("", 0, "0"),
        ("client 10.0.0.1 tcp 80 2 - - 0\nclient 10.0.0.1 tcp 81 1 - - 0\nclient 10.0.0.2 tcp 80 1 9 9 0\n", 0, "2"),
        ("client 10.0.0.1 tcp 80 2 - - 0\nmore 300\n", 0, "301"),
        ("tracked 20000\nclient 10.0.0.1 tcp 80 2 - - 0\n", 0, ""),
        ("the connections cannot be read\n", 1, ""),
    ],
)  # fmt: skip
def test_clients_are_those_that_the_command_tells(
    box: Box, printed: str, code: int, known: str
) -> None:
    here = box.folder / "here"
    here.mkdir()
    (here / "clients").write_text(f"printf '%s' '{printed}'\nexit {code}\n")
    ran = box.run('count_clients; command wait "$counter"; cat "$RUN/connected"', HERE=str(here))
    assert ran.lines == [known]


def test_there_may_be_no_forward_and_very_many(tmp_path: Path) -> None:
    many = tuple(Forward("tcp", 1000 + 2 * number, 80) for number in range(MOST + 3))
    box = Counting(tmp_path, many)
    box.answer("iptables-save", saved(*["7:420"] * 2 * MOST, forwards=many))
    ran = box.run(f"{SET}take_counts; emit checked", NETC_BASE_RULES=BASE)
    assert told(ran.events[0]) == [7] * 2 * MOST
    (box.folder / "lease/rules").write_text("*nat\nCOMMIT\n")
    ran = box.run(f"{SET}emit checked", NETC_BASE_RULES=BASE)
    assert ran.events[0]["forwarded"] == []
