"""Live completion of names in the shell. It never says a word: a shell is being typed into."""

from netc_tui.cli.run import with_engine
from netc_tui.core.errors import NetcError


def services(incomplete: str) -> list[str]:
    """Names of running services, of those of a Swarm that have a task here, too."""
    from netc_tui.core.tasks import is_own, service_of

    try:
        containers = with_engine(lambda engine: engine.containers())
    except NetcError:
        return []
    names = {
        service_of(container) or container.name
        for container in containers
        if container.running and not container.ours and not is_own(container)
    }
    return sorted(name for name in names if name.startswith(incomplete))


def turned_on(incomplete: str) -> list[str]:
    """Names of services that have a network container."""
    from netc_tui.core.ownership import paired

    try:
        containers = with_engine(lambda engine: engine.containers())
    except NetcError:
        return []
    found = list(paired(containers))
    return sorted(name for name in found if name.startswith(incomplete))


def interfaces(incomplete: str) -> list[str]:
    """Names of this machine's interfaces."""
    from netc_tui.host.interfaces import names

    return [name for name in names() if name.startswith(incomplete) and name != "lo"]
