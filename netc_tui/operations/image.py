"""The image that every network container runs."""

import asyncio

from netc_tui import sidecar
from netc_tui.core.errors import NetcError
from netc_tui.engine import EngineApi, Refused
from netc_tui.host.base import sidecar_base

HOST = "host"
ALPINE = "alpine:3.22"
BASE_TAG = "netc-base:host"


def full_base(base: str) -> str:
    """A base as it is named for the build: ``alpine`` alone means the release that was tried."""
    return ALPINE if base == "alpine" else base


async def build(engine: EngineApi, base: str = "alpine") -> str:
    """Build it on ``base``: ``host``, ``alpine``, or any image that has what is needed.

    Returns its tag. Raises NetcError when the base cannot be had, with the way out.
    """
    tag = sidecar.image()
    if base == HOST:
        await engine.import_image(BASE_TAG, await asyncio.to_thread(sidecar_base))
        await engine.build(tag, sidecar.context(), BASE_TAG)
        return tag
    name = full_base(base)
    try:
        await engine.build(tag, sidecar.context(), name)
    except Refused as error:
        raise NetcError(
            f"the image of network containers cannot be built on {name} ({error.message});"
            " build it from this machine's own binaries: netc image build --base host"
        ) from error
    return tag
