"""What is asked about images, of a client that only notes it."""

from typing import Any, cast

import pytest
from docker.api.client import APIClient
from docker.errors import APIError

from netc_tui.core.model import IMAGE_BASE
from netc_tui.engine import Gone, Refused, images
from netc_tui.engine.images import BUILD_LINES


class Client:
    """An engine that builds as a test has it."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.events = events
        self.removed: list[str] = []

    def build(self, **_: Any) -> Any:
        return iter(self.events)

    def images(self, filters: dict[str, Any]) -> list[dict[str, str]]:
        assert filters == {"dangling": True, "label": IMAGE_BASE}
        return [{"Id": "in use"}, {"Id": "old"}]

    def remove_image(self, image: str) -> None:
        if image == "in use":
            raise APIError("conflict: image is being used by running container")
        self.removed.append(image)

    @property
    def api(self) -> APIClient:
        return cast("APIClient", self)


def test_a_build_that_fails_tells_the_end_of_what_it_printed() -> None:
    printed = [{"stream": f"line {at}\n"} for at in range(BUILD_LINES + 5)]
    client = Client(*printed, {"stream": "\n"}, {"error": "it returned\n a non-zero code: 1"})
    with pytest.raises(Refused, match=r"^it returned a non-zero code: 1$") as caught:
        images.build(client.api, "netc-sidecar:1", b"", "alpine", {}, pull=False)
    assert caught.value.details == tuple(f"line {at}" for at in range(5, BUILD_LINES + 5))


def test_a_build_whose_last_step_another_removed_is_to_be_tried_again() -> None:
    client = Client({"error": "failed to get digest sha256:b25f: open /x: no such file"})
    with pytest.raises(Gone, match="another build took away"):
        images.build(client.api, "netc-sidecar:1", b"", "alpine", {}, pull=False)


def test_a_build_that_comes_to_its_end_tells_nothing() -> None:
    client = Client({"stream": "Step 1/6\n"}, {"aux": {"ID": "sha256:1"}})
    images.build(client.api, "netc-sidecar:1", b"", "alpine", {}, pull=False)


def test_what_is_in_use_keeps_no_other_from_being_removed() -> None:
    client = Client()
    images.tidy(client.api)
    assert client.removed == ["old"]
