"""A place of a lab, entered by the test itself: what it asks, listens on and starts is there."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

from netc_tui.lab import Lab
from netc_tui.lab.layout import Where

_NETWORK = 0x40000000  # CLONE_NEWNET of setns(2)
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def inside(lab: Lab, where: Where) -> Iterator[None]:
    """This thread's network is that of the place meanwhile."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(os.open(lab.layout.namespace_path(where), os.O_RDONLY | os.O_CLOEXEC))
        try:
            yield
        finally:
            _enter(os.dup(home))
    finally:
        os.close(home)


def _enter(namespace: int) -> None:
    try:
        if _libc.setns(namespace, _NETWORK):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(namespace)
