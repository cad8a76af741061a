"""Which containers are network containers, and whose: decided here alone.

A network container is known by its whole labels and by running netc's image, never by its name:
``docker rename`` loses nothing. A service is known by its name, which a service that is made anew
keeps, and where nothing has that name by its id.
"""

from collections.abc import Iterable, Sequence

import msgspec

from netc_tui.core.findings import Finding
from netc_tui.core.identity import PRIVATE, as_hostname, container_name, private_network_name
from netc_tui.core.model import CHOSEN_MAC, DEFAULT_BRIDGE, Container, Keeper, Labels
from netc_tui.core.ports import as_text, unasked
from netc_tui.core.words import command


class Own(msgspec.Struct, frozen=True):
    """A network container."""

    container: Container
    labels: Labels
    service: str
    """What its service is called now; that it is gone does not change its name."""

    @property
    def renamed(self) -> bool:
        """Is the service called otherwise than when this was made for it?"""
        return self.service != self.labels.service


def services(containers: Iterable[Container]) -> tuple[Container, ...]:
    """All that are no network containers."""
    return tuple(container for container in containers if not container.ours)


def owned(containers: Iterable[Container]) -> tuple[Own, ...]:
    """The network containers, in the order of the listing."""
    known = tuple(containers)
    names = {container.name for container in known if not container.ours}
    by_id = {container.id: container.name for container in known if not container.ours}
    found = []
    for container in known:
        if (labels := Labels.of(container)) is None:
            continue
        made_for = labels.service
        service = made_for if made_for in names else by_id.get(labels.service_id, made_for)
        found.append(Own(container, labels, service))
    return tuple(found)


def paired(containers: Iterable[Container]) -> dict[str, tuple[Own, ...]]:
    """The network containers of each service, by its name now. The first is the one that counts;
    more than one there is only where somebody interfered."""
    found: dict[str, list[Own]] = {}
    for own in owned(containers):
        found.setdefault(own.service, []).append(own)
    return {service: tuple(sorted(several, key=_rank)) for service, several in found.items()}


def _rank(own: Own) -> tuple[bool, bool, bool]:
    named = own.container.name == container_name(own.labels.service)
    return own.renamed, not own.container.running, not named


def by_labels(own: Own, handed: frozenset[str]) -> bool:
    """Is it kept by labels, and no operator's? ``handed``: see ``core.memos.handed``."""
    return own.labels.keeper == Keeper.LABELS or own.container.id in handed


def service_named(given: str, containers: Sequence[Container]) -> str:
    """The name of the service that is meant by a name, an id, or the name that it had when its
    network container was made."""
    known, ours = services(containers), owned(containers)
    # A service that is gone keeps its name, be that the id of another.
    if given in {*(container.name for container in known), *(own.service for own in ours)}:
        return given
    for container in known:
        if given in (container.id, container.id[:12]):
            return container.name
    for own in ours:
        if own.labels.service == given:
            return own.service
    return given


def _service(name: str, containers: Sequence[Container]) -> Container | None:
    return next((each for each in containers if each.name == name and not each.ours), None)


def again(own: Own, containers: Sequence[Container]) -> str:
    """The command that makes a network container anew as it is: what was chosen for it is said,
    since without it netc would choose otherwise."""
    labels = own.labels
    service, target = _service(own.service, containers), _service(labels.target, containers)
    options: list[str] = []
    # Of one that does not run the listing tells no ports; to name the same changes nothing.
    if service is None or labels.ports != as_text(unasked(service.ports)):
        options += [word for forward in labels.forwards for word in ("--port", str(forward))]
    # One that came by a move is kept without a word.
    if labels.seed and not labels.moved:
        options += ["--seed", labels.seed]
    if labels.hostname != as_hostname(labels.moved or labels.service):
        options += ["--hostname", labels.hostname]
    if own.container.labels.get(CHOSEN_MAC) == labels.mac:
        options += ["--mac", labels.mac]
    if labels.dns_name and labels.keeper != Keeper.LABELS:
        options += ["--name", labels.dns_name]
    on = {name for name in target.addresses if not name.startswith(PRIVATE)} if target else set()
    if labels.network == private_network_name(labels.service):
        options.append("--private-network")
    elif len(on) > 1 and labels.network in on:
        options += ["--network", labels.network]
    return command("netc", "up", own.service, labels.interface, *options)


def remark(own: Own, containers: Sequence[Container]) -> str | None:
    """What an operator must know of a service that was renamed."""
    if not own.renamed:
        return None
    return (
        f"{own.labels.service} is called {own.service} now; for a network container of that"
        f" name: {again(own, containers)}"
    )


def remedy(own: Own, containers: Sequence[Container]) -> str:
    """The command that brings a network container back that does not run."""
    labels = own.labels
    linked_to = labels.target if labels.network == DEFAULT_BRIDGE else ""
    target = next((container for container in containers if container.name == linked_to), None)
    if target is not None and not target.running:
        # Docker starts nothing that is linked to what does not run.
        return f"{command('docker', 'start', target.name)} && {again(own, containers)}"
    return again(own, containers)


def service_fault(own: Own, containers: Sequence[Container]) -> Finding | None:
    """Why nobody can reach the service, whatever its network container has heard, with the command
    that mends it; None when nothing is seen to be wrong. The listing knows it before the network
    container does, and knows which of several reasons it is."""
    labels = own.labels
    for name in dict.fromkeys((own.service, labels.target or own.service)):
        container = _service(name, containers)
        if container is None and own.renamed and name == labels.service:
            continue  # it has another name now
        if container is None:
            end = command("netc", "down", own.service)
            return Finding("N403", f"{name} is gone", "end this with", end)
        if container.state == "paused":
            go_on = command("docker", "unpause", name)
            return Finding("N402", f"{name} is paused", "let it go on with", go_on)
        if container.state == "restarting":
            return Finding(
                "N401",
                f"{name} does not run (restarting)",
                "it ends as soon as Docker has started it; what it says is in its log",
                command("docker", "logs", "--tail", "20", name),
            )
        if not container.running:
            start = command("docker", "start", name)
            return Finding(
                "N401", f"{name} does not run ({container.state})", "start it with", start
            )
    target = _service(labels.target, containers)
    if target is None:
        return None
    if labels.network not in target.addresses:
        left = f"{target.name} is not on the network {labels.network} any more"
        if not target.addresses:
            back = command("docker", "network", "connect", labels.network, target.name)
            return Finding("N404", f"{left}, nor on another", "put it back with", back)
        there = f"{left}, it is on {', '.join(sorted(target.addresses))}"
        return Finding("N404", there, "follow it with", again(own, containers))
    linked = labels.network == DEFAULT_BRIDGE and target.name == own.service
    if linked and target.id != labels.service_id:
        former = next(
            (known.name for known in services(containers) if known.id == labels.service_id),
            None,
        )
        how = f"is another container now, and the former one is called {former}"
        return Finding(
            "N405",
            f"{target.name} {how if former else 'was made anew'}, and a link on the default bridge"
            " does not follow that",
            "follow it with",
            again(own, containers),
        )
    return None
