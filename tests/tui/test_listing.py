"""Which services of all hosts are listed, and that no more is made than is new."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from netc_tui.desk.fleet import Fleet
from netc_tui.settings.declared import Settings
from netc_tui.tui import rows
from netc_tui.tui.listing import Listing
from netc_tui.tui.look import Look
from tests.desk.opened import Open
from tests.tui.stage import Stage


async def listed(
    stage: Stage, work: Callable[[Listing, list[Open]], Awaitable[None]], **settings: object
) -> None:
    """With the three hosts."""
    found = await stage.hosts()
    opened = [Open(engine, stage.clock, host=host) for host, engine in found.items()]
    fleet = Fleet([each.desk for each in opened])
    await asyncio.sleep(3)
    await work(Listing(fleet, Look(Settings(**settings))), opened)  # type: ignore[arg-type]
    for each in opened:
        each.close()


async def test_the_rows_of_all_hosts_in_order(stage: Stage) -> None:
    async def work(listing: Listing, opened: list[Open]) -> None:
        assert len(listing.rows()) == 13
        listing.words = ("web", "bound")
        assert [row.which for row in listing.rows()] == [
            ("nas", "web"),
            ("attic", "web"),
            ("pi-10", "web"),
            ("nas", "shop-web-1"),
        ]
        listing.words, listing.sort = ("dns",), "host"
        assert [row.host for row in listing.rows()] == ["nas", "pi-10"]
        listing.words = ("nothing",)
        assert listing.rows() == []
        assert listing.some
        assert ("nas", "old") in listing.names, "it is known, though it does not run"
        assert len(listing.services(opened[1].desk)) == 2
        listing.words, listing.stopped = ("old",), True
        assert listing.rows() == []
        listing.forget()
        assert [row.which for row in listing.rows()] == [("nas", "old")]

    await listed(stage, work)


async def test_only_the_rows_of_a_host_that_is_another_are_made_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    row = rows.row

    def noted(*given: object, **named: object) -> rows.Row:
        made.append(str(given[6]))
        return row(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "row", noted)

    async def work(listing: Listing, opened: list[Open]) -> None:
        before = listing.rows()
        assert set(made) == {"nas", "attic", "pi-10"}
        made.clear()
        assert listing.rows() == before
        listing.words = ("web",)
        listing.rows()
        assert made == []
        opened[1].engine.run("new")
        await asyncio.sleep(1)
        listing.forget("attic")
        listing.words = ()
        assert len(listing.rows()) == 14
        assert set(made) == {"attic"}
        assert listing.due is not None
        made.clear()
        listing.pass_time(listing.due - timedelta(seconds=1))
        listing.rows()
        assert made == []
        listing.pass_time(listing.due)
        listing.rows()
        assert len(set(made)) == 1, "of the host whose time has come"

    await listed(stage, work)


async def test_rows_of_a_host_that_is_away_are_dimmed(stage: Stage) -> None:
    async def work(listing: Listing, opened: list[Open]) -> None:
        opened[1].engine.away = "gone"
        await asyncio.sleep(3)
        for row in listing.rows():
            away = row.host == "attic"
            assert row.cells["host"] == (("✗ attic", "bad") if away else (row.host, ""))
            assert (row.cells["state"][1] == "dim") is away
            assert (row.cells["name"][1] == "dim") is away

    await listed(stage, work)
