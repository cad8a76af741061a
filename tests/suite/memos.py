"""What is written down on an engine."""

from netc_tui.core.model import MEMO, Memo
from tests.suite.host import Host

OFF = Memo("netc-off-web", {MEMO: "off", "netc.service": "web", "said": 'it\'s "so"'})


async def what_is_written_down_is_there_until_it_is_forgotten(host: Host) -> None:
    assert OFF not in await host.engine.memos()
    await host.engine.write_memo(OFF)
    other = Memo("netc-a", {MEMO: "watch"})
    await host.engine.write_memo(other)
    assert await host.engine.memos() == (other, OFF)
    await host.engine.remove_memo(OFF.name)
    assert await host.engine.memos() == (other,)
    await host.engine.remove_memo(other.name)


async def the_newer_takes_the_place_of_the_older(host: Host) -> None:
    await host.engine.write_memo(OFF)
    newer = Memo(OFF.name, {MEMO: "off", "netc.service": "shop"})
    await host.engine.write_memo(newer)
    assert await host.engine.memos() == (newer,)
    await host.engine.remove_memo(OFF.name)


async def what_is_not_there_is_forgotten_already(host: Host) -> None:
    await host.engine.remove_memo("netc-off-nobody")
