"""Interrupts: Ctrl-C, and the signals with which a system or a closed terminal ends a program.

All of them come as KeyboardInterrupt, so that a training that was interrupted shows and saves what was
done, and no file stays behind half written. The process leaves with 128 plus the signal's number: 130,
143 (SIGTERM), 129 (SIGHUP).
"""

from __future__ import annotations

import signal
from contextlib import contextmanager

TYPE_CHECKING = False  # what is imported here stands between a start and the first heeded Ctrl-C
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # of which some systems lack some

_received: list[int] = []


def heed() -> None:
    """From now on they interrupt; what is ignored, as by `nohup`, stays ignored."""
    _received.clear()
    for number in _numbers():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def ignore() -> None:
    """From now on nothing comes in between: the process is about to leave."""
    for number in _numbers():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def held() -> Iterator[None]:
    """What interrupts meanwhile waits until the block is done."""
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    late: list[tuple[int, Any]] = []
    before = {number: signal.getsignal(number) for number in _numbers()}
    taken = {number: old for number, old in before.items() if callable(old)}
    for number in taken:
        signal.signal(number, lambda *seen: late.append(seen))
    try:
        yield
    finally:
        for number, old in taken.items():
            signal.signal(number, old)
    for heard, frame in late[:1]:
        taken[signal.Signals(heard)](heard, frame)


def exit_code() -> int:
    """What an interrupted process leaves with."""
    return 128 + (_received[-1] if _received else signal.SIGINT)


def received() -> bool:
    """Whether any of them has come."""
    return bool(_received)


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _interrupt(number: int, frame: Any) -> None:
    del frame
    _received.append(number)
    raise KeyboardInterrupt
