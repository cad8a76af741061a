"""Faults of Docker: the engine ends, containers are killed, renamed, or look like ours."""

import signal
import subprocess
import sys
from collections.abc import Iterable

from tests.lab.conftest import eventually

from .checks import plug
from .fault import Fault, Step
from .look import Look, exited_with_remedy, healthy
from .scene import Scene
from .target import (
    NETWORK,
    engine_away,
    kill_engine,
    on,
    own_bridge,
    start_engine,
    up_again,
    with_live_restore,
    write_live_restore,
)

PORTS = 800


def exited(look: Look) -> bool:
    return look.one.get("state") == "exited" and not healthy(look)


def shown(look: Look) -> bool:
    """It is listed with its service, healthy, whatever its name is."""
    return look.ip is not None and look.health in ("healthy", None)


# --- the engine


def stop_engine(scene: Scene) -> None:
    scene.later(scene.site.lab.start_engine)
    scene.site.lab.stop_engine(signal.SIGTERM)


def kill_and_start(scene: Scene) -> None:
    kill_engine(scene)
    start_engine(scene)


def stop_and_start_without_live_restore(scene: Scene) -> None:
    """What survived the engine's end is ended by its next start."""
    stop_engine(scene)
    write_live_restore(scene, "false")
    start_engine(scene)


def always(*options: str) -> Step:
    """A service that Docker starts again, whatever ended it; turned on.

    One that is `unless-stopped` and survives a killed dockerd is stopped for good by the next.
    """

    def prepare(scene: Scene) -> None:
        if options:
            scene.network(NETWORK)
        scene.of("svc")
        scene.run_service("svc", "--restart=always", *options)
        scene.up()

    return prepare


def power_cut_and_start(scene: Scene) -> None:
    scene.later(scene.site.lab.start_engine)
    scene.power_cut()
    start_engine(scene)


def start_without_its_service(scene: Scene) -> None:
    """The engine comes back while the service does not: it was stopped before."""
    scene.docker("stop", "-t", "1", scene.service)
    scene.later(scene.site.lab.start_engine)
    scene.power_cut()
    start_engine(scene)


def start_both(scene: Scene) -> None:
    scene.docker("start", scene.service)
    up_again(scene)


def start_without_its_parent(scene: Scene) -> None:
    scene.later(scene.plug)
    scene.docker("stop", "-t", "5", scene.container)
    scene.lan_ip("link", "del", "host-eth1")
    scene.docker("start", scene.container, check=False)


def plug_and_up(scene: Scene) -> None:
    plug(scene)
    up_again(scene)


def no_restart_loop(scene: Scene) -> Iterable[str]:
    count = scene.docker("inspect", "-f", "{{.RestartCount}}", scene.container, check=False)
    return [] if int(count or 0) <= 2 else [f"Docker has started it {count} times"]


# --- network containers


def docker_kill(scene: Scene) -> None:
    scene.docker("kill", scene.container)


def docker_stop(scene: Scene) -> None:
    scene.docker("stop", "-t", "5", scene.container)


def docker_restart(scene: Scene) -> None:
    scene.docker("restart", "-t", "5", scene.container)


def docker_rm(scene: Scene) -> None:
    scene.docker("rm", "-f", "-v", scene.container)


def off(look: Look) -> bool:
    return bool(look.row) and not look.one


def rename(scene: Scene) -> None:
    scene.docker("rename", scene.container, "something-else")
    scene.container = "something-else"
    scene.later(lambda: scene.docker("rm", "-f", "-v", "something-else", check=False))


def turned_off(scene: Scene) -> Iterable[str]:
    """`netc down` finds it by its labels."""
    done = scene.site.run("down", scene.service)
    left = scene.site.leftovers()
    found = [] if done.returncode == 0 else [f"netc down: {done.returncode} {done.stderr.strip()}"]
    return found + [f"after netc down there is {name}" for name in left]


def labels(scene: Scene) -> list[str]:
    """The labels of its network container, as options."""
    form = '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{"\\n"}}{{end}}'
    found = scene.docker("inspect", "-f", form, scene.container).splitlines()
    return [line for line in found if line]


def look_alike(scene: Scene) -> None:
    """Another container gets all labels of a network container, and another image."""
    own = [f"--label={label}" for label in labels(scene)]
    scene.later(lambda: scene.docker("rm", "-f", "netc-web1-too", check=False))
    scene.docker("run", "-d", "--name=netc-web1-too", *own, "netc-lab/worker")


def still_there(scene: Scene) -> Iterable[str]:
    """`netc down` leaves the one that only looks like one alone."""
    done = scene.site.run("down", scene.service)
    there = scene.docker("inspect", "-f", "{{.State.Status}}", "netc-web1-too", check=False)
    found = [] if done.returncode == 0 else [f"netc down: {done.returncode} {done.stderr.strip()}"]
    found += [] if there == "running" else ["netc down removed what only looked like its own"]
    scene.docker("rm", "-f", "netc-web1-too", check=False)
    return found


def labelled_image(scene: Scene) -> None:
    """A service whose image carries netc's labels; not turned on yet."""
    build = "FROM netc-lab/web\nLABEL netc.schema=1 netc.service=svc\n"
    done = scene.site.lab.exec(["docker", "build", "-q", "-t", "labelled", "-"], input=build)
    assert done.returncode == 0, done.stderr
    scene.later(lambda: scene.docker("image", "rm", "-f", "labelled", check=False))
    scene.of("svc")
    scene.run_service("svc", image="labelled")


def many_ports(scene: Scene) -> None:
    own = [f"--port={20000 + number}" for number in range(PORTS - 1)]
    scene.try_up("--port=80", *own)


def exposes_much(scene: Scene) -> None:
    """A service that exposes ten thousand ports; not turned on yet."""
    scene.of("svc")
    scene.run_service("svc", "--expose=10000-20000/udp")


def kill_up(scene: Scene) -> None:
    """`netc up` is killed as soon as there is a network container."""
    process = scene.site.lab.popen(
        "host",
        [sys.executable, "-m", "netc_tui", "up", "web1", "eth1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(scene.site.leftovers, lambda found: "netc-web1" in found, 15)
    finally:
        process.kill()
        process.wait()


def nothing(scene: Scene) -> None:
    scene.restore("web1")


def taken_name(scene: Scene) -> None:
    scene.later(lambda: scene.docker("rm", "-f", "-v", "netc-web1", check=False))
    scene.docker("run", "-d", "--name=netc-web1", "netc-lab/worker")
    scene.try_up()


def refused_and_unharmed(look: Look) -> bool:
    done = look.command
    return done is not None and done.returncode == 1 and "netc-web1 is taken" in done.stderr


def free_the_name(scene: Scene) -> None:
    scene.docker("rm", "-f", "netc-web1")
    scene.up()


FAULTS = (
    Fault("engine-stopped", section=4, what="the engine is stopped, and started later",
          prepare=on("web1"), inject=stop_engine, told=engine_away, lasts=3, heal=start_engine,
          recovers=20),
    Fault("engine-restarted", section=4, what="the engine restarts, as in an upgrade",
          prepare=on("web1"), inject=lambda scene: scene.site.lab.restart_engine(), recovers=20),
    Fault("engine-killed-and-started", section=4, core=True,
          what="dockerd is killed and started: network containers come back",
          prepare=always(), inject=kill_and_start, recovers=25),
    Fault("engine-killed-and-started-own-network", section=4,
          what="the same, with the service on a network of its own",
          prepare=always(f"--network={NETWORK}"), inject=kill_and_start, recovers=25),
    Fault("live-restore-turned-off", section=4,
          what="live-restore is turned off, and the engine restarts, which ends its containers",
          prepare=with_live_restore(always()), inject=stop_and_start_without_live_restore,
          recovers=25),
    Fault("power-cut", section=4, core=True, what="all processes of the host end, and it boots",
          prepare=on("web1"), inject=power_cut_and_start, recovers=25),
    Fault("boot-without-the-service", section=4,
          what="the host boots, and the service on the default bridge does not come back",
          prepare=own_bridge(), inject=start_without_its_service, told=exited_with_remedy,
          heal=start_both, recovers=20),
    Fault("start-without-the-parent", section=4, core=True,
          what="it is started while the host's interface is missing",
          inject=start_without_its_parent, told=exited_with_remedy, heal=plug_and_up, recovers=20,
          verify=no_restart_loop),
    Fault("network-container-killed", section=4, core=True, what="`docker kill` of it",
          inject=docker_kill, told=exited, heal=up_again, recovers=15),
    Fault("network-container-stopped", section=4, what="`docker stop` of it",
          inject=docker_stop, told=exited, heal=up_again, recovers=15),
    Fault("network-container-restarted", section=4, what="`docker restart` of it",
          inject=docker_restart, keeps=True),
    Fault("network-container-removed", section=4, what="`docker rm -f` of it",
          inject=docker_rm, told=off, heal=up_again, recovers=15),
    Fault("network-container-renamed", section=4, core=True, what="`docker rename` of it",
          inject=rename, told=shown, lasts=4, meanwhile="page", verify=turned_off),
    Fault("look-alike", section=4, what="another container has the labels, and not the image",
          inject=look_alike, told=shown, meanwhile="page", verify=still_there),
    Fault("image-with-its-labels", section=4, what="the service's image carries netc's labels",
          prepare=labelled_image, inject=lambda scene: scene.try_up(), told=shown, within=20,
          recovers=6),
    Fault("800-ports", section=4, what="`up` with 800 ports", prepare=nothing, inject=many_ports,
          told=shown, within=30, recovers=6),
    Fault("10000-exposed-ports", section=4, what="the service exposes 10,000 ports",
          prepare=exposes_much, inject=lambda scene: scene.try_up("--port=80"), told=shown,
          within=40, recovers=6),
    Fault("up-killed", section=4, what="`netc up` is killed in the middle of its work",
          prepare=nothing, inject=kill_up, heal=lambda scene: scene.up(), recovers=15),
    Fault("name-taken", section=4, what="a container that is not netc's has its name",
          prepare=nothing, inject=taken_name, told=refused_and_unharmed, heal=free_the_name,
          recovers=15),
)  # fmt: skip
