"""Hosts that are reached by ssh, as an operator on the first one does; and what can go wrong."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit
from netc_tui.lab import engine
from netc_tui.lab.host import LabHost
from netc_tui.lab.processes import Process, inside
from tests.lab.conftest import SERVICES, Site, eventually
from tests.lab.tui import NETC
from tests.terminal import Terminal, plain

Sites = tuple[Site, Site, Site]
FAR = ("--host", "host2")
AWAY = "engine away"


@pytest.fixture(autouse=True)
def hosts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sites: Sites) -> Path:
    """The settings of an operator who has named them."""
    file = tmp_path / "config.toml"
    file.write_text(
        "[hosts]\n"
        f'here = "unix://{sites[0].lab.socket}"\n'
        'two = "ssh://root@10.77.0.11"\n'
        'three = "ssh://host3"\n'
    )
    monkeypatch.setenv("NETC_CONFIG", str(file))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return file


def sshs(site: Site) -> list[Process]:
    """The clients of ssh on a host."""
    found = inside(site.lab.layout, site.host)
    return [process for process in found if process.program == "ssh"]


def none_left(site: Site) -> None:
    eventually(lambda: sshs(site), lambda found: not found)


def listed(text: str) -> list[list[str]]:
    return [line.split()[:2] for line in text.splitlines()[2:]]


# --- what is done there


@pytest.mark.parametrize("way", ["two", "host2", "ssh://10.77.0.11", "ssh://root@host2:22"])
def test_a_host_is_named_by_its_settings_its_context_or_its_url(sites: Sites, way: str) -> None:
    one, two, _ = sites
    two.docker("run", "-d", "--name=only-two", "netc-lab/web")
    done = one.run("--host", way, "ls")
    assert done.returncode == 0, done.stderr
    assert "only-two" in done.stdout
    assert "a remote one" in done.stderr
    none_left(one)


def test_docker_s_own_variable_may_name_one_that_is_reached_by_ssh(sites: Sites) -> None:
    one, two, _ = sites
    two.docker("run", "-d", "--name=only-two", "netc-lab/web")
    env = {**one.lab.environment, "DOCKER_HOST": "ssh://host2"}
    done = one.run("ls", "--json", env=env)
    assert "only-two" in {each["name"] for each in json.loads(done.stdout)["services"]}


@pytest.mark.core
def test_commands_do_there_what_they_do_here(sites: Sites) -> None:
    one, two, _ = sites
    address = two.up("web1")
    shown = json.loads(one.netc(*FAR, "show", "web1", "--json"))
    assert shown["network_container"]["ip"] == address
    assert shown["rules"]
    assert "expires=" in one.netc(*FAR, "renew", "web1")
    assert two.events("web1").count("renewed") == 1
    assert "DNAT" in one.netc(*FAR, "rules", "web1")
    assert address in one.netc(*FAR, "leases")
    assert "web1" in one.netc(*FAR, "history")
    one.netc(*FAR, "down", "web1")
    assert two.leftovers() == []
    none_left(one)


def test_all_hosts_at_once(sites: Sites) -> None:
    one, _, three = sites
    for number, site in enumerate(sites, 1):
        site.docker("run", "-d", f"--name=only-{number}", "netc-lab/web")
    done = one.run("ls", "--all-hosts")
    assert (done.returncode, done.stderr) == (0, "")
    expected = [
        [host, name]
        for number, host in enumerate(("here", "two", "three"), 1)
        for name in sorted((*SERVICES, f"only-{number}"))
    ]
    assert listed(done.stdout) == expected
    one.lab.host("host2").cut(silently=True)
    three.lab.host("host3").stop_sshd()
    began = time.monotonic()
    done = one.run("ls", "--all-hosts", "--timeout", "3", "--json")
    assert time.monotonic() - began < 4.5
    assert done.returncode == 0, "one answers"
    two, away = done.stderr.splitlines()
    assert two == "two: no answer within 3 s"
    assert away == (
        "three: 10.77.0.12 does not answer at port 22 (Connection refused); see more: ssh -v host3"
    )
    found = json.loads(done.stdout)
    assert [(each["name"], each["error"] is None) for each in found["hosts"]] == [
        ("here", True),
        ("two", False),
        ("three", False),
    ]
    assert {each["host"] for each in found["services"]} == {"here"}
    none_left(one)


def test_none_answers(sites: Sites, hosts: Path) -> None:
    one, *_ = sites
    hosts.write_text('[hosts]\ntwo = "ssh://root@10.77.0.11:1"\n')
    done = one.run("ls", "--all-hosts")
    assert (done.returncode, done.stdout) == (Exit.ENGINE, "")
    assert done.stderr.splitlines()[-1] == "netc: none of 1 hosts answers"


def test_contexts_are_hosts_too(sites: Sites) -> None:
    done = sites[0].run("ls", "--all-contexts", "--json")
    found = json.loads(done.stdout)["hosts"]
    assert [(each["name"], each["error"]) for each in found] == [
        ("default", None),
        ("host2", None),
        ("host3", None),
    ]


def test_two_names_of_one_engine_are_told(sites: Sites, hosts: Path) -> None:
    hosts.write_text(hosts.read_text() + 'again = "ssh://root@host2"\n')
    done = sites[0].run("ls", "--all-hosts")
    assert done.stderr == "two and again are one and the same engine\n"


def ids(host: LabHost) -> tuple[Path, Path]:
    """Where an engine's id is: up to 20.10, and since."""
    init = engine.init_of(host.layout)
    assert init
    old = Path(f"/proc/{init.pid}/root/etc/docker/key.json")
    return old, host.layout.data / "docker/engine-id"


def test_machines_that_were_cloned_are_told_until_what_is_said_is_done(sites: Sites) -> None:
    one, *_ = sites
    lab = one.lab
    two, three = lab.host("host2"), lab.host("host3")
    three.stop_engine()
    for known, copy in zip(ids(two), ids(three), strict=True):
        if known.exists():
            shutil.copy(known, copy)
    three.start_engine()
    told = one.run("ls", "--all-hosts").stderr
    assert told.startswith("two and three have one engine id, as cloned machines do: ")
    assert told.count("\n") == 1
    remedy = re.search(r"rm (/etc/docker/key.json) (/var/lib/docker/engine-id), systemctl", told)
    assert remedy, "the lab has them elsewhere"
    three.stop_engine()
    for file in ids(three):
        file.unlink(missing_ok=True)
    three.start_engine()
    assert one.run("ls", "--all-hosts").stderr == ""


# --- faults


def watched(site: Site) -> "subprocess.Popen[str]":
    """A command that looks again and again, and has looked once."""
    command = [sys.executable, "-m", "netc_tui", *FAR, "leases", "--watch", "--interval", "0.2"]
    process = site.lab.popen(
        site.host, command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=1
    )
    assert process.stdout is not None
    assert "SERVICE" in process.stdout.readline()
    return process


def kill_ssh(sites: Sites) -> None:
    (ssh,) = sshs(sites[0])
    os.kill(ssh.pid, signal.SIGKILL)


FAULTS: dict[str, tuple[Callable[[Sites], None], float, str]] = {
    "ssh killed": (kill_ssh, 2, "the ssh connection to 10.77.0.11 has ended"),
    "sshd killed": (
        lambda sites: sites[1].lab.host("host2").stop_sshd(),
        2,
        "the ssh connection to 10.77.0.11 has ended",
    ),
    "host cut": (
        lambda sites: sites[1].lab.host("host2").cut(silently=True),
        10,
        "does not answer",
    ),
    "engine hung": (
        lambda sites: sites[1].lab.host("host2").hang_engine(),
        10,
        "does not answer: it hangs, or its host is cut off; look there: ssh root@10.77.0.11",
    ),
    "engine ended": (
        lambda sites: sites[1].lab.host("host2").stop_engine(signal.SIGKILL),
        2,
        "the Docker engine at ssh://root@10.77.0.11",
    ),
    "power cut": (lambda sites: sites[1].lab.host("host2").power_off(), 10, "ssh"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_waits_is_told_in_time_and_in_one_line(sites: Sites, fault: str) -> None:
    one, two, _ = sites
    two.up("web1")
    happens, seconds, said = FAULTS[fault]
    process = watched(one)
    began = time.monotonic()
    happens(sites)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - began < seconds + 1.5  # what lab.host() itself takes
    assert process.returncode == Exit.ENGINE
    assert err.startswith("netc: ")
    assert err.count("\n") == 1
    assert said in err
    none_left(one)


@pytest.mark.core
def test_whoever_is_killed_leaves_no_ssh(sites: Sites) -> None:
    one, two, _ = sites
    two.up("web1")
    process = watched(one)
    netc = [each for each in inside(one.lab.layout, "host") if "netc_tui" in each.title]
    assert len(sshs(one)) == 1
    for each in netc:
        os.kill(each.pid, signal.SIGKILL)
    process.communicate()
    none_left(one)


REFUSALS: dict[str, tuple[Callable[[Sites], None], str]] = {
    "no engine": (
        lambda sites: sites[1].lab.host("host2").stop_engine(),
        "10.77.0.11",
    ),
    "no sshd": (
        lambda sites: sites[1].lab.host("host2").stop_sshd(),
        "10.77.0.11 does not answer at port 22 (Connection refused); see more: ssh -v",
    ),
    "switched off": (
        lambda sites: sites[1].lab.host("host2").power_off(),
        "10.77.0.11 does not answer",
    ),
    "engine hung": (
        lambda sites: sites[1].lab.host("host2").hang_engine(),
        "does not answer, though ssh got there",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_cannot_be_reached_is_one_line_that_says_why(sites: Sites, refusal: str) -> None:
    one, *_ = sites
    happens, said = REFUSALS[refusal]
    happens(sites)
    done = one.run(*FAR, "ls")
    assert (done.returncode, done.stdout) == (Exit.ENGINE, "")
    assert done.stderr.startswith("netc: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    if refusal == "no engine":
        assert "no Docker engine on" in done.stderr or "is not running" in done.stderr
    none_left(one)


@pytest.mark.parametrize("fault", ["ssh killed", "sshd killed", "host cut"])
def test_the_screen_finds_it_again_by_itself(sites: Sites, fault: str) -> None:
    one, two, _ = sites
    address = two.up("web1")
    command = one.lab.command(one.host, [*NETC, *FAR])
    with Terminal(command, env=plain(one.lab.environment)) as tui:
        tui.wait_for(address, 20)
        assert len(sshs(one)) == 1
        FAULTS[fault][0](sites)
        if fault != "ssh killed":  # that is mended before one sees it
            tui.wait_for(AWAY, 20)
            assert address in tui.text, "what was known stays"
        host = two.lab.host("host2")
        host.heal()
        two.lab.up()
        tui.wait_for(lambda text: AWAY not in text, 25, "it is back")
        eventually(lambda: sshs(one), lambda found: len(found) == 1, 10)
        two.netc("down", "web1")
        tui.wait_for(lambda text: address not in text, 10, "what happens there is seen")
        tui.send("q")
        assert tui.ended() == 0
        assert b"Traceback" not in tui.output
    none_left(one)
