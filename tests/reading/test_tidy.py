"""Tidy tables, with a row for each value."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.reading.feature_table import FeatureTable

LIPIDS = (
    ("GM3(34:1)", 8.51, 123456.7),
    ("GM3(36:1)", 9.52, 2345678.1),
    ("GM1(36:1)", 9.01, 3456.7),
)
SAMPLES = ("S1", "S2")

#: Quantities as people write them, that of the area last.
WORDS = (("RT", "Area"), ("Retention time (min)", "Peak area"), ("m/z", "RT", "Height", "Area"))


def lines(words: tuple[str, ...], *, by_quantity: bool = False) -> list[str]:
    """Rows of lipid, sample, quantity and value."""
    found = []
    for name, rt, area in LIPIDS:
        for number, sample in enumerate(SAMPLES):
            for word in words:
                values = {"m/z": 1151.7, "Height": area / 9, words[-1]: area * (number + 1)}
                found.append((word, f"{name},{sample},{word},{values.get(word, rt)}"))
    if by_quantity:
        found.sort(key=lambda pair: pair[0])
    return [line for _, line in found]


def read(header: str, rows: list[str], columns: dict[str, str] | None = None) -> FeatureTable:
    return gg.read_features("\n".join([header, *rows]).encode(), columns=columns)


def content(table: FeatureTable) -> list[list[object]]:
    columns = ["name", "sample", "rt", "volume"]
    return table.data.sort_values(["name", "sample"])[columns].to_numpy().tolist()


def was_gathered(table: FeatureTable) -> bool:
    return "values-gathered" in set(table.problems["code"])


EXPECTED = sorted(
    [name, sample, rt, area * (number + 1)]
    for name, rt, area in LIPIDS
    for number, sample in enumerate(SAMPLES)
)


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("by_quantity", [True, False])
def test_the_values_of_a_feature_and_sample_are_one_row(
    words: tuple[str, ...], *, by_quantity: bool
) -> None:
    table = read("Lipid,Sample,Metric,Value", lines(words, by_quantity=by_quantity))
    assert content(table) == EXPECTED
    assert table.problems.set_index("code").loc["values-gathered", "value"] == "Metric"
    assert table.data["row"].is_unique


def test_a_row_is_the_line_of_its_first_value() -> None:
    table = read("Lipid,Sample,Metric,Value", lines(WORDS[0]))
    assert table.data["row"].tolist() == [2, 4, 6, 8, 10, 12]


def test_dataframes_and_the_csv_that_is_kept_of_them() -> None:
    text = "\n".join(["Lipid,Sample,Metric,Value", *lines(WORDS[0])])
    table = gg.read_features(pd.read_csv(io.StringIO(text)))
    assert content(table) == EXPECTED
    again = gg.read_features(table.source)
    assert again.data.equals(table.data)
    assert again.problems.equals(table.problems)


def test_numbers_of_the_rows_tell_nothing_apart() -> None:
    rows = [f"{number},{row}" for number, row in enumerate(lines(WORDS[0]))]
    assert content(read("id,Lipid,Sample,Metric,Value", rows)) == EXPECTED


def test_units_in_a_column_of_their_own() -> None:
    rows = []
    for name, rt, area in LIPIDS:
        rows += [f"{name},RT,s,{60 * rt:.1f}", f"{name},Area,counts,{area}"]
    data = read("Lipid,Metric,Unit,Value", rows).data
    assert data["rt"].round(6).tolist() == [rt for _, rt, _ in LIPIDS]
    assert data["volume"].tolist() == [area for *_, area in LIPIDS]


def test_a_wide_table_that_was_melted() -> None:
    """Its samples are quantities of a feature."""
    wide = pd.DataFrame(
        [(name, rt, area, 2 * area) for name, rt, area in LIPIDS], columns=["Lipid", "RT", *SAMPLES]
    )
    assert content(gg.read_features(wide.melt(id_vars="Lipid"))) == EXPECTED


def test_areas_and_heights_of_samples_beside_an_rt() -> None:
    """Heights were samples of their own."""
    rows = []
    for name, rt, area in LIPIDS:
        for number, sample in enumerate(SAMPLES):
            rows.append(f"{name},{rt},{sample}_area,{area * (number + 1)}")
            rows.append(f"{name},{rt},{sample}_height,{area / 9}")
    assert content(read("Lipid,RT,variable,value", rows)) == EXPECTED


def test_how_each_lipid_was_quantified_is_no_quantity_of_all() -> None:
    names = ("GM3(34:1)", "GM3(36:1)", "GM1(36:1)", "GM1(38:1)")
    ways = ("Area", "Height")
    rows = [f"{name},{8 + i / 4},{ways[i % 2]},{1000 + i}" for i, name in enumerate(names)]
    table = read("Lipid,RT,Quantified by,Area", rows)
    assert table.data["volume"].tolist() == [1000, 1001, 1002, 1003]
    assert not was_gathered(table)


def test_room_temperature_is_no_quantity() -> None:
    rows = []
    for name, rt, area in LIPIDS:
        rows += [f"{name},{rt},RT,{area}", f"{name},{rt},Cold,{2 * area}"]
    table = read("Lipid,Retention,Temp,Area", rows)
    assert len(table) == len(rows)
    assert not was_gathered(table)


def test_a_quantity_that_comes_twice_is_not_chosen_from() -> None:
    """Samples that no column tells apart."""
    rows = [row.replace("S1,", "").replace("S2,", "") for row in lines(WORDS[0])]
    assert not was_gathered(read("Lipid,Metric,Value", rows))


def test_columns_that_the_user_names_stay() -> None:
    table = read("Lipid,Sample,Metric,Value", lines(WORDS[0]), columns={"RT": "Value"})
    assert not was_gathered(table)
