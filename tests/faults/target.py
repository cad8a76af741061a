"""Faults of the target: the service goes, moves, or somebody else has its place."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable

from tests.lab.conftest import eventually

from .fault import Fault, Step
from .look import Look, broken, exited_with_remedy, exits
from .scene import Scene

NETWORK = "faultnet"
ADDRESS = "172.30.9.50"
SERVICE_GONE = broken("service", "target")


def on(service: str, port: int = 80, *options: str) -> Step:
    """Turn one of the lab's services on; it runs again at the end."""

    def prepare(scene: Scene) -> None:
        scene.of(service, port)
        scene.restore(service)
        scene.up(*options)

    return prepare


def own_bridge(*options: str) -> Step:
    """A service of its own on the default bridge, turned on."""

    def prepare(scene: Scene) -> None:
        scene.of("svc")
        scene.run_service("svc")
        scene.up(*options)

    return prepare


def own_network(*options: str) -> Step:
    """A service of its own with a fixed address on a network of its own, turned on."""

    def prepare(scene: Scene) -> None:
        scene.network(NETWORK, "--subnet=172.30.9.0/24")
        scene.of("svc")
        scene.run_service("svc", f"--network={NETWORK}", f"--ip={ADDRESS}")
        scene.up(*options)

    return prepare


def stop(scene: Scene) -> None:
    """Stop the service."""
    scene.docker("stop", "-t", "1", scene.service)


def restart(scene: Scene) -> None:
    """Restart it."""
    scene.docker("restart", "-t", "1", scene.service)


def start(scene: Scene) -> None:
    """Start it again."""
    scene.docker("start", scene.service)


def stranger_on_bridge(pause: float) -> Step:
    """Stop the service, and run others until one has its address on the default bridge."""

    def inject(scene: Scene) -> None:
        wanted, mac = scene.ip_of(scene.service), scene.mac_of(scene.service)
        stop(scene)
        scene.start()
        time.sleep(pause)
        for number in range(20):
            name = f"stranger{number}"
            scene.run_service(name)
            if scene.ip_of(name) == wanted:
                # Between two probes nothing tells it from the service: the README says so.
                linked = scene.show()["network"] == "bridge"
                scene.indistinguishable = linked and not pause and scene.mac_of(name) == mac
                return
        raise AssertionError(f"no container got {wanted}, the address that was free again")

    return inject


def stranger_while_paused(scene: Scene) -> None:
    """The network container stands still while the address changes hands."""
    scene.later(lambda: scene.docker("unpause", scene.container, check=False))
    scene.docker("pause", scene.container)
    stranger_on_bridge(0)(scene)
    scene.indistinguishable = False
    time.sleep(11)
    scene.docker("unpause", scene.container)
    scene.start()


def stranger_on_network(scene: Scene) -> None:
    stop(scene)
    scene.run_service("stranger", f"--network={NETWORK}", f"--ip={ADDRESS}")
    scene.start()


def stranger_leaves(scene: Scene) -> None:
    scene.docker("rm", "-f", "stranger")
    start(scene)


def impostor(scene: Scene) -> None:
    """A neighbour comes that has the service's name as an alias."""
    scene.run_service("impostor", f"--network={NETWORK}", "--network-alias=svc")


def impostor_alone(scene: Scene) -> None:
    """The same, and the service stops."""
    impostor(scene)
    scene.docker("stop", "-t", "1", "svc")
    scene.start()


def service_and_impostor(scene: Scene) -> None:
    """Both are there; the service is not turned on yet."""
    scene.network(NETWORK, "--subnet=172.30.9.0/24")
    scene.of("svc")
    scene.run_service("svc", f"--network={NETWORK}", f"--ip={ADDRESS}")
    impostor(scene)


def takes_its_address(scene: Scene) -> None:
    """The service stops, another takes its address, the service comes back at the next one."""
    wanted = scene.ip_of(scene.service)
    stop(scene)
    scene.run_service("squatter", image="netc-lab/worker")
    start(scene)
    assert scene.ip_of(scene.service) != wanted, "it has its old address again"


def made_anew(pause: float, *options: str) -> Step:
    """Remove the service, and run another of that name."""

    def inject(scene: Scene) -> None:
        scene.docker("rm", "-f", "svc")
        time.sleep(pause)
        scene.docker("run", "-d", "--name", "svc", "--hostname", "svc", *options, "netc-lab/web")

    return inject


# --- Docker's own faults that must not cost a service


def hang(scene: Scene) -> None:
    """dockerd hangs, as it does when its disk does."""
    pid = scene.dockerd()
    scene.later(_go_on, pid)
    scene.kept["dockerd"] = pid
    os.kill(pid, signal.SIGSTOP)


def go_on(scene: Scene) -> None:
    _go_on(scene.kept["dockerd"])


def _go_on(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)


def write_live_restore(scene: Scene, wanted: str) -> None:
    """What the engine reads at its next start."""
    config = "mkdir -p /etc/docker; echo '{\"live-restore\": %s}' >/etc/docker/daemon.json"
    scene.in_engine("sh", "-c", config % wanted)


def with_live_restore(then: Step) -> Step:
    """The engine keeps containers running while it is away."""

    def prepare(scene: Scene) -> None:
        form = "{{.LiveRestoreEnabled}}"

        def configure(wanted: str) -> None:
            write_live_restore(scene, wanted)
            os.kill(scene.dockerd(), signal.SIGHUP)
            eventually(lambda: scene.docker("info", "-f", form), lambda found: found == wanted, 10)

        def undo() -> None:
            scene.site.lab.start_engine()
            configure("false")

        scene.later(undo)
        configure("true")
        then(scene)

    return prepare


def kill_engine(scene: Scene) -> None:
    scene.later(scene.site.lab.start_engine)
    scene.site.lab.stop_engine(signal.SIGKILL)


def start_engine(scene: Scene) -> None:
    scene.site.lab.start_engine()


def engine_away(look: Look) -> bool:
    """`netc ls` says so itself, soon."""
    return look.code == 5 and look.took < 11


# --- the service goes elsewhere


def rename(scene: Scene) -> None:
    scene.later(lambda: scene.docker("rm", "-f", "svc-old", check=False))
    scene.docker("rename", "svc", "svc-old")


def rename_back(scene: Scene) -> None:
    scene.docker("rename", "svc-old", "svc")


def move(scene: Scene) -> None:
    scene.network("elsewhere")
    scene.docker("network", "connect", "elsewhere", "svc")
    scene.later(
        lambda: scene.docker("network", "disconnect", "-f", "elsewhere", "svc", check=False)
    )
    scene.docker("network", "disconnect", NETWORK, "svc")


def disconnect(scene: Scene) -> None:
    scene.docker("network", "disconnect", NETWORK, "svc")


def connect(scene: Scene) -> None:
    scene.docker("network", "connect", "--ip", ADDRESS, NETWORK, "svc")


def up_again(scene: Scene) -> None:
    """What `netc ls` says is to be done."""
    scene.site.netc("up", scene.service, "eth1")


def start_and_up(scene: Scene) -> None:
    """The same, for what is linked to a service that does not run."""
    start(scene)
    up_again(scene)


def hidden(script: str) -> Step:
    """A service whose port 80 cannot be reached, though it is exposed; not turned on yet."""

    def prepare(scene: Scene) -> None:
        scene.of("svc")
        scene.later(lambda: scene.docker("rm", "-f", "svc", check=False))
        stay = "trap 'exit 0' TERM; while :; do sleep 3600 & wait; done"
        page = "mkdir -p /srv; hostname >/srv/index.html; "
        scene.docker("run", "-d", "--name=svc", "--hostname=svc", "--expose=80",
                     "netc-lab/worker", "sh", "-c", page + script + stay)  # fmt: skip

    return prepare


def try_up(*options: str) -> Step:
    """`netc up` is the fault: how it ends is looked at."""
    return lambda scene: scene.try_up(*options)


def no_icc(scene: Scene) -> None:
    """A bridge on which containers may not talk to each other; the service is not on yet."""
    scene.network(
        NETWORK, "--subnet=172.30.9.0/24", "-o", "com.docker.network.bridge.enable_icc=false"
    )
    scene.of("svc")
    scene.run_service("svc", f"--network={NETWORK}")


def listen(scene: Scene) -> None:
    scene.docker("exec", "svc", "sh", "-c", "httpd -p 80 -h /srv")


def named_as_closed(look: Look) -> bool:
    """`netc up` says why nothing could reach it."""
    return any(exits(code, "enable_icc")(look) for code in (3, 7))


def not_done(scene: Scene) -> Iterable[str]:
    """`netc up` must not have ended with 0."""
    assert scene.command is not None
    return [] if scene.command.returncode else ["netc up ended with 0"]


FAULTS = (
    Fault(
        "stranger-on-default-bridge", section=1, core=True,
        what="the service stops, and 3 s later another container gets its address on the bridge",
        prepare=own_bridge(), inject=stranger_on_bridge(3), told=SERVICE_GONE, lasts=9,
        meanwhile="refused", heal=start, recovers=8, stays=3,
    ),
    Fault(
        "stranger-on-default-bridge-at-once", section=1,
        what="the same at once: up to engine 27 it has the service's MAC, and cannot be told apart",
        prepare=own_bridge(), inject=stranger_on_bridge(0), told=SERVICE_GONE, lasts=7,
        meanwhile="refused", heal=start, recovers=8, stays=3,
    ),
    Fault(
        "stranger-while-paused", section=1,
        what="the same while the network container is paused for longer than ten seconds",
        prepare=own_bridge(), inject=stranger_while_paused, told=exited_with_remedy, lasts=7,
        meanwhile="gone", heal=start_and_up, recovers=20,
    ),
    Fault(
        "stranger-with-private-network", section=1,
        what="the same, and the service was turned on with --private-network",
        prepare=own_bridge("--private-network"), inject=stranger_on_bridge(0), told=SERVICE_GONE,
        lasts=7, meanwhile="refused", heal=start, recovers=8, stays=3,
    ),
    Fault(
        "stranger-on-own-network", section=1, core=True,
        what="the service stops, and another container gets its address on their network",
        prepare=own_network(), inject=stranger_on_network, told=SERVICE_GONE, lasts=7,
        meanwhile="refused", heal=stranger_leaves, recovers=8,
    ),
    Fault(
        "alias-neighbour", section=1, core=True,
        what="the service stops, and a neighbour has its name as an alias, also when it is back",
        prepare=own_network(), inject=impostor_alone, told=SERVICE_GONE, lasts=7,
        meanwhile="refused", heal=start, recovers=8, stays=5,
    ),
    Fault(
        "alias-neighbour-at-up", section=1,
        what="`up` while a neighbour has the service's name as an alias",
        prepare=service_and_impostor, inject=try_up(), stays=5,
    ),
    Fault(
        "service-stopped", section=1, core=True, what="a service on the default bridge is stopped",
        prepare=on("web1"), inject=stop, told=SERVICE_GONE, lasts=5, meanwhile="refused",
        heal=start, recovers=6,
    ),
    Fault(
        "service-stopped-own-network", section=1, what="a service on its own network is stopped",
        prepare=on("app", 8080), inject=stop, told=SERVICE_GONE, lasts=5, meanwhile="refused",
        heal=start, recovers=6,
    ),
    Fault(
        "service-stopped-private-network", section=1,
        what="a service that was turned on with --private-network is stopped",
        prepare=own_bridge("--private-network"), inject=stop, told=SERVICE_GONE, lasts=5,
        meanwhile="refused", heal=start, recovers=6,
    ),
    Fault(
        "service-restarted", section=1, what="a service on the default bridge is restarted",
        prepare=on("web1"), inject=restart, recovers=6,
    ),
    Fault(
        "service-restarted-own-network", section=1, what="a service on its own network restarts",
        prepare=on("app", 8080), inject=restart, recovers=6,
    ),
    Fault(
        "service-at-another-address", section=1, core=True,
        what="another container takes the address of a service that restarts",
        prepare=own_bridge(), inject=takes_its_address, recovers=6,
    ),
    Fault(
        "service-made-anew-own-network", section=1,
        what="the service is removed, and run anew on its network",
        prepare=own_network(), inject=made_anew(0, f"--network={NETWORK}"), recovers=8,
    ),
    Fault(
        "service-made-anew-default-bridge", section=1,
        what="the service is removed, and run anew on the default bridge, where no link follows",
        prepare=own_bridge(), inject=made_anew(3),
        told=broken("service", "target", names="netc up svc eth1"), heal=up_again, recovers=15,
    ),
    Fault(
        "engine-hung", section=1, core=True, what="dockerd hangs for a while",
        prepare=on("app", 8080), inject=hang, told=engine_away, within=14, lasts=14,
        meanwhile="page", heal=go_on,
    ),
    Fault(
        "engine-killed-with-live-restore", section=1,
        what="dockerd is killed, and comes back 14 s later, with live-restore",
        prepare=with_live_restore(on("app", 8080)), inject=kill_engine, told=engine_away, lasts=14,
        meanwhile="page", heal=start_engine, stays=6,
    ),
    Fault(
        "service-renamed", section=1, what="the service gets another name",
        prepare=own_network(), inject=rename, told=broken("service", "target", names="svc-old"),
        heal=rename_back, recovers=10,
    ),
    Fault(
        "service-moved", section=1, what="the service moves to another network",
        prepare=own_network(), inject=move, told=broken("service", "target", names="elsewhere"),
        meanwhile="refused", lasts=6, heal=up_again, recovers=20,
    ),
    Fault(
        "service-disconnected", section=1, what="the service is taken off its network",
        prepare=own_network(), inject=disconnect,
        told=broken("service", "target", names="docker network connect faultnet svc"),
        meanwhile="refused", lasts=6, heal=connect, recovers=10,
    ),
    Fault(
        "service-on-a-bridge-without-icc", section=2, core=True,
        what="`up` for a service on a network where containers may not talk to each other",
        prepare=no_icc, inject=try_up(), told=named_as_closed, answers=False,
        after=None, verify=not_done,
    ),
    Fault(
        "service-listens-on-nothing", section=2, core=True,
        what="`up` for a service that does not listen on its port, until it does",
        prepare=hidden(""), inject=try_up(), told=exits(7, "80", "ip="), heal=listen, recovers=5,
    ),
    Fault(
        "service-listens-on-loopback", section=2,
        what="`up` for a service that listens on 127.0.0.1 only",
        prepare=hidden("httpd -p 127.0.0.1:80 -h /srv; "), inject=try_up(),
        told=exits(7, "80", "ip="), answers=False, after=None,
    ),
)  # fmt: skip
