"""The image that every network container runs."""

import asyncio
import hashlib

from netc_tui import sidecar
from netc_tui.core.errors import Exit, NetcError
from netc_tui.core.model import IMAGE_ARCHITECTURE, IMAGE_BASE, IMAGE_CONTENT, Engine, Image
from netc_tui.engine import EngineApi, Refused
from netc_tui.host.base import sidecar_base

HOST = "host"
DEFAULT = "alpine"
ALPINE = "alpine:3.22"
BASE_TAG = "netc-base:host"


def full_base(base: str | None) -> str:
    """A base as it is named for the build: ``alpine`` alone means the release that was tried."""
    return ALPINE if base in (None, DEFAULT) else base or DEFAULT


def fits(image: Image | None, base: str | None, engine: Engine) -> bool:
    """Can this image be used? When no base is asked for, one on any base can."""
    if image is None:
        return False
    if image.architecture and engine.architecture and image.architecture != engine.architecture:
        return False
    return base is None or image.base == full_base(base)


async def build(engine: EngineApi, base: str | None = None, *, pull: bool = False) -> str:
    """Build it on ``base``: ``host``, ``alpine`` (None too), or any image that has what is needed.

    ``pull`` asks the registry for a newer base than the one that is here. Returns its tag. Raises
    NetcError when the base cannot be had, with the way out and the end of what the build printed.
    """
    tag, name = sidecar.image(), full_base(base)
    labels = {IMAGE_BASE: name, IMAGE_ARCHITECTURE: engine.engine.architecture}
    if name == HOST:
        if pull:
            raise NetcError(
                "--pull is for a base that comes from a registry; host is made anew of this"
                " machine's own files each time",
                Exit.USAGE,
            )
        await _import_host(engine, labels)
    try:
        await engine.build(
            tag, sidecar.context(), BASE_TAG if name == HOST else name, labels, pull=pull
        )
    except Refused as error:
        way = "build it from this machine's own binaries: netc image build --base host"
        if name == HOST:
            way = "this machine's own binaries do not do; build it on another: netc image build"
        raise NetcError(
            f"the image of network containers cannot be built on {name} ({error.message}); {way}",
            details=error.details,
        ) from error
    if engine.engine.swarm is not None:
        await engine.swarm.name_image(tag)
    await engine.tidy_images()
    return tag


async def _import_host(engine: EngineApi, labels: dict[str, str]) -> None:
    """Make a base of this machine's files, unless there is one of the very same."""
    rootfs = await asyncio.to_thread(sidecar_base)
    content = hashlib.sha256(rootfs).hexdigest()
    there = await engine.image(BASE_TAG)
    if there is None or there.labels.get(IMAGE_CONTENT) != content:
        await engine.import_image(BASE_TAG, rootfs, {**labels, IMAGE_CONTENT: content})
