"""Columns that are carried along, and checks of rows."""

from __future__ import annotations

import cProfile

from corpus.inputs import HEADER, ROWS, table

import ganglioside as gg


def test_foreign_columns_are_carried_untouched() -> None:
    header = HEADER + ",_batch,prefix,count,part,,empty,note"
    read = gg.read_features(
        table(
            ROWS[0] + ",007,a,1,0.5,,,  x ", ROWS[1] + ",8,,2,1.25,,,1.50", header=header
        ).encode()
    )
    assert list(read.carried.columns) == ["_batch", "prefix", "count", "part", "empty", "note"]
    assert list(read.carried["_batch"]) == ["007", "8"]
    assert list(read.carried["count"]) == [1, 2]
    assert list(read.carried["part"]) == [0.5, 1.25]
    assert list(read.carried["note"]) == ["  x ", "1.50"]
    assert read.carried["empty"].isna().all()


def test_repeated_foreign_headers_stay_apart() -> None:
    read = gg.read_features(table(ROWS[0] + ",1,2,3", header=HEADER + ",x,x,x (2)").encode())
    assert read.carried.iloc[0].tolist() == [1, 2, 3]
    assert read.carried.columns.is_unique


def calls_for(columns: int) -> int:
    """Return the number of calls that reading a table of so many columns makes."""
    content = ("Name,RT" + ",c" * columns + "\nGM1(36:1;O2),9.5" + ",1" * columns + "\n").encode()
    profile = cProfile.Profile()
    profile.runcall(gg.read_features, content)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_work_of_reading_grows_with_the_columns_not_with_their_square() -> None:
    calls_for(10)
    assert calls_for(2_000) < 5 * calls_for(500)


def test_no_foreign_column_is_lost_to_the_name_of_another() -> None:
    read = gg.read_features(b"Name,RT,x (3),x,x\nGM1(36:1;O2),9.5,1,2,3\n")
    assert read.carried.iloc[0].tolist() == [1, 2, 3]


def unknown_ions(content: str) -> list[tuple[str, str]]:
    """Place and value of each ion that is reported as unknown."""
    problems = gg.read_features(content.encode()).problems
    found = problems[problems["code"] == "unknown-adduct"]
    return list(zip(found["column"], found["value"], strict=True))


def test_an_unknown_ion_within_a_name_is_reported_as_one_of_a_column_is() -> None:
    name = "GlcCer(47:0)_[M+Na-2H2O]+"
    content = f"Lipid,RT,m/z\n{name},9.5,800.7\nGM3 34:1 [M-H]-,7.5,1151.7\n"
    assert unknown_ions(content) == [("Lipid", "[M+Na-2H2O]+")]
    assert gg.read_features(content.encode()).data["adduct"].tolist() == ["[M+Na-2H2O]+", "[M-H]-"]
    assert not unknown_ions(content.replace("m/z", "colour").replace("800.7", "red"))


def test_the_place_of_an_unknown_ion_is_that_where_it_stands() -> None:
    header = "Lipid,RT,m/z,Adduct\n"
    assert unknown_ions(f"{header}GM3 34:1 [M+Xe]-,7.5,1151.7,\nGM3 36:1,8.9,1179.7,[M+Kr]-\n") == [
        ("Lipid", "[M+Xe]-"),
        ("Adduct", "[M+Kr]-"),
    ]


def test_an_ion_of_the_column_counts_more_than_an_unknown_one_of_the_name() -> None:
    read = gg.read_features(b"Lipid,RT,m/z,Adduct\nCer d18:1/16:0 [M-H2O/SphB],7.5,538.5,[M+H]+\n")
    assert read.data["adduct"].tolist() == ["[M+H]+"]
    assert not {"unknown-adduct", "ion-differs"} & set(read.problems["code"])
