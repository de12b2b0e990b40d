"""Ions: the column that holds them, and the one of a list whose m/z was measured."""

from __future__ import annotations

import pandas as pd
import pytest

from ganglioside.lipids.adducts import mz
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.features import read_features
from ganglioside.reading.headers import Header, match_header
from ganglioside.reading.ions import first_mz, ion_column, single_ions

MASS = parse_name("GD1 36:1;O2").monoisotopic_mass


def ions_of(cell: str, measured: float, name: str = "GD1 36:1;O2") -> str:
    data = pd.DataFrame({"adduct": pd.Series([cell], dtype="str"), "mz": [measured]})
    return str(single_ions(data, parse_names([name])).iloc[0])


@pytest.mark.parametrize("ion", ["[M-H]-", "[M-2H]2-", "[M+HCOO]-"])
@pytest.mark.parametrize("between", [", ", ";", " | ", " / ", " --- "])
def test_the_ion_of_the_measured_mz(ion: str, between: str) -> None:
    listed = between.join(["M-H", "M+FA-H", "M-2H"])
    assert ions_of(listed, mz(MASS, ion) + 0.02) == ion


@pytest.mark.parametrize("between", [" ", "_", " _"])
def test_brackets_apart(between: str) -> None:
    assert ions_of(f"[M-H]-{between}[M-2H]2-", mz(MASS, "[M-2H]2-")) == "[M-2H]2-"


def test_joined_features_of_several_ions_list_their_mz() -> None:
    names = ["GM3(34:1)", "GM3(36:1)", "GM3(38:1)", "GM3(40:1)", "PC 34:1"]
    ions = [("[M-H]-", "[M+Cl]-"), ("[M-H]-",), ("[M+Cl]-", "[M-H]-"), ("[M-H]-",), ("[M-H]-",)]
    lists = [
        "_".join(f"{mz(parse_name(name).monoisotopic_mass, ion):.4f}" for ion in listed)
        for name, listed in zip(names[:4], ions, strict=False)
    ]
    table = read_features(
        pd.DataFrame(
            {
                "Annotation": names,
                "Species": ["_".join(listed) for listed in ions],
                "m/z": [*lists, "758.5700_780.5500"],
                "RT": [9.1, 10.0, 10.9, 11.8, 12.0],
                "Peak Height": [1000.0, 2000.0, 3000.0, 4000.0, 500.0],
            }
        )
    )
    data = table.data
    assert data.adduct.iloc[:4].tolist() == ["[M-H]-", "[M-H]-", "[M+Cl]-", "[M-H]-"]
    assert data.mz.tolist() == [float(text.partition("_")[0]) for text in lists] + [758.57]
    assert [fault.message for fault in table.report.faults if "several ions" in fault.message] == [
        f'm/z lists the m/z of several ions of one feature: of "{lists[0]}" the first was read, '
        f"{lists[0].partition('_')[0]}."
    ]


@pytest.mark.parametrize("cell", ["M-H", "[M-2H]2-", "M-H, M+Xx", "nonsense", ","])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert ions_of(cell, 917.0) == cell


def test_without_mz_or_name_a_list_stays() -> None:
    assert ions_of("M-H, M-2H", float("nan")) == "M-H, M-2H"
    assert ions_of("M-H, M-2H", 917.0, "Unknown") == "M-H, M-2H"


def test_each_row_has_its_own() -> None:
    n = 4
    listed = pd.Series(["M-H, M-2H"] * n, dtype="str")
    measured = [mz(MASS, "[M-H]-"), mz(MASS, "[M-2H]2-")] * 2
    found = single_ions(
        pd.DataFrame({"adduct": listed, "mz": measured}), parse_names(["GD1 36:1;O2"] * n)
    )
    assert found.tolist() == ["[M-H]-", "[M-2H]2-"] * 2


def columns(**cells: list[str]) -> tuple[Header, pd.DataFrame]:
    """Header and cells of a table of texts."""
    frame = pd.DataFrame({i: pd.Series(v, dtype="str") for i, v in enumerate(cells.values())})
    return match_header(list(cells)), frame


def test_the_column_whose_cells_are_ions() -> None:
    header, cells = columns(Name=["a", "b", "c"], x=["1", "2", "3"], y=["[M-H]-", "", "-H"])
    assert ion_column(header, cells) == 2


def test_empty_cells_do_not_count_against_a_column_of_ions() -> None:
    header, cells = columns(Name=["a", "b", "c"], y=["[M-H]-", "", "weak"])
    assert ion_column(header, cells) == 1


def test_no_column_of_ions() -> None:
    header, cells = columns(Name=["M-H", "M-H"], x=["1", "2"], y=["", ""])
    assert ion_column(header, cells) is None  # the names are taken


def test_a_few_ions_among_other_texts_are_no_column_of_ions() -> None:
    header, cells = columns(Name=["a", "b", "c"], note=["M-H", "weak", "shoulder"])
    assert ion_column(header, cells) is None


def test_a_column_that_the_header_names_is_kept() -> None:
    header, cells = columns(Name=["a"], Adduct=[""], y=["[M-H]-"])
    assert ion_column(header, cells) is None


@pytest.mark.parametrize("title", ["Species", "ion found"])
def test_ions_are_read_whatever_their_header(title: str) -> None:
    table = read_features(f"{title},Metabolite name,RT,m/z\n[M-H]-,GM3 36:1;O2,9,1179.7\n".encode())
    assert table.data["adduct"].tolist() == ["[M-H]-"]
    assert title not in table.carried


def test_several_mz_with_all_their_decimals() -> None:
    cells, first = first_mz(pd.Series(["536.50470000000007_574.52199999999993"], dtype="str"))
    assert (cells.tolist(), first) == (["536.50470000000007"], 0)


@pytest.mark.parametrize(
    "cell", ["536.5047>264.3", "536.5047 -> 264.3", "536.5047 → 264.27", "536.5047/264.3"]
)
def test_the_first_of_a_transition_is_that_of_the_precursor(cell: str) -> None:
    assert first_mz(pd.Series([cell], dtype="str"))[0].tolist() == ["536.5047"]


@pytest.mark.parametrize("cell", ["536.5047_574.5220", "536.5047, 574.5220", "536.5047; 574.5"])
def test_the_first_of_several_mz(cell: str) -> None:
    cells, first = first_mz(pd.Series(["610.5", cell, "", "1,234.5"], dtype="str"))
    assert cells.tolist() == ["610.5", "536.5047", "", "1,234.5"]
    assert first == 1


def test_numbers_are_known_for_no_ions_at_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    """In 8,000 columns of areas each cell was taken apart three times."""
    taken_apart: list[str] = []

    def parts(text: str) -> tuple[str, None]:
        taken_apart.append(text)
        return text, None

    monkeypatch.setattr("ganglioside.lipids.adducts._adduct_parts", parts)
    header = Header(("Area A", "Area B"), {}, "")
    numbers = pd.DataFrame([["1200.5", "-1.2e5"], ["", "3,4"]], dtype="str")
    assert ion_column(header, numbers) is None
    assert taken_apart == []


@pytest.mark.parametrize(
    ("cells", "at"), [(["[M-H]-", "?"], 0), (["[M-H]-", "?", "!"], None), (["", ""], None)]
)
def test_a_column_of_ions_has_as_many_ions_as_other_cells(cells: list[str], at: int | None) -> None:
    column = pd.DataFrame({0: pd.Series(cells, dtype="str")})
    assert ion_column(Header(("x",), {}, ""), column) == at
