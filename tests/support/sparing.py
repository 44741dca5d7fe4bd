"""Long lists of cases: some stand for all in `make test`; the others run in `make test-long`.

A list earns this where its cases take the same ways through the code, so that more of them find next
to nothing more. Those that stand for the others are chosen to differ in what matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest

LARGE = frozenset(
    {
        "cs231n-adam",
        "cs231n-momentum",
        "cs231n-rmsprop",
        "cs231n-two-layer",
        "cs231n-two-layer-l2",
        "cubes",
        "cubes-batch-means",
        "cubes-relu",
        "lstm-two-steps",
    }
)
"""The bundled examples of many numbers.

Each has a smaller kin: relu-bce, xor and two-layer-net (activations, losses, batches), adam-by-hand and
the descents (optimisers of graphs), recurrent-two-steps. Batches drawn from a file, batch means and
penalties have tests of their own on smaller data.
"""


def sparing(cases: Iterable[Any], usual: int | slice | Collection[Any]) -> list[Any]:
    """All cases, as parameters; as long all but the `usual` ones: so many, that slice, or just those.

    A tuple is a case of several parameters.
    """
    found = list(cases)
    if isinstance(usual, int | slice):
        part = usual if isinstance(usual, slice) else slice(usual)
        kept = set(range(len(found))[part])
    else:
        kept = {found.index(case) for case in usual}
    return [case if at in kept else _long(case) for at, case in enumerate(found)]


def small_first(names: Iterable[str]) -> list[Any]:
    """Bundled examples, as parameters: the large ones as long."""
    found = list(names)
    return sparing(found, [name for name in found if name not in LARGE])


def _long(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.long)
