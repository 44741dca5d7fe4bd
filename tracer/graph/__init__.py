"""Scalar computation graphs: each node a formula of its neighbours, forwards and backwards.

From the configuration's text to a `Graph`, to its `GraphTrace` of values and gradients; a network
turned into such a graph is one more witness that the engine's gradients are right.
"""
