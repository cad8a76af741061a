"""A machine with known interfaces, and a loop in which time flies."""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from netc_tui.core.links import Link

T = TypeVar("T")


def link(name: str, index: int = 2, **facts: Any) -> Link:
    """An Ethernet interface that can carry a LAN network, but for ``facts``."""
    plain: dict[str, Any] = {
        "kind": "ethernet",
        "mac": f"52:54:00:00:00:{index:02x}",
        "up": True,
        "loopback": False,
        "ether": True,
        "carrier": True,
    }
    return Link(index=index, name=name, **{**plain, **facts})


LINKS = (
    link("lo", 1, loopback=True, ether=False),
    link("eth0", 2),
    link("eth1", 3),
    link("eth2", 4),
    link("dark0", 5, carrier=False),
)


_HAS = {"bridge": "bridge", "bond": "bonding", "tun": "tun_flags"}


def printed(links: Iterable[Link]) -> str:
    """What a helper on the network of a host with these tells of them (sidecar/interfaces)."""
    links = tuple(links)
    index = {link.name: link.index for link in links}
    lines = []
    for link in links:
        flags = link.up | link.loopback << 3
        has = {"phy80211"} if link.wireless else {_HAS.get(link.kind, "device")}
        typed = "-" if link.kind in (*_HAS, "ethernet", "veth", "vrf") else link.kind
        on = link.index
        if link.kind == "veth":
            has, on = set(), link.index + 1
        elif link.kind == "vrf":
            has, flags = set(), flags | 0x480
        elif typed != "-":
            has = {"lower"}
        master = index.get(link.master or "", "-")
        facts = (on, link.mac or "-", hex(flags), 1 if link.ether else 772, int(link.carrier))
        words = ("link", link.name, link.index, *facts, master, typed, ",".join(["-", *has]))
        lines.append(" ".join(map(str, words)))
    valid = "\\       valid_lft forever preferred_lft forever"
    lines += [
        f"{link.index}: {link.name}    inet {address} scope global {link.name}{valid}"
        for link in links
        for address in link.addresses
    ]
    return "".join(f"{line}\n" for line in lines)


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


DOCKER = frozenset({"docker0", "br-0123456789ab"})
