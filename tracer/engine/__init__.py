"""The calculation, written once and observed.

`passes` has the mathematics. An `Experiment` becomes a `NetworkTimeline` of states; `training` goes
along it, and `trace` has all the numbers of one iteration, `formulas` how each comes about.
`compiled` and `recorded` are the fast programs for the iterations at which nobody looks.
"""
