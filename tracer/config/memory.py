"""Whether a network fits into memory, known before anything is allocated."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tracer.model.network import Bias

_UNKNOWN = 8 * 2**30
_PER_PARAMETER = 8
_PER_NEURON = 100  # its name, as Python keeps it


def available() -> int:
    """Bytes of memory that the machine has; 8 GiB where the system doesn't say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return _UNKNOWN


def needed(sizes: Sequence[int], biases: Sequence[Bias]) -> tuple[int, int]:
    """How many parameters, and how many bytes; `sizes` are the neurons a layer, the inputs first."""
    parameters = sum(
        m * n + {Bias.NONE: 0, Bias.SHARED: 1}.get(bias, n)
        for m, n, bias in zip(sizes, sizes[1:], biases, strict=False)
    )
    return parameters, parameters * _PER_PARAMETER + sum(sizes) * _PER_NEURON


def in_words(count: int) -> str:
    """`7.3 TiB`."""
    amount, units = float(count), ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while amount >= 1024 and len(units) > 1:
        amount /= 1024
        units.pop(0)
    return f"{amount:.1f} {units[0]}"
