"""Names of labs."""

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.lab import Lab
from netc_tui.lab.layout import HOSTS, Layout


@pytest.mark.parametrize("name", ["", "A", "a b", "a/b", "../x", "a" * 13, "a\n"])
def test_unfit_names(name: str) -> None:
    with pytest.raises(NetcError, match="no name for a lab") as caught:
        Lab(name)
    assert caught.value.code == Exit.USAGE


def test_the_longest_name_fits_a_socket_address() -> None:
    assert len(str(Lab("a" * 12).socket)) < 108


def test_a_lab_has_one_to_three_hosts() -> None:
    for hosts in (0, 4):
        with pytest.raises(NetcError, match="1 to 3 Docker hosts") as caught:
            Lab("x", hosts=hosts)
        assert caught.value.code == Exit.USAGE


def test_nothing_of_a_host_is_another_s() -> None:
    hosts = Layout("a" * 12).hosts()
    assert [host.name for host in hosts] == [*HOSTS]
    for of in ("addresses", "runtime", "data", "cgroup", "socket", "root", "programs", "ready"):
        assert len({str(getattr(host, of)) for host in hosts}) == len(hosts), of
    assert len({host.engine_log for host in hosts}) == len(hosts)
    assert max(len(str(host.socket)) for host in hosts) < 108


def test_the_first_host_is_as_in_a_lab_with_no_other() -> None:
    lab = Layout("x")
    host = lab.host()
    assert (host.runtime, host.data, host.cgroup) == (lab.runtime, lab.data, lab.cgroup)
    assert str(host.engine_log) == "/run/netc-lab/x.dockerd.log"
    assert host.addresses == {"eth1": Lab.HOST_IP, "eth2": Lab.HOST_IP2}
