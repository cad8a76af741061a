"""Facts of a path on which all is well, to change one of them, and any facts at all."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import Any

import msgspec
from hypothesis import strategies as st

from netc_tui.core.diagnosis import diagnose
from netc_tui.core.diagnosis.facts import Facts, Neighbour, Probe, Server, Surroundings
from netc_tui.core.findings import Finding
from netc_tui.core.health import Health, State, unknown
from netc_tui.core.lease import Event, Phase
from netc_tui.core.path import Check
from netc_tui.core.ports import Forward
from netc_tui.core.protocol import Hop, Said
from netc_tui.core.sockets import Socket
from tests.core.samples import ONE

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
WELL = Health(State.HEALTHY, checked_at=NOW)
OWN = msgspec.structs.replace(ONE, health=WELL)
RULES = ("filter :INPUT DROP", "nat -A NETC-DNAT -p tcp -m tcp --dport 80 -j DNAT")
PROBE = Probe(
    gateway="ok",
    ports={"tcp/80": "open"},
    own=("healthy", None, None),
    holders=(),
    large="ok",
    mtu=1500,
    planned=RULES,
    there=RULES,
    stuck={},
    unforwarded=(3, 0),
)
HOST = Surroundings(
    there=True,
    up=True,
    carrier=True,
    addresses=("192.168.77.3/24",),
    gateway=Neighbour("reachable", "02:00:00:00:00:01"),
    astray=(),
)
SERVER = Server(
    address="192.168.77.1",
    mac="02:00:00:00:00:01",
    offer="192.168.77.50",
    prefix=24,
    gateway="192.168.77.1",
)
LISTENS = (Socket("tcp", IPv4Address("0.0.0.0"), 80),)  # what a service does
FACTS = Facts(
    own=OWN,
    now=NOW,
    probe=PROBE,
    asked=("tcp/80",),
    sockets=LISTENS,
    host=HOST,
    servers=(SERVER,),
)


def but(probe: Any = None, host: Any = None, own: Any = None, **facts: Any) -> Facts:
    """Facts in which something is otherwise: ``probe``, ``host`` and ``own`` take what differs of
    each, or another one."""
    changed = dict(facts)
    for name, sound, other in (("probe", PROBE, probe), ("host", HOST, host), ("own", OWN, own)):
        if isinstance(other, dict):
            changed[name] = msgspec.structs.replace(sound, **other)
        elif other is not None:
            changed[name] = other
    return msgspec.structs.replace(FACTS, **changed)


def look(**facts: Any) -> Check:
    """One look at such facts."""
    return diagnose(but(**facts))


def codes(check: Check) -> list[str]:
    """What was found, the cause first."""
    return [finding.code for finding in check.findings]


def lines(check: Check) -> list[str]:
    """All that a look tells."""
    return [str(part) for part in check.parts]


def event(said: str, seconds: float = 10, message: str | None = None) -> Event:
    """Something that was said so long ago."""
    return Event(said, NOW - timedelta(seconds=seconds), message=message)


ADDRESSES = st.sampled_from(("192.168.77.10", "192.168.77.1", "10.0.0.1"))


def probes() -> st.SearchStrategy[Probe | str]:
    own = st.none() | st.tuples(st.just("healthy"), st.none(), st.none())
    broken = st.sampled_from(list(Hop)).map(lambda hop: ("broken", str(hop), "it is cut"))
    return st.just("it is refused") | st.builds(
        Probe,
        gateway=st.sampled_from((None, "ok", "silent", "none")),
        ports=st.dictionaries(
            st.sampled_from(("tcp/80", "tcp/443")), st.sampled_from(("open", "refused", "silent"))
        ),
        own=own | broken,
        code=st.sampled_from((None, "N104", "N205", "N406", "N999")),
        holders=st.sampled_from((None, (), ("02:00:00:00:00:09",))),
        large=st.sampled_from((None, "ok", "lost")),
        mtu=st.just(1500),
        planned=st.sampled_from((None, RULES)),
        there=st.sampled_from((None, RULES, RULES[:1], (*RULES, "filter -A INPUT -j ACCEPT"))),
        stuck=st.sampled_from((None, {}, {"10.9.9.9": 3})),
        unforwarded=st.sampled_from((None, (0, 0), (9, 2))),
    )


def healths() -> st.SearchStrategy[Health]:
    broken = st.sampled_from((None, *Hop)).map(lambda hop: Health(State.BROKEN, hop, "cut", NOW))
    return st.just(WELL) | st.just(unknown("nothing heard")) | broken


def hosts() -> st.SearchStrategy[Surroundings | str]:
    neighbours = st.none() | st.builds(
        Neighbour,
        st.sampled_from(("reachable", "stale", "failed", "incomplete")),
        st.sampled_from((None, "02:00:00:00:00:01")),
    )
    return st.sampled_from(("", "it is elsewhere")) | st.builds(
        Surroundings,
        there=st.booleans(),
        up=st.booleans(),
        carrier=st.booleans(),
        unfit=st.sampled_from((None, "it is wireless")),
        addresses=st.sampled_from(((), ("192.168.77.3/24",), ("192.168.0.3/16",), ("10.1.1.1/8",))),
        filters=st.booleans(),
        gateway=neighbours,
        address=neighbours,
        routed=st.booleans(),
        astray=st.sampled_from((None, (), (("192.168.77.9", "02:00:00:00:00:09"),))),
    )


def any_facts() -> st.SearchStrategy[Facts]:
    """Sense and nonsense."""
    own = st.builds(
        lambda health, ip, target, gateway, phase: msgspec.structs.replace(
            OWN, health=health, ip=ip, target=target, gateway=gateway, phase=phase
        ),
        healths(),
        st.none() | ADDRESSES,
        st.sampled_from((None, "172.17.0.2")),
        st.none() | ADDRESSES,
        st.sampled_from(Phase),
    )
    fault = st.none() | st.just(
        Finding("N401", "web does not run", "start it with", "docker start web")
    )
    sockets = st.sampled_from(("", "nobody looked", (), LISTENS))
    servers = st.sampled_from(("", "it needs root", (), (SERVER,), (SERVER, SERVER)))
    events = st.lists(
        st.builds(
            event,
            st.sampled_from((Said.NAK, Said.ROGUE, Said.DRIFT, Said.BOUND)),
            st.floats(0, 1000),
            st.sampled_from((None, "iptables rules were changed")),
        )
    )
    return st.builds(
        Facts,
        own=own,
        now=st.just(NOW),
        probe=probes(),
        asked=st.sampled_from(((), ("tcp/80",), ("tcp/80", "tcp/443"))),
        left_out=st.integers(0, 2),
        other=st.sampled_from(((), ("udp/53",), ("udp/5-9", "sctp/9"))),
        fault=fault,
        failing=st.booleans(),
        published=st.sampled_from(((), (8080,))),
        events=events,
        sockets=sockets,
        host=hosts(),
        servers=servers,
    )


UDP = Forward("udp", 53, 53)
