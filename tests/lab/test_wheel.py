"""The wheel, as it is built, in an environment with nothing else: all that netc needs is in it."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.terminal import Terminal, plain

from .conftest import SERVICES, Site

ROOT = Path(__file__).parents[2]
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")


def ran(*command: str | Path, cwd: Path) -> str:
    """What it prints, without this checkout on Python's path."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment's programs."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    ran(sys.executable, *PIP, *build, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv/bin"
    install = (programs / "python", *PIP, "install")
    locked = ROOT / ".ci/locked/run.txt"
    ran(*install, "--require-hashes", "--only-binary", ":all:", "-r", locked, cwd=folder)
    ran(*install, "--no-deps", wheel, cwd=folder)
    # What it says that it needs is there, and what developers need is not.
    ran(programs / "python", *PIP, "check", cwd=folder)
    named = "from importlib.metadata import distributions as all; print(*(d.name for d in all()))"
    there = set(ran(programs / "python", "-c", named, cwd=folder).split())
    assert {"netc-tui", "textual"} <= there
    assert not there & {"pytest", "hatchling", "mypy", "ruff"}
    return programs


def test_the_command_line_starts(installed: Path, tmp_path: Path) -> None:
    netc = installed / "netc"
    where = "import netc_tui; print(netc_tui.__file__, netc_tui.__version__)"
    file, version = ran(installed / "python", "-c", where, cwd=tmp_path).split()
    assert file.startswith(str(installed.parent))
    assert ran(netc, "--version", cwd=tmp_path) == f"netc {version}\n"
    assert "Exit codes:" in ran(netc, "--help", cwd=tmp_path)
    assert "#theme = " in ran(netc, "config", cwd=tmp_path)
    for name in ("dashboard.json", "alerts.yml"):
        assert (Path(file).parent / "watch" / name).is_file()
    assert ran(installed / "python", "-c", "import netc_tui.watch.metrics", cwd=tmp_path) == ""


def test_it_puts_a_service_on_the_lan_and_shows_it(
    site: Site, installed: Path, tmp_path: Path
) -> None:
    netc = str(installed / "netc")
    environment = {k: v for k, v in site.lab.environment.items() if k != "PYTHONPATH"}

    def done(*words: str) -> str:
        found = site.lab.exec([netc, *words], cwd=tmp_path, env=environment)
        assert found.returncode == 0, found.stderr
        return found.stdout

    # The tag tells of all files of the image: it is the checkout's only if none is missing.
    assert done("image", "build", "--base", "host") == site.netc("image", "build", "--base", "host")
    address = done("up", "web1", "eth1").strip().removeprefix("ip=")
    assert site.get(address) == "web1"
    assert f"bound {address} on eth1, healthy" in done("ls")
    # The screen needs its style sheet.
    argv = site.lab.command("host", [netc])
    with Terminal(argv, env=plain(environment), cwd=tmp_path) as terminal:
        terminal.wait_for(f"1 of {len(SERVICES)} on the LAN", 20)
        terminal.wait_for(f"bound {address} eth1")
        terminal.send("q")
        assert terminal.ended() == 0
