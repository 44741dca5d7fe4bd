"""JavaScript run by node, where there is one."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

NODE = shutil.which("node")

needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def run_javascript(source: str, given: Any = None) -> Any:
    """What `source` gives back with `return`; `given` is what it was given, both by way of JSON."""
    assert NODE is not None
    program = (
        "const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        f"const result = (() => {{ {source} }})();"
        "process.stdout.write(JSON.stringify(result === undefined ? null : result));"
    )
    command = [NODE, "-e", program]
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
