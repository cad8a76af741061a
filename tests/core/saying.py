"""Anything that a network container may say, generated."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from netc_tui.core.lease import Event

BEGIN = datetime(2026, 3, 2, 3, tzinfo=UTC)
WORDS = ("start", "target", "discover", "bound", "renewed", "nak", "expired", "stopped", "failed")


def moments(most: int = 7200) -> st.SearchStrategy[datetime]:
    """Whole seconds, as network containers tell them."""
    return st.integers(0, most).map(lambda seconds: BEGIN + timedelta(seconds=seconds))


@st.composite
def event(draw: st.DrawFn, time: datetime | None = None) -> Event:
    """Anything a network container may say, sense or nonsense."""
    word = draw(st.sampled_from(WORDS))
    at = time if time is not None else draw(moments())
    if word not in ("bound", "renewed", "target"):
        return Event(word, at, message=draw(st.sampled_from((None, "why"))))
    seconds = draw(st.integers(1, 3600))
    return Event(
        word,
        at,
        ip=f"10.0.0.{draw(st.integers(1, 9))}",
        prefix=24,
        bound_at=at,
        renew_at=draw(st.sampled_from((None, at + timedelta(seconds=seconds / 2)))),
        rebind_at=draw(st.sampled_from((None, at + timedelta(seconds=seconds * 7 / 8)))),
        expires_at=at + timedelta(seconds=seconds),
        target=draw(st.sampled_from((None, "172.17.0.2"))),
    )
