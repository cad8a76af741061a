"""Engines behind a real ssh server, and what comes of it when a part of the way goes."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from netc_tui.core.errors import Exit, NetcError
from netc_tui.engine import Barred, EngineApi, connect, tunnel
from netc_tui.engine.endpoints import at
from tests.engine.far import Far, user
from tests.engine.wire import gathered, within

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_far(far: Far) -> Far:
    far.serve()
    far.listen()
    return far


def failure(far: Far, url: str = "", kind: type[NetcError] = NetcError) -> str:
    """What is said when it cannot be reached; nothing is left of the try."""
    with pytest.raises(kind) as caught:
        asyncio.run(connect(at(url or far.url, "a test")))
    assert caught.value.code is Exit.ENGINE
    assert isinstance(caught.value, Barred) is (kind is Barred)
    assert "\n" not in caught.value.message
    assert far.nobody_left()
    assert list(far.runtime.iterdir()) == []
    return caught.value.message


def test_an_engine_is_reached_by_one_ssh_that_ends_with_it(open_far: Far) -> None:
    async def work() -> None:
        engine = await connect(open_far.endpoint)
        assert engine.engine.host == open_far.url, "as the operator wrote it"
        assert (engine.engine.name, engine.engine.local) == ("far", False)
        assert await engine.containers() == ()
        events = engine.events()
        assert await within(2, events.ready())
        await asyncio.gather(*(engine.networks() for _ in range(8)))
        assert len(open_far.clients()) == 1
        (folder,) = open_far.runtime.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        await engine.close()
        assert await within(1, gathered(aiter(events))) == []
        with pytest.raises(NetcError, match="closed"):
            await engine.containers()

    asyncio.run(work())
    assert open_far.nobody_left()
    assert list(open_far.runtime.iterdir()) == []


def test_the_user_and_the_port_of_the_url(open_far: Far) -> None:
    url = f"ssh://{user()}@127.0.0.1:{open_far.port}{open_far.docker}"

    async def work() -> None:
        engine = await connect(at(url, "a test"))
        assert engine.engine.host == url
        await engine.close()

    asyncio.run(work())


HOSTILE = """
  ControlMaster auto
  ControlPath {folder}/control
  ControlPersist yes
  RemoteCommand touch {folder}/remote
  PermitLocalCommand yes
  LocalCommand touch {folder}/local
  RequestTTY force
  ForwardAgent yes
  ForwardX11 yes
  LogLevel QUIET
  ForkAfterAuthentication yes
  SessionType subsystem
  ClearAllForwardings yes
"""


def test_what_the_operator_configured_for_his_logins_is_not_done(open_far: Far) -> None:
    open_far.configure(HOSTILE.format(folder=open_far.folder))

    async def work() -> None:
        engine = await connect(open_far.endpoint)
        assert len(open_far.clients()) == 1
        await engine.close()

    asyncio.run(work())
    assert open_far.nobody_left(), "nothing is kept for others"
    names = {path.name for path in open_far.folder.iterdir()}
    assert names.isdisjoint({"control", "remote", "local"})


def test_a_jump_host_of_the_operator_s(open_far: Far) -> None:
    """Its ssh ends with the one that needs it."""
    open_far.configure("  ProxyCommand ssh -W 127.0.0.1:%p near\nHost near\n  HostName 127.0.0.1\n"
                       f"  Port {open_far.port}\n")  # fmt: skip

    async def work() -> None:
        engine = await connect(open_far.endpoint)
        assert len(open_far.clients()) == 2
        assert await engine.containers() == ()
        await engine.close()

    asyncio.run(work())
    assert open_far.nobody_left()


def test_a_jump_host_that_wants_a_password_opens_no_window(
    open_far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ssh is the operator's own, and knows nothing of BatchMode."""
    asked = open_far.folder / "asked"
    window = open_far.folder / "askpass"
    window.write_text(f"#!/bin/sh\necho >{asked}\n")
    window.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(window))
    monkeypatch.setenv("DISPLAY", ":9")
    open_far.end()
    open_far.serve("PasswordAuthentication yes")
    open_far.configure("  ProxyCommand ssh -W 127.0.0.1:%p near\nHost near\n  HostName 127.0.0.1\n"
                       f"  Port {open_far.port}\n  PubkeyAuthentication no\n")  # fmt: skip
    said = failure(open_far, kind=Barred)
    assert "127.0.0.1, which is on the way to far, refuses the login" in said
    assert not asked.exists()


def test_no_ssh_here(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(far.runtime))
    assert "ssh is not here" in failure(far)
    assert "apt-get install openssh-client" in failure(far)


def test_a_name_that_nobody_knows(far: Far) -> None:
    said = failure(far, "ssh://root@nobody.invalid")
    assert said.startswith("the name nobody.invalid is not known (")
    assert said.endswith("; see more: ssh -v root@nobody.invalid")


def test_nobody_answers_there(far: Far) -> None:
    said = failure(far)
    assert said == (
        f"127.0.0.1 does not answer at port {far.port} (Connection refused); see more: ssh -v far"
    )


def test_a_server_that_has_no_room_is_asked_again(far: Far) -> None:
    """One login at a time: who is at it keeps all others out."""
    far.serve("MaxStartups 1:100:1")
    far.listen()
    with socket.create_connection(("127.0.0.1", far.port)) as first:
        assert first.recv(4) == b"SSH-"

        async def work() -> None:
            trying = asyncio.create_task(connect(far.endpoint))
            await asyncio.sleep(0.25)
            assert not trying.done()
            first.close()
            await (await within(5, trying)).close()

        asyncio.run(work())
    assert far.nobody_left()
    assert list(far.runtime.iterdir()) == []


def test_a_server_that_never_has_room_is_given_up(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netc_tui.engine.AGAIN", (0.01, 0.01))
    far.serve("MaxStartups 1:100:1")
    with socket.create_connection(("127.0.0.1", far.port)) as first:
        assert first.recv(4) == b"SSH-"
        assert failure(far).startswith("ssh to far failed: Connection ")


def test_somebody_else_answers_there(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes the call and says nothing."""
    monkeypatch.setattr("netc_tui.engine.ssh._USUAL", (
        "-nNT", "-o", "BatchMode=yes", "-o", "ConnectTimeout=1"))  # fmt: skip
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        silent.bind(("127.0.0.1", far.port))
        silent.listen()
        assert failure(far).startswith("far does not answer (Connection ")


def test_a_host_key_that_is_not_known(open_far: Far) -> None:
    (open_far.folder / "known").write_text("")
    said = failure(open_far)
    assert said == (
        "the host key of far is not known here: log in once by hand, and compare it: ssh far"
    )


def test_a_host_key_that_has_changed(open_far: Far) -> None:
    open_far.key("other")
    open_far.know("other")
    said = failure(open_far)
    assert "the host key of far is another than the known one: somebody may be in between" in said
    remove = f'ssh-keygen -f "{open_far.folder}/known" -R "[127.0.0.1]:{open_far.port}"'
    assert f"If it was made anew: {remove}, then log in by hand: ssh far" in said


def test_a_login_that_is_refused(open_far: Far) -> None:
    (open_far.folder / "allowed").write_text("")
    said = failure(open_far, kind=Barred)
    assert said.startswith("far refuses the login: a key that needs no typing is needed")
    assert said.endswith("; see more: ssh -v far")


def test_a_configuration_that_is_none(open_far: Far) -> None:
    open_far.configure("  Nonsense yes\n")
    assert "Bad configuration option: nonsense" in failure(open_far) or (
        "terminating, 1 bad configuration options" in failure(open_far)
    )


@pytest.mark.parametrize(
    "forward",
    ["LocalForward 127.0.0.1:{} 127.0.0.1:80", "RemoteForward 127.0.0.1:{} 127.0.0.1:80",
     "DynamicForward 127.0.0.1:{}"],
)  # fmt: skip
def test_a_port_that_the_operator_s_own_login_forwards_is_in_nobody_s_way(
    open_far: Far, forward: str
) -> None:
    """He is logged in, or another netc is: what his configuration forwards is taken."""

    async def work() -> None:
        engine = await connect(open_far.endpoint)
        assert await engine.containers() == ()
        assert len(open_far.clients()) == 1
        await engine.close()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        open_far.configure(f"  {forward.format(taken.getsockname()[1])}\n  ForwardX11 yes\n")
        asyncio.run(work())
    assert open_far.nobody_left()
    assert list(open_far.runtime.iterdir()) == []


def test_two_that_are_connected_at_once_where_a_forward_is_configured(open_far: Far) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    open_far.configure(f"  LocalForward 127.0.0.1:{port} 127.0.0.1:80\n")

    async def work() -> None:
        for engine in [await connect(open_far.endpoint) for _ in range(2)]:
            assert await engine.containers() == ()
            await engine.close()

    asyncio.run(work())
    assert open_far.nobody_left()


def test_that_ours_cannot_be_made_is_told_and_not_tried_again(
    open_far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tunnel._private_folder

    def gone() -> tuple[Path, int]:
        folder, lock = made()
        folder.rmdir()
        return folder, lock

    monkeypatch.setattr(tunnel, "_private_folder", gone)
    assert "cannot bind to path" in failure(open_far)


def test_no_such_socket_there(far: Far) -> None:
    far.serve()
    assert failure(far).startswith(
        f"no Docker engine on far: {far.docker} does not exist there; start it, or name"
    )


def test_nobody_listens_there(far: Far) -> None:
    far.serve()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(far.docker))
    assert failure(far).startswith(
        f"the Docker engine on far is not running: nobody listens at {far.docker}; start it there:"
    )


def test_another_engine_s_socket_of_that_name_is_not_taken_for_it(far: Far, tmp_path: Path) -> None:
    """Somebody's own, a rootless one, listens at a docker.sock, too."""
    far.serve()
    with socket.socket(socket.AF_UNIX) as other, socket.socket(socket.AF_UNIX) as dead:
        other.bind(str(tmp_path / far.docker.name))
        other.listen()
        dead.bind(str(far.docker))
        assert "is not running: nobody listens" in failure(far)


def test_a_socket_that_a_link_leads_to_is_known_by_its_own_name(far: Far) -> None:
    """As /var/run leads to /run."""
    far.serve("AllowStreamLocalForwarding no")
    far.listen()
    linked = far.folder / "linked"
    linked.symlink_to(far.folder)
    said = failure(far, f"ssh://far{linked}/{far.docker.name}")
    assert said.startswith(f"the ssh server of far does not lead to {linked}/docker.sock")


def test_what_is_configured_for_logins_does_not_keep_it_from_asking(far: Far) -> None:
    far.serve()
    far.configure(HOSTILE.format(folder=far.folder))
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(far.docker))
        assert "is not running: nobody listens" in failure(far)


def test_what_is_there_is_no_socket(far: Far) -> None:
    far.serve()
    far.docker.touch()
    assert failure(far).startswith(f"{far.docker} on far is no socket")


def test_a_server_that_forwards_nothing(far: Far) -> None:
    far.serve("AllowStreamLocalForwarding no")
    far.listen()
    said = failure(far)
    assert said.startswith(f"the ssh server of far does not lead to {far.docker}: set AllowStream")


def test_a_server_that_runs_nothing_else(far: Far) -> None:
    far.serve("ForceCommand /bin/true")
    assert failure(far) == (f"no Docker engine answers at {far.docker} on far; see there: ssh far")


def test_an_engine_that_hangs(open_far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netc_tui.engine.sdk.PING_PATIENCE", 0.3)
    assert open_far.behind is not None
    open_far.behind.held.set()
    said = failure(open_far)
    assert said.startswith(f"the Docker engine at {open_far.url} does not answer, though ssh got")
    assert said.endswith("; look there: ssh far 'docker ps'")
    open_far.behind.held.clear()


def test_that_it_may_be_cut_off_is_said_of_one_that_was_connected(
    open_far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netc_tui.engine.sdk.PING_PATIENCE", 0.3)
    assert open_far.behind is not None
    behind = open_far.behind

    async def work() -> None:
        engine = await connect(open_far.endpoint)
        behind.held.set()
        with pytest.raises(NetcError, match="does not answer: it hangs, or its host is cut off"):
            await engine.ping()
        behind.held.clear()
        await engine.close()

    asyncio.run(work())


async def ended_by(engine: EngineApi, far: Far, end: Callable[[], None]) -> tuple[float, str]:
    """How long those that wait go on waiting once something has ended, and what they are told."""
    assert far.behind is not None
    events = engine.events()
    assert await within(2, events.ready())
    far.behind.held.set()
    waiting = [asyncio.create_task(engine.networks()) for _ in range(4)]
    await asyncio.sleep(0.3)
    began = time.monotonic()
    end()
    said = set()
    for task in waiting:
        with pytest.raises(NetcError) as caught:
            await within(5, task)
        assert caught.value.code is Exit.ENGINE
        said.add(caught.value.message)
    assert await within(1, gathered(aiter(events))) == []
    took = time.monotonic() - began
    far.behind.held.clear()
    with pytest.raises(NetcError):
        await within(1, engine.networks())
    await engine.close()
    (words,) = said
    return took, words


def test_ssh_that_is_killed_ends_all_that_waits(open_far: Far) -> None:
    async def work() -> None:
        engine = await connect(open_far.endpoint)
        (ssh,) = open_far.clients()
        took, said = await ended_by(engine, open_far, lambda: os.kill(ssh, signal.SIGKILL))
        assert took < 1
        assert said == "the ssh connection to far has ended; see more: ssh -v far"
        again = await connect(open_far.endpoint)
        assert await again.containers() == ()
        await again.close()

    asyncio.run(work())
    assert open_far.nobody_left()


def test_a_server_that_is_killed_ends_all_that_waits(open_far: Far) -> None:
    async def work() -> None:
        engine = await connect(open_far.endpoint)
        took, said = await ended_by(engine, open_far, open_far.end)
        assert took < 1
        assert said.startswith("the ssh connection to far has ended: ")
        assert "far" in said
        with pytest.raises(NetcError, match="does not answer at port"):
            await connect(open_far.endpoint)

    asyncio.run(work())
    assert open_far.nobody_left()


def test_a_silent_cut_is_noticed(open_far: Far) -> None:
    """A look asks for signs of life, and has none after 8 s; ssh itself ends after 15 at most."""

    async def work() -> float:
        engine = await connect(open_far.endpoint)
        events = engine.events()
        assert await within(2, events.ready())
        began = time.monotonic()
        open_far.signal(signal.SIGSTOP)
        assert await within(20, gathered(aiter(events))) == []
        took = time.monotonic() - began
        with pytest.raises(NetcError, match="far does not answer any more; see more: ssh -v far"):
            await engine.networks()
        await engine.close()
        return took

    assert 9 < asyncio.run(work()) < 16
    open_far.signal(signal.SIGCONT)
    assert open_far.nobody_left()


KEPT = """
import asyncio, sys
from netc_tui.engine import connect
from netc_tui.engine.endpoints import at

async def work():
    engine = await connect(at(sys.argv[1], "a test"))
    await engine.containers()
    print("there", flush=True)
    await asyncio.sleep(60)

asyncio.run(work())
"""


def kept(far: Far) -> "subprocess.Popen[str]":
    """Another process that has the engine at hand."""
    process = subprocess.Popen(
        [sys.executable, "-c", KEPT, far.url], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    return process


def test_whoever_is_killed_leaves_no_ssh_and_a_folder_that_the_next_removes(open_far: Far) -> None:
    with kept(open_far) as first, kept(open_far) as second:
        assert len(open_far.clients()) == 2
        first.kill()
        first.wait()
        until = time.monotonic() + 3
        while len(open_far.clients()) > 1:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert len(list(open_far.runtime.iterdir())) == 2, "that of the killed one is left"

        async def work() -> None:
            engine = await connect(open_far.endpoint)
            assert len(list(open_far.runtime.iterdir())) == 2, "its own, and the living one's"
            await engine.close()

        asyncio.run(work())
        second.kill()
    assert open_far.nobody_left()


def test_a_try_that_is_given_up_leaves_nothing(open_far: Far) -> None:
    open_far.signal(signal.SIGSTOP)

    async def work() -> None:
        with pytest.raises(TimeoutError):
            await within(0.5, connect(open_far.endpoint))

    asyncio.run(work())
    assert open_far.nobody_left()
    assert list(open_far.runtime.iterdir()) == []
    open_far.signal(signal.SIGCONT)


def test_a_login_that_never_ends_is_given_up(
    open_far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tunnel, "LOGIN", 0.3)
    open_far.signal(signal.SIGSTOP)
    said = failure(open_far)
    assert said == "far has not let netc in within 0.3 s; see more: ssh -v far"
    open_far.signal(signal.SIGCONT)


def test_ssh_that_was_stopped_ends_all_the_same(open_far: Far) -> None:
    async def work() -> None:
        engine = await connect(open_far.endpoint)
        (ssh,) = open_far.clients()
        os.kill(ssh, signal.SIGSTOP)
        await engine.close()

    asyncio.run(work())
    assert open_far.nobody_left()


@pytest.mark.parametrize(
    "odd", ["x" * 90, "a:b", "a%b", "relative", "gone", "somebody-s", "everybody-s"]
)
def test_a_folder_that_ssh_cannot_take_is_not_used(
    open_far: Far, monkeypatch: pytest.MonkeyPatch, odd: str
) -> None:
    folder = open_far.folder / odd
    if odd != "gone":
        folder.mkdir()
    if odd == "somebody-s":
        os.chown(folder, 1000, 1000)
    if odd == "everybody-s":
        folder.chmod(0o777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", odd if odd == "relative" else str(folder))

    async def work() -> None:
        engine = await connect(open_far.endpoint)
        assert await engine.containers() == ()
        await engine.close()

    asyncio.run(work())
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_disk_that_is_full_is_in_nobody_s_way(
    open_far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no file can be written, Python knows of no folder for such; a socket takes no room."""

    def none() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", none)

    async def work() -> None:
        engine = await connect(open_far.endpoint)
        assert await engine.containers() == ()
        await engine.close()

    asyncio.run(work())


def test_a_socket_at_which_nobody_listens_yet_is_told_from_one_that_is_ready(far: Far) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(far.docker))
        assert far.docker.exists()
        assert not tunnel._listened_to(far.docker)
        bound.listen()
        assert tunnel._listened_to(far.docker)
        assert not tunnel._listened_to(far.folder / "other.sock")


def test_what_another_has_in_that_folder_stays(open_far: Far) -> None:
    (open_far.runtime / f"{tunnel.PREFIX}file").touch()
    (open_far.runtime / f"{tunnel.PREFIX}link").symlink_to("/")
    strange = open_far.runtime / f"{tunnel.PREFIX}strange"
    strange.mkdir()
    (strange / "mine").touch()

    async def work() -> None:
        await (await connect(open_far.endpoint)).close()

    asyncio.run(work())
    assert len(list(open_far.runtime.iterdir())) == 3
    assert (strange / "mine").exists()
