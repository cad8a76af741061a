"""``python -m tests.screenshots``: make the pictures in screenshots/, from netc running in a lab.

Each is what the program itself saves with ctrl+s, driven by keys in a terminal of that size.
Needs root, as the lab does.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from netc_tui.lab import Lab
from netc_tui.lab.layout import HOSTS
from tests.bench.site import NETC, ROOT, Site
from tests.terminal import Terminal, plain

FOLDER = ROOT / "screenshots"
SHOP = {
    "web": ("netc-lab/web", ("--publish=8090:80",)),
    "api": ("netc-lab/app", ()),
    "db": ("netc-lab/worker", ("--expose=5432",)),
    "cache": ("netc-lab/worker", ("--expose=6379",)),
    "mail": ("netc-lab/worker", ("--expose=25", "--expose=143", "--expose=587")),
}
"""A Compose project, as far as labels tell, with something to expose."""
DOWN, UP, CTRL_S, ESCAPE, SPACE = "\x1b[B", "\x1b[A", "\x13", "\x1b", " "


class Studio:
    """A lab, and a folder that netc saves its screens in."""

    def __init__(self, lab: Lab, folder: Path, settings: str = "") -> None:
        self.lab, self.site, self._saved = lab, Site(lab), folder
        self._settings = settings

    @contextlib.contextmanager
    def netc(self, columns: int, rows: int, *flags: str) -> Iterator[Terminal]:
        """The program on screen, with services shown."""
        argv = self.lab.command("host", [*NETC, *flags])
        with self._terminal(argv, self.lab.environment, columns, rows) as terminal:
            terminal.wait_for("▲ eth1")  # interfaces are the last to be known
            yield terminal

    @contextlib.contextmanager
    def demo(self, columns: int, rows: int) -> Iterator[Terminal]:
        """The demo on screen, in a lab of its own."""
        argv = [*NETC, "demo", "--name", f"{self.lab.name}d"]
        with self._terminal(argv, os.environ, columns, rows) as terminal:
            try:
                terminal.wait_for("Demo 1/5", 60)
                yield terminal
            finally:
                terminal.kill(signal.SIGTERM)
                terminal.ended(30)

    def _terminal(
        self, argv: Sequence[str], environment: Mapping[str, str], columns: int, rows: int
    ) -> Terminal:
        config = self._saved / "config.toml"
        config.write_text(f'interface = "eth1"\nscreenshots = "{self._saved}"\n{self._settings}')
        ssh = f"{self.lab.CLIENT_IP} 50022 {self.lab.HOST_IP} 22"
        env = plain(environment, NETC_CONFIG=str(config), SSH_CONNECTION=ssh, COLORTERM="truecolor")
        return Terminal(argv, env=env, columns=columns, rows=rows, cwd=ROOT)

    def save(self, terminal: Terminal, name: str) -> None:
        """Have it save its screen, as screenshots/NAME.svg."""
        terminal.quiet(0.3)
        terminal.send(CTRL_S)
        # What is said of it is still said of the one before, or behind the screen in front.
        terminal.wait_for(lambda _: self._whole(), why="it is saved")
        (svg,) = self._saved.glob("*.svg")
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{name}.svg").write_text(svg.read_text())
        svg.unlink()
        print(f"screenshots/{name}.svg", flush=True)

    def _whole(self) -> bool:
        """Is a picture there, all of it?"""
        return any("</svg>" in path.read_text()[-20:] for path in self._saved.glob("*.svg"))

    @contextlib.contextmanager
    def visitor(self, *names: str) -> Iterator[None]:
        """Another machine of the LAN that gets pages all the time."""
        hosts = " ".join(f"http://{name}.{self.lab.DOMAIN}/" for name in names)
        loop = f"while :; do for url in {hosts}; do curl -s --max-time 1 $url; done; sleep .1; done"
        process = self.lab.popen(
            "client", ["sh", "-c", loop], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def shop(self) -> None:
        """Run the Compose project."""
        self.site.docker("network", "create", "shop_default")
        for service, (image, options) in SHOP.items():
            labels = {"project": "shop", "service": service}
            self.site.docker(
                "run", "-d", f"--name=shop-{service}-1", "--network=shop_default",
                *(f"--label=com.docker.compose.{key}={value}" for key, value in labels.items()),
                *options, image,
            )  # fmt: skip


def shoot(studio: Studio) -> None:
    """All the pictures, in the order in which a lab gets to them."""
    with studio.netc(120, 40) as terminal:
        terminal.send(DOWN)
        terminal.send("e")
        terminal.wait_for("start netc-dns", why="the plan")
        studio.save(terminal, "dialog")
        terminal.send(ESCAPE)
        terminal.quiet(0.5)
        terminal.send(DOWN)
        terminal.send(SPACE)
        terminal.wait_for("web1: on")
        studio.save(terminal, "main")
        with studio.visitor("web1"):
            terminal.send("4")
            terminal.wait_for(re.compile(r"80/tcp +\d+ +\S+ [kM]?B"), seconds=30, why="a client")
            studio.save(terminal, "clients")
            terminal.send("3r")
            terminal.wait_for("web1: lease of")
            terminal.wait_for(_counted(60), seconds=60, why="60 packets")
            studio.save(terminal, "traffic")
    studio.site.docker(
        "run", "-d", "--name=wiki", "--hostname=wiki", "--entrypoint=httpd", "netc-lab/web",
        *("-f", "-p", "127.0.0.1:80"),
    )  # fmt: skip
    studio.site.netc("up", "wiki", "eth1", "--port=80", "--no-check")
    studio.site.docker("stop", "--time=0", "web1")
    with studio.netc(120, 40) as terminal:
        terminal.send("G" + UP)
        terminal.wait_for("N502", seconds=20)
        studio.save(terminal, "broken")
        terminal.send("d")
        terminal.wait_for("Path to wiki, of")
        studio.save(terminal, "doctor")
        terminal.send(ESCAPE)
    studio.site.docker("rm", "--force", "wiki")
    studio.site.netc("down", "wiki")
    studio.site.docker("start", "web1")
    studio.shop()
    for service in ("shop-web-1", "shop-api-1", "shop-mail-1", "app"):
        studio.site.netc("up", service, "eth1", "--no-check")  # nothing listens in some of them
    studio.site.netc("up", "dns", "eth2", "--no-check")
    with studio.netc(160, 50) as terminal:
        terminal.wait_for("10.78.0.")
        terminal.send(DOWN * 3)
        terminal.send("mm")
        terminal.wait_for("2 marked")
        studio.save(terminal, "services")
    with studio.netc(80, 24) as terminal:
        terminal.wait_for("on the LAN")
        terminal.send("/web")
        terminal.quiet(0.5)
        terminal.send("\r")
        terminal.quiet(0.5)
        terminal.send(UP)
        terminal.wait_for("tcp/80 open", seconds=20)
        studio.save(terminal, "small")
    with studio.netc(120, 40, "--theme", "light") as terminal:
        terminal.send(DOWN * 2)
        terminal.wait_for("T2")
        studio.save(terminal, "light")
    with studio.netc(120, 40) as terminal:
        terminal.send(DOWN * 2)
        terminal.wait_for("DNAT")
        studio.lab.stop_engine(signal.SIGKILL)
        terminal.wait_for("engine away for 3s")
        studio.save(terminal, "outage")


def shoot_demo(studio: Studio) -> None:
    """Its steps: a service that was broken, and who comes to it when it is mended."""
    with studio.demo(80, 24) as terminal:
        terminal.send(DOWN * 2)
        terminal.wait_for("Turn web1 on")
        terminal.send(SPACE)
        terminal.wait_for("Demo 3/5", seconds=30)
        terminal.send("b")
        terminal.wait_for("Demo 4/5")
        terminal.wait_for("docker start web1  c")
        studio.save(terminal, "demo-broken")
        terminal.send("b")
        terminal.wait_for("Mended.", seconds=30)
        terminal.send("4")
        terminal.wait_for("sensor.lab.lan", seconds=30)
        studio.save(terminal, "demo-mended")


def shoot_hosts(folder: Path) -> None:
    """Three hosts, in a lab of their own; one of them goes away."""
    lab = Lab(f"s{os.getpid()}h", hosts=3)
    hosts = (
        f'[hosts]\nnas = "unix://{lab.socket}"\n'
        'attic = "ssh://root@10.77.0.11"\npi = "ssh://root@10.77.0.12"\n'
    )
    try:
        lab.up()
        studio = Studio(lab, folder, hosts)
        for host in HOSTS:
            lab.run(host, [*NETC, "image", "build", "--base", "host"], cwd=ROOT)
        for host, services in (("host", "app web1"), ("host2", "web1 web2"), ("host3", "dns web1")):
            for service in services.split():
                lab.run(host, [*NETC, "up", service, "eth1"], cwd=ROOT)
        with studio.netc(120, 40, "--all-hosts") as terminal:
            terminal.wait_for("6 of 15 on the LAN", 20)
            terminal.send("s")
            terminal.wait_for(re.compile(r"HOST ▲"))
            terminal.send("G" + UP * 2)
            terminal.wait_for("web1@pi")
            terminal.wait_for("DNAT", 20)
            terminal.wait_for("tcp/80 open", 20)
            studio.save(terminal, "hosts")
            lab.host("host2").cut(silently=True)
            terminal.wait_for("✗ attic away since", 30)
            terminal.send("g" + DOWN * 2)
            terminal.wait_for("web1@attic")
            studio.save(terminal, "hosts-away")
        with studio.netc(80, 24, "--all-hosts") as terminal:
            terminal.wait_for("on the LAN", 20)
            terminal.wait_for("✗ 2 of 3 hosts", 30)
            terminal.send("/web1")
            terminal.quiet(0.5)
            terminal.send("\r")
            terminal.quiet(0.5)
            terminal.send("M ")
            terminal.wait_for("off the LAN?")
            studio.save(terminal, "hosts-small")
    finally:
        lab.down()


def _counted(least: int) -> Callable[[str], bool]:
    """Has the first rule counted so many packets?"""

    def counted(text: str) -> bool:
        rule = next((line for line in text.splitlines() if "PREROUTING" in line), "")
        words = rule.split()
        return bool(words) and words[0].isdigit() and int(words[0]) >= least

    return counted


def main() -> int:
    """Bring a lab up, take the pictures, remove it."""
    lab = Lab(f"s{os.getpid()}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory() as folder:
        try:
            lab.up()
            Site(lab).netc("image", "build", "--base", "host")
            studio = Studio(lab, Path(folder))
            shoot(studio)
            shoot_demo(studio)
            shoot_hosts(Path(folder))
        finally:
            lab.down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
