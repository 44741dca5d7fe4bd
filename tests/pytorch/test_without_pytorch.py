"""Where PyTorch isn't installed: this one is never skipped."""

from __future__ import annotations

from support.cli import python


def test_without_pytorch_the_import_says_how_to_get_it() -> None:
    done = python("import sys; sys.modules['torch'] = None; from tracer.torch import record")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        "ImportError: tracer.torch needs PyTorch, which is not installed; pip install 'bptrace[torch]'"
    )


def test_nothing_else_needs_pytorch() -> None:
    done = python(
        "import sys, tracer.cli.commands, tracer.show.reports.check; print('torch' in sys.modules)"
    )
    assert done.stdout.strip() == "False", done.stderr
