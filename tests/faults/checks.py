"""Faults of what a network container has: its link, address, routes, rules, processes."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterable

from .fault import Fault, Step
from .look import Look, broken, exited_with_remedy, healthy, phase, said
from .scene import Scene
from .target import on, own_bridge

DRIFT = said("drift")
LAN = broken("lan")


# --- rules


def flush_nat(scene: Scene) -> None:
    scene.iptables("-t", "nat", "-F")


def delete_dnat(scene: Scene) -> bool:
    """Delete one rule that leads to the service; whether there was one."""
    return scene.delete_rule(lambda rule: "DNAT" in rule and "DOCKER" not in " ".join(rule))


def delete_one_rule(scene: Scene) -> None:
    assert delete_dnat(scene)


def delete_jump(scene: Scene) -> None:
    assert scene.delete_rule(
        lambda rule: rule[1] == "PREROUTING" and any(word.startswith("NETC") for word in rule)
    )


def delete_accept(scene: Scene) -> None:
    """Delete what lets forwarded packets through."""
    assert scene.delete_rule(
        lambda rule: rule[1].startswith("NETC") and rule[-1] == "ACCEPT", "filter"
    )


def open_policies(scene: Scene) -> None:
    for chain in ("INPUT", "FORWARD"):
        scene.iptables("-P", chain, "ACCEPT")


def closed_again(scene: Scene) -> bool:
    """Both policies are DROP."""
    listed = scene.saved("filter")
    return ":INPUT DROP" in listed and ":FORWARD DROP" in listed


def each_second(step: Callable[[Scene], object]) -> Step:
    """Another tool does it each second, for a minute."""

    def inject(scene: Scene) -> None:
        ended = threading.Event()

        def fight() -> None:
            for _ in range(60):
                with contextlib.suppress(AssertionError, IndexError):
                    step(scene)
                if ended.wait(1):
                    return

        thread = threading.Thread(target=fight, daemon=True)
        thread.start()

        def end() -> None:
            ended.set()
            thread.join(10)

        scene.kept["peace"] = end
        scene.later(end)

    return inject


def few_repairs(scene: Scene) -> Iterable[str]:
    """At most three in ten minutes, then one a minute."""
    repairs = [event for event in scene.events() if event["event"] == "drift"]
    return [] if len(repairs) <= 6 else [f"{len(repairs)} times it said `drift`"]


# --- link, address, routes


def delete_address(scene: Scene) -> None:
    link, one = scene.lan_link(), scene.show()
    scene.inside("ip", "addr", "del", f"{one['ip']}/{one['prefix']}", "dev", link)


def delete_default_route(scene: Scene) -> None:
    scene.inside("ip", "route", "del", "default")


def delete_own_route(scene: Scene) -> None:
    """What the kernel made with the address; without a gateway nothing is reached then."""
    scene.inside("ip", "route", "del", "default")
    scene.inside("ip", "route", "del", "10.77.0.0/24")


def has_own_route(scene: Scene) -> bool:
    routes = scene.inside("ip", "route")
    return has_default_route(scene) and "10.77.0.0/24 dev" in routes


def has_default_route(scene: Scene) -> bool:
    return "default via 10.77.0.1" in scene.inside("ip", "route")


def link_down(scene: Scene) -> None:
    scene.inside("ip", "link", "set", scene.lan_link(), "down")


def link_down_and_up(scene: Scene) -> None:
    link = scene.lan_link()
    scene.inside("ip", "link", "set", link, "down")
    scene.inside("ip", "link", "set", link, "up")


def change_mac(scene: Scene) -> None:
    scene.kept["mac"] = scene.show()["mac"]
    link = scene.lan_link()
    scene.inside("ip", "link", "set", link, "address", "02:00:5e:00:53:99")


def has_mac(scene: Scene) -> bool:
    return scene.kept["mac"] in scene.inside("ip", "link")


def parent_down(scene: Scene) -> None:
    scene.later(scene.plug)
    scene.host_ip("link", "set", "eth1", "down")


def pull_cable(scene: Scene) -> None:
    scene.later(scene.plug)
    scene.lan_ip("link", "set", "host-eth1", "down")


def unplug(scene: Scene) -> None:
    """The parent interface goes, with what is on it."""
    scene.later(scene.plug)
    scene.lan_ip("link", "del", "host-eth1")


def unplug_and_plug(scene: Scene) -> None:
    unplug(scene)
    scene.plug()


def link_is_gone(look: Look) -> bool:
    """It says so, or did before it was repaired."""
    return LAN(look) or look.said("link_lost")


def plug(scene: Scene) -> None:
    scene.plug()


def plug_and_start(scene: Scene) -> None:
    scene.plug()
    scene.docker("start", scene.container)


def lan_network(scene: Scene) -> str:
    return next(one for one in scene.site.leftovers() if one.startswith("netc-lan-"))


def disconnect_lan(scene: Scene) -> None:
    scene.kept["network"] = lan_network(scene)
    scene.docker("network", "disconnect", scene.kept["network"], scene.container)


def connect_lan(scene: Scene) -> None:
    """As an operator would; engine 20.10 says that it failed, and a start heals it."""
    scene.docker("network", "connect", scene.kept["network"], scene.container, check=False)
    if scene.state() != "running":
        scene.docker("start", scene.container)


# --- others on the LAN


def short_leases(**script: object) -> Step:
    """The service is on, with a lease of a scripted server."""

    def prepare(scene: Scene) -> None:
        scene.restore("web1")
        scene.server(**script)
        scene.up()

    return prepare


def squat(scene: Scene) -> None:
    """A neighbour takes the address that the service has."""
    scene.neighbour(address=scene.address)


def neighbour_is_named(look: Look) -> bool:
    """It said that there is a conflict, with the MAC of the other one."""
    return any(
        event["event"] == "conflict" and "02:99:" in str(event.get("message"))
        for event in look.events
    )


def kept_in_conflict(look: Look) -> bool:
    """It has the address after two declines, and is shown as unhealthy."""
    times = sum(1 for event in look.events if event["event"] == "conflict")
    return times >= 3 and look.ip is not None and broken("address")(look)


def moved_away(scene: Scene) -> bool:
    return scene.show()["ip"] not in (None, scene.kept["old"])


def squat_and_remember(scene: Scene) -> None:
    scene.kept["old"] = scene.address
    squat(scene)


def neighbour_goes(scene: Scene) -> None:
    scene.kept["neighbour"].close()


def twin(scene: Scene) -> None:
    """Its identity turns up elsewhere while it is away."""
    mac = scene.show()["mac"]
    scene.docker("kill", scene.container)
    scene.neighbour(mac, scene.address)
    scene.start()
    scene.docker("start", scene.container)


# --- processes


def stop_processes(scene: Scene) -> None:
    """Its processes hang, as on a host that is out of memory."""
    stopped = scene.pids()
    scene.kept["stopped"] = stopped
    scene.later(continue_processes, scene)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)


def continue_processes(scene: Scene) -> None:
    for pid in reversed(scene.kept["stopped"]):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def kill_shell(scene: Scene) -> None:
    os.kill(scene.pids()[0], signal.SIGKILL)


def kill_children(scene: Scene) -> None:
    """All but the first of its processes are killed."""
    for pid in scene.pids()[1:]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def pause(scene: Scene) -> None:
    scene.later(lambda: scene.docker("unpause", scene.container, check=False))
    scene.docker("pause", scene.container)


def unpause(scene: Scene) -> None:
    scene.docker("unpause", scene.container)


def tell_no_rules(scene: Scene) -> None:
    """The rules in its volume are changed, and it starts again."""
    form = "{{range .Mounts}}{{.Source}}{{end}}"
    source = scene.docker("inspect", "-f", form, scene.container)
    scene.in_engine("sh", "-c", f"echo '# changed' >>{source}/rules")
    scene.docker("restart", "-t", "1", scene.container)


def down_and_up(scene: Scene) -> None:
    scene.site.netc("down", scene.service)
    scene.up()


FAULTS = (
    Fault("nat-flushed", section=2, core=True, what="the nat table is flushed",
          inject=flush_nat, told=DRIFT),
    Fault("nat-flushed-own-network", section=2,
          what="the same on a user-defined network, where Docker's name server needs it too",
          prepare=on("app", 8080), inject=flush_nat, told=DRIFT),
    Fault("dnat-rule-deleted", section=2, what="one rule to the service is deleted",
          inject=delete_one_rule, told=DRIFT),
    Fault("jump-deleted", section=2, core=True, what="the jump to its rules is deleted",
          inject=delete_jump, told=DRIFT),
    Fault("accept-rule-deleted", section=2, what="what lets forwarded packets through is deleted",
          inject=delete_accept, told=DRIFT),
    Fault("policies-opened", section=2, core=True, what="its policies are set to ACCEPT",
          inject=open_policies, told=DRIFT, also=closed_again),
    Fault("rule-deleted-again-and-again", section=2, slow=True,
          what="another tool deletes the rule each second, for a minute",
          inject=each_second(delete_dnat), told=DRIFT, lasts=62, recovers=130, verify=few_repairs),
    Fault("address-deleted", section=2, core=True, what="its address is deleted",
          inject=delete_address, told=DRIFT),
    Fault("default-route-lost", section=2, what="its default route is deleted",
          inject=delete_default_route, told=DRIFT, also=has_default_route, meanwhile="page"),
    Fault("own-route-lost", section=2, what="the route to its own subnet is deleted, too",
          inject=delete_own_route, told=DRIFT, also=has_own_route),
    Fault("link-down-and-up", section=2, core=True,
          what="its link to the LAN goes down and up, which costs the default route",
          inject=link_down_and_up, told=DRIFT, also=has_default_route),
    Fault("link-down", section=2, what="its link to the LAN is set down",
          inject=link_down, told=said("drift", "link_lost"), also=has_default_route, recovers=20),
    Fault("mac-changed", section=2, what="its MAC is changed",
          inject=change_mac, told=DRIFT, also=has_mac),
    Fault("parent-down", section=2, core=True, what="the host's interface goes down, and up later",
          inject=parent_down, told=LAN, lasts=6, heal=plug, also=has_default_route, recovers=15),
    Fault("cable-pulled", section=2, what="the host's interface has no carrier for a while",
          inject=pull_cable, told=LAN, lasts=6, heal=plug, recovers=15),
    Fault("lan-network-disconnected", section=2,
          what="the LAN network is disconnected from it, and connected again",
          inject=disconnect_lan, told=LAN, lasts=4, heal=connect_lan, recovers=40, slow=True),
    Fault("parent-made-again", section=2,
          what="the host's interface is removed and made again under its name",
          inject=unplug_and_plug, told=link_is_gone, recovers=60),
    Fault("parent-made-again-late", section=2, slow=True,
          what="the same, and it is away for so long that Docker's one try to start it fails",
          inject=unplug, told=exited_with_remedy, within=45,
          heal=plug_and_start, recovers=15),
    Fault("squatter", section=2, core=True,
          what="a neighbour takes its address while it has it, and does not give way",
          prepare=short_leases(lifetime=20, t1=5, t2=16), inject=squat_and_remember,
          told=neighbour_is_named, within=40, also=moved_away, recovers=60),
    Fault("squatter-and-a-server-that-insists", section=2, slow=True,
          what="the same, and the server gives the same address again after each decline",
          prepare=short_leases(lifetime=20, t1=5, t2=16, addresses=["10.77.0.150"], insist=True),
          inject=squat, told=kept_in_conflict, within=90,
          heal=neighbour_goes, recovers=90),
    Fault("twin", section=2, slow=True,
          what="somebody has its MAC and its address when it starts, and goes later",
          inject=twin, told=said("standby"), within=20, lasts=10, heal=neighbour_goes,
          recovers=110),
    Fault("paused-over-its-expiry", section=2, core=True,
          what="it is paused for longer than its lease runs",
          prepare=short_leases(lifetime=8, t1=3, t2=6), inject=pause, told=phase("expired"),
          lasts=13, meanwhile="gone", grace=9.5, heal=unpause, recovers=20),
    Fault("processes-stopped-over-its-expiry", section=2,
          what="its processes hang for longer than its lease runs",
          prepare=short_leases(lifetime=8, t1=3, t2=6), inject=stop_processes,
          told=phase("expired"), lasts=13, meanwhile="gone", grace=9.5, heal=continue_processes,
          recovers=20),
    Fault("shell-killed", section=2, core=True, what="its first process is killed",
          inject=kill_shell, recovers=10),
    Fault("children-killed", section=2, what="all but the first of its processes are killed",
          prepare=own_bridge(), inject=kill_children, recovers=15, stays=5),
    Fault("rules-file-changed", section=2,
          what="the file with its rules is changed, and it starts again",
          inject=tell_no_rules, told=lambda look: not healthy(look) and "rules" in look.reason,
          heal=down_and_up, recovers=15),
)  # fmt: skip
