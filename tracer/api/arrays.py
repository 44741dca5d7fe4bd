"""Whole matrices and vectors of a calculation, by the names that a program has for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tracer.api.iterations import Iterations, check_is_text
from tracer.api.shown import Lasting, one_line
from tracer.diagnose.answers.arrays import find_stage, named_arrays
from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError

_NAME = re.compile(r"([^@]+)(?:@0*([1-9]\d{0,14}))?", re.ASCII)


@dataclass(frozen=True, eq=False, repr=False)
class Arrays(Lasting, Mapping[str, NDArray[np.float64]]):
    """A mapping from `W1`, `dW1`, `net2`, `out2`, `delta2`, `W1+`, … to arrays; layers count from 1.

    `@5` behind a name picks iteration 5. `numpy.savez("run.npz", **t.arrays)` writes a file that
    `bptrace check` reads.

    >>> import tracer
    >>> arrays = tracer.trace("mazur").arrays
    >>> arrays["W1"]
    array([[0.15, 0.2 ],
           [0.25, 0.3 ]])
    >>> arrays["W1@2"][0]
    array([0.14978072, 0.19956143])
    """

    _iterations: Iterations
    _shown: tuple[int, ...]

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """The array, a copy of its own; UnknownNameError where there is none of that name."""
        check_is_text(name)
        match = _NAME.fullmatch(name.strip())
        if match is None:
            hint = "behind a name stands @ITERATION, counted from 1: W1@2"
            raise UnknownNameError(f"there is no array '{name}'", hint)
        bare, trace = match[1], self._iterations.trace(int(match[2] or self._shown[0]))
        suffix = f"@{trace.number}" if trace.number != 1 else ""
        known = dict(named_arrays(trace))
        if bare + suffix in known:
            return np.array(known[bare + suffix])
        if isinstance(trace, IterationTrace):
            return np.array(trace.arrays[find_stage(bare, trace)])
        return np.array(trace.value(trace.find(bare)))

    def __iter__(self) -> Iterator[str]:
        for number in self._shown:
            for name, _ in named_arrays(self._iterations.trace(number)):
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __repr__(self) -> str:
        return one_line("arrays", *self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)
