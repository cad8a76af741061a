"""Every fault of ``tests.faults`` is told, ends as it should, and leaves nothing behind."""

import pytest

from tests.faults.fault import Fault, run
from tests.faults.table import FAULTS, table

from .conftest import Site


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            one,
            id=one.name,
            marks=[pytest.mark.slow] * one.slow + [pytest.mark.core] * one.core,
        )
        for one in FAULTS
    ],
)
def test_a_fault(site: Site, fault: Fault) -> None:
    outcome = run(fault, site)
    assert outcome.problems == [], "\n" + table([outcome])


def test_faults_have_names_of_their_own() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)
