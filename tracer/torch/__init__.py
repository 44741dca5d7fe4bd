"""A real PyTorch model recorded, judged by this program's engine, and written as a configuration.

    from tracer.torch import record

    with record(model) as numbers:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    numbers.check()

PyTorch's calls (`tape`) → the network and its loss (`chain`, `losses`) → with the optimiser's step
(`steps`, `optimizers`) an experiment (`experiment`) and its arrays (`arrays`), which `Recorded` has.
This is the only place that imports torch, an extra.
"""

from __future__ import annotations

try:
    from tracer.torch.recording import Recorded, record
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise ImportError(
        "tracer.torch needs PyTorch, which is not installed; pip install 'bptrace[torch]'",
        name="torch",
    ) from None

__all__ = ["Recorded", "record"]
