"""A fault as a value, and what happens when it is put into a lab."""

import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from netc_tui.core.errors import NetcError
from tests.lab.conftest import Site

from .look import Look, Told, healthy, printed, take
from .scene import Scene
from .watch import PAGE, Answer, Watch

WINDOW = 3.5
"""Seconds after which a page of another container is wrong: 2 s are promised, 3 s where only the
name tells it from the service; and what a busy machine needs."""
PAUSE = 0.2
"""Seconds between two looks."""

Step = Callable[[Scene], None]


def _web1(scene: Scene) -> None:
    scene.up()


@dataclass(frozen=True)
class Fault:
    """One way for things to go wrong, what is to be told of it, and how it is to end."""

    name: str
    what: str
    """One line for people."""
    section: int
    """What it is about: 1 the target, 2 checks, 3 leases, 4 Docker."""
    inject: Step
    prepare: Step = _web1
    told: Told | None = None
    """What `netc ls` must come to say; None: it may go by unnoticed."""
    within: float = 12
    """Seconds until it must say so."""
    lasts: float = 3
    """Seconds that the fault is there at least."""
    meanwhile: str = ""
    """What the LAN machine must get while it lasts: ``page``, ``refused``, ``gone`` (no answer at
    all); empty: whatever comes, but never another container's page."""
    grace: float = WINDOW
    """Seconds from the fault's begin from which ``meanwhile`` holds; 0 with ``page``."""
    keeps: bool = False
    """The address must be the same in every look."""
    heal: Step | None = None
    """What an operator does about it; None: it heals by itself."""
    answers: bool = True
    """It is over when the service's page comes again; False: no page is to be expected."""
    also: Callable[[Scene], bool] | None = None
    """What must be so beside that for it to be over."""
    after: Told | None = healthy
    """What `netc ls` must say when it is over."""
    recovers: float = 12
    """Seconds until it must be over."""
    stays: float = 0
    """Seconds for which it is watched after that."""
    verify: Callable[[Scene], Iterable[str]] | None = None
    """What is wrong at the end, a line each."""
    core: bool = False
    """One of the short set."""
    slow: bool = False
    """It takes more than 40 s."""

    @property
    def label(self) -> str:
        """What it is about, in one word."""
        return str(self.section)


@dataclass(kw_only=True)
class End:
    """How it ended, whatever was looked at meanwhile."""

    left: list[str] = field(default_factory=list)
    """What was left behind after `netc down`."""
    problems: list[str] = field(default_factory=list)
    """What should have been otherwise, a line each."""
    seconds: float = 0
    """How long all of it took."""


@dataclass
class Outcome(End):
    """What came of one fault."""

    fault: Fault
    said: str = ""
    """What `netc ls` said while it lasted."""
    told: float | None = None
    """Seconds until that was true; None: it never was, or nothing was asked for."""
    healed: str = "no"
    """``itself``, ``by hand``, ``no``; ``-`` when it is not to heal."""
    recovery: float | None = None
    """Seconds from the heal, or from the begin of what heals by itself, until it was over."""


def run(fault: Fault, site: Site) -> Outcome:
    """Put a fault into a lab, watch it, heal it, and clean up."""
    outcome = Outcome(fault)
    with scene_of(site, outcome) as scene:
        _Trial(fault, scene, outcome).run()
    return outcome


@contextmanager
def scene_of(site: Site, end: End) -> Iterator[Scene]:
    """A scene in the block, undone after it; what went wrong and what was left is noted."""
    begin = time.monotonic()
    volumes = _volumes(site)
    scene = Scene(site, ExitStack())
    try:
        with scene.undo:
            yield scene
    except (AssertionError, NetcError, OSError, subprocess.SubprocessError, ValueError) as error:
        text = str(error).strip() or repr(error)
        end.problems.append(f"it went wrong: {' '.join(text.split())[:400]}")
    end.left = _left(site, scene.service, volumes)
    end.problems += [f"left behind: {one}" for one in end.left]
    end.seconds = time.monotonic() - begin


class _Trial:
    """One fault on its way."""

    def __init__(self, fault: Fault, scene: Scene, outcome: Outcome) -> None:
        self.fault, self.scene, self.outcome = fault, scene, outcome
        self.watch = Watch(scene.site.lab)
        scene.later(self.watch.close)
        self.kept = ""
        """The address at the begin."""

    def run(self) -> None:
        fault, scene = self.fault, self.scene
        fault.prepare(scene)
        if scene.address:
            self.kept = scene.address
            self.watch.ask(scene.address, scene.port)
            self._wait_for_the_first_page()
        scene.start()
        fault.inject(scene)
        self._wait_until_told()
        while time.monotonic() < scene.began + fault.lasts:
            self._look()
        self._meanwhile(time.monotonic())
        since = scene.began
        if fault.heal is not None:
            since = time.monotonic()
            fault.heal(scene)
        self._wait_until_over(since)
        end = time.monotonic() + fault.stays
        while time.monotonic() < end:
            self._look()
        self._strangers()
        if fault.verify is not None:
            self.outcome.problems += fault.verify(scene)

    def _look(self) -> Look:
        time.sleep(PAUSE)
        scene = self.scene
        look = take(scene.site, scene.service, scene.container, scene.since)
        look = Look(**{**look.__dict__, "command": scene.command})
        if look.ip and look.ip != scene.address:
            if self.fault.keeps and self.kept:
                self._problem(f"it had {self.kept}, and went to {look.ip}")
            scene.address = look.ip
        if scene.address:
            self.watch.ask(scene.address, scene.port)
        return look

    def _wait_until_told(self) -> None:
        fault, scene, outcome = self.fault, self.scene, self.outcome
        deadline = max(time.monotonic(), scene.began + fault.within)
        while True:
            look = self._look()
            now = time.monotonic()
            if fault.told is None:
                outcome.said = printed(scene.site, scene.service)
                return
            if fault.told(look):
                outcome.told = now - scene.began
                outcome.said = printed(scene.site, scene.service)
                return
            if now > deadline:
                outcome.said = printed(scene.site, scene.service)
                self._problem(f"not told within {fault.within:g} s; {_facts(look)}")
                return

    def _meanwhile(self, end: float) -> None:
        """Hold what the LAN got against what it should have got."""
        wanted = self.fault.meanwhile
        if not wanted or self.scene.indistinguishable:
            return
        grace = 0 if wanted == "page" else self.fault.grace
        answers = self.watch.between(self.scene.began + grace, end)
        good = {
            "page": (PAGE + self.scene.page,),
            "refused": ("refused",),
            "gone": ("silent", "unreachable"),
        }[wanted]
        # The last one may have been under way when something changed.
        wrong = [one for one in answers if one.came not in good]
        if wrong:
            at = wrong[0].at - self.scene.began
            self._problem(
                f"{wanted} was wanted, but {len(wrong)} of {len(answers)} times came"
                f" {_came(wrong)}, first after {at:.1f} s"
            )
        elif not answers:
            self._problem(f"{wanted} was wanted, and nothing was asked")

    def _wait_until_over(self, since: float) -> None:
        fault, outcome = self.fault, self.outcome
        how = "itself" if fault.heal is None else "by hand"
        deadline = max(time.monotonic() + 1, since + fault.recovers)
        over = None
        while True:
            look = self._look()
            now = time.monotonic()
            if over is None:
                over = self._over(since, now)
                if over is not None:
                    outcome.recovery, outcome.healed = over - since, how
            if over is not None and (fault.after is None or fault.after(look)):
                break
            if now > deadline:
                if over is None:
                    came = _came(self.watch.between(now - 3, now)) or "nothing"
                    self._problem(f"not over within {fault.recovers:g} s: the LAN gets {came}")
                if fault.after is not None and not fault.after(look):
                    self._problem(f"at the end: {_facts(look)}")
                break
        if not fault.answers and fault.also is None:
            outcome.healed, outcome.recovery = "-", None

    def _over(self, since: float, now: float) -> float | None:
        """Since when it is over, if it is."""
        moment = now
        if self.fault.answers:
            found = self.watch.steady_since(self.scene.page, since)
            if found is None:
                return None
            moment = found if self.fault.also is None else now
        if self.fault.also is not None and not self.fault.also(self.scene):
            return None
        return moment

    def _strangers(self) -> None:
        own, begin = PAGE + self.scene.page, self.scene.began
        if self.scene.indistinguishable:
            return
        wrong = [
            one
            for one in self.watch.between(begin, float("inf"))
            if one.came.startswith(PAGE) and one.came != own and one.at > begin + WINDOW
        ]
        if wrong:
            first, last = wrong[0].at - begin, wrong[-1].at - begin
            self._problem(
                f"another container's page came {len(wrong)} times, {first:.1f} to {last:.1f} s"
                f" after: {_came(wrong)}"
            )

    def _wait_for_the_first_page(self) -> None:
        deadline = time.monotonic() + 15
        while self.watch.steady_since(self.scene.page, 0) is None:
            came = _came(self.watch.between(0, float("inf"))) or "nothing"
            assert time.monotonic() < deadline, f"before the fault the LAN got {came}"
            time.sleep(0.1)

    def _problem(self, text: str) -> None:
        if text not in self.outcome.problems:
            self.outcome.problems.append(text)


def _came(answers: Iterable[Answer]) -> str:
    return ", ".join(sorted({one.came for one in answers}))


def _facts(look: Look) -> str:
    """A look in one line."""
    if look.code:
        return f"netc ls ended with {look.code}: {look.error}"
    facts = {
        "state": look.one.get("state"),
        "phase": look.phase,
        "ip": look.ip,
        "health": look.health,
        "hop": look.hop,
        "reason": look.reason or None,
    }
    text = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
    said = " ".join(str(event.get("event")) for event in look.events[-8:])
    return f"{text or 'no network container'}; it said: {said or 'nothing'}"


def _volumes(site: Site) -> set[str]:
    return set(site.docker("volume", "ls", "-q", "--filter=dangling=true", check=False).split())


def _left(site: Site, service: str, before: set[str]) -> list[str]:
    """What is there after `netc down` that was not there before."""
    lab = site.lab
    try:
        lab.up()  # starts the engine again where a fault left it stopped
        done = site.run("down", service, timeout=60)
        found = [] if done.returncode in (0, 3) else [f"netc down: {done.stderr.strip()}"]
        found += site.leftovers()
        found += [f"volume {name[:12]}" for name in sorted(_volumes(site) - before)]
        links = lab.exec(["ip", "-o", "link", "show", "type", "macvlan"]).stdout
        found += [f"link {line.split()[1]}" for line in links.splitlines()]
    except (AssertionError, NetcError, subprocess.SubprocessError) as error:
        return [f"the lab itself: {error}"]
    return found


def reset(site: Site) -> None:
    """The lab as before the first fault."""
    from tests.lab.conftest import SERVICES

    site.lab.up()
    site.clear()
    running = site.docker("ps", "--format={{.Names}}").split()
    if stopped := [name for name in SERVICES if name not in running]:
        site.docker("start", *stopped)
