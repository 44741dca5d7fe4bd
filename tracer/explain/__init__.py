"""What a number is made of, and in which order a person calculates it.

`calculation` holds a trace, of a network or a graph, with the iterations that it goes back to;
`explanation` and `chain` take one number apart, `walk` and `worksheet` put them in a person's
order, `byhand` rounds each step as on paper.
"""

A_FEW = 5
"""A training of so many iterations at most is one to calculate by hand."""
