"""Services on overlay networks: a link of Docker's own stands beside the two that are ours."""

from collections.abc import Iterator

import pytest

from .conftest import Site, eventually

pytestmark = pytest.mark.core


@pytest.fixture
def swarm(site: Site) -> Iterator[Site]:
    site.docker("swarm", "init", "--advertise-addr", site.lab.HOST_IP)
    try:
        site.docker("network", "create", "--driver=overlay", "--attachable", "over")
        yield site
    finally:
        made = site.docker("ps", "-aq", "--filter=network=over").split()
        site.docker("rm", "-f", "-v", *made, check=False)
        site.docker("swarm", "leave", "--force")
        site.docker("network", "rm", "docker_gwbridge", check=False)


def test_a_container_on_an_attachable_overlay(swarm: Site) -> None:
    run = ("run", "-d", "--name", "svc", "--hostname", "svc", "--network", "over")
    swarm.docker(*run, "netc-lab/web")
    address = swarm.up("svc")
    assert swarm.get(address) == "svc"
    swarm.docker("restart", "--time", "1", "svc")
    eventually(lambda: swarm.get(address), lambda page: page == "svc", 10)
    swarm.netc("down", "svc")
    assert swarm.leftovers() == []


def test_a_task_of_a_swarm_service(swarm: Site) -> None:
    swarm.docker("service", "create", "--quiet", "--network", "over", "--name", "job",
                 "--hostname", "job", "netc-lab/web")  # fmt: skip

    def task() -> str:
        return swarm.docker("ps", "--filter=name=job.1", "--format={{.Names}}")

    name = eventually(task, seconds=20)
    address = swarm.up(name)
    assert swarm.get(address) == "job"
    assert swarm.show(name)["health"]["state"] == "healthy"
    swarm.netc("down", name)
    swarm.docker("service", "rm", "job")
    eventually(lambda: not task(), seconds=20)
    assert swarm.leftovers() == []
