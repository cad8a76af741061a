"""Steps as scripts see them."""

import msgspec

from netc_tui.core import plan


def test_scripts_see_no_phase_and_one_name_for_disconnecting() -> None:
    assert msgspec.to_builtins(plan.DisconnectGuest("web", "private")) == {
        "type": "DisconnectService",
        "container": "web",
        "network": "private",
    }
