"""Live completion of names in the shell. It never says a word: a shell is being typed into."""

import typer

from netc_tui.cli import hosts as chosen
from netc_tui.cli.run import with_engine
from netc_tui.core.errors import NetcError


def services(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of running services, of those of a Swarm that have a task here, too."""
    from netc_tui.core.tasks import is_own, service_of

    try:
        _on_its_host(ctx)
        containers = with_engine(lambda engine: engine.containers())
    except NetcError:
        return []
    names = {
        service_of(container) or container.name
        for container in containers
        if container.running and not container.ours and not is_own(container)
    }
    return sorted(name for name in names if name.startswith(incomplete))


def turned_on(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of services that have a network container."""
    from netc_tui.core.ownership import paired

    try:
        _on_its_host(ctx)
        containers = with_engine(lambda engine: engine.containers())
    except NetcError:
        return []
    found = list(paired(containers))
    return sorted(name for name in found if name.startswith(incomplete))


def interfaces(ctx: typer.Context, incomplete: str) -> list[str]:
    """Names of this machine's interfaces; nothing for a host that is another machine."""
    from netc_tui.host.interfaces import names

    try:
        _on_its_host(ctx)
        if chosen.endpoint().local is False:
            return []
    except NetcError:
        return []
    return [name for name in names() if name.startswith(incomplete) and name != "lo"]


def hosts(incomplete: str) -> list[str]:
    """Names of hosts."""
    from netc_tui.engine.hosts import names

    try:
        known = names(chosen.declared())
    except NetcError:
        known = names({})
    return [name for name in known if name.startswith(incomplete)]


def topics(incomplete: str) -> list[str]:
    """Pages of the guide."""
    from netc_tui.guide import topics as known

    return [name for name in known() if name.startswith(incomplete)]


def _on_its_host(ctx: typer.Context) -> None:
    """Names are those of the host that the command line names."""
    chosen.give(ctx.find_root().params.get("host") or ())
