"""The guide's example of labels in Compose, as it stands there, with both kinds of Compose."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import engines

from .conftest import Site, eventually
from .watching import answers, on, watch

pytestmark = pytest.mark.core
GUIDE = Path(__file__).parents[2] / "netc_tui/guide/watch.md"
SERVICE = """\
version: "3"
services:
  web:
    image: netc-lab/web
    hostname: shop
"""
Compose = Callable[..., str]


def example() -> str:
    """The labels that the guide shows."""
    text = GUIDE.read_text(encoding="utf-8")
    (block,) = re.findall(r"^# By labels.*?^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert "netc.enable" in block
    return str(block)


@pytest.fixture(params=["the machine's", "Debian 13's"])
def compose(request: pytest.FixtureRequest, site: Site, tmp_path: Path) -> Iterator[Compose]:
    """A Compose for the project; what it prints."""
    program = ["docker-compose"]
    if request.param != "the machine's":
        program = engines.compose(engines.folder("trixie"))
    (tmp_path / "docker-compose.yml").write_text(SERVICE + example())
    environment = {**site.lab.environment, "COMPOSE_COMPATIBILITY": "1"}

    def run(*arguments: str) -> str:
        command = [*program, "--project-name=shop", *arguments]
        done = site.lab.exec(command, cwd=tmp_path, env=environment)
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout + done.stderr

    yield run
    run("down", "-v", "--remove-orphans")


def test_the_readme_s_example(site: Site, compose: Compose, tmp_path: Path) -> None:
    with watch(site, tmp_path) as watcher:
        compose("up", "-d")
        address = answers(site, "shop_web_1", 8080)
        assert site.get(address, 80) is None, "at the public port alone"
        # A one-off has the labels of its service, and gets none of its own.
        assert "once" in compose("run", "--rm", "-T", "web", "echo", "once")
        # Made anew; in two steps, since Compose 1.29 fails at that on engines from 25 on.
        compose("rm", "-s", "-f")
        compose("up", "-d")
        assert answers(site, "shop_web_1", 8080) == address
        assert on(site) == {"netc-shop_web_1"}
        compose("down")
        eventually(lambda: site.leftovers() == [], seconds=25)
        assert "Traceback" not in watcher.said
        # Compose 2 left its network, which the network container was still on.
        compose("down")
        assert "shop_default" not in site.docker("network", "ls", "--format={{.Name}}").split()
