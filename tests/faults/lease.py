"""Faults of DHCP: servers that are away, slow, wrong or somebody else's; and of the log."""

import time
from collections.abc import Callable, Iterable

from netc_tui.lab.layout import HOST_IP

from .checks import short_leases
from .dhcp import ScriptedServer
from .fault import Fault, Step
from .look import Look, Told, both, exits, healthy, phase, said
from .scene import POOL, Scene
from .target import on, try_up

FIRST, OTHER = POOL[0], "10.77.0.170"
GATEWAY = "0a4d0001"
LOOPBACK = "087f" + GATEWAY
ROUTES = "100a00" + GATEWAY + "00" + GATEWAY
"""Option 121 (RFC 3442), the mask's length first: 127.0.0.0/8; 10.0.0.0/16 and the default."""

Check = Callable[[Scene], bool]


def serve(service: str = "web1", port: int = 80, **script: object) -> Step:
    """A scripted server; the service is not turned on yet."""

    def prepare(scene: Scene) -> None:
        scene.of(service, port)
        scene.restore(service)
        scene.server(**script)

    return prepare


def now(**script: object) -> Step:
    """Change what the server does."""
    return lambda scene: scene.dhcp.set(**script)


def speak(scene: Scene) -> None:
    scene.dhcp.set(silent="")


def count_discovers(scene: Scene) -> Iterable[str]:
    """With a try at 0, 4, 12 and 28 s, each a second early or late, no more than these."""
    asked = scene.kept["discovers"]
    return [] if asked <= 5 else [f"{asked} discovers in 20 s"]


def up_in_vain(scene: Scene) -> None:
    scene.try_up("--timeout", "20")
    scene.kept["discovers"] = scene.dhcp.count("discover")


def rogue(scene: Scene) -> None:
    """The server is silent at renewals, and another one is not, with an address of its own."""
    scene.dhcp.set(silent="renewals")
    other = scene.neighbour(address="10.77.0.66")
    script = {"server": "10.77.0.66", "router": "10.77.0.66", "addresses": [OTHER], "swap": OTHER}
    made = ScriptedServer(other.prefix, "eth0", **script)
    scene.kept["rogue"] = made
    scene.later(made.close)


def rogue_goes(scene: Scene) -> None:
    scene.kept["rogue"].close()
    scene.kept["neighbour"].close()
    speak(scene)


def renewed(scene: Scene) -> bool:
    """It was renewed after the heal."""
    events = scene.events()
    last = max((n for n, one in enumerate(events) if one["event"] == "renewed"), default=-1)
    return bool(last >= scene.kept.get("events", 0))


def mark_and(step: Step) -> Step:
    """Do it, and remember how much had been said until then."""

    def heal(scene: Scene) -> None:
        scene.kept["events"] = len(scene.events())
        step(scene)

    return heal


def same_address(scene: Scene) -> Iterable[str]:
    bound = [one["ip"] for one in scene.events() if one["event"] in ("bound", "renewed", "moved")]
    return [] if len(set(bound)) == 1 else [f"it had the addresses {' '.join(map(str, bound))}"]


def never_gone(scene: Scene) -> Iterable[str]:
    """It neither expired nor began anew."""
    names = [one["event"] for one in scene.events()]
    found = [name for name in ("expired", "nak", "no_offer", "moved") if name in names]
    found += ["bound again"] if names.count("bound") > 1 else []
    return [f"it said `{name}`" for name in found]


def move(scene: Scene) -> None:
    """The server has other addresses now: it refuses the old one, and grants another."""
    scene.kept["old"] = scene.address
    scene.dhcp.set(addresses=[OTHER])


def told_as_moved(look: Look) -> bool:
    moved = [one for one in look.events if one["event"] == "moved"]
    return bool(moved) and OTHER in moved[0]["message"] and FIRST in moved[0]["message"]


def is_at(address: str) -> Check:
    return lambda scene: bool(scene.show()["ip"] == address)


def another_server(scene: Scene) -> None:
    """The server is replaced by one with another identifier, and the network container restarts."""
    scene.lan_ip("addr", "add", "10.77.0.3/24", "dev", "br0")
    scene.later(scene.lan_ip, "addr", "del", "10.77.0.3/24", "dev", "br0")
    scene.docker("kill", scene.container)
    scene.dhcp.set(server="10.77.0.3")
    scene.start()
    scene.docker("start", scene.container)


def squat_first(scene: Scene) -> None:
    """A neighbour has the very address that the server offers first."""
    scene.restore("web1")
    scene.server()
    scene.neighbour(address=FIRST)


def renew_in_vain(scene: Scene) -> None:
    scene.dhcp.set(silent="all")
    scene.command = scene.site.run("renew", "web1", "--timeout", "2")


def mtu_is(size: int) -> Check:
    return lambda scene: f"mtu {size} " in scene.inside("ip", "link", "show", scene.lan_link())


def drop_routes(scene: Scene) -> None:
    """The server gives no routes any more."""
    assert "10.0.0.0/16" in scene.inside("ip", "route"), "the route was not taken"
    scene.dhcp.set(options=[])
    scene.site.netc("renew", scene.service)


def has_no_stale_route(scene: Scene) -> bool:
    return "10.0.0.0/16" not in scene.inside("ip", "route")


def refused(address: str) -> Told:
    """It said why it does not take this address, and does not have it."""
    return lambda look: (
        look.ip != address
        and any(
            one["event"] in ("bad_offer", "conflict") and address in str(one.get("message"))
            for one in look.events
        )
    )


# --- the log


def log_path(scene: Scene) -> str:
    return scene.docker("inspect", "-f", "{{.LogPath}}", scene.container)


def cut_log(scene: Scene) -> None:
    """As somebody does who is short of space."""
    scene.in_engine("truncate", "-s", "0", log_path(scene))


def move_log(scene: Scene) -> None:
    """As a tool does that rotates logs, and does not know that Docker does."""
    path = log_path(scene)
    scene.in_engine("sh", "-c", f"mv {path} {path}.old; : >{path}; chmod 640 {path}")


def still_known(look: Look) -> bool:
    """Healthy at its address, though its log is empty; and soon."""
    return healthy(look) and look.ip is not None and look.took < 8


def wait(seconds: float) -> Step:
    return lambda scene: time.sleep(seconds)


def restart_without_server(scene: Scene) -> None:
    scene.later(scene.site.lab.start_dhcp)
    scene.site.lab.stop_dhcp()
    scene.docker("restart", "-t", "1", "web1")


FAULTS = (
    Fault("no-server", section=3, core=True,
          what="no DHCP server answers for 20 s: few questions, and it is said",
          prepare=serve(silent="all"), inject=up_in_vain, told=both(exits(4, "no DHCP server"),
          phase("acquiring")), within=30, heal=speak, recovers=36, verify=count_discovers),
    Fault("slow-server", section=3, core=True, what="the server takes 5 s for each answer",
          prepare=serve(delay=5), inject=try_up("--timeout", "60"), told=exits(0, "ip="),
          within=70, recovers=5),
    Fault("server-without-addresses", section=3, what="the server has no address left for a while",
          prepare=serve(addresses=[]), inject=try_up("--timeout", "3"), told=exits(4),
          heal=now(addresses=list(POOL)), recovers=25),
    Fault("server-away-over-the-expiry", section=3, core=True,
          what="the server is away through T1, T2 and expiry",
          prepare=short_leases(lifetime=12, t1=3, t2=7), inject=now(silent="all"),
          told=phase("expired"), within=16, lasts=17, meanwhile="gone", grace=14, heal=speak,
          recovers=30),
    Fault("server-away-in-renewing", section=3, what="the server is away at T1: told as that",
          prepare=short_leases(lifetime=24, t1=3, t2=8), inject=now(silent="all"),
          told=phase("renewing"), lasts=4, meanwhile="page", keeps=True,
          heal=mark_and(speak), also=renewed, verify=never_gone, recovers=15),
    Fault("server-returns-in-rebinding", section=3, what="the server returns between T2 and expiry",
          prepare=short_leases(lifetime=24, t1=3, t2=6), inject=now(silent="all"),
          told=phase("rebinding"), lasts=8, meanwhile="page", keeps=True,
          heal=mark_and(speak), also=renewed, verify=never_gone, recovers=15),
    Fault("renewed-in-vain-by-hand", section=3, what="`netc renew` while the server is away",
          prepare=short_leases(lifetime=60), inject=renew_in_vain, told=exits(4, "kept"),
          lasts=8, meanwhile="page", keeps=True, heal=mark_and(speak),
          also=renewed, verify=never_gone, recovers=35),
    Fault("rogue-server-at-t1", section=3, core=True,
          what="another server answers a renewal that the own one does not",
          prepare=short_leases(lifetime=24, t1=4, t2=15), inject=rogue, told=phase("renewing"),
          lasts=10, meanwhile="page", keeps=True, heal=mark_and(rogue_goes), also=renewed,
          recovers=20, verify=same_address),
    Fault("renewal-with-another-address", section=3,
          what="the server acknowledges a renewal with another address than it was asked for",
          prepare=short_leases(lifetime=24, t1=3, t2=14), inject=now(swap=OTHER),
          lasts=9, meanwhile="page", keeps=True, heal=mark_and(now(swap="")), also=renewed,
          recovers=20, verify=same_address),
    Fault("nak", section=3, core=True, what="the server refuses to renew, and then grants again",
          prepare=short_leases(lifetime=12, t1=3, t2=8), inject=now(nak=True), told=said("nak"),
          heal=now(nak=False), recovers=20),
    Fault("moved", section=3, core=True, what="the server grants another address than before",
          prepare=short_leases(lifetime=12, t1=3, t2=8), inject=move, told=told_as_moved,
          also=is_at(OTHER), recovers=20),
    Fault("another-server", section=3, what="after a restart the lease is from another server",
          prepare=short_leases(lifetime=60), inject=another_server, told=said("new_server"),
          recovers=15),
    Fault("lease-in-another-subnet", section=3,
          what="the lease is in a subnet that the host has nothing to do with",
          prepare=serve(addresses=["10.99.0.50"], router="10.99.0.1"),
          inject=try_up("--timeout", "20"), told=said("other_subnet"), within=25,
          answers=False, after=None),
    Fault("hosts-own-address", section=3, core=True, what="the server offers the host's address",
          prepare=serve(addresses=[HOST_IP]), inject=try_up("--timeout", "4"),
          told=refused(HOST_IP), heal=now(addresses=list(POOL)), recovers=30),
    Fault("address-that-no-machine-can-have", section=3, what="the server offers 224.0.0.1",
          prepare=serve(addresses=["224.0.0.1"]), inject=try_up("--timeout", "4"),
          told=refused("224.0.0.1"), heal=now(addresses=list(POOL)), recovers=30),
    Fault("squatter-at-the-offer", section=3, what="a neighbour has the address that is offered",
          prepare=squat_first, inject=try_up("--timeout", "40"), told=said("conflict"), within=45,
          recovers=20),
    Fault("routes-into-loopback", section=3, core=True,
          what="option 121 with a route for 127.0.0.0/8, where Docker's name server is",
          prepare=serve("app", 8080, options=[[121, LOOPBACK]]), inject=try_up(),
          told=exits(0, "ip="), within=40, recovers=8),
    Fault("stale-routes", section=3, what="a route of an earlier lease is not given any more",
          prepare=short_leases(options=[[121, ROUTES]]),
          inject=drop_routes, also=has_no_stale_route),
    Fault("mtu", section=3, what="the server gives an MTU of 1400",
          prepare=serve(options=[[26, "0578"]]), inject=try_up(), told=exits(0, "ip="), within=40,
          also=mtu_is(1400), recovers=8),
    Fault("lease-of-2-s", section=3, what="leases of two seconds: no flapping",
          prepare=short_leases(lifetime=2), inject=wait(0), lasts=10, meanwhile="page", keeps=True,
          verify=never_gone),
    Fault("lease-of-20-s", section=3, what="leases of twenty seconds: renewed in time",
          prepare=short_leases(lifetime=20), inject=wait(0), lasts=24, meanwhile="page", keeps=True,
          verify=never_gone),
    Fault("log-cut", section=3, core=True, what="the log of its container is cut to nothing",
          inject=cut_log, told=still_known, lasts=4, meanwhile="page"),
    Fault("log-moved-away", section=3, what="another file is put in the place of its log",
          inject=move_log, told=still_known, lasts=4, meanwhile="page"),
    Fault("server-away-while-the-service-restarts", section=3,
          what="the service restarts while the server is away",
          prepare=on("web1"), inject=restart_without_server,
          heal=lambda s: s.site.lab.start_dhcp()),
)  # fmt: skip
