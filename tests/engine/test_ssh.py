"""Addresses for ssh, and what its words mean. (That it says them so is tried in test_tunnel.)"""

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import ssh
from netc_tui.engine.ssh import Destination, destination

OWN = Path("/run/user/1000/netc-ssh-abcdefgh/s")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("ssh://nas", Destination("nas")),
        ("ssh://nas/", Destination("nas")),
        ("ssh://root@10.0.0.5", Destination("10.0.0.5", "root")),
        ("ssh://Me@NAS.lan:2222", Destination("NAS.lan", "Me", 2222)),
        ("ssh://me@corp.example@nas", Destination("nas", "me@corp.example")),
        ("ssh://[fe80::1%eth0]:22", Destination("fe80::1%eth0", "", 22)),
        ("ssh://u@[::1]/run/d.sock", Destination("::1", "u", None, "/run/d.sock")),
        (
            "ssh://nas/run/user/1000/docker.sock",
            Destination("nas", socket="/run/user/1000/docker.sock"),
        ),
    ],
)
def test_an_address(url: str, found: Destination) -> None:
    assert destination(url) == found


@pytest.mark.parametrize(
    "url",
    [
        *("ssh://", "ssh:///run/d.sock", "ssh://a b", "ssh://a:0", "ssh://a:65536", "ssh://a:x"),
        *("ssh://u:secret@a", "ssh://-oProxyCommand=x", "ssh://-l@a", "ssh://a/run/$HOME"),
        *("ssh://a/x;reboot", "ssh://a/x y", "ssh://a/x:y", "ssh://a/%2e", "ssh://a'", "tcp://a"),
        *("ssh://a\n", "ssh://a/'", "ssh://@a", "ssh://::1"),
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(NetcError, match="is no address for ssh; write ssh://USER@HOST") as caught:
        destination(url)
    assert caught.value.code is Exit.ENGINE


@given(st.text(max_size=12).map("ssh://{}".format) | st.from_regex(ssh._URL, fullmatch=True))
def test_whatever_is_taken_is_no_option_and_no_shell_s(url: str) -> None:
    try:
        there = destination(url)
    except NetcError:
        return
    command = ssh.forwarding(there, OWN)
    *_, last = command
    assert not last.startswith("-")
    assert command[command.index("-L") + 1] == f"{OWN}:{there.socket}"
    assert set(there.socket).isdisjoint(" :%$;'\"\\&|<>()`\n")
    assert shlex.split(ssh.asking(there)[-1])[:2] == ["sh", "-c"]


def test_the_command_keeps_nothing_and_asks_nobody() -> None:
    command = ssh.forwarding(Destination("nas", "root", 2222), OWN)
    assert command[:2] == ("ssh", "-nNT")
    assert command[-3:] == ("-p", "2222", "root@nas")
    options = {command[at + 1] for at, word in enumerate(command) if word == "-o"}
    assert options >= {
        *("ExitOnForwardFailure=yes", "StreamLocalBindUnlink=yes", "BatchMode=yes"),
        *("ServerAliveInterval=5", "ServerAliveCountMax=2", "ControlMaster=no"),
        *("ControlPath=none", "RemoteCommand=none", "PermitLocalCommand=no", "ForwardAgent=no"),
    }


NAS = Destination("nas", "root")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["ssh: connect to host nas port 22: No route to host"],
            "nas does not answer at port 22 (No route to host); see more: ssh -v root@nas",
        ),
        (
            ["Welcome!", "root@nas: Permission denied (publickey)."],
            "nas refuses the login: a key that needs no typing is needed, in ~/.ssh or an agent"
            " (ssh-copy-id puts it there); see more: ssh -v root@nas",
        ),
        (
            ['Load key "/k": Permission denied', "Connection closed by 10.0.0.5 port 22"],
            "ssh to nas failed: Connection closed by 10.0.0.5 port 22; see more: ssh -v root@nas",
        ),
        (
            [
                "channel 0: open failed: connect failed: No route to host",
                "stdio forwarding failed",
                "Connection closed by UNKNOWN port 65535",
            ],
            "nas does not answer the machine on the way to it (No route to host); see more: ssh -v"
            " root@nas",
        ),
        (
            [
                "me@10.0.0.9: Permission denied (publickey).",
                "kex_exchange_identification: Connection closed by remote host",
                "Connection closed by UNKNOWN port 65535",
            ],
            "me@10.0.0.9, which is on the way to nas, refuses the login: a key that needs no typing"
            " is needed, in ~/.ssh or an agent (ssh-copy-id puts it there); see more: ssh -v"
            " root@nas",
        ),
        (
            [
                "No ED25519 host key is known for 10.0.0.9 and you have requested strict checking.",
                "Host key verification failed.",
                "Connection closed by UNKNOWN port 65535",
            ],
            "the host key of 10.0.0.9, which is on the way to nas, is not known here: log in once"
            " by hand, and compare it: ssh root@nas",
        ),
        (
            [
                "A session that timed out, or with Permission denied (why?), is",
                "told of.",
                "Connection closed by 10.0.0.5 port 22",
            ],
            "ssh to nas failed: Connection closed by 10.0.0.5 port 22; see more: ssh -v root@nas",
        ),
        (
            ["Connection timed out during banner exchange"],
            "nas does not answer (Connection timed out during banner exchange); see more: ssh -v"
            " root@nas",
        ),
        ([], "ssh to nas failed: it said nothing; see more: ssh -v root@nas"),
    ],
)
def test_why_it_failed(lines: list[str], said: str) -> None:
    assert ssh.failed(NAS, lines) == said


@given(st.lists(st.text(), max_size=4))
def test_whatever_it_says_is_one_line_with_how_to_see_more(lines: list[str]) -> None:
    heard = [part for line in lines for part in line.splitlines()]
    for said in (ssh.failed(NAS, heard), ssh.ended(NAS, heard)):
        assert len(said.splitlines()) == 1
        assert "ssh" in said


@pytest.mark.parametrize("word", ["none", "other", "closed", "deaf", "open"])
def test_each_standing_has_words_of_its_own(word: str) -> None:
    others = {"none", "other", "closed", "deaf", "open", "nonsense"} - {word}
    said = ssh.behind(NAS, f"motd\nnetc:{word}\n")
    assert said not in {ssh.behind(NAS, f"netc:{each}") for each in others}
    assert "nas" in said
    assert re.search(rf"(?:echo netc:|said=){word}\b", ssh.asking(NAS)[-1])
