"""Speed of the engine against plain NumPy loops: `python -m benchmarks`."""
