"""The network container that is wanted, down to its environment, files and labels."""

import hashlib

from netc_tui.core import compose, origin, rules
from netc_tui.core.identity import container_name, derive
from netc_tui.core.model import CAME_FROM, CHOSEN_MAC, SCHEMA, Labels, Network
from netc_tui.core.plan.steps import ContainerSpec
from netc_tui.core.plan.world import Wanted, World
from netc_tui.core.ports import as_text
from netc_tui.core.protocol import RULES, Env, Lookup

TARGET_ALIAS = "netc-target"
"""The name in /etc/hosts by which a linked service, or the host, is found."""


def container_spec(world: World, wanted: Wanted, lan: Network) -> ContainerSpec:
    """The network container that is wanted, down to its environment and labels."""
    identity = wanted.identity
    by_alias = wanted.linked or not wanted.target
    lookup = Lookup.LINK if wanted.linked else Lookup.DNS if wanted.target else Lookup.HOST
    known = world.networks if wanted.private is None else (wanted.private,)
    subnets = next((n.subnets for n in known if n.name == wanted.network), ())
    # A file and not a variable: of those each has 128 KiB at most, and 800 ports need more.
    ports = rules.forwarding(wanted.forwards, wanted.bridge, subnets)
    rules_hash = hashlib.sha256(ports.encode()).hexdigest()
    labels = Labels(
        schema=SCHEMA,
        service=wanted.service,
        service_id=wanted.service_id,
        interface=wanted.interface,
        network=wanted.network,
        lan=lan.name,
        target=wanted.target,
        ports=as_text(wanted.forwards),
        mac=identity.mac,
        client_id=identity.client_id,
        hostname=identity.hostname,
        rules=rules_hash,
        keeper=wanted.keeper,
        dns_name=wanted.naming.name if wanted.naming is not None else "",
        seed=wanted.seed,
        moved=wanted.moved,
    ).as_docker()
    if identity.mac != derive(wanted.seed or world.engine.id, wanted.moved or wanted.service).mac:
        labels[CHOSEN_MAC] = identity.mac
    if wanted.after:
        labels[CAME_FROM] = wanted.after
    if wanted.compose is not None:
        # As a one-off of its service it can go down with the project, which could not remove its
        # network otherwise; `docker compose up`, `ps`, `stop` and `exec` leave one-offs alone.
        # Compose 2 sees only what has a hash, and takes the lowest number for `exec`.
        project, service = wanted.compose
        labels |= {
            compose.PROJECT: project,
            compose.SERVICE: service,
            compose.ONE_OFF: "True",
            compose.CONFIG_HASH: "netc",
            compose.NUMBER: "1",
        }
    return ContainerSpec(
        name=container_name(wanted.service),
        image=world.image,
        network=wanted.network,
        lan=lan.name,
        link=wanted.target if wanted.linked else None,
        host_gateway=not wanted.target,
        environment={
            Env.NAME.value: TARGET_ALIAS if by_alias else wanted.target,
            Env.LOOKUP.value: lookup.value,
            Env.PTR.value: "" if by_alias else f"{wanted.target}.{wanted.network}",
            Env.SVC_SUBNETS.value: " ".join(subnets),
            Env.LAN_SUBNET.value: next(iter(lan.subnets), ""),
            Env.MAC.value: identity.mac,
            Env.CLIENT_ID.value: identity.client_id,
            Env.HOSTNAME.value: identity.hostname,
            Env.HOST_ADDRESSES.value: " ".join(world.host_addresses),
            Env.BASE_RULES.value: rules.BASE,
            Env.RULES_HASH.value: rules_hash,
            Env.TELLS.value: _tells(world, wanted),
        },
        files={RULES: ports, **wanted.files},
        labels=labels,
    )


def _tells(world: World, wanted: Wanted) -> str:
    if wanted.takes:
        return "takes"
    return "yes" if origin.from_elsewhere(wanted.seed, world.engine.id) else ""
