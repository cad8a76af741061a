"""Commands are run as in a shell, and say why they fail."""

import asyncio
from pathlib import Path

from netc_tui.host import commands


def run(command: str) -> str:
    return asyncio.run(commands.run(command))


def test_one_that_is_done_says_nothing(tmp_path: Path) -> None:
    made = tmp_path / "a b"
    assert run(f"mkdir '{made}'") == ""
    assert made.is_dir()
    assert run("echo hello") == ""


def test_one_that_fails_says_why() -> None:
    assert run("sh -c 'echo first >&2; echo last >&2; exit 3'") == "last"
    assert run("sh -c 'exit 3'") == "sh: exit code 3"
    assert run("/nonexistent/program") == "/nonexistent/program: No such file or directory"


def test_it_is_no_shell(tmp_path: Path) -> None:
    assert run(f"true ; touch {tmp_path}/made") == ""
    assert not (tmp_path / "made").exists()
