"""LOBSTAHS: peak lists of annotated groups of peaks."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, by_sample, read


def lobstahs(*, row_names: bool = True) -> str:
    """CSV of R, in s: the number of files of the one group stands before their areas."""
    header = ["match_ID", "compound_name", "elem_formula", "LOBdbase_mz", "peakgroup_mz"]
    header += ["LOBdbase_ppm_match", "peakgroup_rt", "peakgroup_rtmin", "peakgroup_rtmax", "all"]
    header += [*FILES, "xcms_peakgroup", "CAMERA_pseudospectrum", "lipid_class", "species"]
    header += ["major_adduct", "FA_total_no_C", "degree_oxidation", "C1", "casecodes", "RTF_Window"]
    rows = [[*(['""'] if row_names else []), *header]]
    for f in FEATURES:
        row = [f.number, f"{f.head} {f.chains};O2", "C57", f.mz, f.mz, 0.4, round(f.rt * 60, 3)]
        row += [f.rt * 60 - 5, f.rt * 60 + 5, 4, *map(f.area, FILES), 14048, 29, "IP", f.head]
        row += ["[M-H]-", f.chains[:2], 0, 1, "C2a; C3c", 0.9]
        rows.append([*([f.number] if row_names else []), *row])
    return "\n".join(",".join(map(str, row)) for row in rows)


@pytest.mark.parametrize("row_names", [True, False])
def test_a_peak_list(*, row_names: bool) -> None:
    table = read(lobstahs(row_names=row_names))
    assert_content(table, tool="LOBSTAHS")
    assert set(by_sample(table)) == {"S_1", "S_2"}
    assert {s.kind for s in table.tables[0].left_out} == {"blank", "qc"}
