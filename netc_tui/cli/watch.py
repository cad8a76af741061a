"""``netc watch``: automation while nobody looks."""

from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli import hosts
from netc_tui.cli.run import Interrupted, with_engine
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.core.wishes import Policy
    from netc_tui.engine import EngineApi
    from netc_tui.operations.naming import Publishing

THRESHOLD = 1000
"""Objects, more than went, after which garbage is looked for."""


def watch(
    once: Annotated[bool, typer.Option("--once", help="Do one round, and end.")] = False,
    unit: Annotated[
        bool, typer.Option("--unit", help="Print a systemd unit that runs it, and end.")
    ] = False,
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS:PORT",
            help="Serve metrics for Prometheus there, under /metrics: 127.0.0.1:9713.",
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The settings; `netc config` prints an example."),
    ] = None,
) -> None:
    """Turn on what labels ask for, and off again.

    A container with the label netc.enable=true gets a network container, and loses it when it is
    gone or asks no more. What an operator turned on or off by hand stays as he left it. It may die
    at any moment, and catches up when it is started again.

    Beside the metrics, netc brings a dashboard for Grafana and alert rules for Prometheus:
    dashboard.json and alerts.yml in its folder netc_tui/watch.
    """
    from netc_tui.cli import dns
    from netc_tui.cli.unit import unit as printed
    from netc_tui.settings.policy import in_force

    policy = in_force(config)
    if unit:
        from netc_tui.cli import output
        from netc_tui.watch.exposition import outlet

        if metrics is not None:
            outlet(metrics)  # or each start of it would fail

        secrets = dns.secret_files(config)
        # Who runs it there has neither this user's settings nor his contexts.
        host = hosts.endpoint().url if hosts.given() else ""
        for line in printed(config, metrics, secrets, host=host).splitlines():
            output.line(line)
        return
    publishing = dns.in_force(config)
    hosts.endpoint()  # one that there cannot be is not waited for
    if once:
        if metrics is not None:
            raise NetcError("--metrics with --once: nobody could read them", Exit.USAGE)
        _once(policy, publishing)
    else:
        _forever(policy, publishing, metrics)


def _once(policy: "Policy", publishing: "Publishing | None") -> None:
    from netc_tui.cli import output
    from netc_tui.operations.automation import round_

    async def work(engine: "EngineApi") -> None:
        failed = await round_(engine, policy, output.say, publishing)
        if failed:
            raise NetcError(f"{failed} of the services could not be made as their labels ask")

    with_engine(work)


def _forever(policy: "Policy", publishing: "Publishing | None", metrics: str | None) -> None:
    import asyncio
    import gc

    from netc_tui.watch.running import run

    # A start makes no garbage, and main does not look for it; a long life does. What was loaded is
    # none, and need not be gone through each time.
    gc.freeze()
    gc.set_threshold(THRESHOLD)
    try:
        asyncio.run(run(policy, _say, publishing, metrics, endpoint=hosts.endpoint))
    except KeyboardInterrupt as error:
        raise Interrupted from error


def _say(words: str) -> None:
    """A line with its time; where a journal takes it, that has the time."""
    import os
    from datetime import UTC, datetime

    from netc_tui.cli import output
    from netc_tui.core.words import clock

    journal = "JOURNAL_STREAM" in os.environ
    output.say(words if journal else f"{clock(datetime.now(UTC))} {words}")
