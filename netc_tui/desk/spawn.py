"""How a desk has something run beside all else: the program that it is part of knows how."""

from collections.abc import Callable, Coroutine
from typing import Any, Protocol


class Running(Protocol):
    """Something that runs."""

    def cancel(self) -> object:
        """End it."""
        ...


Spawn = Callable[[Coroutine[Any, Any, None], str], Running]
"""Runs a coroutine, under a name for those who look for defects."""
