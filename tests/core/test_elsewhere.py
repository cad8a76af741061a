"""Commands for another machine."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.elsewhere import aimed, aimed_within, with_remedies, with_remedy
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


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("web1 is off; make one with: netc up web1 INTERFACE",
         "web1 is off; make one with: netc --host nas up web1 INTERFACE"),
        ("no service 'a'; `netc ls` shows which there are",
         "no service 'a'; `netc --host nas ls` shows which there are"),
        ("it does not run; start it with: docker start web",
         "it does not run; start it with: docker -H ssh://root@nas start web"),
        ("netc image build, or docker network rm x",
         "netc --host nas image build, or docker -H ssh://root@nas network rm x"),
        ("its tasks: docker service ps netc-job; then docker node update --label-add a=b N",
         "its tasks: docker -H ssh://root@nas service ps netc-job; then"
         " docker -H ssh://root@nas node update --label-add a=b N"),
        ("on another node: 'netc up job eth1'", "on another node: 'netc up job eth1'"),
        ("look there: ssh root@nas 'docker ps'", "look there: ssh root@nas 'docker ps'"),
        ("of all there is netc ls --all-hosts", "of all there is netc ls --all-hosts"),
        ("what netc makes of netc-web up and systemctl start docker",
         "what netc makes of netc-web up and systemctl start docker"),
    ],
)  # fmt: skip
def test_commands_in_a_sentence_act_there_and_what_is_none_stays(text: str, there: str) -> None:
    found = aimed_within(text, "nas", "ssh://root@nas")
    assert found == there
    assert aimed_within(found, "nas", "ssh://root@nas") == found


def test_docker_s_own_client_is_told_of_a_host_with_certificates_as_it_takes_it() -> None:
    client = ("--context", "my nas")
    said = aimed_within("start it with: docker start web", "nas", "tcp://nas:2376", client)
    assert said == "start it with: docker --context 'my nas' start web"
    assert aimed("docker start web", "nas", "tcp://nas:2376", client) in said
    assert aimed_within(said, "nas", "tcp://nas:2376", client) == said


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
