"""Images: made, named, renamed, and tidied up."""

import io
import tarfile

import msgspec
import pytest

from netc_tui import sidecar
from netc_tui.core.model import IMAGE_ARCHITECTURE, IMAGE_BASE
from netc_tui.engine import Refused
from tests.suite.host import IMAGE, Host, lan, listed, spec

LABELS = {IMAGE_BASE: "suite", IMAGE_ARCHITECTURE: "pdp11"}


async def one_that_is_not_there_is_none(host: Host) -> None:
    assert await host.engine.image(IMAGE) is None
    there = await host.engine.image(host.image)
    assert there is not None
    assert there.id.startswith("sha256:")
    assert there.base


async def one_of_a_root_file_system_has_the_labels_that_it_is_given(host: Host) -> None:
    labels = {**LABELS, "words": 'two "quoted" ones'}
    await host.engine.import_image(IMAGE, _tar("file"), labels)
    found = await host.engine.image(IMAGE)
    assert found is not None
    assert dict(found.labels) == labels
    assert (found.base, found.architecture) == ("suite", "pdp11")


async def one_that_is_built_has_its_labels(host: Host) -> None:
    engine = host.engine
    await engine.build(IMAGE, sidecar.context(), host.base, LABELS)
    found = await engine.image(IMAGE)
    assert found is not None
    assert found.labels.items() >= LABELS.items()
    # Of the same it makes the same.
    await engine.build(IMAGE, sidecar.context(), host.base, LABELS)
    assert await engine.image(IMAGE) == found
    await engine.build(IMAGE, sidecar.context(), host.base, {**LABELS, IMAGE_BASE: "other"})
    other = await engine.image(IMAGE)
    assert other is not None
    assert other.id != found.id


async def a_base_that_cannot_be_had_is_refused(host: Host) -> None:
    with pytest.raises(Refused) as caught:
        await host.engine.build(IMAGE, sidecar.context(), "netc-lab/never", LABELS)
    assert any("FROM" in line for line in caught.value.details)
    assert await host.engine.image(IMAGE) is None


async def one_that_lost_its_name_is_tidied_up_when_nobody_runs_it(host: Host) -> None:
    engine = host.engine
    await host.run("web")
    await lan(host)
    await engine.build(IMAGE, sidecar.context(), host.base, LABELS)
    used = await engine.image(IMAGE)
    assert used is not None
    planned = msgspec.structs.replace(await spec(host, "web"), image=IMAGE)
    await engine.create(planned)
    assert (await listed(host, planned.name)).image == IMAGE
    await engine.import_image(IMAGE, _tar("one"), LABELS)
    unused = await engine.image(IMAGE)
    await engine.import_image(IMAGE, _tar("two"), LABELS)
    assert unused is not None
    assert unused.id not in (used.id, getattr(await engine.image(IMAGE), "id", None))
    found = await listed(host, planned.name)
    assert (found.image, found.own_image, found.ours) == (used.id, True, True)
    await engine.tidy_images()
    assert await engine.image(used.id) == used
    assert await engine.image(unused.id) is None
    assert await engine.image(IMAGE) is not None
    await engine.remove(planned.name, 1)
    await engine.tidy_images()
    assert await engine.image(used.id) is None


async def what_is_not_netc_s_is_not_tidied_up(host: Host) -> None:
    engine = host.engine
    await engine.import_image(IMAGE, _tar("one"), {"team": "shop"})
    other = await engine.image(IMAGE)
    await engine.import_image(IMAGE, _tar("two"), LABELS)
    await engine.tidy_images()
    assert other is not None
    assert await engine.image(other.id) == other


def _tar(text: str) -> bytes:
    """A root file system of one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo("file")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()
