"""docs/extending.md: the rows that it shows, for the tables of the tests."""

from __future__ import annotations

import re
from typing import Any

from support.paths import DOCS


def guide_class(name: str, scope: dict[str, Any]) -> Any:
    """The class of that name in the guide."""
    text = (DOCS / "extending.md").read_text(encoding="utf-8")
    found = re.search(rf"```python\n(@\S+\nclass {name}\(.+?)\n```", text, re.DOTALL)
    assert found, f"no class {name} in the guide"
    scope = dict(scope)
    exec(found[1], scope)
    return scope[name]


def guide_row(kind: str, scope: dict[str, Any], name: str = "") -> Any:
    """The row of that kind in the guide, and of that name if there are several."""
    text = (DOCS / "extending.md").read_text(encoding="utf-8")
    found = re.search(rf"```python\n({kind}\(\s*\"{name}.+?)\n```", text, re.DOTALL)
    assert found, f"no {kind} {name} in the guide"
    return eval(found[1], dict(scope))
