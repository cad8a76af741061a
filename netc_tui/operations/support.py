"""An archive for somebody who helps: what netc knows of this host, gathered side by side, and none
of what is a secret of others.

``gather`` asks, ``assemble`` says which files that makes, ``pack`` makes one of them, ``save``
writes it.
"""

import asyncio
import io
import os
import platform
import sys
import tarfile
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from netc_tui import __version__, sidecar
from netc_tui.core import ownership, support
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.lease import fold
from netc_tui.core.model import (
    Container,
    Engine,
    Image,
    Interface,
    Made,
    Network,
    NetworkContainer,
    Service,
)
from netc_tui.core.ownership import Own
from netc_tui.core.path import Check
from netc_tui.core.protocol import COUNTERS, STATE
from netc_tui.core.text import printable
from netc_tui.engine import EngineApi
from netc_tui.engine.endpoints import in_force
from netc_tui.host import interfaces as host
from netc_tui.operations import inventory
from netc_tui.operations.check import Looked
from netc_tui.operations.doctor import REMOTE, Doctor, alone
from netc_tui.operations.execute import execute
from netc_tui.operations.interfaces import judged
from netc_tui.settings.declared import Flags
from netc_tui.settings.example import in_words
from netc_tui.settings.keys import KEYS
from netc_tui.settings.load import config_path, load

T = TypeVar("T")
PATIENCE = 7.0
"""Seconds for all of it; what is not there by then is left out."""
CONNECTING = 6.0
"""Seconds for an engine to answer at all."""
LOG_PATIENCE = 2.5
"""Seconds for a log, which may hang; its network container tells some things all the same."""
FOLDER = "network-containers"
"""In it, a folder for each."""
LIBRARIES = ("docker", "textual", "pyroute2", "msgspec", "typer", "rich")


class Forms(msgspec.Struct, frozen=True):
    """How commands print what they found."""

    document: Callable[..., str]
    service: Callable[[Service], dict[str, Any]]
    network_container: Callable[[NetworkContainer], dict[str, Any]]
    doctor: Callable[[Check | None, tuple[Looked, ...]], Iterable[str]]
    doctor_facts: Callable[[Check | None, tuple[Looked, ...]], dict[str, Any]]


class System(msgspec.Struct, frozen=True):
    """This machine and what runs netc on it."""

    name: str
    kernel: str
    distribution: str
    python: str
    libraries: Mapping[str, str]
    environment: Mapping[str, str]
    settings: str
    """Those in force, as TOML; empty when the file is not sound."""
    settings_file: str
    root: bool


class Kept(msgspec.Struct):
    """What was found of one network container; None where nothing was."""

    own: Own
    made: Made | None = None
    log: tuple[bytes, ...] | None = None
    lease: NetworkContainer | None = None
    rules: str | None = None

    @property
    def folder(self) -> str:
        """In the archive."""
        return f"{FOLDER}/{support.file_name(self.own.container.name)}"


class Gathered(msgspec.Struct):
    """All that was found."""

    at: datetime
    system: System
    secrets: tuple[str, ...] = ()
    """What must not be in it, whoever said it."""
    engine: Engine | None = None
    away: NetcError | None = None
    """Why there is no engine to ask."""
    image: Image | None = None
    services: tuple[Service, ...] | None = None
    networks: tuple[Network, ...] | None = None
    interfaces: tuple[Interface, ...] | None = None
    kept: tuple[Kept, ...] = ()
    machine: Check | None = None
    paths: tuple[Looked, ...] = ()
    missing: list[str] = []
    """What could not be read, a line each."""


# --- gathering


async def gather(environ: Mapping[str, str]) -> Gathered:
    """Ask for all of it at once. Nothing that cannot be had is an error."""
    from netc_tui.engine import connect

    found = Gathered(datetime.now(UTC), system(environ), _secrets(environ))
    if not found.system.settings:
        found.missing.append("settings.toml: the settings file is not sound; netc says how")
    if not found.system.root:
        found.missing.append("what needs root: DHCP servers, neighbours that send to an old MAC")
    gathering = _Gathering(found)
    try:
        async with asyncio.timeout(CONNECTING):
            engine = await connect(in_force())
        try:
            await gathering.everything(engine)
        finally:
            await engine.close()
    except TimeoutError:
        found.away = NetcError(f"the engine did not answer within {CONNECTING:g} s", Exit.ENGINE)
    except NetcError as error:
        found.away = error
    if found.away is not None:
        found.missing.append(f"all that the engine tells: {found.away.message}")
        await gathering.without_engine(found.away.message)
    return found


class _Gathering:
    """The questions, each with the place of its answer."""

    def __init__(self, found: Gathered) -> None:
        self.found = found
        self._until = 0.0

    def _begin(self) -> None:
        self._until = asyncio.get_running_loop().time() + PATIENCE

    async def _try(self, what: str, work: Awaitable[T], seconds: float = PATIENCE) -> T | None:
        """What it comes to; None and a line on it when it does not in time."""
        until = min(self._until, asyncio.get_running_loop().time() + seconds)
        try:
            async with asyncio.timeout_at(until):
                return await work
        except TimeoutError:
            why = f"not there within {seconds:g} s"
        except NetcError as error:
            why = error.message
        except OSError as error:
            why = error.strerror or str(error)
        self.found.missing.append(f"{what}: {why}")
        return None

    async def everything(self, engine: EngineApi) -> None:
        """Raises NetcError, also TimeoutError, when not even containers are listed."""
        self._begin()
        self.found.engine = engine.engine
        async with asyncio.timeout(CONNECTING):
            containers = await engine.containers()
        doctor = Doctor(engine)
        try:
            await asyncio.gather(
                self._containers(engine, containers),
                self._networks(engine),
                self._services(engine),
                self._image(engine),
                self._machine(doctor),
                self._paths(doctor, len(ownership.paired(containers))),
            )
        finally:
            doctor.close()

    async def without_engine(self, why: str) -> None:
        self._begin()
        self.found.machine, _ = await asyncio.gather(
            self._try("this host", alone(why)), self._interfaces(())
        )

    async def _image(self, engine: EngineApi) -> None:
        self.found.image = await self._try("netc's image", engine.image(sidecar.image()))

    async def _services(self, engine: EngineApi) -> None:
        work = inventory.services(engine, stopped=True)
        self.found.services = await self._try("services.json", work)

    async def _networks(self, engine: EngineApi) -> None:
        self.found.networks = await self._try("networks.json", engine.networks())
        if not engine.engine.local:
            self.found.missing.append(f"interfaces of the engine's host: {REMOTE}")
        await self._interfaces(self.found.networks or ())

    async def _interfaces(self, networks: Sequence[Network]) -> None:
        links = await self._try("interfaces.json", asyncio.to_thread(host.links))
        self.found.interfaces = judged(links, networks) if links is not None else None

    async def _machine(self, doctor: Doctor) -> None:
        self.found.machine = await self._try("doctor.txt: this host", doctor.machine())

    async def _paths(self, doctor: Doctor, wanted: int) -> None:
        looked: list[Looked] = []
        await self._try("doctor.txt: paths", doctor.services(None, looked.append))
        self.found.paths = tuple(sorted(looked, key=lambda done: done.network_container.service))
        if len(looked) < wanted:
            left = f"doctor.txt: {wanted - len(looked)} of {wanted} paths were not looked at"
            self.found.missing.append(left)

    async def _containers(self, engine: EngineApi, containers: Sequence[Container]) -> None:
        self.found.kept = tuple(map(Kept, ownership.owned(containers)))
        await asyncio.gather(*(self._one_of(engine, kept, containers) for kept in self.found.kept))

    async def _one_of(self, engine: EngineApi, kept: Kept, containers: Sequence[Container]) -> None:
        id = kept.own.container.id

        async def made() -> None:
            kept.made = await self._try(f"{kept.folder}/plan.txt", engine.made(id))

        async def log() -> None:
            work = engine.log(id, support.LINES)
            kept.log = await self._try(f"{kept.folder}/log.jsonl", work, LOG_PATIENCE)
            lease = self._lease(engine, kept, containers)
            kept.lease = await self._try(f"{kept.folder}/lease.json", lease)
            if kept.lease is not None:
                rules = execute(engine, kept.lease, COUNTERS)
                kept.rules = await self._try(f"{kept.folder}/rules.txt", rules)

        await asyncio.gather(made(), log())

    async def _lease(
        self, engine: EngineApi, kept: Kept, containers: Sequence[Container]
    ) -> NetworkContainer:
        container = kept.own.container
        said = fold(kept.log or ())
        if said is None and (last := await engine.read_file(container.id, STATE)) is not None:
            said = fold([last])
        known: Any = "its log cannot be read" if kept.log is None else None
        if not container.running:
            known = (await inventory.ended(engine, [container])).get(container.id, known)
        return inventory.standing(kept.own, said, None, known, containers)


def system(environ: Mapping[str, str]) -> System:
    """What runs netc."""
    names = os.uname()
    try:
        release = platform.freedesktop_os_release()
        distribution = release.get("PRETTY_NAME") or release.get("NAME") or "not known"
    except OSError:
        distribution = "not known"
    try:
        settings = load(Flags(), environ, {key.id: key.key for key in KEYS})
    except NetcError:  # its words have parts of the file in them
        text = ""
    else:
        text = in_words(settings)
    return System(
        name=names.nodename,
        kernel=f"{names.sysname} {names.release} {names.machine}",
        distribution=distribution,
        python=sys.version.split()[0],
        libraries={name: _version(name) for name in LIBRARIES},
        environment=support.environment(environ),
        settings=text,
        settings_file=str(config_path(Flags(), environ)),
        root=os.geteuid() == 0,
    )


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "not there"


def _secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    try:
        url = in_force().url
    except NetcError:
        url = ""
    return (*support.secrets_in(environ.get(support.ENGINE, "")), *support.secrets_in(url))


# --- assembling


ABOUT = {
    "doctor.txt": "what `netc doctor --all` prints: this host, and each path hop by hop",
    "doctor.json": "the same, as `netc doctor --json`",
    "versions.txt": "versions of all that takes part, and the environment that netc reads",
    "services.json": "as `netc ls --all --json`",
    "networks.json": "Docker's networks, as far as netc reads them",
    "interfaces.json": "this machine's interfaces, as `netc interfaces --json`",
    "settings.toml": "the terminal UI's settings in force",
    "plan.txt": "of each network container: how it was made, in what netc chose",
    "log.jsonl": f"the last {support.LINES} lines of its log, an event each",
    "rules.txt": "its iptables rules with their counters",
    "lease.json": "its lease, as in `netc show --json`",
}


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


# --- the archive


def name_of(found: Gathered) -> str:
    """Of its top folder, and of its file without suffix: the host's, and the time there."""
    of = (found.engine.name if found.engine is not None else "") or found.system.name
    return f"netc-support-{support.file_name(of)}-{found.at.astimezone():%Y%m%d-%H%M%S}"


def pack(files: Mapping[str, bytes], top: str, at: datetime) -> bytes:
    """One tar.gz of them, in a folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size, info.mode, info.mtime = len(content), 0o600, int(at.timestamp())
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def check_free(path: Path) -> None:
    """Raise NetcError unless a file can be made there."""
    if os.path.lexists(path):
        raise NetcError(f"{path} is there already; name another with --output")
    check_folder(path.parent)


def check_folder(folder: Path) -> None:
    """Raise NetcError unless files can be made in it."""
    if not folder.is_dir():
        raise NetcError(f"there is no folder {folder}; name another with --output")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise NetcError(f"no file can be made in {folder}; name another with --output")


def save(path: Path, content: bytes) -> None:
    """Write a file that was not there, all of it or nothing; only its owner may read it.

    Raises NetcError.
    """
    try:
        _save(path, content)
    except FileExistsError:
        check_free(path)
        raise
    except OSError as error:
        raise NetcError(f"cannot write {path}: {error.strerror}") from error


def _save(path: Path, content: bytes) -> None:
    try:
        _save_nameless(path, content)
    except FileExistsError:
        raise
    except OSError:  # not every file system can do that
        _save_named(path, content)


def _save_nameless(path: Path, content: bytes) -> None:
    """It has no name before it is whole: nothing is left of it however this ends."""
    made = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o600)
    with os.fdopen(made, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(made)
        # With a descriptor Python takes linkat(2), which follows that link.
        os.link(f"/proc/self/fd/{made}", path, src_dir_fd=made, follow_symlinks=True)


def _save_named(path: Path, content: bytes) -> None:
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(made, "wb") as file:
            file.write(content)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
