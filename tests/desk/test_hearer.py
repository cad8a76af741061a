"""Who is told what comes to a desk."""

from netc_tui.desk.hearer import Holds, OfHost, Tone


class Program:
    """Takes what is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def changed(self, host: str) -> None:
        self.told.append(("changed", host))

    def links_changed(self, host: str) -> None:
        self.told.append(("links", host))

    def service_read(self, host: str) -> None:
        self.told.append(("read", host))

    def say(self, words: str, tone: Tone = Tone.PLAIN, holds: Holds | None = None) -> None:
        self.told.append((words, tone))


def test_what_comes_to_a_desk_is_told_with_its_host() -> None:
    program = Program()
    for host in ("nas", ""):
        hearer = OfHost(program, host)
        hearer.changed()
        hearer.links_changed()
        hearer.service_read()
        hearer.say("web: off", Tone.GOOD)
    assert program.told == [
        ("changed", "nas"), ("links", "nas"), ("read", "nas"), ("nas: web: off", "ok"),
        ("changed", ""), ("links", ""), ("read", ""), ("web: off", "ok"),
    ]  # fmt: skip
