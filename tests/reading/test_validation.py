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


def refusal(*rows: str) -> str:
    """What is said of a table of which nothing can be judged."""
    lines = ["Name,RT,S1 Area,S2 Area", *(f"{row},7.5,1,2" for row in rows)]
    with pytest.raises(ValidationError) as refused:
        check_judgeable(gg.read_features("\n".join(lines).encode()))
    return str(refused.value)


CHAIN = "Refused: 2, the first in row 3: Cer 16:0 is one chain alone: 16 carbons in all do not"


def test_a_table_of_other_classes_and_refused_names_is_told_of_both() -> None:
    said = refusal("PS 34:1", "Cer 16:0", "SM 18:0", "PC 34:1", "PS 36:1")
    assert "All" not in said
    assert "not judged here: 3 (PS 2, PC 1). " in said
    assert CHAIN in said
    assert "Write both chains, such as Cer(d18:1/18:0)" in said
    assert refusal("PS 34:1", "PC 34:1").startswith("All lipids of the table are of classes")


def test_a_row_of_another_class_without_a_time_is_not_counted_as_refused() -> None:
    table = gg.read_features(b"Name,RT\nPS 34:1,0\nPC 34:1,7.5\n")
    assert "rt-zero" in set(table.problems["code"])
    with pytest.raises(ValidationError, match=r"^All lipids .* \(PS 1, PC 1\)\.$"):
        check_judgeable(table)


def test_names_that_are_all_refused_are_told_why() -> None:
    said = refusal("", "Cer 16:0")
    assert "None of the 2 names" in said
    assert "Refused: 2, the first in row 2: The name is missing. Write a name such as" in said


def _wide_with_a_gap(rt: str, area: str) -> bytes:
    """Three samples as LipidSearch writes them; one peak has the cells `rt` and `area`."""
    lines = ["LipidIon,Class,CalcMz," + ",".join(f"Area[s1-{i}],Rt[s1-{i}]" for i in (1, 2, 3))]
    for carbons in range(34, 43):
        time = 7.0 + 0.4 * (carbons - 34)
        cells = [f"{1000 * carbons},{time:.2f}"] * 3
        if carbons == 36:
            cells[2] = f"{area},{rt}"
        lines.append(
            f"Cer(d{carbons}:1)+HCOO,Cer,{582.5 + 14.0157 * (carbons - 34):.4f}," + ",".join(cells)
        )
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("area", "code", "fault"),
    [
        ("5000", ["areas-without-rt"], ["Its area has no retention time in this sample."]),
        ("", [], []),
    ],
)
def test_an_area_without_rt_in_its_sample_is_kept_and_not_judged(
    area: str, code: list[str], fault: list[str]
) -> None:
    table = gg.read_features(_wide_with_a_gap("", area))
    assert [c for c in table.problems["code"] if "without-rt" in c] == code
    assert table.data["fault"].dropna().tolist() == fault
    verdicts = gg.analyze(table).features.set_index("sample")["verdict"]
    assert verdicts.value_counts()["valid"] == 26
    assert verdicts.loc["s1-3"].tolist().count("undetermined") == len(fault)


def test_a_table_without_a_name_to_judge_shows_the_column_that_has_some() -> None:
    lines = ["name,RT,Area,LMSD 2"]
    lines += [f"PC 34:{i},{7 + i},{1000 + i}," for i in range(9)]
    lines += [f"Glucose {i},{7 + i},{2000 + i},Cer 3{i}:1;O2" for i in range(3)]
    with pytest.raises(ValidationError) as refused:
        gg.analyze(gg.read_features("\n".join(lines).encode()))
    assert str(refused.value).endswith(
        'The column "LMSD 2" holds 3 names that can be judged: say '
        'columns={"Name": "LMSD 2"} to use it.'
    )
