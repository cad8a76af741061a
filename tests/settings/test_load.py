"""The TUI's settings: who weighs more, and that a bad file is one line that helps."""

import json
import tomllib
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.settings.declared import FREE, SETTINGS, TABLES, Flags, Settings, Sort
from netc_tui.settings.example import example
from netc_tui.settings.keys import KEYS
from netc_tui.settings.load import config_path, load, utf8

KNOWN = {"on_off": "space", "quit": "q,ctrl+c", "help": "question_mark"}
UTF8 = {"LANG": "C.UTF-8"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str | bytes, flags: Flags | None = None, **environ: str) -> Settings:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(flags or Flags(), {**UTF8, "NETC_CONFIG": str(file), **environ}, KNOWN)


def error(file: Path, text: str | bytes, flags: Flags | None = None, **environ: str) -> str:
    with pytest.raises(NetcError) as caught:
        read(file, text, flags, **environ)
    assert caught.value.code == Exit.USAGE
    assert "\n" not in caught.value.message
    return caught.value.message


def tried(file: Path, text: str | bytes) -> tuple[Settings | None, NetcError | None]:
    try:
        return read(file, text), None
    except NetcError as refused:
        return None, refused


def test_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load(Flags(), UTF8, KNOWN) == Settings()
    assert config_path(Flags(), UTF8) == tmp_path / "netc" / "config.toml"
    (tmp_path / "netc").write_text("a file where the folder would be")
    assert load(Flags(), UTF8, KNOWN) == Settings()
    (tmp_path / "netc").unlink()
    (tmp_path / "netc").mkdir()
    (tmp_path / "netc" / "config.toml").write_text("timeout = 7")
    assert load(Flags(), UTF8, KNOWN).timeout == 7


def test_all_of_a_file(file: Path) -> None:
    text = """
        interface = "eth1"
        confirm_off = false
        read_only = true
        theme = "terminal"
        ascii = true
        mouse = false
        only_on = true
        stopped = true
        sort = "lan"
        reverse = true
        private_network = true
        base = "host"
        timeout = 12.5
        screenshots = "/srv/pictures"
        all_hosts = true
        all_contexts = true
        [hosts]
        nas = "ssh://root@nas:2222/run/docker.sock"
        "db1.lan" = "tcp://10.0.0.5:2376"
        here = "unix:///var/run/docker.sock"
        [keys]
        on_off = "t, ctrl+t"
        help = "?,f1"
        [dns]
        publish = "rfc2136"
        server = "192.168.0.1"
        zone = "home.lan"
        reverse = "0.168.192.in-addr.arpa"
        reverse_server = "192.168.0.2:5353"
        key_file = "~/netc.key"
        prefix = "/dns"
        user = "netc"
        password_file = "/etc/netc/password"
        ca = "/etc/netc/ca.pem"
        certificate = "/etc/netc/own.pem"
        certificate_key = "/etc/netc/own.key"
        timeout = 2
        [watch]
        interfaces = "eth1,eth2"
        ports = "80,443"
        projects = "shop*"
        mac = true
        hostname = true
        network = true
        name = true
    """
    assert msgspec.to_builtins(read(file, text)) == {
        "interface": "eth1",
        "confirm_off": False,
        "read_only": True,
        "theme": "terminal",
        "ascii": True,
        "mouse": False,
        "only_on": True,
        "stopped": True,
        "sort": "lan",
        "reverse": True,
        "private_network": True,
        "base": "host",
        "timeout": 12.5,
        "screenshots": "/srv/pictures",
        "all_hosts": True,
        "all_contexts": True,
        "hosts": {
            "nas": "ssh://root@nas:2222/run/docker.sock",
            "db1.lan": "tcp://10.0.0.5:2376",
            "here": "unix:///var/run/docker.sock",
        },
        "keys": {"on_off": "t,ctrl+t", "help": "question_mark,f1"},
        "dns": {
            "publish": "rfc2136",
            "server": "192.168.0.1",
            "zone": "home.lan",
            "reverse": "0.168.192.in-addr.arpa",
            "reverse_server": "192.168.0.2:5353",
            "key_file": "~/netc.key",
            "prefix": "/dns",
            "user": "netc",
            "password_file": "/etc/netc/password",
            "ca": "/etc/netc/ca.pem",
            "certificate": "/etc/netc/own.pem",
            "certificate_key": "/etc/netc/own.key",
            "timeout": 2.0,
        },
        "watch": {
            "interfaces": "eth1,eth2",
            "ports": "80,443",
            "projects": "shop*",
            "mac": True,
            "hostname": True,
            "network": True,
            "name": True,
        },
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme = ", "not valid TOML: Invalid value (at"),
        ("theme = 'dark'\ntheme = 'light'", "not valid TOML: Cannot overwrite a value"),
        ("a = " + "[" * 5000, "not valid TOML"),
        ("timeout = " + "9" * 5000, "not valid TOML"),
        (b"theme = '\xff'", "not UTF-8 (byte 9)"),
        (b"#" * 1_000_001, "too large"),
        ("tehme = 'dark'", "tehme: no such setting; did you mean theme?"),
        ("zzz = 1", "zzz: no such setting; netc config lists all"),
        ("'a\\nb' = 1", "no such setting"),
        ("theme = 'blue'", "theme: 'blue' is not one of dark, light, terminal"),
        ("theme = 1", "theme: 1 is not one of dark"),
        (
            "sort = 'size'",
            "sort: 'size' is not one of name, host, state, ports, published, lan, dns, traffic",
        ),
        ("ascii = 1", "ascii: 1 is not true or false"),
        ("ascii = 'yes'", "ascii: 'yes' is not true or false"),
        ("interface = true", "interface: true is not a text"),
        ("interface = 2024-01-01", "is not a text"),
        ("base = ''", "base: '' is not a text with something in it"),
        ("timeout = '30'", "timeout: '30' is not a number of seconds from 1 to 600"),
        ("timeout = 0.9", "timeout: 0.9 is not a number"),
        ("timeout = 601", "timeout: 601 is not a number"),
        ("timeout = nan", "timeout: nan is not a number"),
        ("timeout = inf", "timeout: inf is not a number"),
        ("timeout = true", "timeout: true is not a number"),
        ("dns = 'etcd'", "dns: 'etcd' is not a table; write [dns]"),
        ("[[dns]]", "dns: [{}] is not a table"),
        ("[dsn]", "dsn: no such setting; did you mean dns?"),
        ("[dns]\nsever = 'a'", "dns.sever: no such setting; did you mean server?"),
        ("[dns]\ninterface = 'a'", "dns.interface: no such setting"),
        ("[dns]\n'a\\nb' = 1", "no such setting"),
        ("[dns]\npublish = 'bind'", "dns.publish: 'bind' is not one of off, rfc2136, etcd"),
        ("[dns]\nzone = 1", "dns.zone: 1 is not a text"),
        ("[dns]\ntimeout = 61", "dns.timeout: 61 is not a number of seconds from 1 to 60"),
        ("hosts = 'a'", "hosts: 'a' is not a table of texts, such as nas = "),
        ("[hosts]\nnas = 1", "is not a table of texts"),
        ("[hosts]\ndb.lan = 'ssh://a'", "is not a table of texts"),
        ("[host]", "host: no such setting; did you mean hosts?"),
        ("[hosts]\n'a b' = 'ssh://a'", "hosts: 'a b' is no name for a host"),
        ("[hosts]\n'-a' = 'ssh://a'", "hosts: '-a' is no name for a host"),
        ("[hosts]\n'' = 'ssh://a'", "hosts: '' is no name for a host"),
        ("[hosts]\ndefault = 'ssh://a'", "hosts.default: so Docker calls a context"),
        ("[hosts]\nnas = 'nas'", "hosts.nas: 'nas' is not an address: ssh://, tcp://, unix://..."),
        ("keys = 't'", "keys: 't' is not a table of texts"),
        ("[keys]\non_off = 1", "is not a table of texts"),
        ("[keys]\non_of = 't'", "keys.on_of: no such action; did you mean on_off?"),
        ("[keys]\non_off = ''", "keys.on_off: '' is no key (t, ctrl+t, f2, space)"),
        ("[keys]\non_off = 'entr'", "keys.on_off: 'entr' is no key"),
        ("[keys]\non_off = 'control+t'", "keys.on_off: 'control+t' is no key"),
        ("[keys]\non_off = 't,,u'", "keys.on_off: '' is no key"),
        ("[keys]\non_off = 't'\nhelp = 't'", "keys.help: t is the key of on_off already"),
        ("[keys]\non_off = '/'\nhelp = 'slash'", "keys.help: slash is the key of on_off already"),
        ("[keys]\non_off = 'q'", "keys.on_off: q is the key of quit already"),
        ("[keys]\non_off = '?'", "keys.on_off: question_mark is the key of help already"),
    ],
)
def test_a_bad_file(file: Path, text: str | bytes, said: str) -> None:
    message = error(file, text)
    assert message.startswith(f"{file}: ")
    assert said in message


def test_keys_may_change_places(file: Path) -> None:
    read(file, "[keys]\non_off = 'q'\nquit = 'space'")
    read(file, "[keys]\non_off = 't,t'")


def test_a_file_with_a_byte_order_mark(file: Path) -> None:
    assert read(file, b"\xef\xbb\xbftheme = 'light'\r\n").theme == "light"


@pytest.mark.parametrize("flag", [True, False])
def test_a_named_file_must_be_there(tmp_path: Path, flag: bool) -> None:
    def message(path: Path) -> str:
        flags = Flags(config=str(path)) if flag else Flags()
        environ = {} if flag else {"NETC_CONFIG": str(path)}
        with pytest.raises(NetcError) as caught:
            load(flags, environ, KNOWN)
        assert caught.value.code == Exit.USAGE
        return caught.value.message

    missing = tmp_path / "missing"
    assert message(missing).startswith(f"{missing}: No such file or directory")
    assert message(tmp_path) == f"{tmp_path}: Is a directory"
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert "symbolic links" in message(loop)


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ("on_off = 'j'", "on_off: j is the key of down already"),
        ("on_off = 'ctrl+q'", "on_off: ctrl+q is kept for what it does everywhere"),
        ("quit = 'ctrl+z'", "quit: ctrl+z is kept for what it does everywhere"),
        ("save = 'y'", "save: y is typed into fields"),
    ],
)
def test_keys_that_would_be_dead_or_in_the_way(file: Path, chosen: str, why: str) -> None:
    file.write_text(f"[keys]\n{chosen}")
    with pytest.raises(NetcError) as caught:
        load(Flags(config=str(file)), {}, {key.id: key.key for key in KEYS})
    assert f"keys.{why}" in caught.value.message


def test_a_cursor_key_that_is_free_can_be_had(file: Path) -> None:
    file.write_text("[keys]\ndown = 'n'\non_off = 'j'")
    found = load(Flags(config=str(file)), {}, {key.id: key.key for key in KEYS})
    assert found.keys == {"down": "n", "on_off": "j"}


def test_the_flag_names_the_file_before_the_variable(file: Path) -> None:
    file.write_text("theme = 'light'")
    assert load(Flags(config=str(file)), {"NETC_CONFIG": "/nowhere"}, KNOWN).theme == "light"


GOOD: dict[str, st.SearchStrategy[Any]] = {
    "interface": st.sampled_from(["eth0", "eth1", "bond0.5"]),
    "confirm_off": st.booleans(),
    "read_only": st.booleans(),
    "theme": st.sampled_from(["dark", "light", "terminal"]),
    "ascii": st.booleans(),
    "mouse": st.booleans(),
    "only_on": st.booleans(),
    "stopped": st.booleans(),
    "sort": st.sampled_from(get_args(Sort)),
    "reverse": st.booleans(),
    "private_network": st.booleans(),
    "screenshots": st.sampled_from(["/tmp/pictures", "."]),
    "all_hosts": st.booleans(),
    "all_contexts": st.booleans(),
    "base": st.sampled_from(["alpine", "host", "alpine:3.20"]),
    "timeout": st.integers(1, 600),
}
SPELLED = {True: ["1", "true", "YES", "On"], False: ["0", "false", "no", "OFF"]}
NAMES = [setting.name for setting in SETTINGS]
VARIABLES = [setting.variable for setting in SETTINGS]


@given(st.data())
def test_flag_before_environment_before_file_before_default(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    def some(names: list[str]) -> dict[str, Any]:
        chosen = data.draw(st.sets(st.sampled_from(names)))
        return {name: data.draw(GOOD[name]) for name in sorted(chosen)}

    in_file, in_flags = some(list(GOOD)), some(NAMES)
    in_environ = some(NAMES)
    file = tmp_path_factory.getbasetemp() / "precedence.toml"
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in in_file.items())
    environ = {
        f"NETC_{name.upper()}": data.draw(st.sampled_from(SPELLED[value]))
        if isinstance(value, bool)
        else str(value)
        for name, value in in_environ.items()
    }
    unset = {variable: "" for variable in VARIABLES if variable not in environ}
    found = read(file, text, Flags(in_flags), **environ, **unset)
    assert found == Settings(**{**in_file, **in_environ, **in_flags})


@given(st.binary() | st.text().map(str.encode))
def test_any_file_is_settings_or_an_error_of_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "garbage.toml"
    found, refused = tried(file, content)
    if refused:
        assert refused.code == Exit.USAGE
        assert refused.message.startswith(f"{file}: ")
        assert "\n" not in refused.message
    else:
        assert isinstance(found, Settings)


TEXT = st.text(st.characters(codec="utf-8"), max_size=5)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | TEXT | st.dates() | st.times(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner),
    max_leaves=4,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value).lower() if isinstance(value, bool) else str(value)


@given(st.sampled_from([*NAMES, *FREE, *TABLES]), VALUES)
def test_any_value_is_taken_as_it_is_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any
) -> None:
    file = tmp_path_factory.getbasetemp() / "values.toml"
    found, refused = tried(file, f"{name} = {toml(value)}")
    if refused:
        assert refused.code == Exit.USAGE
        assert refused.message.startswith(f"{file}: {name}")
        assert "\n" not in refused.message
    elif name not in (*FREE, "screenshots", *TABLES):
        assert getattr(found, name) == value
        assert isinstance(value, bool) == isinstance(getattr(Settings(), name), bool)


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("NETC_MOUSE", "maybe", "NETC_MOUSE: 'maybe' is not true or false"),
        ("NETC_READ_ONLY", "2", "NETC_READ_ONLY: '2' is not true or false"),
        ("NETC_THEME", "Dark", "NETC_THEME: 'Dark' is not one of dark, light, terminal"),
        ("NETC_TIMEOUT", "soon", "NETC_TIMEOUT: 'soon' is not a number of seconds"),
        ("NETC_TIMEOUT", "nan", "NETC_TIMEOUT: nan is not a number of seconds"),
        ("NETC_TIMEOUT", "0", "NETC_TIMEOUT: 0.0 is not a number of seconds"),
    ],
)
def test_a_bad_variable(file: Path, variable: str, text: str, said: str) -> None:
    assert said in error(file, "", **{variable: text})


def test_a_bad_flag(file: Path) -> None:
    message = error(file, "", Flags({"theme": "blue"}))
    assert message == "--theme: 'blue' is not one of dark, light, terminal"


@pytest.mark.parametrize(
    ("environ", "unicode"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "en_US"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "de_DE.UTF-8@euro"}, True),
        ({"LANG": "en_US.UTF-8", "LC_CTYPE": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "C.UTF-8", "LC_CTYPE": "C.UTF-8", "LC_ALL": "POSIX"}, False),
        ({"LANG": "C.UTF-8", "LC_ALL": ""}, True),
    ],
)
def test_ascii_where_the_locale_is_not_utf8(
    file: Path, environ: dict[str, str], unicode: bool
) -> None:
    assert utf8(environ) == unicode
    file.write_text("")
    given = {**environ, "NETC_CONFIG": str(file)}
    assert load(Flags(), given, KNOWN).ascii != unicode
    for value in (True, False):
        assert load(Flags({"ascii": value}), given, KNOWN).ascii == value
        assert load(Flags(), {**given, "NETC_ASCII": str(value)}, KNOWN).ascii == value
        file.write_text(f"ascii = {json.dumps(value)}")
        assert load(Flags(), given, KNOWN).ascii == value
        file.write_text("")


def test_screenshots_in_the_home(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/one")
    assert read(file, "screenshots = '~/p'").screenshots == "/home/one/p"


def test_the_example_says_the_defaults(file: Path) -> None:
    text = example(KEYS)
    assert tomllib.loads(text) == {"keys": {}, "hosts": {}, "dns": {}, "watch": {}}
    used = "\n".join(
        line[1:] if line.startswith("#") and not line.startswith("# ") else line
        for line in text.splitlines()
    )
    assert read_known(file, used) == Settings(keys={key.id: key.key for key in KEYS})
    names = [field.name for field in msgspec.structs.fields(Settings)]
    assert [*NAMES, *FREE, *TABLES] == names


def read_known(file: Path, text: str) -> Settings:
    file.write_text(text)
    known = {key.id: key.key for key in KEYS}
    return load(Flags(config=str(file)), UTF8, known)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("only_exposed = true", "only_exposed is called only_on now"),
        ("[keys]\ntoggle = 't'", "keys.toggle is called on_off now"),
        ("[keys]\nonly_exposed = 't'", "keys.only_exposed is called only_on now"),
        ("[keys]\nstopped = 't'", "keys.stopped is called all now"),
    ],
)
def test_what_has_another_name_now_is_told_by_it(file: Path, text: str, said: str) -> None:
    assert error(file, text) == f"{file}: {said}"


def test_a_variable_that_has_another_name_now_is_not_passed_over(file: Path) -> None:
    assert error(file, "", NETC_ONLY_EXPOSED="1") == "NETC_ONLY_EXPOSED is called NETC_ONLY_ON now"


def test_alt_is_no_modifier_of_a_key(file: Path) -> None:
    """On most terminals it comes as an escape and the key: two keys."""
    assert "'alt+t' is no key" in error(file, "[keys]\non_off = 'alt+t'")


def test_a_variable_of_a_table_weighs_more_than_the_file(file: Path) -> None:
    text = "[dns]\nzone = 'home.lan'\nserver = '10.0.0.1'"
    found = read(file, text, NETC_DNS_SERVER="10.0.0.2", NETC_DNS_TIMEOUT="3", NETC_DNS_ZONE="").dns
    assert (found.zone, found.server, found.timeout) == ("home.lan", "10.0.0.2", 3.0)
    assert read(file, "", NETC_DNS_PUBLISH="etcd").dns.publish == "etcd"
    assert "NETC_DNS_PUBLISH: 'no' is not one of" in error(file, "", NETC_DNS_PUBLISH="no")
