"""The dialog before turning on or changing: choices, and the plan that they lead to."""

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from netc_tui.core import identity
from netc_tui.core.choices import chosen
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Service
from netc_tui.core.ports import as_list, unasked
from netc_tui.desk.desk import Desk
from netc_tui.operations.beside import unheard
from netc_tui.operations.up import Request, asked_base, preview
from netc_tui.tui.draw import Line, shortened, text
from netc_tui.tui.look import Look
from netc_tui.tui.screens.interfaces import options
from netc_tui.tui.screens.messages import LinksChanged
from netc_tui.tui.screens.outlook import Outlook, refused, summed, told
from netc_tui.tui.widgets.choice import Choice
from netc_tui.tui.widgets.field import Field
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines
from netc_tui.tui.widgets.titled import Titled

AGAIN = 1.0
"""Seconds until a plan is made again that the engine, being away, gave no answer for."""
TYPING = 0.25
"""Seconds without a key until the plan is made anew."""
AT_ONCE = 4
"""Services that are looked into at a time."""
MODAL_MARGIN = 4
"""Columns that border and padding of a dialog take."""


class Expose(ModalScreen[tuple[Request, ...]]):
    """Interface, ports, hostname and network of one service; of several only the interface."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "do it"),
        Binding("escape", "dismiss", "cancel"),
        Binding("tab", "app.focus_next", "next field", priority=True),
        Binding("shift+tab", "app.focus_previous", "previous", show=False, priority=True),
        Binding("pagedown,ctrl+d", "scroll(1)", "scroll the plan", priority=True),
        Binding("pageup,ctrl+u", "scroll(-1)", "scroll back", show=False, priority=True),
    ]

    def __init__(self, services: Sequence[Service], desk: Desk, look: Look) -> None:
        super().__init__()
        self._desk, self._look = desk, look
        self.services = services
        self.service = services[0] if len(services) == 1 else None
        self._good: tuple[Request, ...] | None = None
        """Those of what is asked for that can be done; None while that is found out."""
        self._apply = False
        """It was asked for while the plan was being made."""
        self._listening: dict[object, tuple[str, ...]] = {}
        """What was to be warned of, by service and forwards."""
        self._kept: dict[str, str] = {}
        self._networks: Sequence[str] = ()
        engine = desk.site.connection.engine
        if self.service is not None and engine is not None:
            self._kept = _kept(self.service, engine.id)
            self._networks = desk.site.networks(self.service)

    def compose(self) -> ComposeResult:
        """Choices above, the plan below."""
        glyphs = self._look.glyphs
        with Vertical(classes="dialog"):
            yield Lines(glyphs, id="question")
            yield Choice(glyphs, id="interfaces")
            if self.service is not None:
                for name, hint in _fields(self.service, self._networks):
                    with Horizontal(classes="field"):
                        yield Label(name.capitalize())
                        yield Field(self._kept.get(name, ""), placeholder=hint, id=name)
            yield Titled(glyphs, id="plan")
            yield KeyLine(glyphs, id="keys")

    def on_mount(self) -> None:
        """Show the interfaces, and the plan for the first that is fit or the one in force."""
        choice = self.query_one(Choice)
        choice.focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        own = self.service.network_container if self.service is not None else None
        on = [service for service in self.services if service.network_container is not None]
        deed = "Change " if len(on) == len(self.services) else "Turn on "
        deed = "Turn on or change " if on and len(on) < len(self.services) else deed
        now = f", now on {own.interface}" if own is not None else ""
        asks = f"{now}: on which interface's LAN?"
        question = self.query_one("#question", Lines)
        room = question.size.width - len(deed) - len(asks)
        names = ", ".join(self._desk.called(service.name) for service in self.services)
        if len(self.services) > 1 and cell_len(names) > room:
            names = self._desk.called(f"{len(self.services)} services")
        names = shortened(names, room, self._look.glyphs.cut)
        question.show([((deed, ""), text(names, "strong"), text(asks))])
        self._show_interfaces()

    @on(LinksChanged)
    def _links_changed(self, changed: LinksChanged) -> None:
        if changed.host == self._desk.host:
            self._show_interfaces()

    def _show_interfaces(self) -> None:
        """Those that are known; the cursor on that of now, or the one in force."""
        site = self._desk.site
        on = {own.interface for service in self.services if (own := service.network_container)}
        off = any(service.network_container is None for service in self.services)
        now = self._desk.interface if off or len(on) > 1 else next(iter(on))
        choice = self.query_one(Choice)
        listed = options(
            site.interfaces,
            site.links.session,
            self._look.glyphs,
            folded=True,
            asked=choice.wanted or now,
        )
        most = 8 if self.app.size.height >= 32 or self.service is None else 4
        choice.styles.height = max(1, min(len(listed), most))
        self.call_after_refresh(choice.show_options, listed, choice.wanted or now or None)
        self._replan()

    # --- the plan

    @on(Choice.Moved)
    @on(Input.Changed)
    def _chosen_anew(self) -> None:
        self._apply = False
        self._replan()

    def _replan(self) -> None:
        self._good = None
        self.refresh_bindings()
        # The function itself, not what it returns: a plan that is replaced before it began would be
        # a coroutine that nobody awaited. (The types of run_worker have it otherwise.)
        self.run_worker(
            self._make_plan,  # type: ignore[arg-type]
            name="plan",
            group="plan",
            exclusive=True,
            exit_on_error=False,
        )

    def _requests(self) -> tuple[Request, ...]:
        """What is asked for. Raises NetcError when it is not well formed."""
        interface = self._interface()
        settings = self._look.settings
        common: dict[str, Any] = {
            "private_network": settings.private_network,
            "base": asked_base(settings.base),
            "timeout": settings.timeout,
        }
        if self.service is None:
            return tuple(
                Request(service.name, interface, **common, **self._as_it_is(service))
                for service in self.services
            )
        given = {str(field.id): field.value.strip() for field in self.query(Input)}
        ports = tuple(part.strip() for part in given["ports"].split(",") if part.strip())
        return (
            Request(
                self.service.name,
                interface,
                ports=ports,
                hostname=given["hostname"],
                network=given["network"] or None,
                mac=self._kept.get("mac", ""),
                **common,
            ),
        )

    def _interface(self) -> str:
        """The one that is chosen. Raises NetcError when none is, or it cannot be used now."""
        choice, site = self.query_one(Choice), self._desk.site
        if choice.current is not None:
            return choice.current
        if not site.links.all:
            if site.links.unknown and choice.wanted:
                return choice.wanted  # what turning on does first may tell
            raise NetcError(site.links.unknown or "looking for the host's interfaces")
        unfit = {found.name: found.unfit for found in site.interfaces}
        if choice.wanted is None or not any(option.enabled for option in choice.options):
            raise NetcError("no interface of the host can carry a LAN network")
        why = unfit.get(choice.wanted) or "there is no such interface"
        raise NetcError(f"{choice.wanted}: {why}; choose another, or change that")

    def _as_it_is(self, service: Service) -> dict[str, Any]:
        """What was chosen for one of several."""
        engine = self._desk.site.connection.engine
        kept: dict[str, Any] = {**_kept(service, engine.id)} if engine is not None else {}
        if "ports" in kept:
            kept["ports"] = tuple(kept["ports"].split(", "))
        return kept

    async def _make_plan(self) -> None:
        await asyncio.sleep(TYPING)
        links = self._desk.site.links.all
        try:
            requests = self._requests()
        except NetcError as error:
            self._show_plan(refused(self._desk.refused(error), self._columns), [])
            return
        found: list[Outlook] = []
        for service, request in zip(self.services, requests, strict=True):
            try:
                wanted, steps = await preview(
                    await self._desk.watching.connected(),
                    request,
                    (lambda: links) if links else None,
                    self._desk.publishing(),
                )
            except NetcError as error:
                found.append(Outlook(service, request, self._desk.refused(error)))
            else:
                found.append(Outlook(service, request, None, wanted, steps))
        self._show_outlooks(found)
        if any(each.error is not None and each.error.code is Exit.ENGINE for each in found):
            self.set_timer(AGAIN, self._replan, name="plan again")
            return
        # Nobody waits for that: the plan is there, and keys are taken.
        at_once = asyncio.Semaphore(AT_ONCE)
        heard = await asyncio.gather(*(self._unheard(each, at_once) for each in found))
        if any(heard):
            self._show_outlooks(found, heard)

    async def _unheard(self, outlook: Outlook, at_once: asyncio.Semaphore) -> tuple[str, ...]:
        """What is to be warned of in a service that will be turned on or changed; each is looked
        at once while the dialog is open, whatever is typed."""
        wanted = outlook.wanted
        if wanted is None or not outlook.steps:
            return ()
        key = (wanted.service_id, wanted.forwards)
        if key not in self._listening:
            async with at_once:
                try:
                    engine = await self._desk.watching.connected()
                    self._listening[key] = await unheard(engine, wanted)
                except NetcError:  # the engine is away, which is told where it belongs
                    return ()
        return self._listening[key]

    @property
    def _columns(self) -> int:
        return min(self.app.size.width, 100) - MODAL_MARGIN

    def _show_outlooks(self, found: Sequence[Outlook], heard: Sequence[Sequence[str]] = ()) -> None:
        lines = told(found, heard, self._columns, self._look.glyphs)
        self._show_plan(
            lines, [each.request for each in found if each.error is None], summed(found)
        )

    def _show_plan(self, lines: list[Line], good: Sequence[Request], heading: str = "") -> None:
        self._good = tuple(good)
        if self._apply:
            self.action_apply()
        self.refresh_bindings()
        plan = self.query_one("#plan", Titled)
        others = sum(widget.size.height for widget in plan.siblings) + 2
        plan.styles.height = max(5, min(len(lines) + 1, self.app.size.height - others))
        title = (heading or "What will be done", "strong")
        self.call_after_refresh(plan.show_titled, [title], lines)

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done is not offered; a plan that is being made is waited for."""
        return None if action == "apply" and self._good == () else True

    @on(Input.Submitted)
    @on(Choice.Chosen)
    def action_apply(self) -> None:
        """Do what of it can be done, as soon as that is known; nothing when the plan says that it
        cannot."""
        self._apply = self._good is None
        if self._good:
            self.dismiss(self._good)
        elif not self._apply:
            self.app.bell()

    def action_scroll(self, count: int) -> None:
        plan = self.query_one("#plan", Titled)
        plan.scroll_lines(count * max(1, plan.size.height - 2))


def _fields(service: Service, networks: Sequence[str]) -> list[tuple[str, str]]:
    """What can be chosen, each with what stands in its field while it is empty."""
    listed = as_list(unasked(service.ports))
    return [
        ("ports", f"{listed or 'it exposes none'} (or PUB[:PRIV][/PROTO], ...)"),
        ("hostname", f"{identity.as_hostname(service.name)} (as the DHCP server hears it)"),
        ("network", f"netc's choice (of {', '.join(networks)})" if networks else "netc's choice"),
    ]


def _kept(service: Service, engine_id: str) -> dict[str, str]:
    """What was chosen for a service that is on, where it is not what netc would choose itself:
    moving it must not undo that."""
    choices = chosen(service, engine_id)
    found = {
        "network": choices.network,
        "ports": as_list(choices.ports),
        "hostname": choices.hostname,
        "mac": choices.mac,
    }
    return {name: text for name, text in found.items() if text}
