"""Reading HTML in tests: a tree of elements that must be closed in the order they were opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta"})


@dataclass
class Element:
    """A tag with its attributes; `parts` are its elements and texts in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def every(self, *tags: str) -> list[Element]:
        """The elements with one of these tags inside, at any depth, in order; all without a tag."""
        return [inner for inner in self._inner() if not tags or inner.tag in tags]

    def only(self, tag: str) -> Element:
        (found,) = self.every(tag)
        return found

    def _inner(self) -> Iterator[Element]:
        for part in self.parts:
            if isinstance(part, Element):
                yield part
                yield from part._inner()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attributes]
        assert len(set(names)) == len(names), f"an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attributes})
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def parsed(text: str) -> Element:
    """The page or the fragment; AssertionError where tags don't match."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    (root,) = parser.open
    return root


def known(root: Element) -> list[tuple[str, str]]:
    """What every number is called that says so, and how it is written."""
    named = (element for element in root.every() if "data-quantity" in element.attributes)
    return [(element.attributes["data-quantity"], element.text) for element in named]


def number(text: str) -> float:
    """A written number: `−3.5×10⁻⁵`."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
    return float(text.translate(raised).replace("×10", "e"))
