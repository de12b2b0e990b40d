"""OpenMS: consensus features as text, with names added and without."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, QC, assert_content, read

from ganglioside.errors import ValidationError


def consensus(*, named: bool = True, separator: str = "\t") -> str:
    """Text of TextExporter: a header for each kind of line, files, features."""
    header = ["#CONSENSUS", "rt_cf", "mz_cf", "intensity_cf", "charge_cf", "width_cf", "quality_cf"]
    for i in range(len(FILES)):
        header += [f"rt_{i}", f"mz_{i}", f"intensity_{i}", f"charge_{i}", f"width_{i}"]
    rows: list[list[object]] = [
        ["#Consensus features extracted from all.consensusXML on 2024-02-02 17:43:22"],
        ["#MAP", "id", "filename", "label", "size"],
        ["#RUN", "run_id", "score_type", "score_direction"],
        ["#UNASSIGNEDPEPTIDE", "rt", "mz", "score", "rank", "sequence", "charge"],
        [*header, "lipid"] if named else list(header),
        ["#PEPTIDE", "rt", "mz", "score", "rank", "sequence", "charge"],
        *(["MAP", i, f"/data/peak/{file}.mzML", "", 14] for i, file in enumerate(FILES)),
    ]
    for f in FEATURES:
        row: list[object] = ["CONSENSUS", f.rt * 60, f.mz, 9e9, 1, 0, 0.001]
        for file in FILES:
            row += [f.rt_in(file) * 60, f.mz, f.area(file), 1, 0]
        rows.append([*row, f"{f.head}(d{f.chains})"] if named else row)
    return "\n".join(separator.join(map(str, row)) for row in rows)


@pytest.mark.parametrize("separator", ["\t", ","])
def test_consensus_features_with_names_added(separator: str) -> None:
    table = read(consensus(separator=separator))
    assert_content(table, tool="OpenMS", ions=False, own_rt=True)
    assert [s.name for s in table.tables[0].samples] == [f"{file}.mzML" for file in FILES[1:]]
    assert [s.kind for s in table.tables[0].samples] == ["qc", "", ""]
    assert QC in FILES


def test_rows_are_numbered_as_in_the_file() -> None:
    assert read(consensus()).data["row"].min() == 7 + len(FILES)


def test_consensus_features_without_names_are_refused() -> None:
    with pytest.raises(ValidationError, match="feature list of OpenMS has no lipid names"):
        read(consensus(named=False))
