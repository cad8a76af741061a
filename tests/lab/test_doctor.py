"""`netc doctor` names each fault of ``tests.faults.doctor``, and none where nothing is wrong."""

import pytest

from tests.faults.doctor import FAULTS, DoctorFault, run, table

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
def test_a_fault_is_named(site: Site, fault: DoctorFault) -> None:
    result = run(fault, site)
    assert result.problems == [], "\n" + table([result])
