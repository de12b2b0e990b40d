"""The column of names, and names put together."""

from __future__ import annotations

import pytest

import ganglioside as gg


def names(text: str, **options: object) -> list[str]:
    return gg.read_features(text.encode(), **options).data["name"].tolist()  # type: ignore[arg-type]


def test_what_a_column_holds_decides_and_not_its_header() -> None:
    text = "Species,Mine,RT\n[M-H]-,GM3(34:1;O2),7.5\n[M-H]-,GM1(36:1;O2),8.4\n"
    assert names(text) == ["GM3(34:1;O2)", "GM1(36:1;O2)"]


def test_the_column_that_the_user_names_is_taken() -> None:
    text = "Name,Other,RT\nGM3(34:1;O2),GM1(36:1;O2),7.5\n"
    assert names(text, columns={"Name": "Other"}) == ["GM1(36:1;O2)"]


@pytest.mark.parametrize(
    "text",
    [
        "Class,Chains,RT\nGM3,34:1,7.5\nGM1,d36:1,8.4\n",
        "Lipid class,FA,RT\nGM3,34:1,7.5\nGM1,d36:1,8.4\n",
        "Species,RT\nGM3,\n34:1,7.5\nGM1,\nd36:1,8.4\n",
    ],
)
def test_a_head_group_and_chains_that_stand_apart_are_put_together(text: str) -> None:
    read = gg.read_features(text.encode())
    assert [s.name for s in read.names.species] == ["GM3(34:1;O2)", "GM1(36:1;O2)"]
    assert "name-put-together" in set(read.problems["code"])


def test_heads_carbons_and_double_bonds_in_columns_of_their_own() -> None:
    lines = ["Class,Carbons,Double bonds,RT", "GM3,36,1,8.9", "GM3,38.0,1,10.2", "GM1,36,1,8.4"]
    table = gg.read_features("\n".join(lines).encode())
    assert [table.names.species[i].name for i in table.names.index] == [
        "GM3(36:1;O2)",
        "GM3(38:1;O2)",
        "GM1(36:1;O2)",
    ]
    (said,) = table.problems.loc[table.problems["code"] == "name-put-together", "value"]
    assert said == "Class + Carbons + Double bonds"


def test_a_head_group_is_written_once_above_its_rows() -> None:
    text = "Class,Species,RT\nGM3,34:1,7.5\n,36:1,8.9\n,38:1,10.2\nGM1,34:1,7.0\n,36:1,8.4\n"
    assert names(text) == ["GM3 34:1", "GM3 36:1", "GM3 38:1", "GM1 34:1", "GM1 36:1"]


@pytest.mark.parametrize("base", ["d18:1", "18:1;O2", "18:1"])
def test_base_and_acyl_chain_in_columns_of_their_own(base: str) -> None:
    rows = [f"GM3,{base},{acyl}:0,{acyl / 2}" for acyl in (16, 18, 20)]
    table = gg.read_features("\n".join(["Class,LCB,FA,RT", *rows]).encode())
    assert table.data["name"].tolist() == [f"GM3 {base}/{acyl}:0" for acyl in (16, 18, 20)]
    assert table.data["fault"].isna().all()
    assert "Class + LCB + FA" in str(table.report)


def test_a_sum_is_preferred_to_chains() -> None:
    text = "Class,Sum,LCB,RT\nGM3,34:1,18:1,7.5\nGM1,36:1,18:1,8.4\n"
    assert names(text) == ["GM3 34:1", "GM1 36:1"]


def test_the_column_with_most_names_is_taken() -> None:
    """Classes are lipids too, and second candidates are names of few features."""
    rows = [
        f"{'SM' if i % 2 else 'PC'},{'GM3 50:1' if i == 3 else ''},GM3 {34 + i}:1,{8 + i}"
        for i in range(6)
    ]
    assert names("\n".join(["kind,second,first,RT", *rows])) == [
        f"GM3 {34 + i}:1" for i in range(6)
    ]


def test_the_standards_of_rows_are_no_names() -> None:
    """A table of MultiQuant whose components are named by their m/z."""
    lines = ["Component Name\tSample Name\tIS Name\tRetention Time\tArea"]
    lines += [
        f"{mz}\tS1\t{standard}\t{9 + i}.5\t{i + 1}000"
        for i, (mz, standard) in enumerate(
            [("346.6", "(No IS)"), ("648.9a", "C16-D31 Ceramide"), ("Sph", "GM3-d3")]
        )
    ]
    data = gg.read_features("\n".join(lines).encode()).data
    assert data["name"].tolist() == ["346.6", "648.9a", "Sph"]


def test_whole_names_are_preferred_to_a_head_group_and_one_chain() -> None:
    """Whatever they are headed; names of one chain cannot be judged."""
    rows = "GM3(34:1),GM3,16:0,8.5\nGM3(36:1),GM3,18:0,9.5\nGM1(36:1),GM1,18:0,9.2\n"
    assert names(f"ID,Class,FA,RT\n{rows}") == ["GM3(34:1)", "GM3(36:1)", "GM1(36:1)"]


def test_carbons_and_double_bonds_are_preferred_to_one_chain() -> None:
    rows = "GM3,34,1,16:0,8.5\nGM3,36,1,18:0,9.5\nGM1,36,1,18:0,9.2\n"
    assert names(f"Class,C,DB,FA,RT\n{rows}") == ["GM3 34:1", "GM3 36:1", "GM1 36:1"]
