"""Hosts that were cloned with the id of their engine: no address is taken without a word."""

import shutil
from collections.abc import Iterator

import pytest

from .conftest import Site, eventually
from .moving import visited
from .test_move import address_of, standing
from .test_remote_hosts import ids

Sites = tuple[Site, Site, Site]


@pytest.fixture
def clones(sites: Sites) -> Iterator[tuple[Site, Site]]:
    """Two hosts of one engine id."""
    one, two, _ = sites
    host = two.lab.host(two.host)
    host.stop_engine()
    for known, copy in zip(ids(one.lab.host(one.host)), ids(host), strict=True):
        if known.exists():
            shutil.copy(known, copy)
    host.start_engine()
    yield one, two
    two.tidy()
    host.stop_engine()
    for file in ids(host):
        file.unlink(missing_ok=True)
    host.start_engine()


def test_the_second_is_not_turned_on_and_the_first_goes_on(clones: tuple[Site, Site]) -> None:
    one, two = clones
    address = one.up("web1")
    with visited(one.lab, address) as visits:
        done = two.run("up", "web1", "eth1")
    assert done.returncode == 1, done.stderr
    assert "a clone of this host, with its engine id; it was not turned on" in done.stderr
    assert two.leftovers() == []
    assert visits["longest"] < 1.0, visits
    assert address_of(one, "web1") == address
    assert not {"standby", "rival", "conflict"} & set(one.events("web1"))
    other = two.up("web1", "eth1", "--seed", "second")
    assert other != address
    assert (one.get(address), two.get(other)) == ("web1", "web1")


def test_two_that_could_not_hear_each_other_do_so_when_they_can(clones: tuple[Site, Site]) -> None:
    """Neither tells the LAN anything before that."""
    one, two = clones
    address = one.up("web1")
    one.lab.host(one.host).cut(silently=False)
    assert two.up("web1") == address
    one.lab.host(one.host).heal()
    eventually(lambda: standing(one), lambda code: code == "N210", 20)
    assert address_of(two, "web1") == address
    assert "rival" in two.events("web1") + one.events("web1")
    assert one.get(address) == "web1"
