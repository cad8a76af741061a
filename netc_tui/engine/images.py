"""What is asked about images. Calls block."""

import contextlib
import io
import json
from collections import deque
from collections.abc import Mapping

from docker.api.client import APIClient
from docker.errors import APIError

from netc_tui.core.model import IMAGE_BASE, Image
from netc_tui.engine import read, stream
from netc_tui.engine.api import Gone, Refused
from netc_tui.engine.sentences import on_one_line, taken_away

BUILD_PATIENCE = 600
"""Seconds."""
BUILD_LINES = 12
"""Of what a build printed, so many last lines are told when it fails."""


def image(client: APIClient, tag: str) -> Image:
    """The image of that name."""
    answer = stream.fetch(client, f"/images/{tag}/json", {}, timeout=client.timeout)
    return read.image(answer.json())


def build(
    client: APIClient, tag: str, context: bytes, base: str, labels: Mapping[str, str], pull: bool
) -> None:
    """See EngineApi.build."""
    printed: deque[str] = deque(maxlen=BUILD_LINES)
    for event in client.build(
        fileobj=io.BytesIO(context),
        custom_context=True,
        tag=tag,
        buildargs={"BASE": base},
        labels=dict(labels),
        pull=pull,
        rm=True,
        forcerm=True,
        decode=True,
        timeout=BUILD_PATIENCE,
    ):
        printed += filter(None, map(str.rstrip, str(event.get("stream", "")).splitlines()))
        if "error" in event:
            error = on_one_line(str(event["error"]))
            if taken_away(error):
                raise Gone(f"another build took away what this one was made of ({error})")
            raise Refused(error, details=printed)


def import_(client: APIClient, tag: str, rootfs: bytes, labels: Mapping[str, str]) -> None:
    """Make one of a root file system."""
    name, _, version = tag.partition(":")
    changes = [f"LABEL {json.dumps(key)}={json.dumps(text)}" for key, text in labels.items()]
    client.import_image_from_data(rootfs, name, version, changes)


def tidy(client: APIClient) -> None:
    """See EngineApi.tidy_images."""
    nameless = {"dangling": True, "label": IMAGE_BASE}
    for row in client.images(filters=nameless):
        # In use, or gone by now.
        with contextlib.suppress(APIError):
            client.remove_image(row["Id"])
