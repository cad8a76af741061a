"""`netc watch` behind a proxy that lets pass what the guide says, and nothing else."""

import re
import signal
from pathlib import Path

from netc_tui import sidecar
from netc_tui.core.model import IMAGE_BASE

from .conftest import Site, eventually
from .proxy import Call, proxied
from .watching import YES, address, answers, memo, on, run, watch

GUIDE = Path(__file__).parents[2] / "netc_tui/guide/watch.md"


def stated() -> set[Call]:
    """The calls of the engine that the guide says a proxy must let pass."""
    text = GUIDE.read_text(encoding="utf-8")
    found = re.search(r"A socket proxy .*?must let pass (.*?)\.\s", text, re.DOTALL)
    assert found
    calls = set()
    for part in found[1].split(";"):
        names = re.findall(r"`([a-z_]+)`", part)
        calls |= {(method, name) for method in re.findall(r"`([A-Z]+)`", part) for name in names}
    return calls


def test_it_needs_the_calls_that_the_guide_states_and_all_of_them(
    site: Site, tmp_path: Path
) -> None:
    with proxied(tmp_path, site.lab.socket, stated()) as proxy:
        environment = {**site.lab.environment, "DOCKER_HOST": proxy.url}
        # An image of an older netc that lost its name, and one that there is to be made.
        site.docker("rmi", sidecar.image(), "netc-base:host", check=False)
        archive = tmp_path / "empty.tar"
        archive.write_bytes(bytes(10240))
        old = site.docker("import", f"--change=LABEL {IMAGE_BASE}=host", str(archive))
        site.netc("image", "build", "--base", "host", env=environment)
        assert old not in site.docker("image", "ls", "-q", "--no-trunc").split()
        with watch(site, tmp_path, environment={"DOCKER_HOST": proxy.url}) as watcher:
            run(site, "shop", *YES)
            first = answers(site, "shop")
            eventually(lambda: memo(site))
            # Made anew with other ports.
            site.docker("rm", "-f", "shop")
            run(site, "shop", *YES, "--label=netc.ports=8080:80")
            eventually(lambda: site.get(first, 8080), seconds=15)
            # As the watcher does with one that has no lease yet.
            site.netc("renew", "shop", env=environment)
            site.docker("restart", "shop")
            answers(site, "shop", 8080)
            # Off by hand, and on again.
            site.netc("down", "shop", env=environment)
            assert on(site) == set()
            site.netc("up", "shop", "eth1", env=environment)
            assert address(site, "shop") == first
            site.netc("down", "shop", env=environment)
            for name in site.docker("volume", "ls", "-q", "--filter=label=netc.memo").split():
                site.docker("volume", "rm", name)
            run(site, "mail", *YES)
            answers(site, "mail")
            site.docker("rm", "-f", "shop", "mail")
            eventually(lambda: site.leftovers() == [], seconds=20)
            assert watcher.ended(signal.SIGTERM) < 1.5
            assert not memo(site)
            assert "refused" not in watcher.said
            assert "403" not in watcher.said
    assert proxy.refused == set()
    assert proxy.passed == stated(), "what nobody needs is not to be asked for"
