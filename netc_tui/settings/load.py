"""The settings in force: from flags, the environment and one TOML file, in that order of weight."""

import itertools
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from netc_tui.core.errors import Exit, NetcError
from netc_tui.settings import keynames
from netc_tui.settings.declared import (
    FREE,
    SETTINGS,
    TABLES,
    Flags,
    Setting,
    Settings,
    variable,
)
from netc_tui.settings.keys import EVERYWHERE, KEYS

_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_LARGEST = 1_000_000
HOST = re.compile(r"[\w.][\w.-]*")
"""What a host can be called: it is typed in a shell, and stands in a column."""
DEFAULT_CONTEXT = "default"
SCHEMES = ("ssh://", "tcp://", "unix://")
QUITS = frozenset(("ctrl+c", "ctrl+q"))
FIXED = QUITS | {"ctrl+z"}
"""Keys that always do what they do: quit, suspend."""


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
    for setting in (*SETTINGS, *itertools.chain.from_iterable(TABLES.values())):
        if setting.formerly and environ.get(before := variable(setting.formerly)):
            raise _wrong(f"{before} is called {setting.variable} now")
        # An empty variable is as good as none: it is how a shell unsets one for one command.
        if text := environ.get(setting.variable):
            value = _value(setting, _from_text(setting, text), setting.variable)
            (given.setdefault(setting.table, {}) if setting.table else given)[setting.name] = value
        if not setting.table and (value := flags.given.get(setting.name)) is not None:
            given[setting.name] = _value(setting, value, setting.flag)
    if "ascii" not in given:
        given["ascii"] = not utf8(environ)
    if given.get("screenshots"):
        given["screenshots"] = os.path.expanduser(given["screenshots"])  # noqa: PTH111 - never raises
    return msgspec.convert(given, Settings)


def utf8(environ: Mapping[str, str]) -> bool:
    """Whether the locale's encoding is UTF-8, by the variables that decide it."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    locale = next((environ[name] for name in names if environ.get(name)), "C")
    return re.search(r"utf-?8", locale, re.IGNORECASE) is not None


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
    tables = {name: found.pop(name) for name in (*FREE, *TABLES) if name in found}
    given = _of_table(found, SETTINGS, f"{path}: ")
    for name, value in tables.items():
        if name == "keys":
            given[name] = _keys(value, known_keys, path)
        elif name == "hosts":
            given[name] = _hosts(value, path)
        elif isinstance(value, dict):
            given[name] = _of_table(value, TABLES[name], f"{path}: {name}.")
        else:
            raise _wrong(f"{path}: {name}: {_shown(value)} is not a table; write [{name}]")
    return given


def _of_table(found: Mapping[str, Any], settings: Iterable[Setting], where: str) -> dict[str, Any]:
    known = {setting.name: setting for setting in settings}
    former = {setting.formerly: setting.name for setting in settings if setting.formerly}
    tables = () if where.endswith(".") else (*FREE, *TABLES)
    given = {}
    for name, value in found.items():
        if name in known:
            given[name] = _value(known[name], value, f"{where}{name}")
        elif name in former:
            raise _wrong(f"{where}{name} is called {former[name]} now")
        else:
            raise _wrong(f"{where}{name}: no such setting{_nearest(name, (*known, *tables))}")
    return given


def _from_text(setting: Setting, text: str) -> object:
    """A variable's text as its setting's type; as it is where it does not fit."""
    if setting.kind is bool:
        return _BOOLEANS.get(text.lower(), text)
    if setting.kind is float:
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _value(setting: Setting, value: object, where: str) -> Any:
    try:
        return msgspec.convert(value, setting.type)
    except msgspec.ValidationError as error:
        raise _wrong(f"{where}: {_shown(value)} is not {_wanted(setting)}") from error


def _wanted(setting: Setting) -> str:
    if setting.kind is bool:
        return "true or false"
    if setting.kind is float:
        return f"a number of seconds from {setting.limits.ge} to {setting.limits.le}"
    if setting.choices:
        return f"one of {', '.join(setting.choices)}"
    return "a text with something in it" if setting.limits.min_length else "a text"


def _keys(value: object, known: Mapping[str, str], path: Path) -> dict[str, str]:
    try:
        chosen = msgspec.convert(value, dict[str, str])
    except msgspec.ValidationError as error:
        wanted = 'a table of texts, such as on_off = "t"'
        raise _wrong(f"{path}: keys: {_shown(value)} is not {wanted}") from error
    _check_keys(chosen, known, path)
    return {
        name: ",".join(map(keynames.plain, keynames.split(keys))) for name, keys in chosen.items()
    }


def _hosts(value: object, path: Path) -> dict[str, str]:
    try:
        hosts = msgspec.convert(value, dict[str, str])
    except msgspec.ValidationError as error:
        wanted = 'a table of texts, such as nas = "ssh://root@nas"'
        raise _wrong(f"{path}: hosts: {_shown(value)} is not {wanted}") from error
    for name, url in hosts.items():
        if not HOST.fullmatch(name):
            raise _wrong(
                f"{path}: hosts: {_shown(name)} is no name for a host; take letters, digits, . - _"
            )
        if name == DEFAULT_CONTEXT:
            raise _wrong(f"{path}: hosts.{name}: so Docker calls a context; take another name")
        if not url.startswith(SCHEMES):
            wanted = f"an address: {', '.join(SCHEMES)}..."
            raise _wrong(f"{path}: hosts.{name}: {_shown(url)} is not {wanted}")
    return hosts


def _shown(value: object, most: int = 40) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= most else f"{text[:most]}..."


def _check_keys(chosen: Mapping[str, str], known: Mapping[str, str], path: Path) -> None:
    """Raise NetcError for an action that is not known, a key that is none, a key used twice."""
    former = {key.formerly: key.id for key in KEYS if key.formerly}
    for name, keys in chosen.items():
        if name in former and name not in known:
            raise _wrong(f"{path}: keys.{name} is called {former[name]} now")
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
