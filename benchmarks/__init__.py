"""What is measured, not tested: speed, agreement with other programs, the verdicts on made-up people.

`python -m benchmarks` compares the engine with plain NumPy loops; every other module says at its head
what it prints.
"""
