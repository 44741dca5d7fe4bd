"""Sheets as people make them, to try `bptrace check` on.

Everything here is written from the user's side: a small backpropagation of its own in plain
Python, pens that round and cut off as people do, the mistakes that they make, and the files that
they hand in. It knows of bptrace what its documentation says; only `judge` calls it.
"""
