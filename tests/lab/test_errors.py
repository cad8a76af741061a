"""What goes wrong ends in one line that says what to do, and in its own exit code."""

import grp
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netc_tui import sidecar

from .conftest import Site, eventually

# It may read everything, so that it finds Python wherever that is; connecting takes writing.
NOBODY = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
    *("--bounding-set=-all,+dac_read_search",),
)


def one_line(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The error of a command that failed as it should: the last line, and the only one."""
    assert done.returncode == code, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert [line for line in lines if line.startswith("netc: ")] == lines[-1:], done.stderr
    return lines[-1]


def error(site: Site, code: int, *arguments: str, **environment: str) -> str:
    """The error of a command that is to fail."""
    return one_line(site.run(*arguments, env={**site.lab.environment, **environment}), code)


@contextmanager
def in_the_lab(site: Site, where: str, argv: list[str]) -> Iterator[str]:
    """Run a server; yields the first line it says."""
    process = site.lab.popen(where, argv, stdout=subprocess.PIPE)  # type: ignore[arg-type]
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


# --- the engine


def test_the_engine_does_not_run(site: Site) -> None:
    site.lab.stop_engine()
    socket = str(site.lab.socket)
    for command in (["ls"], ["up", "web1", "eth1"], ["down", "web1"], ["show", "web1"]):
        said = error(site, 5, *command)
        assert socket in said


def test_there_is_no_engine(site: Site) -> None:
    said = error(site, 5, "ls", DOCKER_HOST="unix:///run/no-such.sock")
    assert "/run/no-such.sock does not exist" in said
    error(site, 5, "ls", DOCKER_HOST="tcp://127.0.0.1:1")
    error(site, 5, "ls", DOCKER_HOST="nonsense://")


def test_the_socket_is_not_permitted(site: Site) -> None:
    socket = site.lab.socket
    owner = socket.stat()
    os.chown(socket, 0, grp.getgrnam("audio").gr_gid)
    socket.chmod(0o660)
    try:
        command = [*NOBODY, sys.executable, "-m", "netc_tui", "ls"]
        said = one_line(site.lab.exec(command), 5)
        assert "its group is audio" in said
        assert f"not permitted to use {socket}" in said
        os.chown(socket, 0, 0)
        assert "become root" in one_line(site.lab.exec(command), 5)
    finally:
        os.chown(socket, owner.st_uid, owner.st_gid)
        socket.chmod(owner.st_mode & 0o777)


def test_the_context_does_not_exist(site: Site) -> None:
    environment = {k: v for k, v in site.lab.environment.items() if k != "DOCKER_HOST"}
    said = one_line(site.run("ls", env={**environment, "DOCKER_CONTEXT": "elsewhere"}), 5)
    assert "'elsewhere'" in said


def test_a_remote_engine_is_named_and_what_is_this_machine_s_own_refused(site: Site) -> None:
    argv = [sys.executable, "-m", "tests.lab.forwarder", "127.0.0.1", "0", str(site.lab.socket)]
    with in_the_lab(site, "host", argv) as port:
        host = f"tcp://127.0.0.1:{port}"
        listed = site.run("ls", env={**site.lab.environment, "DOCKER_HOST": host})
        assert listed.returncode == 0
        assert "web1" in listed.stdout
        assert host in listed.stderr
        assert "remote" in listed.stderr
        assert host in error(site, 6, "route", "add", "web1", DOCKER_HOST=host)
        assert "on this machine" not in error(site, 6, "up", "web1", "eth7", DOCKER_HOST=host)
    assert site.leftovers() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_the_engine_ends_while_up_waits_for_a_lease(site: Site, number: signal.Signals) -> None:
    site.lab.stop_dhcp()
    process = site.lab.popen(
        "host",
        [sys.executable, "-m", "netc_tui", "up", "web1", "eth1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = ""
    while "discover" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    site.lab.stop_engine(number)
    out, rest = process.communicate(timeout=15)
    done = subprocess.CompletedProcess(process.args, process.returncode, out, said + rest)
    one_line(done, 5)


# --- the service


def test_an_unknown_service(site: Site) -> None:
    assert "did you mean web1?" in error(site, 3, "up", "wbe1", "eth1")
    assert "did you mean worker?" in error(site, 3, "show", "wroker")
    assert "did you mean web2?" in error(site, 3, "down", "wbe2")
    assert "netc ls" in error(site, 3, "up", "qqqqqqqq", "eth1")


def test_a_service_that_is_off(site: Site) -> None:
    for command in (["show"], ["rules"], ["renew"], ["route", "add"]):
        assert "netc up web1 INTERFACE" in error(site, 3, *command, "web1")
    assert "off already" in site.run("down", "web1").stderr


def test_a_service_that_does_not_run(site: Site) -> None:
    site.docker("stop", "-t", "1", "web2")
    assert "docker start web2" in error(site, 3, "up", "web2", "eth1")
    assert site.leftovers() == []


def test_a_service_without_ports(site: Site) -> None:
    assert "--port" in error(site, 3, "up", "worker", "eth1")
    assert site.leftovers() == []
    said = site.run("up", "worker", "eth1", "--port", "22")
    assert said.returncode == 7, "it is on, and nothing listens there"
    assert "tcp/22: refused" in said.stderr
    assert site.show("worker")["ports"] == ["22/tcp"]


# --- the interface


def test_an_unknown_interface(site: Site) -> None:
    assert "did you mean eth1?" in error(site, 6, "up", "web1", "eht1")
    assert "netc interfaces" in error(site, 6, "up", "web1", "qqqqqqqq")
    assert site.leftovers() == []


# --- the lease


def test_no_dhcp_server_answers(site: Site) -> None:
    site.lab.stop_dhcp()
    said = error(site, 4, "up", "web1", "eth1", "--timeout", "2")
    assert "netc down web1" in said
    own = site.show("web1")
    assert (own["state"], own["phase"], own["ip"]) == (
        "running",
        "acquiring",
        None,
    )
    # It goes on trying with no netc there.
    site.lab.start_dhcp()
    eventually(lambda: "bound" in site.events("web1"), seconds=20)
    assert site.get(site.show("web1")["ip"]) == "web1"


def test_the_server_has_no_address_left(site: Site, tmp_path: Path) -> None:
    site.lab.stop_dhcp()
    log = tmp_path / "log"
    argv = [
        *("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--port=0"),
        *("--user=root", "--bind-interfaces", "--interface=br0", "--no-ping", "--log-dhcp"),
        *("--dhcp-range=10.77.0.150,10.77.0.150,255.255.255.0,10m", f"--log-facility={log}"),
        *("--dhcp-authoritative", f"--dhcp-leasefile={tmp_path / 'leases'}"),
    ]
    process = site.lab.popen("lan", argv)
    try:
        take = ["busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-s", "/bin/true"]
        eventually(lambda: site.lab.client(take).returncode == 0, seconds=10)
        error(site, 4, "up", "web1", "eth1", "--timeout", "2")
        assert "no address available" in log.read_text()
    finally:
        process.kill()
        process.wait()


# --- the image


def test_the_image_cannot_be_built(site: Site) -> None:
    site.docker("image", "rm", "-f", sidecar.image(), check=False)
    try:
        said = error(site, 1, "up", "web1", "eth1", "--base", "alpine:0.0")
        assert "netc image build --base host" in said
        assert "alpine:0.0" in said
        assert site.leftovers() == []
    finally:
        site.netc("image", "build", "--base", "host")


# --- the command line


@pytest.mark.parametrize(
    "arguments",
    [
        ["up"],
        ["up", "web1"],
        ["up", "web1", "eth1", "--no-such-option"],
        ["up", "web1", "eth1", "--timeout", "soon"],
        ["up", "web1", "eth1", "--timeout", "0"],
        ["no-such-command"],
        ["leases", "--watch", "--interval", "0"],
    ],
    ids=" ".join,
)
def test_usage(site: Site, arguments: list[str]) -> None:
    done = site.run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--port", "0"],
        ["--port", "80:81:82"],
        ["--port", "80/icmp"],
        ["--port", "80", "--port", "79-81"],
        ["--mac", "01:00:00:00:00:01"],
        ["--mac", "nonsense"],
        ["--hostname", "a b"],
        ["--hostname", "-a"],
    ],
    ids=" ".join,
)
def test_usage_of_options(site: Site, options: list[str]) -> None:
    assert options[-1] in error(site, 2, "up", "web1", "eth1", *options)
    assert site.leftovers() == []
