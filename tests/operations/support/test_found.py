"""Where in an archive what was found has its place."""

from netc_tui.core import ownership
from netc_tui.operations.support.found import Kept
from tests.machine import run
from tests.twin import FakeEngine


def test_each_network_container_has_a_folder(engine: FakeEngine) -> None:
    owned = ownership.owned(run(engine.containers()))
    assert sorted(Kept(own).folder for own in owned) == [
        "network-containers/netc-db",
        "network-containers/netc-web",
    ]
