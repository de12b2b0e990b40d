"""Validation: the types of a feature table, and every kind of problem."""

from __future__ import annotations

import pytest
from corpus.inputs import CASES, GOOD, ROWS, table

import ganglioside as gg
from ganglioside.columns import FEATURE_TABLE, PROBLEMS
from ganglioside.errors import GangliosideError, ValidationError
from ganglioside.reading.problems import problem_codes
from ganglioside.reading.validation import check_judgeable


def test_every_problem_code_occurs_in_the_corpus() -> None:
    seen: set[str] = set()
    for case in CASES:
        try:
            problems = gg.read_features(case.content, case.settings, **case.arguments).problems
        except ValidationError as error:
            problems = error.problems
        except GangliosideError:
            continue
        seen |= set(problems["code"])
        assert set(problems["severity"]) <= {"error", "warning", "info"}
        assert (problems["message"] != "").all()
        assert (problems["advice"] != "").all()
        assert not problems["message"].str.contains("[{}]").any()
    assert set(problem_codes()) - seen == set()


def test_types_and_order() -> None:
    read = gg.read_features(GOOD.encode())
    assert read.data.dtypes.astype(str).to_dict() == FEATURE_TABLE
    assert list(read.data["feature_id"]) == [0, 1, 2]
    bad = gg.read_features(table("x,y,z,w,v", ROWS[0]).encode())
    assert bad.problems.dtypes.astype(str).to_dict() == PROBLEMS
    assert bad.data.dtypes.astype(str).to_dict() == FEATURE_TABLE


def test_a_wide_table_with_one_problem_alone() -> None:
    """Of the whole table, or of one row, which then is that of its first sample."""
    header = "id,rt,mz,lipid_annotations:lipid_annotations,Log P,Anchor,"
    header += "datafile:S1.mzML:area,datafile:S2.mzML:area\n"
    first, second = "1,9.0,1179.7,GM3 36:1;O2,1.2,T,,6\n", "2,10.3,1207.8,GM3 38:1;O2,{},T,7,8\n"
    whole = gg.read_features((header.replace("Log P,", "Note,") + first + second).encode())
    assert whole.problems["code"].tolist() == ["no-log-p"]
    assert whole.problems["feature_id"].isna().all()
    row = gg.read_features((header + first + second.format("high")).encode())
    assert row.problems["column"].tolist() == ["Log P"]
    assert row.problems["feature_id"].tolist() == [0]
    assert row.data[["name", "sample"]].iloc[0].tolist() == ["GM3 38:1;O2", "S1.mzML"]


def test_a_table_without_any_retention_time_is_not_judged() -> None:
    table = gg.read_features(b"metabolite,RT,Area\nGM3 34:1,,1000\nGM3 36:1,,2000\n")
    with pytest.raises(ValidationError, match=r"No row .* retention time \(RT is empty"):
        check_judgeable(table)
    check_judgeable(gg.read_features(b"Name,RT\nGM3 34:1,\nGM3 36:1,8.9\n"))


def test_two_columns_of_ions_are_no_reason_to_refuse_a_table() -> None:
    table = gg.read_features(b"Name,RT,ion,ion\nGM3 34:1,7.5,[M-H]-,[M+H]+\n")
    assert table.data["adduct"].tolist() == ["[M-H]-"]
    assert "second-column" in set(table.problems["code"])
