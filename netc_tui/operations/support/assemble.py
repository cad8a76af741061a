"""Which files what was found makes, and what is in them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from netc_tui import __version__, sidecar
from netc_tui.core import support
from netc_tui.core.model import Network, NetworkContainer, Service
from netc_tui.core.path import Check
from netc_tui.core.text import printable
from netc_tui.operations.check import Looked
from netc_tui.operations.support.found import Gathered, Kept

ABOUT = {
    "doctor.txt": "what `netc doctor --all` prints: this host, and each path hop by hop",
    "doctor.json": "the same, as `netc doctor --json`",
    "versions.txt": "versions of all that takes part, and the environment that netc reads",
    "services.json": "as `netc ls --all --json`",
    "networks.json": "Docker's networks, as far as netc reads them",
    "interfaces.json": "the host's interfaces, as `netc interfaces --json`",
    "settings.toml": "the terminal UI's settings in force",
    "plan.txt": "of each network container: how it was made, in what netc chose",
    "log.jsonl": f"the last {support.LINES} lines of its log, an event each",
    "rules.txt": "its iptables rules with their counters",
    "lease.json": "its lease, as in `netc show --json`",
}


class Forms(msgspec.Struct, frozen=True):
    """How commands print what they found."""

    document: Callable[..., str]
    service: Callable[[Service], dict[str, Any]]
    network_container: Callable[[NetworkContainer], dict[str, Any]]
    doctor: Callable[[Check | None, tuple[Looked, ...]], Iterable[str]]
    doctor_facts: Callable[[Check | None, tuple[Looked, ...]], dict[str, Any]]


def name_of(found: Gathered) -> str:
    """Of its top folder, and of its file without suffix: the host's, and the time there."""
    of = (found.engine.name if found.engine is not None else "") or found.system.name
    return f"netc-support-{support.file_name(of)}-{found.at.astimezone():%Y%m%d-%H%M%S}"


def assemble(found: Gathered, forms: Forms) -> dict[str, bytes]:
    """The files, by name."""
    texts: dict[str, str] = {"README.txt": ""}  # the first, and written last
    texts["doctor.txt"] = support.first_lines(forms.doctor(found.machine, found.paths))
    texts["doctor.json"] = support.fitting(
        found.paths,
        lambda rows: forms.document(**forms.doctor_facts(found.machine, tuple(rows))),
    )
    texts["versions.txt"] = support.first_lines(versions(found))
    for name, rows, plain in (
        ("services", found.services, forms.service),
        ("networks", found.networks, _network),
        ("interfaces", found.interfaces, msgspec.structs.asdict),
    ):
        if rows is not None:
            texts[f"{name}.json"] = _document(forms, name, rows, plain)
    if found.system.settings:
        texts["settings.toml"] = found.system.settings
    for kept in found.kept:
        texts |= _of(kept, forms)
    texts["README.txt"] = support.first_lines(readme(found, texts))
    return {name: _bytes(text, found.secrets) for name, text in texts.items()}


def _document(
    forms: Forms, name: str, rows: Sequence[Any], plain: Callable[[Any], dict[str, Any]]
) -> str:
    facts = list(map(plain, rows))
    return support.fitting(facts, lambda some: forms.document(**{name: some}))


def _network(network: Network) -> dict[str, Any]:
    facts = msgspec.structs.asdict(network)
    return {**facts, "labels": support.own_labels(network.labels)}


def _of(kept: Kept, forms: Forms) -> dict[str, str]:
    texts = {"plan.txt": support.first_lines(support.plan(kept.own.container, kept.made))}
    if kept.log is not None:
        # What is no UTF-8 takes more room once it is replaced.
        sound = [line.decode(errors="replace").encode() for line in kept.log]
        lines = support.last_lines(sound)
        texts["log.jsonl"] = "".join(f"{line.decode()}\n" for line in lines)
    if kept.rules is not None:
        texts["rules.txt"] = support.first_lines(kept.rules.splitlines())
    if kept.lease is not None:
        texts["lease.json"] = forms.document(network_container=forms.network_container(kept.lease))
    return {f"{kept.folder}/{name}": text for name, text in texts.items()}


def _bytes(text: str, secrets: Iterable[str]) -> bytes:
    clean = support.cleaned(text, secrets)
    return (clean if clean.endswith("\n") or not clean else f"{clean}\n").encode(errors="replace")


def versions(found: Gathered) -> list[str]:
    """What takes part, and in which version."""
    system, engine = found.system, found.engine
    lines = [
        f"netc          {__version__}",
        f"Python        {system.python}",
        f"kernel        {system.kernel}",
        f"distribution  {system.distribution}",
    ]
    if engine is None:
        lines.append("engine        not reached")
    else:
        kinds = ("rootless", "desktop", "local")
        are = [kind for kind in kinds if getattr(engine, kind)]
        api = ".".join(map(str, engine.api))
        lines += [
            f"engine        {' '.join([engine.version, *are])} at {engine.host}",
            f"API           {api}, {engine.architecture}",
        ]
    image = found.image
    base = f"{image.base or 'another image'} ({image.id})" if image is not None else "not there"
    lines += [f"image         {sidecar.image()}", f"its base      {base}"]
    lines += [f"{name:<14}{version}" for name, version in system.libraries.items()]
    lines += ["", f"settings file: {system.settings_file}", "environment:"]
    lines += [f"  {name}={value}" for name, value in system.environment.items()]
    return list(map(printable, lines))


def readme(found: Gathered, names: Iterable[str]) -> list[str]:
    """What each file is, what is not there, and what is left out on purpose."""
    present = {name.rpartition("/")[2] for name in names}
    engine = found.engine
    where = f", of the engine of {engine.name or engine.host}" if engine is not None else ""
    lines = [
        f"Made by netc {__version__} on {found.system.name}{where}",
        f"at {found.at:%Y-%m-%d %H:%M:%S} UTC, {'as root' if found.system.root else 'not as root'}",
        "",
        *(f"{name:<16} {about}" for name, about in ABOUT.items() if name in present),
        "",
        "Could not be read:",
        *(f"- {line}" for line in sorted(found.missing) or ["nothing"]),
        "",
        "Left out on purpose:",
        *(f"- {line}" for line in support.LEFT_OUT),
        f"A file has {support.MOST // 1_000_000} MB at most.",
    ]
    return list(map(printable, lines))
