"""Where the checkout's own files are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "tracer"
CONFIGS = ROOT / "configs"
DOCS = ROOT / "docs"
GOLDEN = ROOT / "tests" / "golden"
EXAMPLES = sorted(CONFIGS.glob("*.yaml"))
"""The files of the bundled examples."""
