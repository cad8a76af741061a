"""Turns that programs on one machine take."""

import asyncio
import secrets
import subprocess
import sys
import time

import pytest

from netc_tui.host import turns
from netc_tui.host.turns import turn

pytestmark = pytest.mark.usefixtures("_for_all_programs")

HOLD = """
import asyncio, sys, time
from netc_tui.host.turns import turn
async def main():
    async with turn(sys.argv[1], 0) as ours:
        print(ours, flush=True)
        time.sleep(30)
asyncio.run(main())
"""


@pytest.fixture
def _for_all_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is outside of tests, which have turns of their own (tests/conftest.py)."""
    monkeypatch.setattr(turns, "PREFIX", "\0netc ")


def test_one_after_the_other() -> None:
    name, order = secrets.token_hex(), list[str]()

    async def work(who: str) -> None:
        async with turn(name, 9) as ours:
            assert ours
            order.append(f"{who} begins")
            await asyncio.sleep(0.05)
            order.append(f"{who} ends")

    async def all_of_them() -> None:
        await asyncio.gather(*(work(who) for who in "abc"))

    asyncio.run(all_of_them())
    assert [step.split()[1] for step in order] == ["begins", "ends"] * 3


def test_an_address_is_as_long_as_the_kernel_takes_it() -> None:
    assert turns.address("examine x") == "\0netc examine x"
    assert len(turns.address("x" * 200)) == 107


def test_who_has_waited_long_enough_is_told_and_a_turn_ends_with_its_program() -> None:
    name = secrets.token_hex()
    other = subprocess.Popen([sys.executable, "-c", HOLD, name], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"

        async def mine(seconds: float) -> bool:
            async with turn(name, seconds) as ours:
                return ours

        begin = time.monotonic()
        assert not asyncio.run(mine(0.3))
        assert 0.3 <= time.monotonic() - begin < 5
        other.kill()
        assert asyncio.run(mine(9))
    finally:
        other.kill()
        other.wait()
        if other.stdout is not None:
            other.stdout.close()
