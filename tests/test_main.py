"""The program without a command: the TUI, from its settings to its exit code."""

from pathlib import Path

import pytest

from netc_tui.core.errors import Exit
from netc_tui.settings.declared import Settings
from tests.cli.process import opened


def test_no_command_opens_the_tui(tmp_path: Path) -> None:
    done = opened(XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 7
    assert done.stdout.strip() == str(Settings())
    file = tmp_path / "own.toml"
    file.write_text("[keys]\non_off = 't'\n")
    flags = ("--config", str(file), "-i", "eth1", "--read-only", "--no-mouse", "--only-on")
    done = opened(*flags, "--theme=light", "--ascii", NETC_THEME="terminal", NETC_TIMEOUT="9")
    assert done.returncode == 7
    assert done.stdout.strip() == str(
        Settings(
            interface="eth1",
            read_only=True,
            theme="light",
            ascii=True,
            mouse=False,
            only_on=True,
            timeout=9.0,
            keys={"on_off": "t"},
        )
    )


@pytest.mark.parametrize("words", [(), ("--ascii",)])
def test_errors_of_the_tui_end_as_those_of_commands(words: tuple[str, ...], tmp_path: Path) -> None:
    own = {"XDG_CONFIG_HOME": str(tmp_path)}
    error = "from netc_tui.core.errors import Exit, NetcError; raise NetcError('no', Exit.ENGINE)"
    done = opened(*words, then=error, **own)
    assert (done.returncode, done.stderr) == (Exit.ENGINE, "netc: no\n")
    done = opened(*words, then="raise KeyboardInterrupt", **own)
    assert done.returncode == 130
    assert done.stderr.startswith("netc: interrupted")
    for term in ("dumb", ""):
        done = opened(*words, **own, TERM=term)
        assert done.returncode == Exit.USAGE
        assert done.stdout == ""
        assert done.stderr.startswith("netc: netc needs a terminal that can move its cursor")
        assert done.stderr.count("\n") == 1
    (tmp_path / "netc").mkdir()
    (tmp_path / "netc" / "config.toml").write_text("thme = 1")
    done = opened(*words, **own)
    assert done.returncode == Exit.USAGE
    assert done.stderr.endswith("config.toml: thme: no such setting; did you mean theme?\n")


@pytest.mark.parametrize(
    ("environ", "ascii_"),
    [
        ({"LANG": "C"}, True),  # where Python sets LC_CTYPE=C.UTF-8 for itself
        ({"LANG": ""}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8"}, False),  # also where it is not installed
    ],
)
def test_ascii_by_the_locale_that_the_operator_has(environ: dict[str, str], ascii_: bool) -> None:
    unset = {"LC_ALL": "", **({} if "LC_CTYPE" in environ else {"LC_CTYPE": ""})}
    done = opened(**{**unset, **environ})
    assert f"ascii={ascii_}," in done.stdout
