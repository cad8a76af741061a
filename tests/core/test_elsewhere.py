"""Commands for another machine."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.elsewhere import aimed, with_remedies, with_remedy
from netc_tui.core.findings import Finding
from netc_tui.core.path import Check, ok, wrong
from netc_tui.core.protocol import Hop


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("netc down web", "netc --host nas down web"),
        ("docker start web && netc up web eth1",
         "docker -H ssh://root@nas:2222 start web && netc --host nas up web eth1"),
        ("ip link set eth1 up", "ssh -p 2222 root@nas 'ip link set eth1 up'"),
    ],
)  # fmt: skip
def test_a_command_is_given_here_and_acts_there(text: str, there: str) -> None:
    assert aimed(text, "nas", "ssh://root@nas:2222") == there


def test_what_has_to_run_on_a_machine_that_no_ssh_leads_to_is_as_it_is() -> None:
    assert aimed("ip link set eth1 up", "nas", "tcp://nas:2376") == "ip link set eth1 up"
    assert aimed("ip link show", "nas", "ssh://nas") == "ssh nas 'ip link show'"


@given(st.text(min_size=1), st.text(st.sampled_from("ab' \"&-$"), min_size=1))
def test_a_name_is_a_word_whatever_is_in_it(host: str, service: str) -> None:
    text = shlex.join(("netc", "down", service))
    assert shlex.split(aimed(text, host, "ssh://x")) == ["netc", "--host", host, "down", service]


def test_remedies_of_a_look_are_aimed() -> None:
    finding = Finding("N101", "it is down", "set it up with", "ip link set eth1 up")
    bare = Finding("N101", "it is down")
    assert with_remedy(finding, str.upper).remedy == "IP LINK SET ETH1 UP"
    assert with_remedy(bare, str.upper) is bare
    look = Check((ok(Hop.LAN, "link", "up"), wrong(Hop.LAN, "interface", finding)))
    assert [each.remedy for each in with_remedies(look, str.upper).findings] == [
        "IP LINK SET ETH1 UP"
    ]
