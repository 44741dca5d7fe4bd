"""Many tasks of one kind, on all the processors that this process may use."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol, TypeVar

from tracer.language import in_force, in_language

FEW = 12
"""Up to so many tasks are done here: to start another process takes longer."""
_AT_ONCE = 4

A = TypeVar("A")
B = TypeVar("B")


class Mapper(Protocol):
    """Gives the result of each task, in their order, as they come."""

    def __call__(self, function: Callable[[A], B], tasks: Sequence[A], /) -> Iterator[B]:
        """The function's result for each task; the function stands in a module, or is a partial."""
        ...


@contextmanager
def mapper(tasks: int) -> Iterator[Mapper]:
    """What maps so many tasks: here and now, or in a process for each processor."""
    workers = _processors()
    if tasks <= FEW or workers < 2:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("spawn")  # nothing of this process is half done in the others
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)

    def in_processes(function: Callable[[A], B], tasks: Sequence[A]) -> Iterator[B]:
        spoken = partial(_spoken, in_force(), function)
        return executor.map(spoken, tasks, chunksize=_AT_ONCE)

    try:
        yield in_processes
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _spoken(language: str, function: Callable[[A], B], task: A) -> B:
    with in_language(language):
        return function(task)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _begin() -> None:
    """An interrupt is for the process that waits; there is little to collect in the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 50)
