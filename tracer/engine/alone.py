"""One thread at a time: programs work in shared buffers, and the states at hand are one store."""

from __future__ import annotations

from _thread import RLock  # as functools has it: `threading` takes a millisecond to import
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

__all__ = ["RLock", "alone"]


class Locked(Protocol):
    """What is worked on by one thread at a time."""

    @property
    def lock(self) -> RLock:
        """Held by whoever works on it; may be taken again by the same thread."""


S = TypeVar("S", bound=Locked)


def alone(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """The method, which other threads wait for."""

    @wraps(method)
    def locked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return locked
