"""Where endpoints come from: DOCKER_HOST, Docker contexts, an url that an operator wrote.

The files of Docker's client are read here, without its SDK: that takes ten times as long to load.
"""

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.text import natural
from netc_tui.engine.endpoint import (
    CONTEXT,
    DEFAULT_SOURCE,
    SSH,
    UNIX,
    Certificates,
    Endpoint,
)

DEFAULT = "unix:///var/run/docker.sock"
DEFAULT_CONTEXT = "default"
"""The context that has no files."""
TLS_PORT = ":2376"
"""How the url of an engine ends that speaks TLS alone, as Docker has it."""


def in_force() -> Endpoint:
    """The endpoint that Docker's own client would use now.

    Raises NetcError (engine) when the context that is named does not exist, or its files or the
    certificates cannot be read.
    """
    certificates = _certificates_in_environment()
    if url := os.environ.get("DOCKER_HOST"):
        return _endpoint(url, "DOCKER_HOST", certificates)
    name = os.environ.get("DOCKER_CONTEXT") or _current_context(_folder())
    if name == DEFAULT_CONTEXT:
        return _endpoint(DEFAULT, DEFAULT_SOURCE)
    return _context(_folder() / "contexts", name)


def at(url: str, source: str) -> Endpoint:
    """The endpoint of an url that an operator wrote, ssh://, tcp:// or unix://; ``source``: where.
    Raises NetcError (engine) when it is none, or its certificates cannot be read.

    ``tcp://`` is with TLS where DOCKER_TLS_VERIFY or DOCKER_CERT_PATH say so, as for Docker's own
    client; and at the port that is kept for it, 2376, in any case.
    """
    if url.startswith(UNIX):
        return _endpoint(url, source)
    if url.startswith(SSH):
        from netc_tui.engine.ssh import destination

        destination(url)  # or it raises
        return _endpoint(url, source)
    if not url.removeprefix("tcp://").strip("/") or not url.startswith("tcp://"):
        raise NetcError(
            f"{url} is no address; write ssh://USER@HOST, tcp://HOST:PORT or unix://PATH",
            Exit.ENGINE,
        )
    certificates = _certificates_in_environment()
    if certificates is None and url.rstrip("/").endswith(TLS_PORT):
        certificates = _certificates(_folder(), verify=True)
        if not _there(certificates):
            raise NetcError(
                f"{url} is for TLS, but its certificates cannot be read; put ca.pem,"
                f" cert.pem and key.pem into {_folder()}, or make a Docker context with others",
                Exit.ENGINE,
            )
    return _endpoint(url, source, certificates)


def contexts() -> tuple[str, ...]:
    """The names of all Docker contexts, the default one first. What cannot be read is left out."""
    names = []
    for file in sorted((_folder() / "contexts/meta").glob("*/meta.json")):
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeError):
            names.append(msgspec.json.decode(file.read_bytes(), type=_Meta).Name)
    return (DEFAULT_CONTEXT, *sorted(filter(None, {*names} - {DEFAULT_CONTEXT}), key=natural))


def of_context(name: str) -> Endpoint:
    """The endpoint of a Docker context; that of the default one is DOCKER_HOST where it is set.
    Raises NetcError (engine) when there is none of that name, or it cannot be read."""
    if name != DEFAULT_CONTEXT:
        return _context(_folder() / "contexts", name)
    if url := os.environ.get("DOCKER_HOST"):
        return _endpoint(url, "DOCKER_HOST", _certificates_in_environment())
    return _endpoint(DEFAULT, DEFAULT_SOURCE)


def _endpoint(url: str, source: str, certificates: Certificates | None = None) -> Endpoint:
    if url.rstrip("/") == UNIX.rstrip("/"):
        raise NetcError(f"{source} names no socket: {url}", Exit.ENGINE)
    url = url.removeprefix("http+") if url.startswith("http+unix://") else url
    # Over the network it may be this machine's all the same, but nothing says so.
    return Endpoint(url, source, certificates, None if url.startswith(UNIX) else False)


def _folder() -> Path:
    """Where Docker's own client has its files."""
    return Path(os.environ.get("DOCKER_CONFIG") or _home())


def _home() -> Path:
    try:
        return Path.home() / ".docker"
    except RuntimeError:  # a user without an entry in /etc/passwd, and without HOME
        return Path("/.docker")


def _certificates_in_environment() -> Certificates | None:
    folder = os.environ.get("DOCKER_CERT_PATH")
    verify = bool(os.environ.get("DOCKER_TLS_VERIFY"))
    if not (folder or verify):
        return None
    found = _certificates(Path(folder or _home()), verify)
    if not _there(found):
        raise NetcError(
            "DOCKER_TLS_VERIFY or DOCKER_CERT_PATH is set, but the certificates cannot be read;"
            " unset both or put ca.pem, cert.pem and key.pem there",
            Exit.ENGINE,
        )
    return found


def _certificates(folder: Path, verify: bool) -> Certificates:
    names = ("cert.pem", "key.pem", "ca.pem")
    certificate, key, authority = (str(folder / name) for name in names)
    return Certificates(certificate, key, authority, verify)


def _there(found: Certificates) -> bool:
    needed = (found.certificate, found.key, *((found.authority,) if found.verify else ()))
    return all(map(os.path.isfile, needed))


class _Config(msgspec.Struct):
    """~/.docker/config.json, as far as it matters here."""

    currentContext: str = ""


class _Docker(msgspec.Struct):
    Host: str | None = ""
    SkipTLSVerify: bool = False


class _Meta(msgspec.Struct):
    """meta.json of a context."""

    Name: str = ""
    Endpoints: Mapping[str, msgspec.Raw] = {}
    """Of Docker, and of others that are none of ours."""


def _current_context(folder: Path) -> str:
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes(), type=_Config)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return DEFAULT_CONTEXT  # Docker's own client takes it so, too
    return config.currentContext or DEFAULT_CONTEXT


def _context(folder: Path, name: str) -> Endpoint:
    id = hashlib.sha256(name.encode()).hexdigest()
    file = folder / "meta" / id / "meta.json"
    try:
        told = msgspec.json.decode(file.read_bytes(), type=_Meta).Endpoints.get("docker")
        docker = msgspec.json.decode(told, type=_Docker) if told is not None else _Docker()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NetcError(
            f"there is no Docker context {name!r}; `docker context ls` shows which there are",
            Exit.ENGINE,
        ) from error
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        why = f"the Docker context {name!r} cannot be read: {file}: {error}"
        raise NetcError(why, Exit.ENGINE) from error
    # That of a Docker on Windows comes along when contexts are copied.
    url = docker.Host or DEFAULT
    url = DEFAULT if url == "npipe:////./pipe/docker_engine" else url
    source = f"{CONTEXT}{name}"
    tls = folder / "tls" / id / "docker"
    if url.startswith(UNIX) or not tls.exists():
        return _endpoint(url, source)
    found = _certificates(tls, not docker.SkipTLSVerify)
    if not _there(found):
        # Never without TLS in its place: what is said would be read by others.
        raise NetcError(
            f"{source} is for TLS, but its certificates cannot be read; put"
            f" ca.pem, cert.pem and key.pem into {tls}",
            Exit.ENGINE,
        )
    return _endpoint(url, source, found)
