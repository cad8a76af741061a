"""What a network container says of itself."""

from netc_tui.core.diagnosis import own
from netc_tui.core.health import Health, State
from netc_tui.core.protocol import Hop

from .facts import NOW, but, codes, look


def test_what_it_has_just_found_goes_before_what_it_said_seconds_ago() -> None:
    facts = but(probe={"own": ("broken", "lan", "no carrier: the cable"), "code": "N102"})
    found = own.health(facts)
    assert (found.state, found.hop, found.reason) == (State.BROKEN, "lan", "no carrier: the cable")
    lost = Health(State.BROKEN, Hop.SERVICE, "it was silent", NOW)
    assert codes(look(own={"health": lost})) == []
    # What makes no sense, or no look at all, changes nothing.
    assert codes(look(own={"health": lost}, probe={"own": None})) == ["N407"]


def test_a_code_of_another_hop_makes_no_sense() -> None:
    facts = but(probe={"own": ("broken", "rules", "two are missing"), "code": "N102"})
    finding = own.health(facts).finding
    assert finding is not None
    assert finding.code == "N301"
