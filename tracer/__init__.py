"""bptrace: backpropagation, one named number at a time."""

__version__ = "0.1.0"
