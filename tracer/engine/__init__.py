"""The calculation, written once and observed: passes, traces, formulas, many iterations."""
