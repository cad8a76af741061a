"""``netc history``: who did what to services, when, and what came of it."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from netc_tui.cli import complete
from netc_tui.cli.options import Json
from netc_tui.cli.run import with_engine
from netc_tui.core.errors import Exit, NetcError

if TYPE_CHECKING:
    from netc_tui.core.records import Entry
    from netc_tui.engine import EngineApi

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def history(
    service: Annotated[
        str | None,
        typer.Argument(metavar="[SERVICE]", autocompletion=complete.services, show_default=False),
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            metavar="WHEN",
            help="Only from then on: 30m, 2h, 3d, 14:30, 2026-03-02, 2026-03-02T14:30.",
            show_default=False,
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Show who turned what on, off, moved it; what came of it.

    The latest at the end. No file has it: network containers that are there tell how they came to
    be, the engine remembers its last 256 events, of whatever kind, until it ends. How far back that
    is stands below. Names are what their owners said of themselves, and no proof.
    """
    from netc_tui.cli import output
    from netc_tui.core.records import reach
    from netc_tui.operations.history import history as read

    now = datetime.now(UTC)
    begin = moment(since, now) if since else None

    async def work(engine: "EngineApi") -> None:
        past = await read(engine, service)
        found = [entry for entry in past.entries if begin is None or entry.record.at >= begin]
        if json:
            output.document(
                entries=list(map(_plain, found)),
                engine={"since": past.memory.since, "whole": past.memory.whole},
            )
            return
        output.table(
            ("WHEN", "WHO", "SERVICE", "DONE", "CAME OF IT"),
            (_row(entry, now) for entry in found),
            empty="nothing is known to have been done",
        )
        output.say(reach(past.memory, now))

    with_engine(work)


def _row(entry: "Entry", now: datetime) -> tuple[str, ...]:
    from netc_tui.core.words import clock

    record = entry.record
    who = record.who or "-"
    return clock(record.at, now), who, entry.service, str(record), entry.came or "-"


def _plain(entry: "Entry") -> dict[str, object]:
    """An entry as scripts see it."""
    record = entry.record
    return {
        "at": record.at,
        "service": entry.service,
        "did": record.did,
        "user": record.user or None,
        "client": record.client or None,
        "what": record.what or None,
        "had": record.had or None,
        "came": entry.came or None,
    }


def moment(text: str, now: datetime) -> datetime:
    """``2h`` ago, or a time of this machine's clock. Raises NetcError (usage)."""
    today = now.astimezone()
    try:
        if ago := re.fullmatch(r"([0-9]{1,6})([smhd])", text):
            return now - timedelta(seconds=int(ago[1]) * UNITS[ago[2]])
        if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", text):
            hours, minutes, *seconds = map(int, text.split(":"))
            at = today.replace(hour=hours, minute=minutes, second=sum(seconds), microsecond=0)
        else:
            at = datetime.fromisoformat(text)
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NetcError(
            f"--since {text!r}: write 30m, 2h, 3d, 14:30, 2026-03-02 or 2026-03-02T14:30",
            Exit.USAGE,
        ) from error
