"""Which steps lead from what there is to what is wanted."""

from collections.abc import Mapping, Sequence

import msgspec

from netc_tui.core import records
from netc_tui.core.errors import NetcError
from netc_tui.core.model import Container, Keeper, Network
from netc_tui.core.ownership import Own
from netc_tui.core.plan.container import container_spec
from netc_tui.core.plan.networks import lan_network
from netc_tui.core.plan.steps import (
    BuildImage,
    Connect,
    ConnectService,
    ContainerSpec,
    CreateContainer,
    CreateNetwork,
    CreatePrivateNetwork,
    DisconnectGuest,
    DisconnectService,
    PublishName,
    PutFiles,
    RemoveContainer,
    RemoveNetwork,
    Start,
    Step,
    WithdrawName,
)
from netc_tui.core.plan.world import Guest, Wanted, World
from netc_tui.core.ports import as_list, as_text
from netc_tui.core.protocol import FORMER, Env
from netc_tui.core.records import Did, Record


def up(world: World, wanted: Wanted) -> tuple[Step, ...]:
    """The steps that turn a service on; none when all is as wanted.

    Raises NetcError when the name is taken by a container that is not netc's, or the interface
    by an ipvlan network.
    """
    steps: list[Step] = []
    lan, create = lan_network(world, wanted.interface)
    spec = container_spec(world, wanted, lan)
    own = world.existing[0] if world.existing else None
    why = own and (difference(own, spec, wanted) or stale(own.container, world, create))
    if own is not None and not why and world.base is not None and not world.image_built:
        why = f"its image is to be on {world.base}"
    if own is None or why:
        _refuse_foreign(world, spec.name)
    record = _record(world, wanted, own if why else None, why or "")
    kept = None
    steps += _former_names(world, wanted, own if own is not None and why else None)
    if own is not None and why:
        kept = world.former if own.labels.interface == wanted.interface else None
        steps.append(RemoveContainer(own.container.name, why, record))
        spec = _signed(spec, record, own.container.labels)
        own = None
    else:
        spec = _signed(spec, record, {})
    steps += [
        RemoveContainer(other.container.name, "the service has another one")
        for other in world.existing[1:]
    ]
    existing = own.container if own is not None else None
    if not world.image_built and existing is None:
        steps.insert(0, BuildImage(world.image, world.base))
    if create is not None:
        steps.append(create)
    private = wanted.private
    if private is not None and not private.id:
        steps.append(_create_private(private, wanted.service))
    name = spec.name if existing is None else existing.name
    if existing is None:
        steps.append(CreateContainer(spec))
        if kept is not None:
            steps.append(PutFiles(spec.name, {FORMER: f"{kept}\n"}))
    elif existing.state == "created":
        # Not removed: another netc may be about to finish it.
        steps.append(PutFiles(existing.name, spec.files))
    if private is not None:
        # After the network container: a private network without one would be taken for an orphan.
        steps += _connections(private, wanted.target, world.guests)
    if existing is None or lan.name not in existing.addresses:
        steps.append(Connect(name, lan.name))
    if existing is None or not existing.running:
        started = records.filled(world.signed, Did.STARTED) if existing is not None else None
        steps.append(Start(name, started))
    if (naming := wanted.naming) is not None:
        label = naming.name or wanted.identity.hostname
        client = wanted.identity.client_id
        steps.append(
            PublishName(wanted.service, label, naming.zone, client, wanted.forwards, naming.shared)
        )
    used = world.used | {lan.name, wanted.network}
    return (*steps, *orphans(world.networks, used, world.guests))


def down(world: World, name: str) -> tuple[Step, ...]:
    """The steps that turn a service off; none when nothing is there."""
    if not world.existing:
        _refuse_foreign(world, name)
    record = records.filled(world.signed, Did.OFF)
    off: list[Step] = []
    for own in world.existing:
        # Before the container: while that is there, a name that was left behind is found again.
        withdrawn = _withdrawal(world, own)
        off += [*withdrawn, RemoveContainer(own.container.name, "its lease is released", record)]
    taken_back = [step for step in off if isinstance(step, WithdrawName)]
    return (
        *_left_behind(world, taken_back),
        *off,
        *orphans(world.networks, world.used, world.guests),
    )


def _withdrawal(world: World, own: Own) -> list[WithdrawName]:
    labels = own.labels
    if world.zone is None:
        return []
    name = labels.dns_name or labels.hostname
    shared = bool(labels.dns_name) and labels.keeper == Keeper.LABELS
    client, container = labels.client_id, own.container.name
    return [WithdrawName(name, world.zone, client, container, shared, labels.forwards)]


def _former_names(world: World, wanted: Wanted, replaced: Own | None) -> list[WithdrawName]:
    """Take back what is to be published under another name from now on. ``replaced``: what is made
    anew."""
    naming = wanted.naming
    if naming is None:
        return []
    label = naming.name or wanted.identity.hostname
    found: list[WithdrawName] = []
    if replaced is not None:
        labels = replaced.labels
        if (labels.dns_name or labels.hostname).lower() != label.lower():
            found = _withdrawal(world, replaced)
    return [*_left_behind(world, found, stays=(label, naming.zone)), *found]


def _left_behind(
    world: World, known: Sequence[WithdrawName], stays: tuple[str, str] | None = None
) -> list[WithdrawName]:
    """Take back what was published and is not ``known`` to be taken back, but for what stays."""
    found: dict[str, WithdrawName] = {}
    for each in world.named:
        own = each.published
        if stays is not None and each.is_called(*stays):
            continue
        if not any(each.is_called(step.name, step.zone) for step in known):
            found[own.name] = WithdrawName(own.name, own.zone, own.client_id, "", own.shared)
    return list(found.values())


def _record(world: World, wanted: Wanted, before: Own | None, why: str) -> Record | None:
    """What is to be remembered of a network container that is made in place of another, or of
    none."""
    if before is None:
        after = f", after {wanted.after}" if wanted.after else ""
        what = f"{wanted.interface}: {as_list(wanted.forwards)}{after}"
        return records.filled(world.signed, Did.ON, what)
    if before.labels.interface == wanted.interface:
        return records.filled(world.signed, Did.CHANGED, why)
    over = f"from {before.labels.interface} to {wanted.interface}"
    return records.filled(world.signed, Did.MOVED, over)


def _signed(spec: ContainerSpec, record: Record | None, before: Mapping[str, str]) -> ContainerSpec:
    """The same with the record in its labels, which say nothing of how it is to be."""
    if record is None:
        return spec
    label = {records.RECORDS: records.label(before, record)}
    return msgspec.structs.replace(spec, labels=spec.labels | label)


def orphans(
    networks: Sequence[Network], used: frozenset[str], guests: Sequence[Guest]
) -> tuple[Step, ...]:
    """Remove each network of ours that no network container is on; one may be left from a run
    that died. Services are taken off a private one before.

    Also off one that is gone by now: Docker would not start the service any more.
    """
    known = {network.name for network in networks}
    unused = [network for network in networks if network.ours and network.name not in used]
    empty = {network.name for network in unused if network.private is not None}
    return (
        *(
            DisconnectGuest(guest.container, guest.network)
            for guest in guests
            if guest.network in empty or (guest.network not in known and guest.network not in used)
        ),
        *(RemoveNetwork(network.name) for network in unused),
    )


def difference(own: Own, spec: ContainerSpec, wanted: Wanted) -> str | None:
    """Why a network container must be made anew to be as wanted; None when it need not."""
    existing, labels = own.container, own.labels
    if own.renamed:
        return f"the service was called {labels.service} when it was made"
    if labels.interface != wanted.interface or labels.lan != spec.lan:
        return f"moves from {labels.interface} to {wanted.interface}"
    if labels.network != wanted.network:
        return f"the service is now reached over {wanted.network}, not {labels.network}"
    if wanted.network not in existing.addresses:
        # No start links it anew, and without that link it ends at once.
        return f"it was disconnected from {wanted.network}"
    if labels.target != wanted.target:
        return f"the service is now reached at {wanted.target or 'the host itself'}"
    if labels.ports != as_text(wanted.forwards):
        return f"ports change from {labels.ports or 'none'} to {as_text(wanted.forwards)}"
    if (labels.mac, labels.client_id, labels.hostname) != (
        wanted.identity.mac,
        wanted.identity.client_id,
        wanted.identity.hostname,
    ):
        return "its MAC address or hostname changes"
    if wanted.naming is not None and labels.dns_name != wanted.naming.name:
        return f"its name changes to {wanted.naming.name or labels.hostname}"
    if wanted.linked and labels.service_id != wanted.service_id:
        # On the default bridge a link is to one container and ends with it.
        return "the service was made anew, and a link on the default bridge does not follow that"
    if labels.rules != spec.environment[Env.RULES_HASH]:
        return "the rules that netc makes for its ports are others now"
    if existing.image != spec.image:
        return f"its image changes from {existing.image} to {spec.image}"
    return None


def stale(existing: Container, world: World, create: CreateNetwork | None) -> str | None:
    """Why a network container cannot be started again as it is; None when it can."""
    ids = {network.name: network.id for network in world.networks}
    if existing.running:
        return None
    for name, recorded in existing.network_ids.items():
        if recorded and recorded != ids.get(name):
            return f"its network {name} was removed or made anew"
    if create is not None and create.name in existing.addresses:
        return f"its network {create.name} was removed"
    return None


def _create_private(network: Network, service: str) -> CreatePrivateNetwork:
    return CreatePrivateNetwork(
        network.name, service, network.subnets[0], network.gateways[0], dict(network.labels)
    )


def _connections(network: Network, target: str, guests: Sequence[Guest]) -> list[Step]:
    """Have the service on its private network, and nobody else."""
    there = [guest for guest in guests if guest.network == network.name]
    # The record of one that was removed under a service that did not run then.
    good = [g for g in there if g.container == target and g.network_id in ("", network.id)]
    off = [DisconnectService(g.container, g.network) for g in there if g not in good]
    return [*off, *(() if good else (ConnectService(target, network.name),))]


def _refuse_foreign(world: World, name: str) -> None:
    if world.taken is not None:
        raise NetcError(
            f"the name {name} is taken by a container that is not netc's; rename or remove it"
        )
