"""What is to be done about a finding."""

import shlex

import msgspec
import pytest
from hypothesis import given

from netc_tui.core.advice import advised
from netc_tui.core.findings import HOST, KINDS, NAME, Finding
from tests.core.samples import EVIL, ONE

ENGINES = ("N401", "N402", "N403", "N404", "N405")
"""What the engine's listing tells, with the command that mends it (core.ownership)."""
ELSEWHERE = (HOST, NAME)
"""What is found there comes with what is to be done (core.diagnosis, names.trouble)."""
CODES = [c for c, kind in KINDS.items() if kind.hop not in ELSEWHERE and c not in ENGINES]


@pytest.mark.parametrize("code", CODES)
def test_there_is_something_to_do_about_each(code: str) -> None:
    found = advised(Finding(code, "why"), ONE)
    assert found.how
    assert found.remedy
    assert "\n" not in str(found)


def test_what_is_known_better_stays() -> None:
    found = Finding("N401", "web does not run", "start it with", "docker start web")
    assert advised(found, ONE) is found


@given(EVIL)
def test_a_remedy_is_safe_to_copy(name: str) -> None:
    own = msgspec.structs.replace(ONE, service=name, interface=name, name=f"netc-{name}")
    for code in CODES:
        remedy = advised(Finding(code, "why"), own).remedy
        if code != "N503":  # has a command in a command
            assert [word for word in shlex.split(remedy) if name in word] or name not in remedy


def test_of_a_service_of_a_swarm_the_swarm_is_asked() -> None:
    own = msgspec.structs.replace(ONE, service="swarm:job", name="netc-job.1.u7x", node="host2")
    asked = {code: advised(Finding(code, "why"), own).remedy for code in CODES}
    assert asked["N407"] == "docker service ps job"
    assert asked["N501"] == asked["N504"] == "docker service logs --tail 20 job"
    assert asked["N702"] == "docker service logs --tail 20 netc-job"
    assert asked["N204"] == "docker service update --force netc-job"
