"""The dialog before an address is moved: to whom it can go, and the plan that this leads to."""

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.explain import explain
from netc_tui.core.plan import HandOver
from netc_tui.desk.candidates import Candidate, candidates
from netc_tui.desk.fleet import Fleet, Placed
from netc_tui.operations.move import preview
from netc_tui.tui.draw import Line, shortened, text, wrap
from netc_tui.tui.glyphs import Glyphs
from netc_tui.tui.look import Look
from netc_tui.tui.screens.outlook import plan_lines, refused
from netc_tui.tui.widgets.choice import Choice, Option
from netc_tui.tui.widgets.keyline import KeyLine
from netc_tui.tui.widgets.lines import Lines
from netc_tui.tui.widgets.titled import Titled

LOOK = 1.0
"""Seconds until it is looked again who there is, or a plan is made that an engine gave no answer
for."""
PASSING = 0.25
"""Seconds that the cursor rests on one before its plan is made."""
MODAL_MARGIN = 4
"""Columns that border and padding of a dialog take."""


class MoveTo(ModalScreen[Candidate]):
    """To which service an address is to go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "do it"),
        Binding("escape,q", "dismiss", "cancel"),
        Binding("pagedown,ctrl+d", "scroll(1)", "scroll the plan"),
        Binding("pageup,ctrl+u", "scroll(-1)", "scroll back", show=False),
    ]

    def __init__(self, fleet: Fleet, giver: Placed, look: Look) -> None:
        super().__init__()
        self._fleet, self._giver, self._look = fleet, giver, look
        self._own = giver.service.network_container
        self._found: dict[str, Candidate] = {}
        self._good: Candidate | None = None
        """The one that the plan is for, when it can be done."""
        self._planning = False
        self._take = False
        """It was asked for while the plan was being made."""

    def compose(self) -> ComposeResult:
        """Whom it can go to above, the plan below."""
        glyphs = self._look.glyphs
        with Vertical(classes="dialog"):
            yield Lines(glyphs, id="question")
            yield Choice(glyphs, id="candidates")
            yield Titled(glyphs, id="plan")
            yield KeyLine(glyphs, id="keys")

    def on_mount(self) -> None:
        """Show who there is, and keep that current."""
        self.query_one(Choice).focus()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        own, glyphs = self._own, self._look.glyphs
        if own is not None:
            what = own.ip or "the address"
            room = self._columns - len(what) - len("Move  of  to which service?")
            name = shortened(self._giver.called, max(8, room), glyphs.cut)
            asked = text(f"{what} of {name}", "strong")
            question = self.query_one("#question", Lines)
            question.show([(("Move ", ""), asked, (" to which service?", ""))])
        self._look_again()
        self.set_interval(LOOK, self._look_again, name="candidates")
        self._replan()

    def _look_again(self) -> None:
        """Who there is now: hosts come and go, and so do services."""
        found = {each.called: each for each in candidates(self._fleet, self._giver)}
        choice = self.query_one(Choice)
        listed = options(list(found.values()), self._look.glyphs, several=self._fleet.several)
        if found == self._found and choice.options:
            return
        self._found = found
        choice.styles.height = max(1, min(len(listed), 4 if self.app.size.height < 32 else 8))
        self.call_after_refresh(self._show, listed)

    def _show(self, listed: list[Option]) -> None:
        choice = self.query_one(Choice)
        before = choice.current
        choice.show_options(listed, choice.wanted)
        if choice.current != before:
            self._replan()

    # --- the plan

    @on(Choice.Moved)
    def _replan(self) -> None:
        self._good, self._take, self._planning = None, False, True
        self.refresh_bindings()
        self.run_worker(
            self._make_plan,  # type: ignore[arg-type] # see Expose
            name="plan",
            group="plan",
            exclusive=True,
            exit_on_error=False,
        )

    async def _make_plan(self) -> None:
        await asyncio.sleep(PASSING)
        choice = self.query_one(Choice)
        to = self._found.get(choice.current or "")
        if to is None or self._own is None:
            gone = f"{choice.wanted} cannot have it now; choose another" if choice.wanted else ""
            self._show_plan([(text(part, "warn"),) for part in wrap(gone or NOBODY, self._columns)])
            return
        remarks: list[str] = []
        try:
            source = await self._giver.desk.watching.connected()
            target = await to.desk.watching.connected()
            asked, publishing = to.asked(self._own), to.desk.publishing()
            told = to.told(self._giver.desk)
            steps = await preview(source, target, asked, publishing, remarks.append, told)
        except NetcError as error:
            self._show_plan(refused(error, self._columns))
            if error.code is Exit.ENGINE:
                self.set_timer(LOOK, self._replan, name="plan again")
            return
        if to.warning:
            remarks.insert(0, f"{to.called} {to.warning}: nothing is switched unless it answers")
        lines: list[Line] = [
            (text(part, "warn"),) for said in remarks for part in wrap(said, self._columns)
        ]
        if not steps:
            lines.append((("Nothing to do: it has been moved.", "dim"),))
        elif to.elsewhere and any(isinstance(step, HandOver) for step in steps):
            lines.append((text(f"On {to.desk.host}, up to the switch:", "dim"),))
        self._good = to if steps else None
        self._show_plan([*lines, *plan_lines(explain(steps), self._columns)])

    @property
    def _columns(self) -> int:
        return min(self.app.size.width, 100) - MODAL_MARGIN

    def _show_plan(self, lines: list[Line]) -> None:
        self._planning = False
        if self._take and self._good is not None:
            self.dismiss(self._good)
            return
        self._take = False
        self.refresh_bindings()
        plan = self.query_one("#plan", Titled)
        others = sum(widget.size.height for widget in plan.siblings) + 2
        plan.styles.height = max(5, min(len(lines) + 1, self.app.size.height - others))
        self.call_after_refresh(plan.show_titled, [("What will be done", "strong")], lines)

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done is not offered; a plan that is being made is waited for."""
        return None if action == "take" and not (self._good or self._planning) else True

    @on(Choice.Chosen)
    def action_take(self) -> None:
        """Do it, as soon as it is known that it can be done."""
        self._take = self._planning
        if self._good is not None:
            self.dismiss(self._good)
        elif not self._planning:
            self.app.bell()

    def action_scroll(self, count: int) -> None:
        plan = self.query_one("#plan", Titled)
        plan.scroll_lines(count * max(1, plan.size.height - 2))


NOBODY = (
    "There is nobody that could have it: on this host a service that runs, has ports and is off, on"
    " another host one of the same name."
)


def options(found: list[Candidate], glyphs: Glyphs, *, several: bool) -> list[Option]:
    """Each that there is; those that cannot with the reason, dimmed."""
    names = max((len(each.called) for each in found), default=0)
    listed = []
    for each in found:
        where = "on another host" if each.elsewhere else "on the same host"
        said = each.why_not or each.warning or (where if several else "")
        style = "dim" if each.why_not else "warn" if each.warning else ""
        sign = glyphs.failed if each.why_not else glyphs.off
        line: Line = (
            (f"{sign} ", "dim" if each.why_not else ""),
            text(f"{each.called:<{names}}  ", "dim" if each.why_not else "strong"),
            text(said, style),
        )
        listed.append(Option(each.called, line, enabled=not each.why_not))
    return listed
