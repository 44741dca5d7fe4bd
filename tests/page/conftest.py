"""One process of node for all programs of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.page_program import Programs


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    with Programs() as running:
        yield running
