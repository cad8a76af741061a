"""The image of network containers: on which base, built when, and what is left of it."""

from typing import Any

import pytest

from netc_tui import sidecar
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import IMAGE_ARCHITECTURE, IMAGE_BASE, Image
from netc_tui.engine import Gone
from netc_tui.operations import image
from netc_tui.operations.down import down
from netc_tui.operations.up import Request, preview, up
from tests.machine import run
from tests.operations.turning import refused, turn_on, world
from tests.twin import LOCAL, FakeEngine

pytestmark = pytest.mark.usefixtures("machine")


@pytest.fixture(autouse=True)
def _machine_s_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "sidecar_base", lambda: b"files")


def built(engine: FakeEngine) -> Image:
    return engine.images[sidecar.image()]


def builds(engine: FakeEngine) -> list[str]:
    return [call[2] for call in engine.calls if call[0] == "build"]


def steps(engine: FakeEngine, **facts: Any) -> str:
    return " ".join(map(str, run(preview(engine, Request("web", "eth0", **facts)))[1]))


def test_base_and_architecture_are_labels() -> None:
    engine = world()
    run(image.build(engine))
    assert dict(built(engine).labels) == {
        IMAGE_BASE: "alpine:3.22",
        IMAGE_ARCHITECTURE: LOCAL.architecture,
    }


def test_when_no_base_is_asked_for_any_will_do() -> None:
    engine = world()
    run(image.build(engine, "host"))
    run(turn_on(engine, "web"))
    assert builds(engine) == ["netc-base:host"]


def test_another_base_is_built_anew_and_used() -> None:
    engine = world()
    run(turn_on(engine, "web"))
    run(turn_on(engine, "printer"))
    assert "host" in steps(engine, base="host")
    assert steps(engine, base="alpine") == steps(engine, base="alpine:3.22") == ""
    run(turn_on(engine, "web", base="host"))
    assert built(engine).base == "host"
    assert engine.own("web").image_id == built(engine).id
    assert steps(engine, base="host") == ""
    assert builds(engine) == ["alpine:3.22", "netc-base:host"]
    # The other goes on with what it has, and with it the old image goes.
    assert len(engine.nameless) == 1
    run(down(engine, "printer"))
    assert not engine.nameless


@pytest.mark.parametrize("base", ["alpine", "host"])
def test_building_again_leaves_nothing_behind(base: str) -> None:
    engine = world()
    for _ in range(3):
        run(image.build(engine, base))
    assert not engine.nameless
    assert len(engine.images) == (2 if base == "host" else 1)
    run(image.build(engine, "debian"))
    assert not engine.nameless


def test_the_same_files_make_the_same_image() -> None:
    """Otherwise each build would have all network containers made anew."""
    engine = world()
    run(image.build(engine, "host"))
    first = built(engine).id
    run(image.build(engine, "host"))
    assert built(engine).id == first


def test_other_files_of_the_machine_make_another(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = world()
    run(image.build(engine, "host"))
    first = built(engine).id
    monkeypatch.setattr(image, "sidecar_base", lambda: b"other files")
    run(image.build(engine, "host"))
    assert built(engine).id != first
    assert not engine.nameless


def test_a_newer_base_is_asked_for() -> None:
    engine = world()
    run(image.build(engine))
    first = built(engine).id
    run(image.build(engine))
    assert built(engine).id == first
    run(image.build(engine, pull=True))
    assert built(engine).id != first
    assert not engine.nameless
    refused(image.build(engine, "host", pull=True), Exit.USAGE, "--pull")


def test_a_build_that_another_one_broke_is_tried_again() -> None:
    engine = world()
    build, tries = engine.build, []

    async def broken_once(*what: Any, **more: Any) -> None:
        tries.append(what)
        if len(tries) == 1:
            raise Gone("another build took away what this one was made of")
        await build(*what, **more)

    engine.build = broken_once  # type: ignore[method-assign]
    assert run(turn_on(engine, "web")).ip
    assert len(tries) == 2


def test_an_image_for_another_machine_is_not_used() -> None:
    engine = world(FakeEngine(LOCAL))
    run(image.build(engine))
    arm = {**built(engine).labels, IMAGE_ARCHITECTURE: "aarch64"}
    engine.images[sidecar.image()] = Image("sha256:a", arm)
    run(up(engine, Request("web", "eth0")))
    assert built(engine).architecture == LOCAL.architecture


def test_the_end_of_what_a_failed_build_printed_is_told() -> None:
    engine = world()
    engine.registry = False
    with pytest.raises(NetcError) as caught:
        run(turn_on(engine, "web", base="nowhere:1"))
    assert caught.value.details == ("Step 1/6", "FROM nowhere:1")
    assert "nowhere:1" in caught.value.message
    assert "--base host" in caught.value.message
