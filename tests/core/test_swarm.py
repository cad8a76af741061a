"""Which task of a service counts, and what is told of a Swarm."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netc_tui.core.swarm import Membership, Replicas, SwarmTask, counts, failed

STATES = st.sampled_from(["pending", "preparing", "running", "shutdown", "failed", "rejected"])
MOMENTS = st.integers(0, 5).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n))
TASKS = st.builds(
    SwarmTask,
    id=st.uuids().map(str),
    service=st.sampled_from(["s1", "s2"]),
    node=st.sampled_from(["", "n1", "n2"]),
    state=STATES,
    desired=st.sampled_from(["running", "shutdown"]),
    at=MOMENTS,
)


@given(st.lists(TASKS, max_size=8))
def test_one_that_runs_counts_before_all_that_ended_or_are_to_come(tasks: list[SwarmTask]) -> None:
    found = counts(tasks, "s1")
    own = [task for task in tasks if task.service == "s1"]
    assert (found is None) == (not own)
    if found is None:
        return
    assert found in own
    running = [task for task in own if task.state == task.desired == "running"]
    if running:
        assert found in running
    elif any(task.desired == "running" for task in own):
        assert found.desired == "running"
    same = [t for t in own if (t.running, t.desired) == (found.running, found.desired)]
    assert found.at == max(task.at for task in same)


def test_why_one_does_not_run_is_told_by_the_last_that_could_not() -> None:
    def task(id: str, state: str, error: str = "", at: int = 0, service: str = "s1") -> SwarmTask:
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=at)
        return SwarmTask(id, service, "n1", state, "running", error, at=moment)

    first, second = task("a", "rejected", "no image", 1), task("b", "failed", "exit 1", 2)
    other, begun = task("c", "failed", "other", 9, "s2"), task("d", "preparing", "", 3)
    all_ = (second, first, other, begun)
    assert failed(all_, begun) == second
    assert failed(all_, first) == first
    assert failed(all_, task("e", "running")) is None
    assert failed((begun,), begun) is None
    assert failed(all_, None) is None


@pytest.mark.parametrize(
    ("member", "frail"),
    [
        (Membership("n", manager=True, cluster="c", managers=1), "one manager"),
        (Membership("n", manager=True, cluster="c", managers=2), "2 managers"),
        (Membership("n", manager=True, cluster="c", managers=3), ""),
        (Membership("n", manager=True, cluster="c"), ""),
        (Membership("n", manager=False), ""),
    ],
)
def test_too_few_managers_are_told_where_their_number_is_known(
    member: Membership, frail: str
) -> None:
    assert frail in member.frail
    assert bool(frail) == bool(member.frail)


@pytest.mark.parametrize(
    ("replicas", "text"),
    [
        (Replicas("replicated", 2, 3), "2/3 replicas"),
        (Replicas("global", 0, 1), "0/1 global"),
        (Replicas("replicated-job", 1, 1), "1/1 replicated-job"),
        (Replicas(here=1), "1 task here"),
        (Replicas("replicated", None, 3, here=2), "2 tasks here"),
    ],
)
def test_how_many_run_is_told_in_docker_s_words(replicas: Replicas, text: str) -> None:
    assert str(replicas) == text
    assert replicas.told is (replicas.mode != "")
