"""How the TUI is to be: from flags, the environment and one TOML file, in that order of weight.

No Textual here: a bad file is refused before anything slow is loaded.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.tui import keynames
from netc_tui.tui.keys import EVERYWHERE

Theme = Literal["dark", "light", "terminal"]
Sort = Literal["name", "state", "ports", "published", "lan", "renews", "network", "image"]
Seconds = Annotated[float, msgspec.Meta(ge=1, le=600)]
Filled = Annotated[str, msgspec.Meta(min_length=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What is in force. The names are those of the file."""

    interface: str = ""
    """The interface for turning on; empty: ask."""
    confirm_off: bool = True
    read_only: bool = False
    theme: Theme = "dark"
    """terminal: the terminal's own 16 colours."""
    ascii: bool = False
    mouse: bool = True
    only_exposed: bool = False
    stopped: bool = False
    """Show containers that do not run."""
    sort: Sort = "name"
    reverse: bool = False
    private_network: bool = False
    """Networks of netc's own instead of links."""
    base: Filled = "alpine"
    timeout: Seconds = 30.0
    screenshots: str = ""
    """The folder for saved screens; empty: the working directory."""
    keys: dict[str, str] = {}
    """From an action's id to its keys, by Textual's names, separated by commas."""


class Flags(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says; None where it says nothing."""

    interface: str | None = None
    confirm_off: bool | None = None
    read_only: bool | None = None
    theme: str | None = None
    ascii: bool | None = None
    mouse: bool | None = None
    only_exposed: bool | None = None
    stopped: bool | None = None
    sort: str | None = None
    reverse: bool | None = None
    private_network: bool | None = None
    base: str | None = None
    timeout: float | None = None
    screenshots: str | None = None
    config: str | None = None
    """The file; not a setting itself."""


VARIABLES = {
    f"NETC_{field.name.upper()}": field.name
    for field in msgspec.structs.fields(Settings)
    if field.name != "keys"
}
"""The settings by their variables in the environment."""

TYPES: dict[str, Any] = {field.name: field.type for field in msgspec.structs.fields(Settings)}

_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_LARGEST = 1_000_000
QUITS = frozenset(("ctrl+c", "ctrl+q"))
FIXED = QUITS | {"ctrl+z"}
"""Keys that always do what they do: quit, suspend."""

ABOUT = {
    "interface": "the interface that turning on uses; empty: ask",
    "confirm_off": "ask before a network container is turned off",
    "read_only": "show only, change nothing",
    "theme": "dark, light, or terminal: the terminal's own 16 colours",
    "ascii": "draw without Unicode; by itself where the locale is not UTF-8",
    "mouse": "take the mouse; without, the terminal selects text as usual",
    "only_exposed": "begin with only what has a network container",
    "stopped": "begin with containers that do not run, too",
    "sort": f"the column to sort by: {', '.join(get_args(Sort))}",
    "reverse": "sort the other way round",
    "private_network": "a network of netc's own for each service on the default bridge: no links",
    "base": "what the image is built on: alpine[:TAG], host, an image",
    "timeout": "seconds to wait for a lease, 1 to 600",
    "screenshots": "the folder for saved screens; empty: the working directory",
}
"""A line on each setting, for the example."""


def config_path(flags: Flags, environ: Mapping[str, str]) -> Path:
    """The file in force, whether it is there or not."""
    named = flags.config or environ.get("NETC_CONFIG")
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_config_path("netc") / "config.toml"


def load(
    flags: Flags, environ: Mapping[str, str], known_keys: Mapping[str, str] | None = None
) -> Settings:
    """What is in force. ``known_keys``: the ids that ``[keys]`` may have, with their defaults.

    Raises NetcError with Exit.USAGE, which names the file (or variable, or flag) and the key.
    """
    known_keys = known_keys or {}
    path = config_path(flags, environ)
    given = _from_file(path, bool(flags.config or environ.get("NETC_CONFIG")), known_keys)
    for variable, name in VARIABLES.items():
        # An empty variable is as good as none: it is how a shell unsets one for one command.
        if text := environ.get(variable):
            given[name] = _value(name, _from_text(name, text), variable)
    for name, value in msgspec.structs.asdict(flags).items():
        if name != "config" and value is not None:
            given[name] = _value(name, value, f"--{name.replace('_', '-')}")
    if "ascii" not in given:
        given["ascii"] = not utf8(environ)
    if given.get("screenshots"):
        given["screenshots"] = os.path.expanduser(given["screenshots"])  # noqa: PTH111 - never raises
    return Settings(**given)


def utf8(environ: Mapping[str, str]) -> bool:
    """Whether the locale's encoding is UTF-8, by the variables that decide it."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "C")
    return re.search(r"utf-?8", locale, re.IGNORECASE) is not None


def example(keys: Iterable[tuple[str, str, str]]) -> str:
    """A file with all settings, commented out; ``keys``: id, default and help of each action."""
    lines = []
    for field in msgspec.structs.fields(Settings):
        if field.name != "keys":
            lines += [f"# {ABOUT[field.name]}", f"#{field.name} = {_toml(field.default)}"]
    lines += ["", "# Textual's names of keys, or single characters; several with commas.", "[keys]"]
    for name, key, about in keys:
        lines += [f"# {about}", f"#{name} = {_toml(key)}"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A default as TOML writes it; JSON writes these types the same."""
    return msgspec.json.encode(value).decode()


def _from_file(path: Path, named: bool, known_keys: Mapping[str, str]) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        if named:
            raise _wrong(f"{path}: {error.strerror}; netc config prints an example") from error
        return {}
    except OSError as error:
        raise _wrong(f"{path}: {error.strerror}") from error
    except ValueError as error:  # a NUL in the name
        raise _wrong(f"{path}: {error}") from error
    if len(content) > _LARGEST:
        raise _wrong(f"{path}: too large for a configuration")
    try:
        found = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _wrong(f"{path}: not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise _wrong(f"{path}: not valid TOML: nested too deep") from error
    except ValueError as error:
        raise _wrong(f"{path}: not valid TOML: {error}") from error
    given = {}
    for name, value in found.items():
        if name not in TYPES:
            raise _wrong(f"{path}: {name}: no such setting{_nearest(name, TYPES)}")
        given[name] = _value(name, value, f"{path}: {name}")
    if "keys" in given:
        _check_keys(given["keys"], known_keys, path)
        given["keys"] = {
            name: ",".join(map(keynames.plain, keynames.split(keys)))
            for name, keys in given["keys"].items()
        }
    return given


def _from_text(name: str, text: str) -> object:
    """A variable's text as its setting's type; as it is where it does not fit."""
    if TYPES[name] is bool:
        return _BOOLEANS.get(text.lower(), text)
    if TYPES[name] is Seconds:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _value(name: str, value: object, where: str) -> Any:
    try:
        return msgspec.convert(value, TYPES[name])
    except msgspec.ValidationError as error:
        raise _wrong(f"{where}: {_shown(value)} is not {_wanted(name)}") from error


def _wanted(name: str) -> str:
    kind = TYPES[name]
    if kind is bool:
        return "true or false"
    if kind is Seconds:
        return "a number of seconds from 1 to 600"
    if kind in (Theme, Sort):
        return f"one of {', '.join(get_args(kind))}"
    if name == "keys":
        return 'a table of texts, such as on_off = "t"'
    return "a text with something in it" if kind is Filled else "a text"


def _shown(value: object, most: int = 40) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= most else f"{text[:most]}..."


def _check_keys(chosen: Mapping[str, str], known: Mapping[str, str], path: Path) -> None:
    """Raise NetcError for an action that is not known, a key that is none, a key used twice."""
    for name, keys in chosen.items():
        if name not in known:
            raise _wrong(f"{path}: keys.{name}: no such action{_nearest(name, known)}")
        for key in keynames.split(keys):
            if not keynames.valid(key):
                raise _wrong(f"{path}: keys.{name}: {_shown(key)} is no key (t, ctrl+t, f2, space)")
            if name in EVERYWHERE and len(key) == 1:
                raise _wrong(
                    f"{path}: keys.{name}: {key} is typed into fields, where this key works too;"
                    " take one with ctrl+, or a function key"
                )
            if keynames.plain(key) in FIXED - (QUITS if name == "quit" else frozenset()):
                raise _wrong(f"{path}: keys.{name}: {key} is kept for what it does everywhere")
    users: dict[str, str] = {}
    # Those of the file last: an error is about one of them.
    for name, keys in {**{k: v for k, v in known.items() if k not in chosen}, **chosen}.items():
        for key in map(keynames.plain, keynames.split(keys)):
            if users.setdefault(key, name) != name and name in chosen:
                raise _wrong(f"{path}: keys.{name}: {key} is the key of {users[key]} already")


def _nearest(name: str, known: Iterable[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else "; netc config lists all"


def _wrong(message: str) -> NetcError:
    # TOML's own messages and keys can be of several lines.
    return NetcError(" ".join(message.split("\n")), Exit.USAGE)
