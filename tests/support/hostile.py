"""A configuration whose people wrote what a page must not take for its own markup."""

from __future__ import annotations

TITLE = (
    "</title></style></script><script>window.caught = 1</script><!--<script>"
    "<img src=x onerror='window.caught = 2'> \" ' & &amp; ${caught} \u202e\u2067RTL\u200f ]]> \\u003c"
)
SAMPLE = '"><svg onload="window.caught = 3"></option> & \'q\' </script> \u202eevil'
NEURONS = ("<b>", "x&y", "&lt;", "<script>", "<!--", "שלום")
"""Two inputs, two hidden neurons, two outputs."""


def hostile() -> str:
    """The configuration's text: a 2-2-2 network with two samples and an update."""
    i, j, h, k, o, p = map(_quoted, NEURONS)
    return f"""\
title: {_quoted(TITLE)}
source: "javascript:window.caught=4"
network:
  inputs: [{i}, {j}]
  layers:
    - {{neurons: [{h}, {k}], activation: sigmoid, weights: [[0.15, -0.2], [0.25, 0.3]], bias: 0.35}}
    - {{neurons: [{o}, {p}], activation: sigmoid, weights: [[0.4, -0.45], [0.5, 0.55]], bias: 0.6}}
loss: half_squared_error
data:
  - {{inputs: [0.05, 0.1], targets: [0.01, 0.99], name: {_quoted(SAMPLE)}}}
  - {{inputs: [0.2, 0.3], targets: [0.5, 0.6], name: plain}}
training: {{learning_rate: 0.5}}
"""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
