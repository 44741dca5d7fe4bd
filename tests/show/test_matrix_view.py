"""`--view matrix`: every equation's product is its result, shapes and all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given

from support.documents import elements, plain, remarks, run_blocks
from support.networks import build, experiments, shipped
from tracer.model.experiment import Data, Experiment
from tracer.model.network import Bias, FloatArray
from tracer.show.document import Block, Matrix, MatrixEquation, Value


def equations(document: list[Block]) -> Iterator[MatrixEquation]:
    return (block for block in document if isinstance(block, MatrixEquation))


def signs(equation: MatrixEquation) -> str:
    """The equation with M for each matrix and r for each number: ` = M M + M = M`."""
    letters = {Matrix: "M", Value: "r"}
    return "".join(letters.get(type(p)) or str(plain(p)) for p in equation.parts[1:])  # type: ignore[arg-type]


def matrices(equation: MatrixEquation) -> list[FloatArray]:
    found = []
    for part in equation.parts:
        if isinstance(part, Matrix):
            array = elements(part)
            assert array.shape == part.shape
            found.append(array)
        elif isinstance(part, Value):
            found.append(np.array(part.number))
    return found


def holds(equation: MatrixEquation) -> bool:
    """Whether what stands left of the last = gives what stands right of it; True without a product."""
    found, shape = matrices(equation), signs(equation)
    left: FloatArray
    match shape:
        case " = M M + M = M":
            left = found[0] @ found[1] + found[2]
        case " = M M = M":
            left = found[0] @ found[1]
        case " = M M M = M":
            left = found[0] @ found[1] @ found[2]
        case " = M ⊙ M = M":
            left = found[0] * found[1]
        case " = M M ⊙ M = M":
            left = found[0] @ found[1] * found[2]
        case " = M − M = M":
            left = found[0] - found[1]
        case " = Σ M = r":
            left = np.asarray(found[0].sum())
        case " = M − r · M = M":
            left = found[0] - found[1] * found[2]
        case _:
            return True
    return bool(np.allclose(left, found[-1], rtol=1e-9, atol=1e-12))


def text(document: list[Block]) -> list[str]:
    return [f"{plain(e.parts[0])}{signs(e)}" for e in equations(document)]  # type: ignore[arg-type]


def test_the_equations_come_in_the_order_of_the_calculation() -> None:
    words = remarks(run_blocks(shipped("mazur"), view="matrix"), kind=object)
    assert [w for w in words if str(w).startswith("BP")] == [
        "BP1: delta[2] = dE/dout[2] ⊙ g′(net[2])",
        "BP3: dE/db[2] = Σ delta[2]",
        "BP4: dE/dW[2] = delta[2] out[1]ᵀ",
        "BP2: delta[1] = W[2]ᵀ delta[2] ⊙ g′(net[1])",
        "BP3: dE/db[1] = Σ delta[1]",
        "BP4: dE/dW[1] = delta[1] out[0]ᵀ",
    ]


def test_vectors_are_columns_and_weights_have_a_row_a_neuron() -> None:
    document = run_blocks(shipped("four-equations"), view="matrix", sample=1)
    labelled = {
        str(plain(part.label)): part.shape
        for equation in equations(document)
        for part in equation.parts
        if isinstance(part, Matrix)
    }
    assert labelled["W[1]"] == (3, 4)
    assert labelled["out[0]"] == (4, 1)
    assert labelled["out[0]ᵀ"] == (1, 4)
    assert labelled["W[2]ᵀ"] == (3, 2)
    assert labelled["delta[1]"] == (3, 1)
    assert labelled["dE/dW[1]"] == (3, 4)
    assert labelled["dloss/dW[2]"] == (2, 3)


def test_softmax_sends_back_through_its_jacobian_and_by_the_short_cut() -> None:
    shown = text(run_blocks(shipped("xor"), view="matrix", sample=1))
    assert shown[4:6] == ["delta[2] = M M = M", "delta[2] = M − M = M"]


def test_output_first_sends_back_through_the_updated_weights() -> None:
    words = [
        str(plain(part.label))
        for equation in equations(run_blocks(shipped("mazur-as-published"), view="matrix"))
        for part in equation.parts
        if isinstance(part, Matrix)
    ]
    assert "W[2]+ᵀ" in words
    assert "W[2]ᵀ" not in words


def test_fixed_parameters_stay() -> None:
    assert "b[1]+ = M (fixed)" in text(run_blocks(shipped("mazur"), view="matrix"))


def wide() -> Experiment:
    """10 inputs, 12 neurons, weights 0.0, 0.1, …, 11.9."""
    network, inputs = build([10, 12], ["sigmoid"], [Bias.NONE], "squared_error")
    W = np.arange(120).reshape(12, 10) / 10
    data = Data(np.ones((1, len(inputs))), np.zeros((1, 12)), (None,))
    return Experiment("wide", network, ((W, None),), data=data)


def test_large_matrices_are_excerpts_that_keep_their_shape() -> None:
    document = run_blocks(wide(), view="matrix")
    part = next(p for e in equations(document) for p in e.parts if isinstance(p, Matrix))
    assert part.shape == (12, 10)
    assert [len(part.rows), len(part.rows[0])] == [5, 5]
    assert set(part.rows[3]) == {"…"}
    assert plain(part.rows[4][4]) == pytest.approx(11.9)


@given(experiments())
def test_every_product_is_its_result_in_any_network(experiment: Experiment) -> None:
    for equation in equations(run_blocks(experiment, view="matrix", sample="all")):
        assert holds(equation), signs(equation)


def test_the_products_of_the_shipped_example_are_checked() -> None:
    document = run_blocks(shipped("four-equations"), view="matrix", sample=1)
    kinds = {signs(equation) for equation in equations(document)}
    assert {" = M M + M = M", " = M ⊙ M = M", " = M M ⊙ M = M", " = M M = M"} <= kinds
    assert all(map(holds, equations(document)))
