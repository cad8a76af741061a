"""What is drawn of lines, and anything that a table can hold."""

from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st
from textual.geometry import Region

from netc_tui.core.lease import Phase
from netc_tui.core.model import Care, Keeping, Service
from netc_tui.core.ports import Port
from netc_tui.desk.job import Job, Kind
from netc_tui.settings.declared import Settings
from netc_tui.tui.draw import Line
from netc_tui.tui.shortcuts import Shortcuts
from netc_tui.tui.widgets.lines import Lines
from tests.core.samples import ONE
from tests.tui.simulated import BEGIN


def plain(line: Line) -> str:
    return "".join(part for part, _ in line)


KEEPINGS = st.builds(
    Keeping, st.sampled_from(Care), st.text("abサ[]:. ", max_size=90), st.booleans(), st.booleans()
)


def services() -> st.SearchStrategy[Service]:
    name = st.text("abサ[]/._", min_size=1, max_size=40)
    return st.builds(
        Service,
        name=name,
        id=st.just("i"),
        image=st.one_of(st.none(), name),
        state=st.sampled_from(("running", "exited", "gone")),
        ports=st.lists(
            st.builds(
                Port,
                st.integers(1, 65535),
                st.sampled_from(("tcp", "udp", "sctp")),
                st.sampled_from(((), ("0.0.0.0:8080",), ("10.1.2.3:8080", "[::]:9"))),
            ),
            max_size=12,
        ).map(tuple),
        project=st.one_of(st.none(), name),
        compose=st.one_of(st.none(), name),
        health=st.sampled_from((None, "healthy", "unhealthy")),
        keeping=st.one_of(st.none(), KEEPINGS),
        network_container=st.one_of(
            st.none(),
            st.sampled_from(tuple(Phase)).map(
                lambda phase: msgspec.structs.replace(
                    ONE,
                    phase=phase,
                    ip=None if phase in (Phase.EXPIRED, Phase.STOPPED) else ONE.ip,
                    message="why " * 20 if phase is Phase.EXPIRED else None,
                    renew_at=BEGIN,
                )
            ),
        ),
    )


JOBS = st.sampled_from(
    (None, Job(Kind.ON, "create container " + "x" * 80), Job(Kind.OFF, error="no"))
)
HINTS = Shortcuts(Settings()).hints


class Asked:
    """What of a widget is asked to be drawn."""

    def __init__(self, widget: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
        self.regions: list[Region] = []
        self.whole = 0
        refresh = widget.refresh

        def noted(*regions: Region, **more: Any) -> Any:
            self.regions += regions
            self.whole += not regions
            return refresh(*regions, **more)

        monkeypatch.setattr(widget, "refresh", noted)
