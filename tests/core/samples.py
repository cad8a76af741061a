"""A service that is on, and its network container, as values."""

from hypothesis import strategies as st

from netc_tui.core import identity
from netc_tui.core.health import Health, State
from netc_tui.core.lease import Phase
from netc_tui.core.model import NetworkContainer, Service
from netc_tui.core.ports import Forward, Port

OWN = identity.derive("A1:B2", "web")
ONE = NetworkContainer(
    name="netc-web",
    service="web",
    state="running",
    interface="eth1",
    phase=Phase.BOUND,
    ip="192.168.77.10",
    prefix=24,
    gateway="192.168.77.1",
    server="192.168.77.1",
    mac=OWN.mac,
    client_id=OWN.client_id,
    hostname=OWN.hostname,
    target="172.17.0.2",
    ports=(Forward("tcp", 80, 80),),
    bound_at=None,
    renew_at=None,
    rebind_at=None,
    expires_at=None,
    network="bridge",
    message=None,
    health=Health(State.HEALTHY),
)
WEB = Service("web", "i-web", "nginx", "running", (Port(80, "tcp"),), network_container=ONE)
INJECTED = ("$(reboot)", "x;reboot", "`id`", "web,set:all,10.0.0.1", "'", '"', "-x", "a&b")
EVIL = st.sampled_from(INJECTED) | st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20
)
