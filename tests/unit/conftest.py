"""What the fast tests share: a machine with known interfaces, and a loop in which time flies."""

import asyncio
import os
import selectors
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from netc_tui.host import interfaces as host

T = TypeVar("T")

settings.register_profile(
    "fast",
    max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "12")),
    deadline=None,
    derandomize=not os.environ.get("HYPOTHESIS_EXAMPLES"),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("fast")


def link(name: str, index: int = 2, **facts: Any) -> host.Link:
    """An Ethernet interface that can carry a LAN network, but for ``facts``."""
    plain: dict[str, Any] = {
        "kind": "ethernet",
        "mac": f"52:54:00:00:00:{index:02x}",
        "up": True,
        "loopback": False,
        "ether": True,
        "carrier": True,
    }
    return host.Link(index=index, name=name, **{**plain, **facts})


LINKS = (
    link("lo", 1, loopback=True, ether=False),
    link("eth0", 2),
    link("eth1", 3),
    link("eth2", 4),
    link("dark0", 5, carrier=False),
)


@pytest.fixture(scope="module")
def machine() -> Iterator[None]:
    """The kernel says that this machine has LINKS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(host, "links", lambda: LINKS)
        patch.setattr(host, "names", lambda: tuple(one.name for one in LINKS))
        patch.setattr(host, "address", {"br-unlisted": "172.31.0.1"}.get)
        yield


class _Flying(asyncio.SelectorEventLoop):
    """A loop that does not wait: when nothing is ready, its clock jumps to the next timer."""

    def __init__(self) -> None:
        self._skipped = 0.0
        inner = selectors.DefaultSelector()
        select = inner.select

        def jump(timeout: float | None = None) -> Any:
            ready = select(0 if timeout is not None else None)
            if not ready and timeout:
                self._skipped += timeout
            return ready

        inner.select = jump  # type: ignore[method-assign]
        super().__init__(inner)
        self.set_default_executor(_Here())

    def time(self) -> float:
        return super().time() + self._skipped


class _Here(ThreadPoolExecutor):
    """Does the work at once, so that no timer can overtake it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **more))
        except BaseException as error:
            future.set_exception(error)
        return future


def run(work: Awaitable[T]) -> T:
    """``asyncio.run`` with a clock that jumps over all waiting."""

    async def whole() -> T:
        return await work

    with asyncio.Runner(loop_factory=_Flying) as runner:
        return runner.run(whole())
