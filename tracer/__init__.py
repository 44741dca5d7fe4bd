"""bptrace: backpropagation, one named number at a time.

`tracer.trace("mazur")["dE/dw5"]`, and the other functions of `__all__`: see docs/python.md. They are
loaded when they are asked for, so that `import tracer` and the command line's help stay instant.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as `typing` has it, whose import would be the longest part of this one
if TYPE_CHECKING:
    from typing import Any

    from tracer.api import *

__version__ = "0.1.0"

__all__ = [
    "Arrays",
    "BptraceError",
    "Cause",
    "Causes",
    "Checked",
    "Compared",
    "ConfigError",
    "Curve",
    "Difference",
    "DivergedError",
    "Exercise",
    "Explained",
    "Explanation",
    "Gradients",
    "Loss",
    "OutputError",
    "Page",
    "Picture",
    "Table",
    "Traced",
    "Trained",
    "UnknownNameError",
    "UsageError",
    "Verdict",
    "View",
    "Worksheet",
    "__version__",
    "compare",
    "examples",
    "gradcheck",
    "load_ipython_extension",
    "new",
    "trace",
    "train",
    "why",
]


if not TYPE_CHECKING:  # to a type checker, every name would be one of ours

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'tracer' has no attribute '{name}'")
        from tracer import api

        return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext tracer`: gives a notebook the magic `%bptrace`, and `%%bptrace` on a cell of YAML."""
    from tracer.cli.magic import load

    load(ipython)
