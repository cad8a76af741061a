"""Containers as a desk sees them."""

from netc_tui.core.model import Container, Labels


def service(name: str, state: str = "running") -> Container:
    return Container(f"i-{name}", name, "nginx", state, "Up", "bridge")


def own(name: str, life: int, state: str = "running") -> Container:
    """The ``life``-th network container of that name: another one each time."""
    labels = Labels(
        schema=1, service=name, service_id=f"i-{name}", interface="eth1", network="bridge",
        lan="netc-lan-eth1", target=name, ports="80/tcp", mac="02:00:00:00:00:01",
        client_id="01", hostname=name,
    )  # fmt: skip
    return Container(
        f"n-{name}-{life}", f"netc-{name}", "netc-sidecar:0", state, "Up", "bridge",
        labels=labels.as_docker(),
    )  # fmt: skip
