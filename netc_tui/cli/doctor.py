"""``netc doctor``: the path to a service, its first broken hop, why, and what to do."""

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from netc_tui.cli import complete, hosts
from netc_tui.cli.options import Interval, Json, Watch
from netc_tui.cli.run import Interrupted, again, with_engine
from netc_tui.core.elsewhere import with_remedies
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.words import command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netc_tui.core.lookup import InDns
    from netc_tui.core.path import Check
    from netc_tui.engine import EngineApi
    from netc_tui.operations.check import Looked


def doctor(
    service: Annotated[
        str | None,
        typer.Argument(metavar="[SERVICE]", autocompletion=complete.turned_on, show_default=False),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="All that are on, each hop by hop.")
    ] = False,
    json: Json = False,
    watch: Watch = False,
    interval: Interval = 5,
    explain: Annotated[
        str,
        typer.Option(
            metavar="CODE", help="What a finding means; `all` for every one.", show_default=False
        ),
    ] = "",
) -> None:
    """Say what is broken, where, why, and what to do.

    With a SERVICE, the path to it, hop by hop. Without, this host, and the paths to all that are
    on. Exit code 7 when something is broken.

    As root it also names the DHCP servers on the LAN, without taking a lease, and neighbours that
    send to an old MAC address.
    """
    if explain:
        _explain(explain)
        return
    if service is not None and everything:
        raise NetcError("a SERVICE and --all: choose one", Exit.USAGE)

    async def look(engine: "EngineApi") -> None:
        host, paths = await _look(engine, service)
        if json:
            _document(host, paths)
        else:
            _print(host, paths, whole=everything or service is not None)
            if host is not None and not paths:
                _none_on(host)
        if not watch and _broken(host, paths):
            raise typer.Exit(Exit.PATH)

    try:
        with_engine(again(look, interval) if watch else look)
    except NetcError as error:
        if error.code is Exit.ENGINE:
            # Whatever was asked for: that is the first thing to mend.
            host = _without_engine(error.message)
            if json:
                _document(host, ())
            else:
                _print(host, (), whole=True)
        raise


async def _look(
    engine: "EngineApi", service: str | None
) -> "tuple[Check | None, tuple[Looked, ...]]":
    import asyncio

    from netc_tui.cli import dns
    from netc_tui.operations.doctor import Doctor

    doctor = Doctor(engine, dns.if_sound())
    try:
        if service is not None:
            return None, _aimed(await doctor.services([service]))
        host, paths = await asyncio.gather(doctor.machine(), doctor.services(None))
        return with_remedies(host, hosts.aimed_command), _aimed(paths)
    finally:
        doctor.close()


def _aimed(paths: "tuple[Looked, ...]") -> "tuple[Looked, ...]":
    """The same, what mends them as it is to be given here."""
    return tuple(
        msgspec.structs.replace(looked, check=with_remedies(looked.check, hosts.aimed_command))
        for looked in paths
    )


def _broken(host: "Check | None", paths: "tuple[Looked, ...]") -> bool:
    checks = [*([host] if host is not None else []), *(looked.check for looked in paths)]
    return any(check.broken is not None for check in checks)


def _without_engine(why: str) -> "Check":
    import asyncio

    from netc_tui.operations.doctor import alone

    try:
        return asyncio.run(alone(why, here=hosts.here()))
    except KeyboardInterrupt as error:
        raise Interrupted from error


# --- for scripts


def _document(host: "Check | None", paths: "tuple[Looked, ...]") -> None:
    from netc_tui.cli import output

    output.document(**facts(host, paths))


def facts(host: "Check | None", paths: "tuple[Looked, ...]") -> dict[str, Any]:
    """The parts of the document."""
    return {
        "services": [_path_json(looked) for looked in paths],
        "host": [_finding_json(finding) for finding in host.findings] if host is not None else [],
        "host_unchecked": host.unchecked if host is not None else [],
    }


def _path_json(looked: "Looked") -> dict[str, Any]:
    from netc_tui.cli import output

    check = looked.check
    return {
        "name": looked.network_container.service,
        "health": check.state,
        "hops": [
            {
                "hop": hop.hop,
                "state": hop.state,
                "checked_at": check.at if hop.checked else None,
                "evidence": hop.evidence,
                "follows": hop.follows,
                "finding": _finding_json(hop.finding) if hop.finding is not None else None,
            }
            for hop in check.hops
        ],
        "findings": [_finding_json(finding) for finding in looked.findings],
        "unchecked": check.unchecked,
        "in_dns": output.name_json(looked.in_dns) if looked.in_dns is not None else None,
    }


def _finding_json(finding: Any) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.kind.severity,
        "title": finding.kind.title,
        "cause": finding.cause,
        "advice": finding.advice,
        "remedy": finding.remedy,
    }


# --- for people


def _print(host: "Check | None", paths: "tuple[Looked, ...]", *, whole: bool) -> None:
    from netc_tui.cli import output

    for text in lines(host, paths, whole=whole):
        output.line(text)


NO_LEADER = "N831"
"""The finding of a Swarm that tells nothing of its services."""


def _none_on(host: "Check") -> None:
    from netc_tui.cli import output

    if any(finding.code == NO_LEADER for finding in host.findings):
        output.say("whether services of the Swarm have a network container is not known")
        return
    output.say("no service has a network container; make one with: netc up SERVICE INTERFACE")


def lines(
    host: "Check | None", paths: "tuple[Looked, ...]", *, whole: bool = True
) -> "Iterator[str]":
    """What is printed; ``whole``: of what is healthy, too, hop by hop."""
    if host is not None:
        yield "the host:"
        for part in host.parts:
            yield f"  {_WORDS[part.verdict]:8}  {part}"
        for finding in host.findings:
            yield from _finding_lines(finding)
    for looked in paths:
        yield from _path_lines(looked, whole=whole)


_WORDS = {"ok": "ok", "broken": "BROKEN", "doubtful": "doubtful", "not checked": "-"}
_STATES = {"healthy": "ok", "broken": "BROKEN", "doubtful": "doubtful", "unknown": "-"}


def _path_lines(looked: "Looked", *, whole: bool) -> "Iterator[str]":
    from netc_tui.core.findings import NAME
    from netc_tui.core.health import State

    own, check = looked.network_container, looked.check
    where = f"{own.ip} on {own.interface}" if own.ip else f"on {own.interface}"
    state = {State.UNKNOWN: "not known"}.get(check.state, str(check.state))
    yield f"the path to {own.service} ({where}): {state}"
    if whole or check.state is not State.HEALTHY:
        for hop in check.hops:
            word = _STATES[hop.state]
            for at, told in enumerate(hop.evidence or ("not checked",)):
                head = (f"{hop.hop:8} {word:9}") if at == 0 else " " * 18
                yield f"  {head}{told}"
            if hop.follows:
                yield f"  {'':18}follows from what is broken at {hop.follows}"
        if looked.in_dns is not None:
            yield f"  {NAME:8} {_named(looked.in_dns):9}{looked.in_dns}"
    for finding in looked.findings:
        yield from _finding_lines(finding)
    if (busy := looked.busy) is not None:
        yield f"  {busy}; look again: {command('netc', 'doctor', own.service)}"


def _named(found: "InDns") -> str:
    from netc_tui.core.lookup import Pointing

    if found.finding() is not None:
        return "doubtful"
    return {Pointing.NOWHERE: "none", Pointing.UNKNOWN: "-"}.get(found.pointing, "ok")


def _finding_lines(finding: Any) -> "Iterator[str]":
    yield f"  {finding.code} {finding.kind.title}: {finding.cause}"
    if finding.advice:
        yield f"       {finding.advice}"


def _explain(code: str) -> None:
    import textwrap

    from netc_tui.cli import output
    from netc_tui.core.findings import KINDS, explain

    kinds = list(KINDS.values()) if code == "all" else [explain(code)]
    for at, kind in enumerate(kinds):
        if at:
            output.line("")
        output.line(f"{kind.code}  {kind.title}  ({kind.hop}, {kind.severity})")
        for text in textwrap.wrap(kind.explanation, 78):
            output.line(f"  {text}")
