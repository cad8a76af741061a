"""`netc watch` in a container, started as the guide says.

What would be in its image, Python with netc, is mounted from this machine.
"""

import re
import shlex
import signal
import sys
from pathlib import Path

from .conftest import Site, eventually
from .watching import YES, answers, memo, on, run, watch

ROOT = Path(__file__).parents[2]
NAME = "netc-watch"


def stated() -> list[str]:
    """The command of the guide."""
    text = (ROOT / "netc_tui/guide/watch.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^docker (run [^`]*--name {NAME}[^`]*)```", text, re.MULTILINE)
    return shlex.split(found.replace("\\\n", " "))


def command(site: Site) -> list[str]:
    """The same for the lab: its socket, its interface."""
    words = stated()
    assert words[words.index("IMAGE") :] == ["IMAGE", "netc", "watch"]
    options = words[: words.index("IMAGE")]
    lies = "unix:///host/" + str(site.lab.socket.relative_to("/run"))
    given = {
        "NETC_INTERFACE=eth0": "NETC_INTERFACE=eth1",
        "DOCKER_HOST=unix:///host/docker.sock": f"DOCKER_HOST={lies}",
    }
    assert set(given) < set(options)
    # Their own paths, since an environment of Python knows its place.
    modules = [path for path in sys.path if Path(path).is_dir()]
    own = (sys.prefix, sys.base_prefix, str(ROOT), *modules)
    of_machine = dict.fromkeys(("/usr", "/lib", "/lib64", *own))
    mounts = [f"--volume={path}:{path}:ro" for path in of_machine]
    netc = [sys.executable, "-m", "netc_tui", "watch"]
    options = [given.get(word, word) for word in options]
    return [*options, f"--env=PYTHONPATH={':'.join(modules)}", *mounts, "netc-lab/worker", *netc]


def test_it_works_and_comes_back_with_the_engine(site: Site, tmp_path: Path) -> None:
    site.docker(*command(site))
    run(site, "shop", "--restart=always", *YES)
    address = answers(site, "shop")
    eventually(lambda: memo(site))
    with watch(site, tmp_path) as other:
        eventually(lambda: "stands by" in other.said, seconds=10)
    site.lab.restart_engine(signal.SIGKILL)
    run(site, "mail", *YES)
    answers(site, "mail")
    eventually(lambda: site.get(address), seconds=20)
    site.docker("rm", "-f", "shop", "mail")
    eventually(lambda: on(site) == set(), seconds=20)
    site.docker("stop", NAME)
    assert site.docker("inspect", "-f", "{{.State.ExitCode}}", NAME) == "0"
    assert not memo(site)
    assert "Traceback" not in site.docker("logs", NAME)
