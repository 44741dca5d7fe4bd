"""Calculations on whole arrays, written down once and done many times.

What runs on recorded arrays (`recording`) leaves a list of operations behind (`operations`). As it
stands it is NumPy's work line by line; `compiled` does the same work in fewer and cheaper calls.
"""

from tracer.arrays.compiling import Compiled, compiled
from tracer.arrays.facts import UnsupportedError
from tracer.arrays.operations import Listing
from tracer.arrays.recording import RecordedArray, Recorder

__all__ = ["Compiled", "Listing", "RecordedArray", "Recorder", "UnsupportedError", "compiled"]
