"""What desks stand on: a host with interfaces, and engines to look at."""

import pytest

from netc_tui.host import interfaces as host
from tests.tui.stage import LINKS, Stage


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A clock, and engines on a host that has its interfaces."""
    monkeypatch.setattr(host, "links", lambda *_: LINKS)
    monkeypatch.setattr(host, "names", lambda: tuple(link.name for link in LINKS))
    return Stage()
