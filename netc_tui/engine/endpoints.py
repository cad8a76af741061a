"""Where endpoints come from: DOCKER_HOST, else the Docker context in force.

The files of Docker's client are read here, without its SDK: that takes ten times as long to load.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine.endpoint import UNIX, Certificates, Endpoint

DEFAULT = "unix:///var/run/docker.sock"
DEFAULT_CONTEXT = "default"
"""The context that has no files."""


def in_force() -> Endpoint:
    """The endpoint that Docker's own client would use now.

    Raises NetcError (engine) when the context that is named does not exist, or its files or the
    certificates cannot be read.
    """
    certificates = _certificates_in_environment()
    if url := os.environ.get("DOCKER_HOST"):
        return _endpoint(url, "DOCKER_HOST", certificates)
    folder = Path(os.environ.get("DOCKER_CONFIG") or _home())
    name = os.environ.get("DOCKER_CONTEXT") or _current_context(folder)
    if name == DEFAULT_CONTEXT:
        return _endpoint(DEFAULT, "the default context")
    return _context(folder / "contexts", name)


def _endpoint(url: str, source: str, certificates: Certificates | None = None) -> Endpoint:
    if url.rstrip("/") == UNIX.rstrip("/"):
        raise NetcError(f"{source} names no socket: {url}", Exit.ENGINE)
    url = url.removeprefix("http+") if url.startswith("http+unix://") else url
    # Over the network it may be this machine's all the same, but nothing says so.
    return Endpoint(url, source, certificates, None if url.startswith(UNIX) else False)


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
    needed = (found.certificate, found.key, *((found.authority,) if verify else ()))
    if not all(map(os.path.isfile, needed)):
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


class _Config(msgspec.Struct):
    """~/.docker/config.json, as far as it matters here."""

    currentContext: str = ""


class _Docker(msgspec.Struct):
    Host: str | None = ""
    SkipTLSVerify: bool = False


class _Meta(msgspec.Struct):
    """meta.json of a context."""

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
    source = f"the Docker context {name}"
    tls = folder / "tls" / id / "docker"
    if url.startswith(UNIX) or not tls.exists():
        return _endpoint(url, source)
    found = _certificates(tls, not docker.SkipTLSVerify)
    needed = (found.certificate, found.key, *((found.authority,) if found.verify else ()))
    if not all(map(os.path.isfile, needed)):
        # Never without TLS in its place: what is said would be read by others.
        raise NetcError(
            f"{source} is for TLS, but its certificates cannot be read; put"
            f" ca.pem, cert.pem and key.pem into {tls}",
            Exit.ENGINE,
        )
    return _endpoint(url, source, found)
