"""What an engine remembers of network containers, and what it is told to remember."""

import pytest

from netc_tui.core.model import Happened, Remembered
from netc_tui.engine import Conflict, Gone, LinkDown
from netc_tui.engine.read import REMEMBERED
from tests.suite.host import Host, bound, own

WORDS = ("netc-test", '{"a": "two  words", "b": 1}')
TOLD = f"exec_create: {' '.join(WORDS)}"


async def _seen(host: Host, since: Remembered) -> list[Happened]:
    """What came to its memory since."""
    known = set(map(str, since.happened))
    return [each for each in (await host.engine.remembered()).happened if str(each) not in known]


async def it_remembers_network_containers_also_those_that_are_gone(host: Host) -> None:
    engine = host.engine
    before = await engine.remembered()
    await host.run("web")
    planned = await own(host)
    await engine.start(planned.name)
    await engine.remove(planned.name, 5)
    seen = await _seen(host, before)
    told = [each.action for each in seen if each.action in ("create", "start", "die", "destroy")]
    assert told == ["create", "start", "die", "destroy"]
    assert {each.id for each in seen} == {seen[0].id}
    assert all(each.labels.items() >= planned.labels.items() for each in seen)
    assert [each.exit_code for each in seen if each.action == "die"] == ["0"]
    assert [each.at for each in seen] == sorted(each.at for each in seen)
    after = await engine.remembered()
    assert after.since is not None
    assert after.since <= seen[0].at


async def nothing_of_other_containers(host: Host) -> None:
    before = await host.engine.remembered()
    await host.run("web", labels={"netc.schema": "1", "netc.service": "web"})
    await host.stop("web")
    assert await _seen(host, before) == []
    assert (await host.engine.remembered()).since is not None


async def what_it_is_told_is_remembered_and_not_run(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await bound(host)
    before = await engine.remembered()
    await engine.tell(planned.name, WORDS)
    (told,) = await _seen(host, before)
    assert told.action == TOLD
    assert told.labels.items() >= planned.labels.items()


async def nothing_can_be_told_where_nothing_can_be_run(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await own(host)

    async def refused(error: type[Exception]) -> None:
        before = await engine.remembered()
        with pytest.raises(error):
            await engine.tell(planned.name, WORDS)
        assert TOLD not in [each.action for each in await _seen(host, before)]

    await refused(Conflict)
    await engine.start(planned.name)
    await host.pause(planned.name)
    await refused(Conflict)
    await host.unpause(planned.name)
    await host.stop("web")
    await refused(LinkDown)
    with pytest.raises(Gone):
        await engine.tell("nobody", WORDS)


async def it_forgets_the_oldest(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await bound(host)
    for _ in range(REMEMBERED):
        await engine.tell(planned.name, WORDS)
    found = await engine.remembered()
    assert not found.whole
    assert {each.action for each in found.happened} <= {TOLD}
    assert len(found.happened) == REMEMBERED
    assert found.since == found.happened[0].at
