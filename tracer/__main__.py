"""The `bptrace` command, and `python -m tracer`: where a process begins and ends.

Nothing else is imported until signals are heeded and the standard streams are there, so that neither
an early Ctrl-C nor a closed stream is a traceback.
"""

from __future__ import annotations

import os
import sys

from tracer import signals


def main() -> None:
    """Run the command line; leaves with its exit code."""
    signals.heed()
    _fill_streams()
    code: str | int | None = 0
    try:
        from tracer.cli import app

        app(prog_name="bptrace")
    except SystemExit as leaving:
        code = leaving.code
    except KeyboardInterrupt:
        code = signals.exit_code()
    sys.exit(_flushed(code))


def _fill_streams() -> None:
    """Put something that refuses in place of closed streams: a file opened later must not become one.

    What is written to a closed standard error is lost.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if name == "stdout" else os.O_WRONLY)
            stream = open(number, "r" if name == "stdin" else "w", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


def _flushed(code: str | int | None) -> str | int | None:
    """The code, after what is left in standard output has gone where it can go."""
    try:
        sys.stdout.flush()
    except (OSError, KeyboardInterrupt):
        from tracer.show.output import discard

        discard(sys.stdout)
    signals.ignore()
    return code


if __name__ == "__main__":
    main()
