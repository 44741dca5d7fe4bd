"""A few inputs of every kind of the fuzzer; `make fuzz` tries many."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.judge import judged
from benchmarks.fuzz.kinds import KINDS

pytestmark = pytest.mark.no_cover  # tracing triples the time


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_handed_in_ends_with_a_message(kind: str) -> None:
    @settings(max_examples=5, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def held(data: st.DataObject) -> None:
        case = data.draw(KINDS[kind])
        verdict = judged(case)
        assert not verdict.cause, f"{verdict.shown}\n{case}"

    held()
