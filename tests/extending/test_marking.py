"""A row that says why a number shows no method: the whole change."""

from __future__ import annotations

import pytest

from support.guide import guide_row
from support.marking import mark_of, marked, replaced
from tracer.show.reports.mark_words import why
from tracer.teach.marking import trivial
from tracer.teach.marking.trivial import Ground


def test_a_new_ground_takes_the_points_for_method(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trivial, "GROUNDS", ())
    sheet = marked(replaced("net_h1", 0.5))
    assert mark_of(sheet, "out_h1").part == 1
    monkeypatch.setattr(trivial, "GROUNDS", (guide_row("Ground", {"Ground": Ground}, "half"),))
    changed = marked(replaced("net_h1", 0.5))
    assert mark_of(sheet, "out_h1").verdict == mark_of(changed, "out_h1").verdict == "follows"
    assert mark_of(changed, "out_h1").part == 0
    assert why(mark_of(changed, "net_h1")) == "one half is what lazy people write"
