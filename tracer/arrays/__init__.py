"""Calculations on whole arrays, written down once and done many times.

What runs on recorded arrays (`recording`) leaves a list of operations behind (`operations`). As it
stands it is NumPy's work line by line; what `compiling` makes of it does the same work in fewer and
cheaper calls.
"""

from tracer.arrays.compiled import Compiled
from tracer.arrays.operations import Listing
from tracer.arrays.recording import RecordedArray, Recorder
from tracer.arrays.stacked import StackedArray

__all__ = ["Compiled", "Listing", "RecordedArray", "Recorder", "StackedArray"]
