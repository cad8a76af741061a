"""Who is looked up when: seldom, not all at once, sooner what is new, wrong or selected."""

import asyncio
from collections.abc import Mapping
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.lookup import InDns, Pointing, Question, question
from netc_tui.core.model import NetworkContainer
from netc_tui.operations.live.names import (
    APART,
    FIRST,
    RECENT,
    SELDOM,
    SETTLE,
    Lookups,
    Schedule,
)
from tests.core.samples import ONE
from tests.tui import simulated

SLOWLY = 1.1
"""Times are spread by a tenth."""


def on(number: int = 10, **facts: object) -> NetworkContainer:
    known = {"ip": f"192.168.77.{number}", "domain": "home.lan", "hostname": f"web{number}"}
    return msgspec.structs.replace(ONE, **(known | facts))


class Lan:
    """A name server, and what is told of it."""

    def __init__(self) -> None:
        self.pointing: dict[str, Pointing] = {}
        self.asked: list[tuple[float, str]] = []
        self.told: list[tuple[str, InDns]] = []
        self.lookups = Lookups(self.look, question)

    async def look(self, own: NetworkContainer) -> InDns:
        self.asked.append((asyncio.get_running_loop().time(), own.hostname))
        pointing = self.pointing.get(own.hostname, Pointing.HERE)
        return InDns(address=own.ip or "", name=own.hostname, pointing=pointing)

    def times(self, hostname: str) -> list[float]:
        return [at for at, name in self.asked if name == hostname]

    async def during(self, seconds: float) -> None:
        """Watch for so long."""

        def deliver(key: str, found: InDns) -> None:
            self.told.append((key, found))

        with_end = asyncio.create_task(self.lookups.watch(deliver))
        await asyncio.sleep(seconds)
        with_end.cancel()


def wanted(*numbers: int) -> Mapping[str, NetworkContainer]:
    return {f"id{number}": on(number) for number in numbers}


def test_twenty_are_asked_for_soon_one_after_the_other_and_then_seldom() -> None:
    async def scenario() -> None:
        lan = Lan()
        lan.lookups.want(wanted(*range(10, 30)))
        await lan.during(SETTLE + 20 * APART + 1)
        assert sorted(name for _, name in lan.asked) == [f"web{number}" for number in range(10, 30)]
        assert [key for key, _ in lan.told] == [f"id{name[3:]}" for _, name in lan.asked]
        assert all(after - before >= APART for (before, _), (after, _) in pairwise(lan.asked))
        first = len(lan.asked)
        await lan.during(10 * SELDOM)
        rounds = (len(lan.asked) - first) / 20
        assert 8 <= rounds <= 11.2
        later = [at for at, _ in lan.asked[first : first + 20]]
        assert later[-1] - later[0] > SELDOM / 10, "not all at one moment"

    simulated.run(scenario())


def test_while_it_does_not_lead_here_it_is_asked_for_ever_more_seldom() -> None:
    async def scenario() -> None:
        lan = Lan()
        lan.pointing["web10"] = Pointing.NOWHERE
        lan.lookups.want(wanted(10))
        await lan.during(1000)
        pauses = [after - before for before, after in pairwise(lan.times("web10"))]
        assert pauses[0] < SLOWLY * FIRST + APART + 0.1
        assert all(before <= after + 0.001 for before, after in pairwise(pauses[:5]))
        assert SELDOM / SLOWLY - 1 < pauses[-1] < SELDOM * SLOWLY + 1
        lan.pointing["web10"] = Pointing.HERE  # a DHCP server has registered it at last
        await lan.during(SELDOM * SLOWLY)
        assert lan.told[-1][1].pointing is Pointing.HERE

    simulated.run(scenario())


def test_a_new_lease_is_looked_up_at_once_and_the_same_one_is_not() -> None:
    async def scenario() -> None:
        lan = Lan()
        lan.lookups.want(wanted(10, 11))
        watching = asyncio.create_task(lan.during(400))
        await asyncio.sleep(100)
        before = len(lan.asked)
        renewed = msgspec.structs.replace(on(10), message="renewed")
        lan.lookups.want({"id10": renewed, "id11": on(11)})
        await asyncio.sleep(10)
        assert len(lan.asked) == before, "nothing that matters is another"
        lan.lookups.want({"id10": on(10, ip="192.168.77.99"), "id11": on(11)})
        await asyncio.sleep(SETTLE + 1)
        assert [name for _, name in lan.asked[before:]] == ["web10"]
        assert lan.told[-1][1].address == "192.168.77.99"
        watching.cancel()

    simulated.run(scenario())


def test_one_that_is_selected_is_looked_up_again_unless_that_was_lately() -> None:
    async def scenario() -> None:
        lan = Lan()
        lan.lookups.want(wanted(10, 11))
        watching = asyncio.create_task(lan.during(1000))
        await asyncio.sleep(10)
        for _ in range(5):  # the cursor goes to and fro
            for key in ("id10", "id11"):
                lan.lookups.want(wanted(10, 11), key)
                await asyncio.sleep(1)
        assert len(lan.asked) == 2
        await asyncio.sleep(RECENT)
        lan.lookups.want(wanted(10, 11), "id10")
        await asyncio.sleep(1)
        assert len(lan.times("web10")) == 2
        assert len(lan.times("web11")) == 1
        watching.cancel()

    simulated.run(scenario())


def test_nobody_is_asked_while_nobody_looks_nor_without_a_name_to_ask_for() -> None:
    async def scenario() -> None:
        lan = Lan()
        await lan.during(1000)
        lan.lookups.want({"id10": on(10, domain=None), "id11": on(11, ip=None)}, "id10")
        await lan.during(1000)
        told = on(10, domain=None, name_servers=("192.168.77.1",))
        lan.lookups.want({"id10": told})
        await lan.during(1000)
        assert lan.asked == []
        lan.lookups.want(wanted(10))
        await lan.during(10)
        assert len(lan.asked) == 1
        lan.lookups.want({})
        await lan.during(1000)
        assert len(lan.asked) == 1

    simulated.run(scenario())


def test_who_looks_away_for_a_moment_does_not_ask_all_anew() -> None:
    async def scenario() -> None:
        lan = Lan()
        all_of_them = wanted(*range(10, 20))
        lan.lookups.want(all_of_them)
        watching = asyncio.create_task(lan.during(150))
        await asyncio.sleep(20)
        assert len(lan.asked) == 10
        lan.lookups.want(wanted(10), "id10")
        await asyncio.sleep(20)
        lan.lookups.want(all_of_them, "id11")
        await asyncio.sleep(20)
        assert len(lan.asked) == 11, "the one that is selected now"
        watching.cancel()

    simulated.run(scenario())


def asking(number: int) -> Question:
    return Question(f"10.0.0.{number % 250}", f"web{number}.lan")


@given(
    st.lists(
        st.tuples(
            st.floats(0, 100),
            st.sets(st.integers(0, 5), max_size=6),
            st.integers(0, 5),
            st.sampled_from(Pointing),
        ),
        max_size=60,
    )
)
def test_nobody_is_asked_for_more_often_than_promised_nor_forgotten(
    acts: list[tuple[float, set[int], int, Pointing]],
) -> None:
    schedule, now = Schedule(), 0.0
    looked: dict[str, float] = {}
    for passed, there, selected, pointing in acts:
        now += passed
        asked = {f"id{number}": asking(number) for number in there}
        schedule.want(asked, f"id{selected}", now)
        found = schedule.next()
        assert (found is None) == (not there)
        if found is None:
            continue
        key, due = found
        assert key in asked
        assert due <= now + SELDOM * SLOWLY
        if due <= now:
            if key in looked:
                assert now - looked[key] >= min(FIRST, RECENT) / SLOWLY
            looked[key] = now
            answer = InDns(address="10.0.0.1", pointing=pointing)
            assert schedule.told(key, asked[key], answer, now)
            assert not schedule.told(key, Question("10.9.9.9"), answer, now), "of another lease"
