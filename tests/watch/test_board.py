"""What is written down of a watcher, and when."""

import asyncio

from netc_tui.core.errors import NetcError
from netc_tui.core.memos import BEAT, WATCHER
from netc_tui.core.model import Memo
from netc_tui.core.rounds import Decision, Ruling
from netc_tui.watch.board import OFTEN, Board
from netc_tui.watch.progress import Progress
from tests.tui import simulated
from tests.tui.simulated import BEGIN, Clock
from tests.twin import FakeEngine


def test_it_is_written_when_there_is_news_and_seldom_otherwise() -> None:
    async def work() -> list[int]:
        engine, board, written = FakeEngine(), Board(Clock()), []
        task = asyncio.create_task(board.keep(engine))

        def writings() -> int:
            return sum(call[0] == "write_memo" for call in engine.calls)

        board.take(Progress(BEGIN))
        for seconds, news in ((1, ""), (OFTEN + 1, "a"), (1, "b"), (1, "c"), (OFTEN, ""), (60, "")):
            if news:
                board.take(Progress(BEGIN, decisions=(Decision(news, Ruling.REFUSED, "no"),)))
            else:
                board.take(board.progress or Progress(BEGIN))
            await asyncio.sleep(seconds)
            written.append(writings())
        await asyncio.sleep(2 * BEAT.total_seconds())
        written.append(writings())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await board.wipe(engine)
        assert WATCHER not in engine.volumes
        return written

    written = simulated.run(work())
    assert written[:2] == [1, 2]
    assert written[4] == written[5] == 3, "news that came together is written once"
    assert 4 <= written[6] <= 5


def test_an_engine_that_is_away_keeps_nothing_from_ending() -> None:
    async def work() -> None:
        engine = FakeEngine()
        engine.away = "no answer"
        await Board(Clock()).wipe(engine)

    simulated.run(work())


def test_what_is_in_the_way_is_said_once_and_ends_nothing() -> None:
    """Another's volume under its name, for one."""

    class Taken(FakeEngine):
        taken = True

        async def write_memo(self, memo: Memo) -> None:
            if self.taken:
                raise NetcError("the name is taken")
            await super().write_memo(memo)

    async def work() -> list[str]:
        engine, said = Taken(), list[str]()
        board = Board(Clock(), said.append)
        board.take(Progress(BEGIN))
        task = asyncio.create_task(board.keep(engine))
        await asyncio.sleep(3 * BEAT.total_seconds())
        assert not task.done()
        engine.taken = False
        await asyncio.sleep(2 * BEAT.total_seconds())
        assert WATCHER in engine.volumes
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return said

    assert simulated.run(work()) == [
        "how this watcher stands cannot be written down: the name is taken"
    ]
