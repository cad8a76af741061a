"""The host's interfaces, as they are chosen from."""

import msgspec
import pytest

from netc_tui import sidecar
from netc_tui.core.model import Image
from netc_tui.operations.live.interfaces import AGAIN
from netc_tui.tui.widgets.choice import Choice
from tests.machine import link
from tests.tui.acts import is_on, labels
from tests.tui.stage import Stage
from tests.twin import LOCAL, FakeEngine


@pytest.mark.parametrize("key", ["e", "i"])
async def test_an_interface_that_comes_and_one_that_loses_its_carrier(
    stage: Stage, key: str
) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press(key)
        stage.relink(*stage.links, link("eth9", 9, addresses=("192.168.9.9/24",)))
        await ui.pause()
        assert "eth9" in ui.line("ethernet, 192.168.9.9/24")
        assert ui.app.screen.query_one(Choice).current == "eth0", "the cursor stays"
        stage.relink(
            *(one for one in stage.links if one.name != "eth0"), link("eth0", 2, carrier=False)
        )
        await ui.pause()
        assert any("eth0 " in line and "it has no carrier" in line for line in ui.lines)
        await ui.press("escape")
        assert "eth0" not in ui.lines[0]
        assert "eth9" in ui.lines[0]


async def test_the_interface_of_the_ssh_session_is_marked(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.go("db")
        await ui.press("e")
        assert "carries this SSH session" in ui.line("ethernet, 192.168.1.20/24")
        assert ui.text.count("carries this SSH session") == 1
        await ui.press("escape")
        stage.session = "192.168.77.2"
        stage.relink(*stage.links)
        await ui.press("i")
        assert "carries this SSH session" in ui.line("ethernet, 192.168.77.2/24")


async def test_the_interface_in_force_is_chosen_from_the_list(stage: Stage) -> None:
    async with stage.open() as ui:
        await ui.press("i", "down", "enter")
        assert ui.desk.interface == "eth1"
        assert ui.message == "eth1 is the interface in force"
        await ui.press("i", "down", "escape")
        assert ui.desk.interface == "eth1"


@pytest.mark.parametrize(
    ("key", "last"),
    [
        ("i", "and 300 of containers, which cannot carry a LAN network"),
        ("e", "and 4 that cannot carry it: docker0, eth3, lo, wlan0"),
    ],
)
async def test_of_those_that_cannot_carry_it_there_is_little(
    stage: Stage, key: str, last: str
) -> None:
    ends = [
        link(
            f"veth{at:07}",
            20 + at,
            master="docker0",
            mac=f"52:54:00:00:{at // 256:02x}:{at % 256:02x}",
        )
        for at in range(300)
    ]
    stage.links = (*stage.links, link("docker0", 9, kind="bridge"), *ends)
    async with stage.open(size=(120, 40)) as ui:
        await ui.go("db")
        await ui.press(key)
        await ui.pause(1)
        assert "veth" not in ui.text.replace("veth,", "")
        shown = ui.app.screen.query_one(Choice)
        said = ["".join(part for part, _ in option.line) for option in shown.options]
        assert said[-1] == last
        assert not shown.options[-1].enabled


# --- an engine on another machine


def far(stage: Stage, *, built: bool = True) -> FakeEngine:
    engine = stage.engine(
        engine=msgspec.structs.replace(LOCAL, host="ssh://far", name="far", local=False)
    )
    engine.links = (
        link("lan0", 2, addresses=("10.5.0.2/24",)),
        link("lan1", 3),
        link("wifi0", 4, wireless=True),
    )
    engine.run("db")
    if not built:
        engine.images.clear()
    return engine


async def test_those_of_another_machine_are_shown_as_here(stage: Stage) -> None:
    stage.session = "10.5.0.2"  # of this machine's
    async with stage.open(far(stage)) as ui:
        await ui.press("i")
        assert "The interface that on/off uses on far" in ui.text
        assert "lan0" in ui.line("ethernet, 10.5.0.2/24")
        assert "wireless" in ui.line("wifi0")
        assert "eth0" not in ui.text, "none of this machine's"
        assert "this SSH session" not in ui.text
        ui.engine.relink(*ui.engine.links, link("lan9", 9, addresses=("10.9.0.2/24",)))
        await ui.pause()
        assert "lan9" in ui.line("ethernet, 10.9.0.2/24")
        await ui.press("down", "enter")
        assert ui.desk.interface == "lan1"


async def test_a_service_there_is_turned_on_in_the_dialog(stage: Stage) -> None:
    async with stage.open(far(stage)) as ui:
        await ui.go("db")
        await ui.press("e")
        await ui.pause(1)
        assert "create container netc-db" in ui.plan
        assert "and 1 that cannot carry it: wifi0" in ui.text
        await ui.press("down", "enter")
        await ui.idle()
        assert labels(ui.engine, "db").interface == "lan1"


@pytest.mark.parametrize("key", ["i", "e"])
async def test_without_netc_s_image_there_it_says_what_to_do(stage: Stage, key: str) -> None:
    async with stage.open(far(stage, built=False), size=(80, 24)) as ui:
        await ui.go("db")
        await ui.press(key)
        await ui.pause(1)
        words = " ".join(ui.text.replace("\u2502", "").split())
        assert "the interfaces of far are not known before netc's image is there" in words
        assert "netc image build" in words
        ui.engine.images[sidecar.image()] = Image("sha256:0")
        await ui.pause(2 * AGAIN)
        assert "lan0" in ui.line("ethernet, 10.5.0.2/24")


async def test_without_it_one_that_is_in_force_can_be_tried(stage: Stage) -> None:
    async with stage.open(far(stage, built=False), interface="lan0") as ui:
        await ui.go("db")
        await ui.press("e")
        await ui.pause(1)
        assert "not checked whether lan0 can carry it" in ui.plan
        await ui.press("enter")
        await ui.idle()
        assert is_on(ui.engine, "db")
