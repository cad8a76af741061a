"""Names of addresses, with a resolver that is slow or away."""

import asyncio
import threading
import time

from netc_tui.host.names import KEPT, Names, resolve

KNOWN = {"10.0.0.1": "one.lan", "10.0.0.2": "two.lan"}


class Resolver:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open = threading.Event()
        self.open.set()

    def __call__(self, address: str) -> str:
        self.asked.append(address)
        self.open.wait(5)
        return KNOWN.get(address, "")


def test_names_are_asked_for_once_also_those_that_are_not() -> None:
    resolver, now = Resolver(), [0.0]

    async def work() -> None:
        names = Names(resolver, lambda: now[0])
        for _ in range(3):
            assert await names.of(["10.0.0.1", "10.0.0.9", "10.0.0.1"]) == {"10.0.0.1": "one.lan"}
        assert sorted(resolver.asked) == ["10.0.0.1", "10.0.0.9"]
        now[0] += KEPT
        assert await names.of(["10.0.0.1"]) == {"10.0.0.1": "one.lan"}
        assert len(resolver.asked) == 3
        assert await names.of([]) == {}

    asyncio.run(work())


def test_nobody_waits_long_for_a_resolver_that_is_away() -> None:
    resolver = Resolver()
    resolver.open.clear()

    async def work() -> None:
        names = Names(resolver)
        many = [f"10.0.1.{n}" for n in range(50)] + ["10.0.0.1"]
        began = time.monotonic()
        assert await names.of(many, 0.1) == {}
        # What is asked already is not waited for again.
        assert await names.of(resolver.asked, 5) == {}
        assert time.monotonic() - began < 2
        assert len(resolver.asked) <= 4, "a few at a time"
        resolver.open.set()
        for _ in range(50):
            await asyncio.sleep(0.02)
            if await names.of(["10.0.0.1"], 0.5):
                break
        assert await names.of(["10.0.0.1", "10.0.0.2"]) == KNOWN
        # What was not begun in time was not asked for.
        assert len(resolver.asked) < 10

    asyncio.run(work())


def test_the_program_ends_while_it_is_asked() -> None:
    resolver = Resolver()
    resolver.open.clear()
    began = time.monotonic()
    assert asyncio.run(Names(resolver).of(["10.0.0.1"], 0.05)) == {}
    resolver.open.set()
    assert time.monotonic() - began < 2


def test_what_has_no_name_has_none() -> None:
    assert resolve("127.0.0.1") in ("", "localhost") or "." in resolve("127.0.0.1")
    assert resolve("no address") == ""
