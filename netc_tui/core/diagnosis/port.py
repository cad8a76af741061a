"""The ports: does the service answer where the forwards lead?"""

from collections.abc import Iterator

from netc_tui.core.advice import advised
from netc_tui.core.diagnosis.facts import Facts, Probe
from netc_tui.core.findings import PORT, Finding
from netc_tui.core.path import Checked, ok, unchecked, wrong
from netc_tui.core.sockets import Socket, of

SILENCE = "no answer of it can be told from silence"
MOST = 5
"""Other ports that are named, where nothing listens on the one that was asked."""


def parts(facts: Facts) -> Iterator[Checked]:
    """Each TCP port that was asked, then those that cannot be asked."""
    for name in facts.asked:
        yield _asked(facts, name)
    if facts.left_out:
        more = f"{facts.left_out} more TCP ports"
        yield unchecked(PORT, more, "too many to ask each", aside=True)
    for name in facts.other:
        yield _unasked(facts, name)


def _asked(facts: Facts, name: str) -> Checked:
    if facts.fault is not None:
        # The kernel answers for one that is paused.
        return unchecked(PORT, name, "the service is to be mended first")
    if isinstance(facts.probe, str):
        return unchecked(PORT, name, facts.probe)
    if facts.own.target is None:
        return unchecked(PORT, name, f"{facts.own.service} is not found")
    answer = facts.probe.ports.get(name)
    if answer is None:
        return unchecked(PORT, name, "the probe does not tell of it")
    if answer == "open":
        return ok(PORT, name, "open")
    return wrong(PORT, name, advised(_refused(facts, name, answer), facts.own))


def _refused(facts: Facts, name: str, answer: str) -> Finding:
    service = facts.own.service
    if isinstance(facts.sockets, str):
        if answer == "refused":
            return Finding("N505", f"refused: nothing in {service} listens there for others")
        return Finding("N504", f"{service} does not answer there")
    there = _on(facts.sockets, name)
    if answer == "silent":
        if there:
            return Finding("N503", f"{service} listens on {_names(there)}, and does not answer")
        return Finding("N504", f"{service} does not answer there, nor does it listen")
    if not there:
        return _nothing(facts, facts.sockets, name)
    if all(socket.loopback for socket in there):
        return Finding("N502", f"refused: {service} listens on {_names(there)} alone")
    return Finding("N505", f"refused, though {service} listens on {_names(there)}")


def _nothing(facts: Facts, sockets: tuple[Socket, ...], name: str) -> Finding:
    """Nothing listens on a port; where the service listens instead."""
    proto = name.partition("/")[0]
    others = sorted(
        {socket.port for socket in sockets if socket.proto == proto and not socket.loopback}
    )
    cause = f"nothing in {facts.own.service} listens there"
    if answer_of(facts.probe, name) == "refused":
        cause = f"refused: {cause}"
    if not others:
        return Finding("N501", f"{cause}, nor on another {proto.upper()} port")
    shown = ", ".join(map(str, others[:MOST]))
    return Finding("N501", f"{cause}; it listens on {shown}")


def answer_of(probe: Probe | str, name: str) -> str | None:
    """What a probe says of a port; None: nothing."""
    return probe.ports.get(name) if isinstance(probe, Probe) else None


def _unasked(facts: Facts, name: str) -> Checked:
    """A port of another protocol: no answer of it can be told from silence, but whether somebody
    listens can be seen."""
    if facts.fault is not None or isinstance(facts.sockets, str):
        return unchecked(PORT, name, SILENCE, aside=True)
    if not name.startswith("udp/"):
        return unchecked(PORT, name, SILENCE, aside=True)
    there = _on(facts.sockets, name)
    if not there:
        return wrong(PORT, name, advised(_nothing(facts, facts.sockets, name), facts.own))
    if "-" in name and not all(socket.loopback for socket in there):
        return ok(PORT, name, f"listens on {len({socket.port for socket in there})} of them")
    if all(socket.loopback for socket in there):
        cause = f"{facts.own.service} listens on {_names(there)} alone"
        return wrong(PORT, name, advised(Finding("N502", cause), facts.own))
    return ok(PORT, name, f"listens on {_names(there)}")


def _on(sockets: tuple[Socket, ...], name: str) -> tuple[Socket, ...]:
    proto, _, ports = name.partition("/")
    first, _, last = ports.partition("-")
    return tuple(
        socket
        for port in range(int(first), int(last or first) + 1)
        for socket in of(sockets, proto, port)
    )


def _names(sockets: tuple[Socket, ...]) -> str:
    return " and ".join(map(str, sockets))
