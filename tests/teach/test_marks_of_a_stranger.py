"""What a stranger's sheets get: forgotten biases, absurd numbers, other languages."""

import csv
import io
from pathlib import Path

import pytest

from support.cli import run

BIASES_OF_THE_HIDDEN_LAYER_FORGOTTEN = """
net_h1: -0.60000
net_h2: -0.96000
out_h1: 0.35434
out_h2: 0.27688
net_o1: -0.73894
net_o2: 0.10661
out_o1: 0.32324
out_o2: 0.52663
E_o1: 0.07098
E_o2: 0.03737
E_total: 0.10834
dE/dout_o1: -0.37676
dE/dout_o2: -0.27337
dout/dnet_o1: 0.21875
dout/dnet_o2: 0.24929
delta_o1: -0.08242
delta_o2: -0.06815
dE/dw5: -0.02920
dE/dw6: -0.02282
dE/dw7: -0.02415
dE/dw8: -0.01887
dE/dout_h1:o1: 0.07418
dE/dout_h1:o2: 0.04089
dE/dout_h2:o1: -0.05357
dE/dout_h2:o2: -0.01704
dE/dout_h1: 0.11507
dE/dout_h2: -0.07061
dout/dnet_h1: 0.22878
dout/dnet_h2: 0.20022
delta_h1: 0.02633
delta_h2: -0.01414
dE/dw1: 0.02369
dE/dw2: 0.00790
dE/dw3: -0.01272
dE/dw4: -0.00424
dE/db3: -0.08242
dE/db4: -0.06815
dE/db1: 0.02633
dE/db2: -0.01414
w5+: -0.88540
w6+: 0.66141
w7+: -0.58793
w8+: 0.25943
w1+: -0.96185
w2+: 0.84605
w3+: -0.89364
w4+: -0.49788
b3+: -0.55879
b4+: 0.28407
b1+: 0.38684
b2+: 0.45707
"""


def marked(
    answers: str, folder: Path, *options: str, config: str | Path = "mazur", ending: str = "yaml"
) -> dict[str, str]:
    path = folder / f"sheet.{ending}"
    path.write_text(answers, encoding="utf-8")
    result = run("mark", config, path, "--format", "csv", *options)
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    return row


def test_forgetting_the_hidden_biases_costs_two_numbers_and_not_the_whole_sheet(
    tmp_path: Path,
) -> None:
    run("new", "--seed", "5", "-o", tmp_path / "exercise.yaml")
    row = marked(BIASES_OF_THE_HIDDEN_LAYER_FORGOTTEN, tmp_path, config=tmp_path / "exercise.yaml")
    assert float(row["points"]) >= 49


def test_a_thousand_is_no_misread_digit_and_shows_no_method(tmp_path: Path) -> None:
    row = marked("delta_o1: 1000\ndE/dw5: 593.2699921\nw5+: -296.2349961\n", tmp_path)
    assert float(row["points"]) == 0


def test_an_output_that_its_activation_cannot_have_shows_no_method(tmp_path: Path) -> None:
    row = marked(
        "out_o1: 10.0\ndE/dout_o1: 9.99\ndout/dnet_o1: -90.0\ndelta_o1: -899.1\n", tmp_path
    )
    assert float(row["points"]) == 0


def test_a_single_digit_before_ten_others_is_too_coarse_to_carry_them(tmp_path: Path) -> None:
    run("new", "--seed", "7", "-o", tmp_path / "exercise.yaml")
    answers = "net_h1: 1\nnet_h2: 1.195\nout_h1: 0.7310585786\nnet_o1: -0.06777286722\n"
    row = marked(answers, tmp_path, config=tmp_path / "exercise.yaml")
    assert float(row["points"]) <= 1
    assert row["first_wrong"] == "net_h1"


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_a_markdown_sheet_is_read_in_the_language_in_which_it_was_printed(
    language: str, tmp_path: Path
) -> None:
    sheet = run("worksheet", "mazur", "--lang", language).stdout
    filled = sheet.replace("| `net_h1` | ____________ |", "| `net_h1` | 0.3775 |")
    assert filled != sheet
    assert marked(filled, tmp_path, ending="md")["supplied"] == "1"


@pytest.mark.parametrize("header", ["Name;Wert", "Größe;Wert", "名称;值", "quantity;answer"])
def test_a_table_is_read_with_the_titles_of_every_language(header: str, tmp_path: Path) -> None:
    row = marked(f"{header}\nnet_h1;0,3775\n", tmp_path, ending="csv")
    assert row["points"] == "1"


@pytest.mark.parametrize("language", ["en", "de", "zh"])
def test_a_sheet_of_answers_says_whose_it_is_in_its_language(language: str, tmp_path: Path) -> None:
    sheet = run("worksheet", "mazur", "--answers", "--lang", language).stdout
    assert sheet.startswith("# Answers: ") is (language == "en")
    filled = sheet.replace("net_h1:", "net_h1: 0.3775")
    assert marked(filled, tmp_path)["remarks"] == ""
    other = filled.replace(" example", " exercise", 1)
    assert "it begins with" in marked(other, tmp_path)["remarks"]


@pytest.mark.parametrize("sign", ["?", "-", "–", "n/a", "…"])
@pytest.mark.parametrize(("between", "ending"), [(" = ", "txt"), (": ", "yaml")])
def test_a_sign_for_nothing_is_not_supplied(
    sign: str, between: str, ending: str, tmp_path: Path
) -> None:
    answers = f"net_h1{between}0.3775\nout_o2{between}{sign}\ndE/dw5{between}0.0822\n"
    row = marked(answers, tmp_path, ending=ending)
    assert (row["supplied"], row["points"]) == ("2", "2")


def test_a_dash_is_a_minus(tmp_path: Path) -> None:
    assert marked("delta_o2 = –0.0381\n", tmp_path, ending="txt")["points"] == "1"


def test_a_mistake_made_with_right_values_does_not_go_back_to_a_trivial_number(
    tmp_path: Path,
) -> None:
    row = marked("net_o2: 0\ndelta_h1: 0.03635\n", tmp_path)
    assert (row["mistake"], row["points"]) == ("1", "0.5")
