"""Gradients by backpropagation against gradients from differences of the loss alone.

What is checked is a `Subject`: a network over its first batch, or a computation graph. The numbers
from differences never look at a slope or a derivative, so a wrong one shows.
"""

from tracer.diagnose.gradcheck.check import (
    SAMPLED,
    GradientCheck,
    GradientFinding,
    GradientVerdict,
    check_gradients,
    check_graph,
    check_network,
)
from tracer.diagnose.gradcheck.subjects import GraphSubject, NetworkSubject, Subject

__all__ = [
    "SAMPLED",
    "GradientCheck",
    "GradientFinding",
    "GradientVerdict",
    "GraphSubject",
    "NetworkSubject",
    "Subject",
    "check_gradients",
    "check_graph",
    "check_network",
]
