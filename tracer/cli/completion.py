"""What Tab offers in place of an argument; the options' values are offered by typer itself.

Where nothing fits, nothing is offered, and the shell completes the names of files by its own rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tracer import bundled

_SUFFIXES = {".yaml", ".yml", ".json"}


def complete_example(incomplete: str) -> list[str]:
    """The bundled examples."""
    names = [example.name for example in bundled.examples()]
    return [name for name in names if name.startswith(incomplete)]


def complete_config(incomplete: str) -> list[str]:
    """The bundled examples, and beside them what there is of YAML files and folders here.

    Nothing where no example fits, as in `configs/…`: the shell knows better how to go on with paths.
    """
    examples = complete_example(incomplete)
    return examples + [name for name in _files() if name.startswith(incomplete)] if examples else []


def complete_activation() -> list[str]:
    """The activations."""
    from tracer.model.activations import ACTIVATIONS

    return list(ACTIVATIONS)


def complete_loss() -> list[str]:
    """The losses."""
    from tracer.model.losses import LOSSES

    return list(LOSSES)


def complete_optimizer() -> list[str]:
    """The optimisers."""
    from tracer.model.optimizers import OPTIMIZERS

    return list(OPTIMIZERS)


def complete_mistake() -> list[str]:
    """The mistakes that rewrite a formula."""
    from tracer.diagnose.mistakes import MISTAKES

    return list(MISTAKES)


def _files() -> Iterator[str]:
    try:
        for path in sorted(Path().iterdir()):
            if path.is_dir():
                yield f"{path.name}/"
            elif path.suffix in _SUFFIXES:
                yield path.name
    except OSError:
        return
