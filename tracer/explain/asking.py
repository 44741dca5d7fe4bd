"""Names of what an exercise is to ask for: read as numbers of the iterations that it has.

Shared by sheets (`tracer.explain.worksheet`), by pages that judge and by what is marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tracer.errors import UnknownNameError, UsageError
from tracer.model.quantity import Identity


def asked_for(
    traces: Sequence[Any], names: Sequence[str], usual: Iterable[Identity]
) -> list[Identity]:
    """The numbers that the names mean, each once; `traces` are the iterations of the exercise.

    A name that says no iteration means the first one, one that says no sample the first of its batch.
    A pattern such as `dE/dw*` means those of the `usual` numbers that are called so.

    Raises:
        UnknownNameError: nothing is called so.
        UsageError: the number is given, or of an iteration that isn't asked for.
    """
    known = list(usual)
    found = (
        _like(traces, name, known) if "*" in name else [_named(traces, name)] for name in names
    )
    return list(dict.fromkeys(identity for some in found for identity in some))


def is_like(pattern: str, *names: str) -> bool:
    """Whether one of the names is like the pattern, in which `*` stands for any signs."""
    expression = ".*".join(map(re.escape, pattern.split("*")))
    return any(re.fullmatch(expression, name) for name in names)


def _like(traces: Sequence[Any], pattern: str, known: Sequence[Identity]) -> Iterator[Identity]:
    names = traces[0].names
    found = [i for i in known if is_like(pattern, names.bare(i), names.name(i))]
    if not found:
        raise UnknownNameError(f"nothing that is asked for is called '{pattern}'")
    yield from found


def _named(traces: Sequence[Any], name: str) -> Identity:
    iteration = traces[0].names.parse(name).iteration
    trace = next((trace for trace in traces if trace.number == iteration), None)
    if trace is None:
        raise UsageError(
            f"cannot ask for {name}", f"iteration {iteration} is not among those asked for"
        )
    identity: Identity = trace.find(name)
    trace.value(identity)  # or it has none so called
    if trace.formula(identity) is None:
        raise UsageError(f"cannot ask for {name}", "it is given by the configuration")
    return identity
