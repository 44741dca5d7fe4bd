"""HTML output: each block, what is escaped, the page around it, the fragment without one."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from support.html_pages import Element, known, parsed
from support.networks import shipped
from tracer.formula import Number, Symbol
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.quantity import Identity, Kind, Stage
from tracer.show.document import (
    Blank,
    Block,
    Cell,
    Column,
    Derivation,
    Document,
    Formula,
    Heading,
    Items,
    Letter,
    Matrix,
    MatrixEquation,
    Name,
    Note,
    Step,
    Table,
    Text,
    Value,
    Warn,
)
from tracer.show.formats import Medium, render
from tracer.show.formats.html import stylesheet
from tracer.show.notation.notation import QuantityNotation

HOSTILE = "<script>alert('1')</script> & \"quoted\" a\u202eb\u200fc\n\x1b[0m"


def names(experiment: Experiment | None = None) -> Names:
    return Names((experiment or shipped("mazur")).network)


def quantity(text: str) -> Identity:
    return names().parse(text)


def shown(*blocks: Block, medium: Medium | None = None) -> str:
    math = QuantityNotation(names(), target="mathml")
    given = medium or Medium(fragment=True)
    return render(
        blocks, QuantityNotation(names(), target="html"), "html", replace(given, math=math)
    )


def elements(*blocks: Block) -> Element:
    return parsed(shown(*blocks))


def page(*blocks: Block, title: str = "") -> Element:
    return parsed(shown(*blocks, medium=Medium(title=title)))


def test_a_table_has_a_caption_scopes_and_numbers_with_their_names() -> None:
    table = Table(
        (Column("neuron"), Column(Name(quantity("dE/dw5")), "right"), Column("n", "center")),
        (("h1", Value(-0.5, of=quantity("dE/dw5@2")), 3), ("h2", None, True)),
        title="Gradients",
    )
    found = elements(table)
    assert found.only("caption").text == "Gradients"
    assert [head.attributes.get("scope") for head in found.every("th")] == ["col"] * 3 + ["row"] * 2
    assert [cell.text for cell in found.every("td")] == ["−0.500000000", "3", "", "yes"]
    assert found.every("td")[0].attributes == {"class": "number", "data-quantity": "dE/dw5@2"}
    assert found.every("td")[1].attributes == {"class": "center"}


def test_an_empty_head_and_an_empty_name_of_a_row_are_no_headers() -> None:
    found = elements(Table((Column(""), Column("loss", "right")), (("", 0.5), ("after", 0.25))))
    assert [head.text for head in found.every("th")] == ["loss", "after"]


def test_what_may_be_too_wide_scrolls_by_keys_and_has_a_label() -> None:
    derivation = Derivation(quantity("w5"), (Step("=", "0.4"),))
    found = elements(
        Table((Column("a"),), ((1,),), title="T"), derivation, Matrix(((1.0,),), (1, 1))
    )
    boxes = [box.attributes for box in found.every("div") if "role" in box.attributes]
    assert [box["aria-label"] for box in boxes] == ["T", "w5", "Equation"]
    assert all(box["tabindex"] == "0" and box["role"] == "group" for box in boxes)


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("w5", "<i>w</i><sub>5</sub>"),
        ("w5+", "<i>w</i><sub>5</sub><sup>+</sup>"),
        ("net_h1", "net<sub>h1</sub>"),
        ("dE/dw5", "∂<i>E</i>/∂<i>w</i><sub>5</sub>"),
        ("dE/dout_h1:o1", "∂<i>E</i>/∂out<sub>h1</sub>:o1"),
    ],
)
def test_a_name_has_lowered_and_raised_signs_and_its_canonical_name(name: str, markup: str) -> None:
    assert shown(Text(Name(quantity(name)))) == (
        f'<p><span class="name" title="{name}">{markup}</span></p>\n'
    )


def test_numbers_have_true_minus_signs_and_powers_that_can_be_copied() -> None:
    assert elements(Text(Value(-3.5e-07, of=quantity("w5")))).text.strip() == "−3.500000000×10⁻⁷"
    assert elements(Text(Value(-0.5, exact=True))).text.strip() == "−0.5"
    assert elements(Text(Value(0.5, written="0.5000"))).text.strip() == "0.5000"
    assert known(elements(Text(Value(0.5)))) == []


def test_a_derivation_is_aligned_at_its_signs_and_the_result_is_known() -> None:
    formula = Formula(Symbol(quantity("w5")))
    result = Formula(Number(0.4), quantity("dE/dw5"))
    found = elements(Derivation(quantity("dE/dw5"), (Step("=", formula), Step("≈", result))))
    lines = [[span.text for span in line.every("span")] for line in found.every("p")]
    assert [line[1:] for line in lines] == [["=", "w5"], ["≈", "0.4"]]
    assert [bool(line[0]) for line in lines] == [True, False]
    assert found.every("math")[0].only("mfrac")
    assert known(found) == [("dE/dw5", "0.4")]


def test_matrices_bear_label_shape_and_the_names_of_their_numbers() -> None:
    weight = Value(0.25, of=quantity("w5"))
    matrix = Matrix(((weight, "…"),), (1, 9), Name(Stage(Kind.WEIGHT, 2)))
    found = elements(MatrixEquation((Name(quantity("net_o1")), " = ", matrix, " ")))
    assert found.only("caption").text == "W2 1×9"
    assert [cell.text for cell in found.every("td")] == ["0.250000000", "…"]
    assert known(found) == [("w5", "0.250000000")]
    terms = [e for e in found.every("div") if e.attributes.get("class") == "term"]
    assert [bool(term.every("table")) for term in terms] == [False, True, False]
    assert terms[1].every("span")[0].text == "="


def test_remarks_say_with_a_word_what_they_are() -> None:
    found = elements(Note("n"), Warn("w"), Items(("a", ("b ", Letter(Kind.OUT))), "conventions"))
    assert [line.text for line in found.every("p")] == ["Note: n", "Warning: w"]
    assert [item.text for item in found.every("li")] == ["a", "b out"]
    assert found.only("ul").attributes["class"] == "conventions"


def test_a_blank_is_called_so_for_those_who_cannot_see_it() -> None:
    blank = elements(Text(("Name: ", Blank()))).only("span")
    assert blank.attributes["aria-label"] == "to fill in"


def test_headings_leave_out_no_level() -> None:
    blocks = [Heading(str(level), level) for level in (1, 2, 4, 4, 3, 2, 4)]
    tags = [e.tag for e in page(*blocks).only("main").every()]
    assert tags == ["h1", "h2", "h3", "h3", "h3", "h2", "h3"]
    assert [e.tag for e in elements(*blocks[:3]).every()] == ["h2", "h3", "h4"]


@pytest.mark.parametrize(
    "block",
    [
        Heading(HOSTILE),
        Text(HOSTILE),
        Text(Name(HOSTILE)),
        Text(Value(1.0, written=HOSTILE)),
        Items((HOSTILE,)),
        Table((Column(HOSTILE),), ((HOSTILE,),), HOSTILE),
        Derivation(HOSTILE, (Step("=", (HOSTILE, Formula(Symbol(HOSTILE)))),)),
        Matrix(((HOSTILE,),), (1, 1), HOSTILE),
        MatrixEquation((HOSTILE,)),
    ],
    ids=lambda block: type(block).__name__,
)
def test_words_of_people_are_neither_markup_nor_turn_directions(block: Block) -> None:
    text = shown(block, medium=Medium())
    root = parsed(text)
    assert not root.every("script")
    assert not any(key.startswith("on") for e in root.every() for key in e.attributes)
    assert not re.search("[\u200e\u200f\u202a-\u202e\x1b]", text)
    assert "<script>" in root.text or any("<script>" in v for v in values(root))


def values(root: Element) -> Iterator[str]:
    return (value for element in root.every() for value in element.attributes.values())


def test_a_page_stands_alone_and_loads_nothing() -> None:
    text = shown(Heading("T & t"), Text("x"), medium=Medium())
    assert text.startswith("<!doctype html>\n")
    root = parsed(text.removeprefix("<!doctype html>"))
    assert root.only("html").attributes["lang"] == "en"
    assert [e.tag for e in root.every("title", "style", "main")] == ["title", "style", "main"]
    assert root.only("title").text == root.only("h1").text == "T & t"
    metas = [meta.attributes for meta in root.every("meta")]
    assert {"charset": "utf-8"} in metas
    (policy,) = (m["content"] for m in metas if m.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    assert not root.every("script", "link", "img", "iframe")
    assert "url(" not in text
    assert "@import" not in text


def test_a_page_without_a_heading_gets_one() -> None:
    assert page(Text("x"), title="One number").only("h1").text == "One number"
    assert page(title="Nothing").only("title").text == "Nothing"
    assert page(Text("x")).only("h1").text == "bptrace"


def test_a_fragment_is_the_content_alone() -> None:
    assert shown(Heading("T"), Text("x")) == "<h2>T</h2>\n\n<p>x</p>\n"
    assert shown() == ""


def test_without_a_notation_of_its_own_for_formulas_names_stand_in_them_as_words() -> None:
    blocks = [Derivation(quantity("w5"), (Step("=", Formula(Symbol(quantity("b1")))),))]
    notation = QuantityNotation(names(), target="html")
    found = parsed(render(blocks, notation, "html", Medium(fragment=True)))
    assert found.only("math").only("mtext").text == "b1"


def test_a_stream_without_the_signs_gets_references() -> None:
    text = shown(Text(("δ ", Name(quantity("dE/dw5")))), medium=Medium(ascii=True, title="δ"))
    assert text.isascii()
    assert parsed(text).only("p").text == "δ ∂E/∂w5"
    assert parsed(text).only("title").text == "δ"


def test_rows_are_written_while_they_are_made() -> None:
    lines: list[str] = []

    def rows() -> Iterator[tuple[Cell, ...]]:
        for number in range(3):
            yield (number,)
            lines.append(stream.getvalue())

    from io import StringIO

    from tracer.show.formats import FORMATS

    stream = StringIO()
    document: Document = iter([Table((Column("n"),), rows())])
    FORMATS["html"].write(document, QuantityNotation(names()), stream, Medium(fragment=True))
    assert [text.count("<tr>") for text in lines] == [2, 3, 4]


def test_the_stylesheet_is_plain_and_every_colour_has_a_name() -> None:
    rules = stylesheet()
    assert rules.isascii()
    for name in ("ink", "paper", "line", "accent", "negative", "positive", "muted"):
        assert f"  --{name}: #" in rules
    body = rules[rules.index("body:has") : rules.index("@media print")]
    assert not re.search(r"#[0-9a-f]{3,8}\b", body)
    assert "</" not in rules
