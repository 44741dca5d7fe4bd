"""The `bptrace` command, and `python -m tracer`: where a process begins and ends.

Nothing is imported before signals are heeded and the standard streams are there, so that neither an
early Ctrl-C nor a closed stream is a traceback.
"""

from __future__ import annotations

import gc
import os
import sys

_INTERRUPTED = 130
# Objects made before the collector looks for circles: at its usual 700 it takes a tenth of a command's
# time, since what a start makes stays.
_MADE = 50_000


def main() -> None:
    """Run the command line; leaves with its exit code."""
    gc.set_threshold(_MADE)
    # Plugins of pydantic, which it looks for in all packages, have no say in a command.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    code: str | int | None = _INTERRUPTED
    interrupted = False
    try:
        from tracer import signals

        signals.heed()
        code = _run()
        interrupted = signals.received()
        signals.ignore()
    except KeyboardInterrupt:
        pass  # at the very beginning, or once more at the end
    # With the process all that there is ends; to look for circles in it takes a sixth of a command.
    gc.freeze()
    if interrupted:
        os._exit(int(code or 0))  # else Python may die of an interrupt that was caught long ago
    sys.exit(code)


def _run() -> str | int | None:
    """The exit code."""
    from tracer import signals

    _fill_streams()
    try:
        from tracer.cli import application

        application()(prog_name="bptrace")
    except SystemExit as leaving:
        return leaving.code
    except BaseException as error:
        # Who was interrupted may have made an exception of its own of it, as pydantic does.
        if not (isinstance(error, KeyboardInterrupt) or signals.received()):
            raise
        return signals.exit_code()
    finally:
        _flush()
    return 0


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


def _flush() -> None:
    """Let what is left in standard output go where it can go."""
    try:
        sys.stdout.flush()
    except (OSError, KeyboardInterrupt):
        from tracer.show.output import discard

        discard(sys.stdout)


if __name__ == "__main__":
    main()
