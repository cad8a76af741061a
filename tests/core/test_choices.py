"""What was chosen for a network container, as it is said in the command that makes it."""

import shlex

import msgspec
import pytest

from netc_tui.core import reserve
from netc_tui.core.ports import Forward
from tests.core.samples import ONE, WEB


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"hostname": "shop"}, ["--hostname", "shop"]),
        ({"mac": "02:00:5e:00:53:01"}, ["--mac", "02:00:5e:00:53:01"]),
        ({"ports": (Forward("udp", 53, 5353),)}, ["--port", "53:5353/udp"]),
        ({"network": "back end"}, ["--network", "back end"]),
    ],
)
def test_what_was_chosen_is_said(facts: dict[str, object], words: list[str]) -> None:
    one = msgspec.structs.replace(ONE, **facts)  # type: ignore[arg-type]
    made = shlex.split(
        reserve.command(msgspec.structs.replace(WEB, network_container=one), "A1:B2")
    )
    at = made.index(words[0])
    assert made[at : at + 2] == words
