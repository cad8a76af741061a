"""A service whose path is sound, or not."""

from typing import Any

from tests.twin import FakeEngine


def world(**facts: Any) -> FakeEngine:
    engine = FakeEngine()
    engine.run("web", **facts)
    return engine


def lost(engine: FakeEngine) -> None:
    """The network container does not find its service."""
    engine.say(engine.own("web"), "target_lost", "web does not answer", target=None)
