"""Classes made by `immutable` behave as the standard library's frozen, slotted dataclasses do."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from tracer.immutable import immutable


class _Ours:
    name: str
    size: float = 1.0
    parts: list[int] = field(default_factory=list, hash=False)
    told: str = field(default="", compare=False)
    hidden: int = field(default=0, repr=False)


@immutable
class Point:
    """Pickled by its name, so that it stands here."""

    x: int
    y: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("below 0")


@immutable
class Named(Point):
    """A point with a name."""

    name: str = "a"


def _made(decorator: Any) -> type[Any]:
    made: type[Any] = decorator(type("Row", (), dict(_Ours.__dict__)))
    return made


OURS, THEIRS = _made(immutable), _made(dataclass(frozen=True, slots=True))


@pytest.mark.parametrize(
    ("given", "named"),
    [(("a",), {}), (("a", 2.0), {"parts": [1]}), ((), {"name": "b", "told": "c", "hidden": 3})],
)
def test_it_says_and_holds_what_a_dataclass_does(given: Any, named: Any) -> None:
    ours, theirs = OURS(*given, **named), THEIRS(*given, **named)
    assert repr(ours) == repr(theirs)
    assert [getattr(ours, part.name) for part in fields(ours)] == [
        getattr(theirs, part.name) for part in fields(theirs)
    ]
    assert hash(ours) == hash(theirs)
    assert repr(replace(ours, size=3)) == repr(replace(theirs, size=3))
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert OURS.__slots__ == THEIRS.__slots__


def test_objects_are_equal_where_what_is_compared_is() -> None:
    assert OURS("a") == OURS("a", told="something else")
    assert OURS("a") != OURS("a", parts=[1])
    assert OURS("a") != THEIRS("a")
    assert OURS("a").parts is not OURS("a").parts
    assert Point(1) != Named(1)


def test_nothing_can_be_changed_or_added() -> None:
    point: Any = Point(1)
    for name in ("x", "z"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(point, name, 2)
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    assert point == Point(1)


def test_what_a_class_says_itself_stays() -> None:
    @immutable
    class Loud:
        word: str

        def __repr__(self) -> str:
            return self.word.upper()

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Loud) and other.word.lower() == self.word.lower()

        def __hash__(self) -> int:
            return hash(self.word.lower())

    assert repr(Loud("a")) == "A"
    assert {Loud("a"), Loud("A")} == {Loud("a")}


def test_a_missing_or_unknown_argument_is_python_s_own_error() -> None:
    wrong: Any = Point
    with pytest.raises(TypeError, match=r"Point.__init__\(\) missing .* 'x'"):
        wrong()
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        wrong(1, z=2)
    with pytest.raises(ValueError, match="below 0"):
        Point(-1)


@pytest.mark.parametrize("there_and_back", [copy.copy, copy.deepcopy])
def test_copies_are_equal(there_and_back: Any) -> None:
    assert there_and_back(Named(1, (2,), "b")) == Named(1, (2,), "b")


def test_another_process_gets_the_same() -> None:
    assert pickle.loads(pickle.dumps(Named(1, (2,), "b"))) == Named(1, (2,), "b")


def test_fields_of_the_base_come_first() -> None:
    assert Named(1, (2,), "b") == Named(x=1, y=(2,), name="b")
    match Named(3):
        case Named(x, _, name):
            assert (x, name) == (3, "a")
