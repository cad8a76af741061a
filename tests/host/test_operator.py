"""Who sits at the keyboard."""

import pwd
from pathlib import Path

import pytest

from netc_tui.host.operator import operator

SSH = {"SSH_CONNECTION": "10.0.0.5 50222 10.0.0.1 22"}


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """A shell of maria's, under it sudo's, under that netc as process 7."""
    for pid, parent in ((3, 1), (5, 3), (7, 5)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / f"{pid}/stat").write_text(f"{pid} (a) b) S {parent} 0")
        (tmp_path / f"{pid}/environ").write_bytes(b"")
    return tmp_path


def test_who_became_root_by_sudo_is_told_by_their_own_name(proc: Path) -> None:
    (proc / "7/loginuid").write_text("0")
    found = operator({"SUDO_USER": "maria", **SSH}, 7, proc)
    assert (found.user, found.client) == ("maria", "10.0.0.5")
    assert operator({"DOAS_USER": "joe"}, 7, proc).user == "joe"


def test_what_sudo_dropped_is_found_above(proc: Path) -> None:
    (proc / "3/environ").write_bytes(b"SSH_CONNECTION=10.0.0.5 50222 10.0.0.1 22\0USER=maria")
    (proc / "5/environ").write_bytes(b"SUDO_USER=maria\0")
    found = operator({}, 7, proc)
    assert (found.user, found.client) == ("maria", "10.0.0.5")


def test_else_it_is_who_logged_in_or_whose_process_it_is(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {0: "root", 1000: "ann"}

    def known(uid: int) -> pwd.struct_passwd:
        return pwd.struct_passwd((names[uid], "", uid, uid, "", "/", "/bin/sh"))

    monkeypatch.setattr(pwd, "getpwuid", known)
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert operator({}, 7, proc).user == "root", "a kernel without audit"
    (proc / "7/loginuid").write_text("1000")
    assert operator({}, 7, proc).user == "ann"
    (proc / "7/loginuid").write_text("4294967295")
    assert operator({}, 7, proc).user == "root", "nobody logged in: a timer, a container"
    (proc / "7/loginuid").write_text("77")
    assert operator({}, 7, proc).user == "77", "a user that is gone"


@pytest.mark.parametrize("text", ["", "10.0.0.5", "1 2 3 4 5"])
def test_no_address_without_a_connection(proc: Path, text: str) -> None:
    assert operator({"SUDO_USER": "x", "SSH_CONNECTION": text}, 7, proc).client == ""


def test_of_this_process_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "maria")
    assert operator().user == "maria"
