"""Finding and reading: filter, sort, marks, cursor, details, log, panels."""

import re

from netc_tui.core.protocol import RENEW
from netc_tui.operations.up import Request, up
from netc_tui.tui.screens.reader import Reader
from tests.tui.acts import is_on, labels
from tests.tui.stage import Stage
from tests.twin import Box

# --- finding


async def test_filter_as_one_types(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("slash")
        await ui.type("shop")
        assert ui.rows == ["shop-api-1", "shop-web-1"]
        await ui.type(" eth1")
        assert ui.rows == ["shop-web-1"]
        await ui.press("enter")
        assert ui.app.main.table.has_focus
        await ui.press("c")
        assert "Copy of shop-web-1" in ui.text
        await ui.press("escape", "escape")
        assert len(ui.rows) == 8
        assert ui.current == "shop-web-1"
        await ui.press("slash")
        await ui.type("nothing like it")
        assert ui.rows == []
        assert "Nothing matches" in ui.text
        await ui.press("enter", "space", "e", "r", "c", "enter", "l", "m", "x")
        assert ui.app.screen is ui.app.main


async def test_a_filter_finds_what_is_not_on_screen(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        mac = labels(ui.engine, "web").mac
        await ui.press("slash")
        await ui.type(mac.upper())
        assert ui.rows == ["web"]


async def test_sorting(stage: Stage) -> None:
    async with stage.open() as ui:
        assert ui.rows[:3] == ["batch", "db", "dns"]
        seen = {}
        for column in ("state", "ports", "published", "lan", "renews", "name"):
            await ui.press("s")
            assert ui.app.main.sort == column
            seen[column] = ui.rows
        assert seen["lan"][:3] == ["dns", "shop-web-1", "web"]
        assert seen["renews"][:3] == ["dns", "shop-web-1", "web"]
        assert seen["state"][0] == "mail" or seen["state"][-1] == "mail"
        assert seen["ports"][0] == "mail"
        assert seen["ports"][-1] == "batch"
        forward = ui.rows
        await ui.press("S")
        assert ui.rows == forward[::-1]


async def test_names_are_sorted_by_the_numbers_in_them(stage: Stage) -> None:
    engine = stage.engine()
    for name in ("n59", "n6", "n100"):
        engine.run(name)
    async with stage.open(engine) as ui:
        assert ui.rows == ["n6", "n59", "n100"]
        for _ in range(5):
            await ui.press("s")
            assert ui.rows == ["n6", "n59", "n100"], ui.app.main.sort


async def test_of_one_that_is_on_the_ports_are_those_of_the_lan(stage: Stage) -> None:
    engine = stage.engine()
    for name in ("off", "web"):
        engine.run(name, ports=("80/tcp", "443/tcp"))
    await up(engine, Request("web", "eth1", ports=("8080:80", "53/udp")))
    async with stage.open(engine) as ui:
        assert "  80, 443  " in ui.row("off")
        assert "  8080:80, 53/udp  " in ui.row("web")


async def test_addresses_are_sorted_as_numbers(stage: Stage) -> None:
    engine = stage.engine()
    for at in range(12):
        engine.run(f"s{at}")
        engine._granted[""] = ""
        await up(engine, Request(f"s{at}", "eth1"))
    for at, one in enumerate(sorted(engine.boxes)):
        if one.startswith("netc-"):
            engine.say(engine.boxes[one], "renewed", ip=f"10.0.0.{at * 9}")
    async with stage.open(engine, sort="lan") as ui:
        rows = "\n".join(map(ui.row, ui.rows))
        numbers = [int(one) for one in re.findall(r"10\.0\.0\.(\d+)", rows)]
        assert numbers == sorted(numbers)
        assert len(numbers) == 12


async def test_only_exposed_and_stopped_ones(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("o")
        assert ui.rows == ["dns", "web", "shop-web-1"]
        await ui.press("o", "a")
        assert "old" in ui.rows
        assert "exited" in ui.row("old")
        await ui.press("a")
        assert "old" not in ui.rows
    async with stage.open(only_exposed=True, stopped=True, sort="lan", reverse=True) as ui:
        assert ui.rows == ["web", "shop-web-1", "dns"]


async def test_a_stopped_service_is_told_how_to_be_turned_on(stage: Stage) -> None:
    async with stage.open(stopped=True, interface="eth1") as ui:
        await ui.go("old")
        assert "It does not run (exited). Start it" in ui.words("#lease")
        await ui.press("space")
        await ui.pause()
        assert "start it: docker start old" in ui.plan
        await ui.press("enter", "escape")
        await ui.idle()
        assert not is_on(ui.engine, "old")


async def test_the_cursor_stays_on_its_service(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("mail")
        ui.engine.run("aaa")
        ui.engine.run("zzz")
        await ui.pause(1)
        assert ui.rows[0] == "aaa"
        assert ui.current == "mail"
        await ui.engine.remove("batch", 0)
        await ui.pause(1)
        assert ui.current == "mail"
        at = ui.rows.index("mail")
        await ui.engine.remove("mail", 0)
        await ui.pause(1)
        assert ui.current == ui.rows[at]
        await ui.press("end")
        last = ui.rows[-1]
        assert ui.current == last == "shop-web-1"
        await ui.engine.remove("netc-shop-web-1", 0)
        await ui.engine.remove(last, 0)
        await ui.pause(1)
        assert ui.current == ui.rows[-1]


async def test_marks_of_what_is_gone_are_gone(stage: Stage) -> None:
    async with stage.open(interface="eth1") as ui:
        await ui.go("db")
        await ui.press("m")
        await ui.go("mail")
        await ui.press("m")
        await ui.engine.remove("mail", 0)
        await ui.pause(1)
        assert ui.app.main.table.marked == {"db"}
        await ui.press("space")
        await ui.idle()
        assert is_on(ui.engine, "db")


async def test_the_cursor_is_on_screen_in_a_long_table(stage: Stage) -> None:
    engine = stage.engine()
    for at in range(100):
        engine.run(f"s{at:03}")
    async with stage.open(engine, size=(80, 24)) as ui:
        for key, name in (
            ("end", "s099"), ("home", "s000"), ("pagedown", None), ("G", "s099"), ("k", "s098"),
            ("g", "s000"), ("up", "s000"), ("j", "s001"),
        ):  # fmt: skip
            await ui.press(key)
            assert name in (None, ui.current)
            assert ui.current is not None
            assert ui.style(ui.current).bgcolor != ui.style("SERVICE").bgcolor


# --- reading


async def test_details_are_current(stage: Stage) -> None:
    async with stage.open(size=(120, 40)) as ui:
        await ui.go("dns")
        await ui.press("enter")
        await ui.pause(1)
        assert "renewing" in ui.words("#text")
        assert "coredns:1.11" in ui.text
        await ui.engine.execute("netc-dns", RENEW)
        await ui.pause(2)
        assert "● bound" in ui.words("#text")
        await ui.engine.remove("dns", 0)
        await ui.engine.remove("netc-dns", 0)
        await ui.pause(2)
        assert "dns is not there any more" in ui.text
        await ui.press("escape")
        assert ui.app.screen is ui.app.main


async def test_the_log_is_followed_and_searched(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        for at in range(60):
            ui.engine.say(box, "renew_asked", f"number {at}")
        box.hear(b"not ours \x1b[31m\xff")
        await ui.go("web")
        await ui.press("l")
        await ui.pause(1)
        assert "number 59" in ui.text
        assert "not ours ?[31m" in ui.text
        ui.engine.say(box, "renew_asked", "number 60")
        await ui.pause(1)
        assert "number 60" in ui.text
        await ui.press("g")
        assert "discover" in ui.text
        ui.engine.say(box, "renew_asked", "number 61")
        await ui.pause(1)
        assert "number 61" not in ui.text
        await ui.press("slash")
        await ui.type("number 3")
        await ui.press("enter")
        assert "number 3" in ui.text
        assert isinstance(ui.app.screen, Reader)
        top = ui.app.screen.text.top
        await ui.press("n")
        assert ui.app.screen.text.top > top
        await ui.press("N")
        assert ui.app.screen.text.top == top
        await ui.press("escape")
        assert isinstance(ui.app.screen, Reader)
        ui.engine.stop("netc-web")
        await ui.pause(1)
        assert "Log of netc-web (ended)" in ui.text
        await ui.press("G")
        assert "the log ended: its container stopped" in ui.text
        # When it runs again the log goes on, and nothing of it is there twice.
        ui.engine._start(box)
        ui.engine.say(box, "renew_asked", "number 62")
        await ui.pause(2)
        assert "(ended)" not in ui.text
        assert ui.words("#text").count("number 61") == 1
        assert "number 62" in ui.text
        await ui.press("escape")
        assert ui.app.screen is ui.app.main


async def test_the_log_after_an_outage_and_in_another_width(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        await ui.go("web")
        await ui.press("l")
        await ui.pause(1)
        ui.engine.away = "gone"
        await ui.pause(3)
        assert "(ended)" in ui.text
        ui.engine.away = None
        ui.engine.say(box, "nak", "a long story " * 9 + "with an end")
        await ui.pause(20)
        assert "(ended)" not in ui.text
        assert "with an end" in ui.words("#text")
        await ui.pilot.resize_terminal(120, 24)
        await ui.pause(1)
        assert ui.words("#text").count("with an end") == 1
        assert all("…" not in line for line in ui.lines)


async def test_search_goes_on_where_it_was_on_the_last_page_too(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        for at in range(100):
            ui.engine.say(box, "renew_asked", f"line {at}{' hit' if at in (10, 85, 90) else ''}")
        await ui.go("web")
        await ui.press("l")
        await ui.pause(1)
        await ui.press("g", "slash")
        await ui.type("hit")
        await ui.press("enter")
        places = [ui.lines[0].partition(" hit")[0]]
        for key in ("n", "n", "n", "N"):
            await ui.press(key)
            places.append(re.search(r"(\d) of 3 with 'hit'", ui.lines[0])[1])  # type: ignore[index]
        assert places[1:] == ["2", "3", "1", "3"]
        assert "line 90 hit" in ui.text


async def test_details_say_that_the_engine_is_away(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("web")
        await ui.press("enter")
        ui.engine.away = "no answer"
        await ui.pause(40)
        assert "what is shown is of 03:00:0" in ui.text
        ui.engine.away = None
        await ui.pause(16)
        assert "what is shown is of" not in ui.text


async def test_a_panel_begins_at_its_top_for_each_service(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        box = ui.engine.own("web")
        for at in range(30):
            ui.engine.say(box, "renew_asked", f"number {at}")
        await ui.go("web")
        await ui.press("3", *["right_square_bracket"] * 12)
        await ui.pause(1)
        assert "number 29" not in ui.text
        await ui.go("dns")
        await ui.go("web")
        await ui.pause(1)
        assert "number 29" in ui.text


async def test_container_names_are_found(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("slash")
        await ui.type("shop-web-1")
        assert ui.rows == ["shop-web-1"]


async def test_while_one_types_the_foot_has_no_keys_that_are_text(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("slash")
        assert ui.keys == "⏎ done  esc clear"
        await ui.press("down")
        assert ui.app.main.filter.has_focus
        assert ui.current == ui.rows[1], "the cursor can be moved"


async def test_the_log_of_one_that_is_off_is_not_opened(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("l")
        assert ui.app.screen is ui.app.main


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
            return sum(call[0] == "execute" for call in ui.engine.calls)

        await ui.go("web")
        await ui.pause(10)
        assert looks() == 0
        await ui.press("2")
        await ui.pause(10)
        assert looks() >= 2
        assert "DNAT" in ui.text
        await ui.press("1")
        await ui.pause(1)
        before = looks()
        await ui.pause(30)
        assert looks() == before
        await ui.press("2")
        await ui.pause(5)
        await ui.go("db")
        assert "No network container" in ui.text
        before = looks()
        await ui.pause(30)
        assert looks() == before


async def test_panels_by_number_by_tab_and_scrolled(stage: Stage) -> None:
    async with stage.open(size=(80, 24)) as ui:
        await ui.go("web")
        assert "Lease: web" in ui.text
        await ui.press("tab")
        assert "Rules: web" in ui.text
        await ui.press("tab", "tab")
        assert "Lease: web" in ui.text
        await ui.press("2")
        await ui.pause(3)
        assert "1-" in ui.line("Rules: web")
        await ui.press("right_square_bracket", "right_square_bracket")
        assert "3-" in ui.line("Rules: web")
        await ui.press("left_square_bracket")
        assert "2-" in ui.line("Rules: web")
