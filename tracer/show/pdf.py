"""LaTeX to PDF, by the LaTeX that is installed.

The text is compiled in a folder of its own, which may neither run programs nor read files beside it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tracer.errors import OutputError

ENGINES = ("pdflatex", "lualatex", "xelatex")
"""The first one that is installed is tried first; the others know more scripts."""
SECONDS = 120
"""After so long a program counts as stuck."""
_OPTIONS = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape")
_LACKING = re.compile(r"Missing character: There is no (\S+)")


def installed() -> list[str]:
    """The programs that can make a PDF; OutputError where there is none."""
    found = [engine for engine in ENGINES if shutil.which(engine)]
    if not found:
        raise OutputError(
            "a PDF needs LaTeX, and there is none here",
            "install TeX Live, or name a .tex, .html or .md file",
        )
    return found


def pdf(latex: str, engines: Sequence[str] = ()) -> bytes:
    """The PDF of a whole LaTeX document, by the first of the engines that understands it.

    Raises:
        OutputError: none is installed, or none can compile it.
    """
    complaint = ""
    for engine in engines or installed():
        with TemporaryDirectory(prefix="bptrace-") as folder:
            complaint = _compiled(engine, latex, Path(folder))
            made = Path(folder, "sheet.pdf")
            if not complaint and made.exists():
                return made.read_bytes()
    raise OutputError(f"LaTeX can't make a PDF of it: {complaint}", "name a .tex or .html file")


def _compiled(engine: str, latex: str, folder: Path) -> str:
    """What the engine complains about first; empty where all went well."""
    Path(folder, "sheet.tex").write_text(latex, encoding="utf-8")
    careful = os.environ | {"openin_any": "p", "openout_any": "p"}
    try:
        done = subprocess.run(
            [engine, *_OPTIONS, "sheet.tex"],
            cwd=folder, env=careful, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{engine} did not end within {SECONDS:g} s"
    except OSError as error:
        return f"{engine}: {error.strerror or error}"
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    errors = (line for line in lines if line.startswith("!"))
    if done.returncode:
        return next(errors, f"{engine} failed")
    log = Path(folder, "sheet.log")
    lacking = _LACKING.search(log.read_text("utf-8", "replace") if log.is_file() else "")
    return f"the fonts of {engine} have no {lacking[1]}" if lacking else ""
