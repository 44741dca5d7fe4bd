"""How names and formulas are written: two styles, four targets, and names that are no quantities."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.graphs import shipped_graph
from tracer.digits.numbers import NumberFormat
from tracer.formula import Expression, Number, Symbol, parse, replace, symbols
from tracer.graph.building import build_graph
from tracer.graph.names import updated
from tracer.model.names import Names
from tracer.model.network import Bias, Network
from tracer.model.quantity import Derivative, Kind, Label, Stage
from tracer.show.notation.notation import QuantityNotation

SIGMOID = "sigmoid"
MAZUR = Names(
    Network.build(
        ["i1", "i2"],
        [(["h1", "h2"], SIGMOID, Bias.SHARED), (["o1", "o2"], SIGMOID, Bias.EACH)],
        "half_squared_error",
    )
)
SOFTMAX = Names(Network.build(["x"], [(["a", "b"], "softmax", Bias.EACH)], "cross_entropy"))

WRITTEN = {
    # name: net-out Unicode, net-out LaTeX, z-a Unicode, z-a LaTeX
    "i1": ("i1", "i_{1}", "i1", "a_{1}^{0}"),
    "target_o1": ("target_o1", r"\mathrm{target}_{o1}", "y_o1", "y_{1}^{2}"),
    "lr": ("η", r"\eta", "η", r"\eta"),
    "w5": ("w5", "w_{5}", "w5", "W_{11}^{2}"),
    "w6+": ("w6⁺", "w_{6}^{+}", "w6⁺", "W_{12}^{2,+}"),
    "b1": ("b1", "b_{1}", "b1", "b^{1}"),
    "b3": ("b3", "b_{3}", "b3", "b_{2}^{2}"),
    "net_h1": ("net_h1", r"\mathrm{net}_{h1}", "z_h1", "z_{1}^{1}"),
    "out_h2#2": ("out_h2#2", r"\mathrm{out}_{h2}^{(2)}", "a_h2#2", "a_{2}^{1,(2)}"),
    "E_o1": ("E_o1", "E_{o1}", "C_o1", "C_{1}^{2}"),
    "E_total": ("E_total", r"E_{\mathrm{total}}", "C", "C"),
    "loss": ("loss", r"\mathrm{loss}", "J", "J"),
    "delta_o1": ("δ_o1", r"\delta_{o1}", "δ_o1", r"\delta_{1}^{2}"),
    "dE/dw5": (
        "∂E/∂w5",
        r"\frac{\partial E}{\partial w_{5}}",
        "∂C/∂w5",
        r"\frac{\partial C}{\partial W_{11}^{2}}",
    ),
    "dE/dout_h1:o2": (
        "∂E/∂out_h1:o2",
        r"\left.\frac{\partial E}{\partial \mathrm{out}_{h1}}\right|_{o2}",
        "∂C/∂a_h1:o2",
        r"\left.\frac{\partial C}{\partial a_{1}^{1}}\right|_{o2}",
    ),
    "dout/dnet_h1": (
        "∂out/∂net_h1",
        r"\frac{\partial \mathrm{out}_{h1}}{\partial \mathrm{net}_{h1}}",
        "∂a/∂z_h1",
        r"\frac{\partial a_{1}^{1}}{\partial z_{1}^{1}}",
    ),
    "dnet_o1/dw5": (
        "∂net_o1/∂w5",
        r"\frac{\partial \mathrm{net}_{o1}}{\partial w_{5}}",
        "∂z_o1/∂w5",
        r"\frac{\partial z_{1}^{2}}{\partial W_{11}^{2}}",
    ),
    "mean_delta_h1": (
        "mean_δ_h1",
        r"\overline{\delta_{h1}}",
        "mean_δ_h1",
        r"\overline{\delta_{1}^{1}}",
    ),
    "net": ("net", r"\mathrm{net}", "z", "z"),
    "dE/dW[2]": (
        "∂E/∂W²",
        r"\frac{\partial E}{\partial W^{2}}",
        "∂C/∂W²",
        r"\frac{\partial C}{\partial W^{2}}",
    ),
}
NO_QUANTITIES: dict[str, Label] = {
    "dnet_o1/dw5": Derivative(MAZUR.parse("net_o1"), MAZUR.parse("w5")),
    "net": Kind.NET,
    "dE/dW[2]": Stage(Kind.WEIGHT_GRADIENT, 2),
}
KINDS = [(style, target) for style in ("net-out", "z-a") for target in ("unicode", "latex")]


def label(name: str) -> Label:
    """What the name stands for in the classic example."""
    return NO_QUANTITIES.get(name) or MAZUR.parse(name)


def formula_of(text: str) -> Expression:
    """The formula, its names replaced by what they stand for in the classic example."""
    formula = parse(text)
    return replace(formula, {key: Symbol(MAZUR.parse(str(key))) for key in symbols(formula)})


@pytest.mark.parametrize("name", WRITTEN)
def test_names_in_each_style(name: str) -> None:
    notations = [QuantityNotation(MAZUR, style, target) for style, target in KINDS]
    assert tuple(notation.name(label(name)) for notation in notations) == WRITTEN[name]
    assert {notation.canonical(label(name)) for notation in notations} == {name}


@pytest.mark.parametrize("target", ["unicode", "ascii"])
@pytest.mark.parametrize("style", ["net-out", "z-a"])
@pytest.mark.parametrize(
    "name", [n for n in WRITTEN if not n.startswith(("net", "dnet", "dE/dW")) or "_" in n[:4]]
)
def test_written_names_are_read_back(name: str, style: str, target: str) -> None:
    written = QuantityNotation(MAZUR, style, target).name(label(name))
    assert MAZUR.parse(written) == MAZUR.parse(name)


@pytest.mark.parametrize("name", ["dout_a/dnet_b", "dE/dout_a", "delta_b#3"])
def test_softmax_names_are_read_back(name: str) -> None:
    written = QuantityNotation(SOFTMAX, "z-a").name(SOFTMAX.parse(name))
    assert SOFTMAX.parse(written) == SOFTMAX.parse(name)


def test_ascii_keeps_canonical_names() -> None:
    notation = QuantityNotation(MAZUR, target="ascii")
    assert [notation.name(label(name)) for name in WRITTEN] == list(WRITTEN)


@pytest.mark.parametrize("neuron", ["[red]", "赤", "a_b", "50%", "x&y", "<b>"])
def test_neurons_may_be_called_anything(neuron: str) -> None:
    names = Names(Network.build([neuron], [(["o"], SIGMOID, Bias.NONE)], "squared_error"))
    for style in ("net-out", "z-a"):
        for name in (neuron, f"mean_{neuron}", f"{neuron}#2", "dE/dw1"):
            meant = names.parse(name)
            ElementTree.fromstring(QuantityNotation(names, style, "mathml").name(meant))
            latex = QuantityNotation(names, style, "latex").name(meant)
            assert latex.count("{") == latex.count("}")
            assert "%" not in latex.replace(r"\%", "")
            assert "&" not in latex.replace(r"\&", "")
        assert QuantityNotation(names, style).name(names.parse(neuron)) == neuron


@settings(deadline=None)
@given(st.text(max_size=12), st.sampled_from(["net-out", "z-a"]))
def test_what_names_no_quantity_is_left_as_it_is_and_made_safe(text: str, style: str) -> None:
    ElementTree.fromstring(QuantityNotation(MAZUR, style, "mathml").name(f"?{text}"))
    assert QuantityNotation(MAZUR, style).name(f"?{text}") == f"?{text}"


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("style", ["net-out", "z-a"])
def test_mathml_is_one_element(name: str, style: str) -> None:
    ElementTree.fromstring(QuantityNotation(MAZUR, style, "mathml").name(label(name)))


def test_numbers_in_formulas_have_no_needless_zeros() -> None:
    notation = QuantityNotation(MAZUR)
    written = [notation.formula(Number(x)) for x in (0.05, 1.0, 0.39249999999999996, 2 / 3, -0.0)]
    assert written == ["0.05", "1", "0.3925", "0.666666667", "0"]
    assert notation.number(0.05) == "0.050000000"


def test_formulas_are_written_in_the_names_of_the_style() -> None:
    formula = formula_of("w5*out_h1 + b2")
    assert QuantityNotation(MAZUR).formula(formula) == "w5 · out_h1 + b2"
    assert QuantityNotation(MAZUR, "z-a").formula(formula) == "w5 · a_h1 + b2"
    assert (
        QuantityNotation(MAZUR, "z-a", "latex").formula(formula)
        == r"W_{11}^{2} \cdot a_{1}^{1} + b_{1}^{2}"
    )
    assert QuantityNotation(MAZUR, target="ascii").formula(formula) == "w5*out_h1 + b2"


def test_raised_layers_get_brackets_in_a_power() -> None:
    written = QuantityNotation(MAZUR, "z-a", "latex").formula(formula_of("out_o1**2"))
    assert written == r"\left(a_{1}^{2}\right)^{2}"


def test_long_sums_are_shortened_unless_all_is_wanted() -> None:
    formula = parse(" + ".join(f"x{k}" for k in range(20)))
    assert "… (12 more) …" in QuantityNotation(MAZUR).formula(formula)
    assert "more" not in QuantityNotation(MAZUR, limit=None).formula(formula)


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("unicode", "∂total/∂apple"),
        ("ascii", "dtotal/dapple"),
        ("latex", r"\frac{\partial \mathrm{total}}{\partial \mathrm{apple}}"),
    ],
)
def test_graphs_have_their_own_names(target: str, written: str) -> None:
    graph = build_graph(shipped_graph("apples"))
    notation = QuantityNotation(graph.names, target=target, numbers=NumberFormat(3))
    gradient = graph.gradient(next(iter(graph.inputs)))
    assert notation.name(gradient) == written
    assert notation.canonical(gradient) == "dtotal/dapple"
    assert notation.number(2.5) == "2.500"


@pytest.mark.parametrize(
    ("target", "written"),
    [("unicode", "apple⁺"), ("ascii", "apple+"), ("latex", r"\mathrm{apple}^{+}")],
)
def test_updated_inputs_of_graphs_bear_a_plus(target: str, written: str) -> None:
    graph = build_graph(shipped_graph("apples"))
    after = updated(next(iter(graph.inputs)))
    assert QuantityNotation(graph.names, target=target).name(after) == written


def test_greek_letters_and_raised_digits_are_commands_in_latex() -> None:
    layers = [(["δ1", "α"], "sigmoid", Bias.EACH), (["a²"], "sigmoid", Bias.EACH)]
    names = Names(Network.build(["x"], layers, "squared_error"))
    notation = QuantityNotation(names, target="latex")
    written = [notation.name(names.parse(text)) for text in ("net_δ1", "net_α", "net_a²")]
    assert written == [
        r"\mathrm{net}_{\mathrm{{\delta}1}}",
        r"\mathrm{net}_{\alpha}",
        r"\mathrm{net}_{\mathrm{a{{}^{2}}}}",
    ]
