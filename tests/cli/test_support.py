"""`netc support`: what it prints, where it writes, its exit codes."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from netc_tui.core.errors import Exit
from netc_tui.operations.up import Request, up
from tests.cli.process import ROOT, environment, interrupted
from tests.machine import run
from tests.operations.doctors import LISTENS, sound
from tests.twin import FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeEngine:
    sound(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NETC_CONFIG", "")
    made = FakeEngine()
    made.prints = lambda name, command: LISTENS
    made.run("web", ports=("80/tcp",))
    run(up(made, Request("web", "eth0")))
    return made


def names(content: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return tar.getnames()


def test_its_path_is_the_result(netc: Any, engine: FakeEngine, tmp_path: Path) -> None:
    code, out, err = netc(engine, "support")
    assert code == Exit.DONE
    (path,) = tmp_path.iterdir()
    assert out == f"{path}\n"
    assert path.name.startswith("netc-support-docker-host-")
    assert path.name.endswith(".tar.gz")
    assert err.endswith(" kB\n")
    top = path.name.removesuffix(".tar.gz")
    assert names(path.read_bytes())[:2] == [f"{top}/README.txt", f"{top}/doctor.txt"]


def test_what_is_there_is_kept(netc: Any, engine: FakeEngine, tmp_path: Path) -> None:
    path = tmp_path / "mine.tgz"
    assert netc(engine, "support", "--output", "mine.tgz")[:2] == (0, f"{path}\n")
    before = path.read_bytes()
    calls = len(engine.calls)
    code, out, err = netc(engine, "support", "-o", "mine.tgz")
    assert (code, out) == (Exit.FAILED, "")
    assert "is there already; name another with --output" in err
    assert len(engine.calls) == calls, "nobody waits for that"
    assert path.read_bytes() == before
    code, _, err = netc(engine, "support", "-o", "none/mine.tgz")
    assert code == Exit.FAILED
    assert "there is no folder" in err
    assert netc(engine, "support", "-o", "")[0] == Exit.USAGE


def test_a_path_that_is_broken_is_no_failure(netc: Any, engine: FakeEngine) -> None:
    engine.stop("web")
    assert netc(engine, "support")[0] == Exit.DONE


def test_without_an_engine_it_is_written_too(netc: Any, engine: FakeEngine, tmp_path: Path) -> None:
    engine.away = "it is off"
    code, out, err = netc(engine, "support", "-o", "a.tgz")
    assert (code, out) == (Exit.ENGINE, f"{tmp_path / 'a.tgz'}\n")
    assert err.endswith("; its README.txt names what could not be read\nnetc: it is off\n")


def test_to_stdout_goes_the_archive_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "netc_tui", "support", "-o", "-"],
        env=environment("tcp://user:hunter2-s@127.0.0.1:1"), cwd=ROOT, capture_output=True,
        check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == Exit.ENGINE
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        texts = {
            member.name.partition("/")[2]: part.read().decode()
            for member in tar.getmembers()
            if (part := tar.extractfile(member)) is not None
        }
    assert "interfaces.json" not in texts, "this machine's are not that one's"
    assert "interfaces: not checked (the engine does not answer)" in texts["doctor.txt"]
    assert "hunter2" not in str(texts)
    assert "  DOCKER_HOST=tcp://127.0.0.1:1\n" in texts["versions.txt"]
    assert done.stderr.decode().splitlines()[0].endswith("names what could not be read")


def test_interrupted_it_leaves_nothing(tmp_path: Path) -> None:
    done = interrupted(tmp_path, "support", "-o", str(tmp_path / "a.tgz"))
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.startswith("netc: interrupted")
    assert [each.name for each in tmp_path.iterdir()] == ["d.sock"]


def test_the_help_says_what_is_in_it_and_what_is_not(netc: Any, engine: FakeEngine) -> None:
    code, out, _ = netc(engine, "support", "--help")
    assert code == Exit.DONE
    assert "In it: " in out
    assert "Not in it: " in out
