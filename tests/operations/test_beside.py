"""What listens in a service, as a helper beside it prints it."""

import subprocess
from collections.abc import Callable, Sequence

import pytest

from netc_tui import sidecar
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import Container, Image
from netc_tui.engine import Gone, NotRunning, Refused
from netc_tui.operations.beside import LOOK, sockets, unheard
from netc_tui.operations.up import Request, preview
from tests.machine import run
from tests.operations.turning import refused
from tests.twin import FakeEngine

IMAGE = sidecar.image()
PRINTED = """\
tcp
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 2 1 0 100 0 0 10 0
tcp6
udp
   0: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 3 2 0 0
udp6
"""


def with_web(state: str = "running") -> FakeEngine:
    engine = FakeEngine()
    engine.images[IMAGE] = Image("sha256:i")
    engine.run("web", state=state)
    engine.prints = lambda name, command: PRINTED
    return engine


def web(engine: FakeEngine) -> Container:
    found = run(engine.container("web"))
    assert found is not None
    return found


def test_what_listens_is_found() -> None:
    engine = with_web()
    asked: list[tuple[str, Sequence[str]]] = []

    def prints(name: str, command: Sequence[str]) -> str:
        asked.append((name, command))
        return PRINTED

    engine.prints = prints
    found = run(sockets(engine, web(engine), IMAGE))
    assert [(one.proto, str(one), one.loopback) for one in found] == [
        ("tcp", "0.0.0.0:80", False),
        ("tcp", "127.0.0.1:8080", True),
        ("udp", "0.0.0.0:53", False),
    ]
    assert asked == [("web", LOOK)]
    call = next(call for call in engine.calls if call[0] == "beside")
    assert call[1] == web(engine).id, "what has its name by now may be another one"


def test_nothing_that_listens_is_an_answer() -> None:
    engine = with_web()
    engine.prints = lambda name, command: "tcp\nudp\n"
    assert run(sockets(engine, web(engine), IMAGE)) == ()


@pytest.mark.parametrize("state", ["running", "paused"])
def test_one_on_the_network_of_the_host_shows_what_listens_there(state: str) -> None:
    engine = with_web()
    engine.run("printer", mode="host", state=state)
    printer = run(engine.container("printer"))
    assert printer is not None
    assert len(run(sockets(engine, printer, IMAGE))) == 3


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("exited", "web does not run (exited), so nothing listens in it; start it with: docker st"),
        ("created", "start it with: docker start web"),
        (
            "restarting",
            "web does not run (restarting), so nothing listens in it; why it ends: dock",
        ),
    ],
)
def test_one_that_does_not_run(state: str, words: str) -> None:
    engine = with_web(state)
    refused(sockets(engine, web(engine), IMAGE), Exit.FAILED, words)
    assert not [call for call in engine.calls if call[0] == "beside"]


def raises(error: NetcError) -> Callable[[FakeEngine], None]:
    def change(engine: FakeEngine) -> None:
        def before(call: tuple[str, ...]) -> None:
            if call[0] == "beside":
                raise error

        engine.before = before

    return change


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda engine: engine.images.clear(), Exit.FAILED, "make it with: netc image build"),
        (lambda engine: engine.stop("web"), Exit.FAILED, "web does not run any more, so nothing"),
        (lambda engine: engine.discard("web"), Exit.FAILED, "web was removed or made anew"),
        (lambda engine: engine.anew("web"), Exit.FAILED, "web was removed or made anew"),
        (raises(Gone("x")), Exit.FAILED, "removed"),
        (raises(NotRunning("x")), Exit.FAILED, "docker start web"),
        (raises(Refused("no more pids")), Exit.FAILED, "in web cannot be seen: no more pids"),
        (raises(NetcError("no answer", Exit.ENGINE)), Exit.ENGINE, "no answer"),
    ],
)
def test_what_comes_between(change: Callable[[FakeEngine], None], code: Exit, words: str) -> None:
    engine = with_web()
    service = web(engine)
    change(engine)
    refused(sockets(engine, service, IMAGE), code, words)


def test_silence_is_no_answer() -> None:
    engine = with_web()
    engine.prints = lambda name, command: ""
    refused(sockets(engine, web(engine), IMAGE), Exit.FAILED, "cannot be seen")


def test_the_command_prints_the_files_of_this_machine_without_its_connections() -> None:
    done = subprocess.run(LOOK, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert "tcp" in lines
    assert "udp" in lines
    assert {words[3] for text in lines if len(words := text.split()) > 3} <= {"0A", "07"}
    assert done.stderr == ""


def foreseen(engine: FakeEngine) -> tuple[str, ...]:
    async def work() -> tuple[str, ...]:
        wanted, _ = await preview(engine, Request("web", "eth0", ports=("80", "8080", "99/udp")))
        return await unheard(engine, wanted)

    return run(work())


@pytest.mark.usefixtures("machine")
def test_ports_without_a_listener_are_told_before_it_is_turned_on() -> None:
    engine = with_web()
    assert foreseen(engine) == (
        "web listens on 127.0.0.1:8080/tcp alone, which nobody else reaches",
        "nothing listens on 99/udp in web now",
    )


@pytest.mark.usefixtures("machine")
def test_what_could_not_be_looked_at_before_is_said_not_to_be() -> None:
    engine = with_web()
    engine.images.clear()
    assert foreseen(engine) == ("not checked what web listens on: netc's image is not there yet",)
    engine.pause("web")
    assert foreseen(engine) == (), "it is another thing that is to be said of it"


@pytest.mark.usefixtures("machine")
def test_an_engine_that_goes_away_meanwhile_is_an_error() -> None:
    engine = with_web()

    def away(call: tuple[str, ...]) -> None:
        if call[0] == "beside":
            raise NetcError("gone", Exit.ENGINE)

    engine.before = away
    with pytest.raises(NetcError, match="gone"):
        foreseen(engine)
