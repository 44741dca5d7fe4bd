"""Whether a calculation fits into memory, known before anything of it is allocated."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tracer.model.network import Bias

if sys.platform != "win32":
    import resource

_UNKNOWN = 8 * 2**30
_PER_NUMBER = 8
_PER_NEURON = 100  # its name, as Python keeps it
_COPIES = 16
"""How many times the parameters, and what the optimiser keeps, are there at once: measured with `step`,
whose kept states are among them."""
_OF_A_BATCH = 9
"""How many numbers a neuron has for each sample of a batch, with those on the way."""
_OF_ALL = 3
"""The same of a pass over all samples, to see the loss and the outputs."""
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def available() -> int:
    """Bytes of memory that there are for this process; 8 GiB where the system doesn't say."""
    return min([_physical(), *_limits()])


def _physical() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return _UNKNOWN


def _limits() -> list[int]:
    """What a container or `ulimit -v` allows."""
    found = []
    for path in map(Path, _LIMITS):
        try:
            found.append(int(path.read_text(encoding="ascii")))
        except (OSError, ValueError):  # there is no such limit
            continue
    if sys.platform != "win32":
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        found += [limit] * (limit != resource.RLIM_INFINITY)
    return found


def needed(
    sizes: Sequence[int],
    biases: Sequence[Bias],
    *,
    slots: int = 0,
    samples: int = 0,
    batch: int = 0,
) -> tuple[int, int]:
    """How many parameters, and about how many bytes it takes to train them.

    `sizes` are the neurons a layer, the inputs first; `slots`: how many numbers the optimiser keeps of
    each parameter.
    """
    parameters = sum(
        m * n + {Bias.NONE: 0, Bias.SHARED: 1}.get(bias, n)
        for m, n, bias in zip(sizes, sizes[1:], biases, strict=False)
    )
    neurons = sum(sizes[1:])
    numbers = parameters * (1 + slots) * _COPIES
    numbers += samples * (sizes[0] + _OF_ALL * neurons) + batch * _OF_A_BATCH * neurons
    return parameters, numbers * _PER_NUMBER + sum(sizes) * _PER_NEURON


def in_words(count: int) -> str:
    """`7.3 TiB`."""
    amount, units = float(count), ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while amount >= 1024 and len(units) > 1:
        amount /= 1024
        units.pop(0)
    return f"{amount:.1f} {units[0]}"
