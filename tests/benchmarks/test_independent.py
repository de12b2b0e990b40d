"""The benchmark of independent tables: its physics, its truth, and how verdicts are counted."""

from __future__ import annotations

import ast
from functools import cache
from itertools import combinations
from pathlib import Path

import independent
import independent_elution
import numpy as np
import pandas as pd
import pytest
from effort import some
from independent_peaks import Peak
from independent_scenarios import TITLES
from independent_species import (
    DATA,
    FRAGMENTS,
    HEADS,
    OTHER_IONS,
    ceramide,
    formula,
    holds_more,
    mass,
    usual_amounts,
)
from independent_tables import Table, draw_table, undecidable

HERE = Path(__file__).parent
#: A scenario per tissue, small enough to be drawn at once.
SCENARIOS = ("J", "D", "M", "K")


@cache
def table_of(scenario: str) -> Table:
    return draw_table(scenario, 0)


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it, by its first name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_the_generator_knows_nothing_of_the_project() -> None:
    modules = sorted(HERE.glob("independent_*.py"))
    assert len(modules) == 5
    standard = {
        "__future__",
        "collections",
        "dataclasses",
        "functools",
        "pathlib",
        "typing",
        "zlib",
    }
    known = standard | {"numpy", "pandas"} | {path.stem for path in modules}
    for path in modules:
        assert imported(path) <= known, path.name
        assert "importlib" not in path.read_text(encoding="utf-8"), path.name


def test_a_table_is_always_the_same_and_none_is_like_another() -> None:
    first, again, other = draw_table("P", 0), draw_table("P", 0), draw_table("P", 1)
    pd.testing.assert_frame_equal(first.file, again.file)
    pd.testing.assert_frame_equal(first.truth, again.truth)
    assert first.knobs != other.knobs
    assert not first.file.equals(other.file)


@pytest.mark.parametrize("shape", independent_elution.GRADIENTS)
def test_heavier_ceramides_elute_later_and_sialic_acids_earlier(shape: str) -> None:
    acyls = [f"{carbons}:0" for carbons in range(14, 26, 2)]
    heads = ("GM1a", "GD1b", "GT1b", "GQ1b", "GP1c")
    by_head = []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        column = independent_elution.draw_column(rng, shape, 0.7)
        rt = np.array([[column.rt(h, ceramide("d18:1", a)) for a in acyls] for h in heads])
        assert (np.diff(rt, axis=1) > 0).all()
        unsaturated = column.rt("GM1a", ceramide("d18:1", "24:1"))
        assert unsaturated < column.rt("GM1a", ceramide("d18:1", "24:0"))
        by_head.append(rt.mean(axis=1))
    assert (np.diff(np.mean(by_head, axis=0)) < 0).all()


def test_no_rt_depends_on_what_was_asked_before() -> None:
    molecules = [("GM3", ceramide("d18:1", "18:0")), ("GD1b+OAc", ceramide("d20:1", "h24:1"))]
    columns = [independent_elution.draw_column(np.random.default_rng(1), "hold", 0.7) for _ in "ab"]
    asked = [column.rt(*molecule) for column, molecule in zip(columns, molecules, strict=True)]
    assert asked[1] == columns[0].rt(*molecules[1])
    assert asked[0] == columns[1].rt(*molecules[0])


def test_masses_are_those_of_the_ions() -> None:
    """Measured [M-H]- of GM1(36:1;O2), and ions that have the formula of another name."""
    assert mass(formula("GM1a", (36, 1, 2))) - 1.00728 == pytest.approx(1544.869, abs=0.001)
    assert formula("GM1a", (36, 1, 2))["H"] - 2 == formula("GD3+OAc", (37, 1, 2))["H"]
    with_neugc = formula("GM3", (36, 1, 2))
    with_neugc["O"] += 1
    assert with_neugc == formula("GM3+OAc", (34, 0, 2))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_fragments_and_other_ions_elute_with_their_parent(scenario: str) -> None:
    table = table_of(scenario)
    truth = table.truth
    of_parent = truth.set_index("number")[["true_rt", "head"]]
    of_parent = of_parent[~of_parent.index.duplicated()]
    pieces = truth[truth["parent"].isin(of_parent.index) & ~truth["kind"].isin(["split", "NeuGc"])]
    parents = of_parent.loc[pieces["parent"].astype(int)].reset_index(drop=True)
    apart = (pieces["true_rt"].to_numpy() - parents["true_rt"].to_numpy()) / table.knobs.together
    assert np.abs(apart).max() < 5
    assert np.abs(apart).max() > 0
    broken = (pieces["kind"] == "fragment").to_numpy()
    known = set(zip(FRAGMENTS["head"], FRAGMENTS["piece"], strict=True))
    assert set(zip(parents["head"][broken], pieces["head"][broken], strict=True)) <= known


@pytest.mark.parametrize("scenario", some([*TITLES]))
def test_the_truth_has_a_row_for_each_row_of_the_table(scenario: str) -> None:
    table = draw_table(scenario, 1) if scenario in "PLCEQ" else table_of(scenario)
    assert list(table.truth.index) == list(table.file.index) == list(range(len(table.file)))
    if table.knobs.areas:
        assert (table.file["Volume"] - table.truth["area"]).abs().max() <= 1
    assert len(table.file) >= 0.6 * table.knobs.rows
    assert not table.truth[["number", "kind", "right", "undecidable"]].isna().to_numpy().any()
    assert table.truth["undecidable"].mean() < 0.3
    assert (table.file["RT"] > 0).all()
    assert (table.truth["anchor"].any()) == ("Anchor" in table.file)
    heads = [HEADS[head].name.split("+")[0] for head in table.truth["head"]]
    assert all(name.startswith(h) for name, h in zip(table.file["Name"], heads, strict=True))


def test_wrong_names_stand_on_no_line_of_their_name() -> None:
    table = table_of("J")
    wrong = table.truth[table.truth["kind"] == "wrong"]
    assert len(wrong) > 5
    for row in wrong.itertuples():
        expected = table.column.rt(row.head, ceramide(row.base, row.acyl))
        assert abs(row.true_rt - expected) > 0.4 * table.knobs.minutes_per_carbon


def test_rows_are_undecidable_where_nothing_tells_their_kind() -> None:
    table = table_of("J")
    short, long = ceramide("d18:1", "18:0"), ceramide("d18:1", "20:0")
    line = table.column.rt("GM3", long)
    rows = [  # head, ceramide, RT, kind, parent, whether it is undecidable
        ("GM3", short, 101, "genuine", None, False),
        ("GM3", long, 102, "genuine", None, False),
        ("GD1a", short, 103, "genuine", None, False),
        ("GD1a", long, line, "genuine", None, False),
        ("GM2", short, 103, "genuine", None, True),  # at the RT of GD1a: a fragment of it?
        ("GT1a", short, 104, "genuine", None, True),  # the only one of its line
        ("GM3", short, 103, "fragment", 2, False),
        ("GM3", long, line, "fragment", 3, True),  # where GM3 elutes too
        ("GM3", short, 105, "wrong", None, False),
        ("GQ1b", short, 106, "wrong", None, True),  # no row tells where GQ1 elutes
        ("GM3", short.changed(2, 3, 0), 101, "Na-H", 0, False),
        ("GM3", short, 107, "split", 1, False),
        ("GM3", short, 108, "split", 14, True),  # of a peak that has no row
        ("GM3", short, 109, "Na-H", 14, False),
        ("GM3", long, 110, "genuine", None, False),  # has no row
        ("GD3", long, 111, "genuine", None, False),  # has no row, as all of its series
        ("GD3", short, 112, "Na-H", 15, True),
    ]
    every = [Peak(number, *row[:3], 1.0, *row[3:5]) for number, row in enumerate(rows)]
    shown = [peak for peak in every if peak.number not in (14, 15)]
    found = undecidable(table.knobs, table.column, shown, every)
    assert found == [rows[peak.number][5] for peak in shown]


def test_facts_fit_each_other() -> None:
    assert {row.head for row in FRAGMENTS.itertuples()} <= {*HEADS}
    assert all(holds_more(row.head, row.piece) for row in FRAGMENTS.itertuples())
    assert {ion.named_head for ion in OTHER_IONS} <= {*HEADS, ""}
    for tissue in ("brain", "plasma", "milk", "myelin"):
        assert {*usual_amounts(tissue)} <= {*HEADS}
    for first, second in combinations(HEADS.values(), 2):
        assert first.name != second.name or first.residues == second.residues
    described = (HERE / "data" / "README.md").read_text(encoding="utf-8")
    for path in DATA.glob("*.csv"):
        for column in pd.read_csv(path, nrows=0).columns:
            assert f"`{column}`" in described, (path.name, column)


@pytest.mark.parametrize("scenario", ["E", "P"])
def test_most_verdicts_are_right(scenario: str) -> None:
    rows = independent.judge((scenario, 0))
    by_method = {method: independent.figures(found) for method, found in rows.groupby("method")}
    assert by_method["ganglioside"]["accuracy"] > 0.9
    assert 0.3 < by_method["plain"]["accuracy"] < by_method["ganglioside"]["accuracy"]
    assert np.isnan(by_method["plain"]["ECE"])


def test_undetermined_is_wrong_and_undecidable_rows_are_not_counted() -> None:
    rows = pd.DataFrame(
        [
            ("adduct|outlier", False, 0, "outlier", 1.0),
            ("valid", False, 0, "undetermined", 0.0),
            ("valid", False, 1, "fragment", 0.96),
            ("valid", False, 1, "outlier", 0.94),
            ("valid", True, 1, "outlier", 1.0),
        ],
        columns=["right", "undecidable", "table", "verdict", "confidence"],
    ).assign(scenario="A", method="ganglioside")
    found = independent.figures(rows)
    assert (found["tables"], found["rows"], found["undecidable"]) == (2, 4, 1)
    assert (found["accuracy"], found["worst"], found["undetermined"]) == (0.25, 0, 0.25)
    assert found["wrong at 0.95"] == 0.25
    assert found["ECE"] == pytest.approx((1 + 0.96 + 0.94 - 1) / 3)
    assert list(independent.summary(rows)["scenario"]) == ["A brain", "all"]


def test_the_report_names_the_command_that_made_it(capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.DataFrame({"scenario": ["A brain"], "method": ["plain"], "accuracy": [0.9]})
    text = independent.report(table, "python independent.py --tables 1 --out a.md")
    assert "\n`python independent.py --tables 1 --out a.md`\n" in text
    assert independent.parse_arguments(["--tables", "30", "--seeds", "3"]).tables == 3
    with pytest.raises(SystemExit):
        independent.parse_arguments(["--scenarios", "AZ"])
    assert "unknown: Z" in capsys.readouterr().err
