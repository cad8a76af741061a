"""The stage on which netc is open: the engine below it, its clock, its keys, its screen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import msgspec
from blockbuster import blockbuster_ctx
from rich.style import Style
from textual.pilot import Pilot
from textual.strip import Strip

from netc_tui import sidecar
from netc_tui.core import memos, traffic
from netc_tui.core.links import Link
from netc_tui.core.lookup import InDns, Pointing, Question, question
from netc_tui.core.memos import Trouble
from netc_tui.core.model import Image, Keeper, NetworkContainer
from netc_tui.core.tour import Breakage
from netc_tui.core.wishes import ENABLE
from netc_tui.desk.desk import Desk
from netc_tui.desk.fleet import Way, Which
from netc_tui.engine import EngineApi
from netc_tui.host.session import session_interface
from netc_tui.operations.down import down
from netc_tui.operations.live.interfaces import Links
from netc_tui.operations.live.traffic import OFTEN
from netc_tui.operations.up import Request, up
from netc_tui.settings.declared import Settings
from netc_tui.tui.app import NetcApp
from netc_tui.tui.draw import width
from netc_tui.tui.screens.demo import RunCommand
from netc_tui.tui.widgets.lines import Lines
from tests.machine import link
from tests.tui.simulated import BEGIN, Clock
from tests.twin import LOCAL, Connection, FakeEngine

LINKS = (
    link("lo", 1, loopback=True, ether=False, addresses=("127.0.0.1/8",)),
    link("eth0", 2, addresses=("192.168.1.20/24",)),
    link("eth1", 3, addresses=("192.168.77.2/24",)),
    link("eth2", 4),
    link("eth3", 5, carrier=False),
    link("wlan0", 6, wireless=True, addresses=("192.168.5.9/24",)),
)
PROJECT, COMPOSE = "com.docker.compose.project", "com.docker.compose.service"


def part_of(project: str, service: str) -> Mapping[str, str]:
    """The labels of a Compose service."""
    return {PROJECT: project, COMPOSE: service}


def become(engine: FakeEngine, name: str) -> None:
    """That of another machine: each start makes the default bridge anew."""
    replace = msgspec.structs.replace
    engine.engine = replace(LOCAL, id=f"ID:{name}", name=name, host=f"ssh://{name}")
    engine.nets["bridge"] = replace(engine.nets["bridge"], id=f"bridge of {name}")


NO_ANSWER = (
    "no answer from the Docker engine at ssh://attic; is it running? systemctl status docker"
)


async def no_command(command: str) -> str:
    """For a stage without any."""
    return "there is no shell"


class Ui:
    """netc, open."""

    def __init__(self, stage: "Stage", engine: FakeEngine, app: NetcApp, pilot: Pilot[int]) -> None:
        self.stage, self.engine, self.app, self.pilot = stage, engine, app, pilot
        self._said: list[str] = []
        say = app.main.say

        def noted(words: str, *more: Any, **named: Any) -> None:
            self._said.append(words)
            say(words, *more, **named)

        app.main.say = noted  # type: ignore[method-assign]

    async def press(self, *keys: str) -> None:
        """Keys, one after the other; what they set going is waited for, but no job."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        await self.press(*("space" if one == " " else one for one in text))

    async def pause(self, seconds: float = 0.5) -> None:
        """Let time pass."""
        await self.pilot.pause(seconds)

    async def until(self, words: str, seconds: float = 30) -> None:
        """Wait until the screen has these words."""
        for _ in range(int(seconds / 0.1)):
            if words in self.text:
                return
            await self.pause(0.1)
        raise AssertionError(f"{words!r} does not come:\n{self.text}")

    async def idle(self) -> None:
        """Wait until no job is under way."""
        for _ in range(600):
            if not self.app.fleet.under_way:
                break
            await self.pause(0.1)
        await self.pause(0.2)

    @property
    def desk(self) -> Desk:
        """That of the host under the cursor."""
        return self.app.main.desk

    async def go(self, service: str, host: str = "") -> None:
        """The cursor to a service."""
        self.app.main.table.go(Which(host, service))
        assert self.app.main.current is not None
        assert self.app.main.current.which == (host, service)
        await self.pause(0.3)

    @property
    def strips(self) -> list[Strip]:
        """The screen as it is drawn, what shines through a dialog included."""
        found = self.app.screen._compositor.render_update(
            full=True, screen_stack=self.app._background_screens
        )
        return [Strip.join(list(line)) for line in found.strips]  # type: ignore[union-attr]

    @property
    def lines(self) -> list[str]:
        return [strip.text for strip in self.strips]

    @property
    def text(self) -> str:
        """For people: without the blanks at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.lines)

    def line(self, words: str) -> str:
        """The first line that has these words."""
        for line in self.lines:
            if words in line:
                return line
        raise AssertionError(f"no line has {words!r}:\n{self.text}")

    def row(self, service: str, host: str = "") -> str:
        """The line of the table that shows a service."""
        table = self.app.main.table
        at = [one.which for one in table.rows].index(Which(host, service))
        return "".join(part for part, _ in table._view[1 + at - table.top])

    @property
    def rows(self) -> list[str]:
        """The services that are listed, from the top."""
        return [one.service.name for one in self.app.main.table.rows]

    @property
    def current(self) -> str | None:
        found = self.app.main.current
        return found.name if found is not None else None

    def style(self, words: str) -> Style:
        """The style of the first place that shows these words."""
        for strip in self.strips:
            at = strip.text.find(words)
            if at >= 0:
                part = strip.crop(width(((strip.text[:at], ""),)))
                return part._segments[0].style or Style()
        raise AssertionError(f"{words!r} is not on screen:\n{self.text}")

    def words(self, selector: str) -> str:
        """What a widget says, whether all of it is on screen or not."""
        shown = self.app.screen.query_one(selector, Lines)
        return " ".join("".join(part for part, _ in line).strip() for line in shown.lines)

    @property
    def message(self) -> str:
        """The line above the keys."""
        shown = self.app.main.query_one("#message", Lines)
        return " ".join("".join(part for part, _ in line) for line in shown.lines)

    @property
    def said(self) -> str:
        """All the messages so far, the latest at the end."""
        return "\n".join(self._said)

    @property
    def keys(self) -> str:
        """The foot."""
        return self.words("#keys")

    @property
    def hint(self) -> str:
        """The line that leads through the demo; empty where it is not shown."""
        return self.words("#hint") if self.app.screen.query_one("#hint", Lines).display else ""

    @property
    def plan(self) -> str:
        return self.words("#plan")


class Stage:
    """Where scenarios are set up. Everything happens on the loop that is running."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.session: str | None = "192.168.1.20"
        """The address of this machine that the SSH session goes to."""
        self.links: tuple[Link, ...] = LINKS
        self.names: dict[str, str] = {}
        """What the resolver says."""
        self.tells: dict[str, str] = {}
        """What the DHCP server tells beside the address: ``domain``, ``dns``."""
        self.in_dns: dict[str, dict[str, Any]] = {}
        """What else the DNS says of names, by service."""
        self.looks: list[str] = []
        """The services whose names were looked up."""
        self.passing: dict[str, float] = {}
        """By service, the packets a second that pass to it, half of them each way."""
        self.passed = 0.0
        """Seconds that they have passed."""
        self.deliver: Callable[[Links], None] = lambda _: None

    def engine(self, **facts: Any) -> FakeEngine:
        """An engine with nothing but the image."""
        made = FakeEngine(**facts)
        made.now = self.clock
        made.images[sidecar.image()] = Image("sha256:0")
        made.tells = self.tells
        return made

    async def site(self) -> FakeEngine:
        """A host as there are many: services of all kinds, some of them on the LAN."""
        engine = self.engine()
        engine.network("shop_default")
        engine.network("backend")
        engine.run("web", ports=("80/tcp", "443/tcp"), image="nginx:1.27")
        engine.run(
            "shop-web-1", "shop_default", labels=part_of("shop", "web"), image="shop/web:2024-11"
        )
        engine.run(
            "shop-api-1",
            "shop_default",
            ports=("8080/tcp",),
            labels=part_of("shop", "api"),
            image="registry.example/shop/api:5c9f",
            health="healthy",
        )
        engine.run("dns", "backend", ports=("53/tcp", "53/udp"), image="coredns:1.11")
        engine.run("db", "backend", ports=("5432/tcp",), image="postgres:16")
        engine.run("metrics", mode="host", ports=("9090/tcp",), image="prom/prometheus")
        engine.run("batch", ports=(), image="batch:7")
        engine.run("mail", ports=("25/tcp", "587/tcp"), image="mail:3", health="unhealthy")
        engine.run("old", ports=("80/tcp",), image="nginx:1.9", state="exited")
        for service, interface, seconds in (
            ("dns", "eth0", 2400),
            ("shop-web-1", "eth1", 1500),
            ("web", "eth1", 600),
        ):
            self.clock.put(-seconds)
            await up(engine, Request(service, interface))
            self.clock.put(seconds)
            engine.live_on(service)
        return engine

    async def hosts(self) -> dict[str, FakeEngine]:
        """Three of them, with services of equal names: one as there are many, one that is away, and
        a small one."""
        nas, attic, pi = await self.site(), self.engine(), self.engine()
        for name, engine in (("nas", nas), ("attic", attic), ("pi-10", pi)):
            become(engine, name)
        for engine, names in ((attic, ("web", "db")), (pi, ("web", "dns", "cam"))):
            for name in names:
                engine.run(name, image=f"{name}:1")
        self.clock.put(-600)
        await up(pi, Request("web", "eth0"))
        await up(attic, Request("web", "eth2"))
        self.clock.put(600)
        pi.live_on("web")
        attic.live_on("web")
        return {"nas": nas, "attic": attic, "pi-10": pi}

    async def labelled(self, *, watcher: bool = True) -> FakeEngine:
        """A host where services are kept by labels, by hand, or not, and a watcher is at work."""
        engine = self.engine()
        engine.run("web", image="nginx:1.27")
        for name in ("shop", "mail", "wiki", "forum", "batch"):
            engine.run(name, labels={ENABLE: "true"}, image=f"{name}:1")
        engine.run("typo", labels={ENABLE: "true", "netc.prots": "80"}, image="typo:1")
        for name, keeper in (("web", Keeper.HAND), ("shop", Keeper.LABELS), ("mail", Keeper.HAND)):
            await up(engine, Request(name, "eth1", keeper=keeper))
        await down(engine, "wiki")
        if watcher:
            self.watched(engine, self.clock())
        return engine

    def watched(self, engine: FakeEngine, at: datetime) -> None:
        """A watcher writes down there how it stands at that moment."""
        refused = Trouble(
            "forum",
            "labels may not ask for the port 22/tcp; watch.ports allows more",
            refused=True,
        )
        since = at - timedelta(hours=2)
        memo = memos.watcher(since, at, "1.2.3", (refused,), refused, since)
        engine.volumes[memo.name] = memo

    async def watch_links(self, deliver: Callable[[Links], None]) -> None:
        self.deliver = deliver
        self.relink(*self.links)
        await asyncio.Event().wait()

    async def named(self, addresses: Iterable[str]) -> Mapping[str, str]:
        return {address: self.names[address] for address in addresses if address in self.names}

    def counted(self, engine: FakeEngine, wanted: Mapping[str, str]) -> dict[str, traffic.Counters]:
        """What a kernel would count for those of ``passing``, from now on."""
        found = {}
        for service, rate in self.passing.items():
            box = engine.boxes.get(f"netc-{service}")
            if box is not None and box.id in wanted:
                half = int(self.passed * rate / 2)
                lan = traffic.Carried(half, 100 * half, half, 1000 * half)
                service_s = traffic.Carried(half, 1000 * half, half, 100 * half)
                found[box.id] = traffic.Counters(box.lives, BEGIN, 2 * half, lan, service_s)
        self.passed += OFTEN
        return found

    async def looked(self, own: NetworkContainer) -> InDns:
        """What the DNS says of it: that its name leads to it, unless it is said here."""
        self.looks.append(own.service)
        asked = question(own)
        assert isinstance(asked, Question)
        told = {
            "address": asked.address,
            "name": asked.name,
            "pointing": Pointing.HERE,
            "addresses": (asked.address,),
            "called": (asked.name,),
            "servers": asked.servers,
        }
        return InDns(**told | self.in_dns.get(own.service, {}))

    def relink(self, *links: Link) -> None:
        """The kernel tells of a change."""
        self.links = links
        self.deliver(Links(links, session_interface(self.session, links)))

    @asynccontextmanager
    async def open(
        self,
        engine: FakeEngine | None = None,
        size: tuple[int, int] = (120, 40),
        *,
        connect: Callable[[], Awaitable[EngineApi]] | None = None,
        hosts: Mapping[str, FakeEngine] | None = None,
        wait: float = 1.0,
        ahead: Any = None,
        breakages: tuple[Breakage, ...] = (),
        run_command: RunCommand = no_command,
        **settings: Any,
    ) -> AsyncIterator[Ui]:
        """netc on a terminal of ``size``, on the site if no engine is given; or on the engines of
        several ``hosts``."""
        if hosts is None:
            hosts = {"": engine if engine is not None else await self.site()}
        engine = next(iter(hosts.values()))

        def way(host: str, engine: FakeEngine) -> Way:
            async def at_once() -> EngineApi:
                await engine.ping()
                return cast("EngineApi", Connection(engine))

            return Way(host, connect or at_once, self.watch_links)

        app = NetcApp(
            Settings(**settings),
            [way(*each) for each in hosts.items()],
            self.clock,
            ahead,
            self.named,
            partial(self.counted, engine),
            self.looked,
            breakages,
            run_command,
        )
        async with app.run_test(size=size) as pilot:
            with unblocked():
                ui = Ui(self, engine, app, pilot)
                await ui.pause(wait)
                yield ui


@contextmanager
def unblocked() -> Iterator[None]:
    """While it lasts, netc and Textual may not call on the loop what blocks it."""
    with blockbuster_ctx(["netc_tui", "textual"]) as blockbuster:
        for function in blockbuster.functions.values():
            # A screen's module is read when it is first opened.
            function.can_block_in("<frozen importlib._bootstrap>", {"_find_and_load"})
            # A defect is to be shown as what it is.
            function.can_block_in("textual/app.py", {"_fatal_error"})
        yield


__all__ = ["LINKS", "LOCAL", "Stage", "Ui", "part_of"]
