"""What tests of keys ask of the engine."""

from netc_tui.core.model import Labels
from netc_tui.core.protocol import RENEW
from tests.twin import FakeEngine

WRITES = {
    "build", "import_image", "create_network", "remove_network", "create", "connect", "start",
    "remove", "restart",
}  # fmt: skip


def written(engine: FakeEngine) -> list[tuple[str, ...]]:
    """The calls that changed something."""
    return [
        call
        for call in engine.calls
        if call[0] in WRITES or (call[0] == "execute" and call[2:] == RENEW)
    ]


def labels(engine: FakeEngine, service: str) -> Labels:
    found = Labels.of(engine._listed(engine.own(service)))
    assert found is not None
    return found


def is_on(engine: FakeEngine, service: str) -> bool:
    return f"netc-{service}" in engine.boxes
