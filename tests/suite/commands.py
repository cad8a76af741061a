"""Commands inside containers."""

import pytest

from netc_tui.core.probe import parse
from netc_tui.core.protocol import CLIENTS, COUNTERS, PROBE, RENEW
from netc_tui.core.rules import parse_save
from netc_tui.engine import Conflict, NoScript, Refused
from tests.suite.host import Host, bound, said


async def what_one_prints_is_returned(host: Host) -> None:
    await host.run("web")
    assert await host.engine.execute("web", ["echo", "two", "words"]) == "two words\n"
    assert await host.engine.execute("web", ["true"]) == ""


async def one_that_fails_is_refused(host: Host) -> None:
    await host.run("web")
    for command in (["false"], ["no-such-command"]):
        with pytest.raises(Refused) as caught:
            await host.engine.execute("web", command)
        assert not isinstance(caught.value, NoScript)
        assert "\n" not in caught.value.message
    with pytest.raises(NoScript):
        await host.engine.execute("web", PROBE)


async def none_runs_where_nothing_runs(host: Host) -> None:
    await host.make("web")

    async def refused() -> None:
        with pytest.raises(Conflict):
            await host.engine.execute("web", ["true"])

    await refused()
    await host.start("web")
    await host.pause("web")
    await refused()
    await host.unpause("web")
    assert await host.engine.execute("web", ["true"]) == ""
    await host.stop("web")
    await refused()


async def those_of_a_network_container(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    planned = await bound(host)
    with pytest.raises(NoScript):
        await engine.execute(planned.name, ["/bin/sh", "/netc/never"])
    found = parse(await engine.execute(planned.name, (*PROBE, "tcp/80", "udp/53")))
    # UDP is not asked.
    assert (found.gateway, found.ports) == ("ok", {"tcp/80": "open"})
    assert found.own == ("healthy", None, None)
    rules = [rule for rule in parse_save(await engine.execute(planned.name, COUNTERS)) if rule.ours]
    (forward,) = (rule for rule in rules if rule.target.startswith("DNAT"))
    assert "--dport 80" in forward.match
    assert await engine.execute(planned.name, CLIENTS) == ""
    assert await engine.execute(planned.name, RENEW) == ""
    names = await said(host, planned.name, "renewed")
    assert any(b"renew_asked" in line for line in names)
