"""GNPS: annotated spectra, and summaries of clusters."""

from __future__ import annotations

from reading.formats.content import FEATURES, assert_content, read


def annotations() -> str:
    """Text of a library search."""
    header = "SpectrumID,Compound_Name,Ion_Source,Adduct,#Scan#,LibMZ,SpecMZ,RT_Query,MQScore"
    rows = [(header + ",SharedPeaks,MassDiff,LibraryName").replace(",", "\t")]
    for f in FEATURES:
        cells = ["CCMSLIB01", f"{f.head}(d{f.chains})", "LC-ESI", "M-H", f.number, f.mz + 0.01]
        cells += [f.mz, f.rt * 60, 0.91, 12, 0.01, "lib.mgf"]
        rows.append("\t".join(map(str, cells)))
    return "\n".join(rows)


def clusters() -> str:
    """Text of a summary of clusters."""
    header = "cluster index,number of spectra,parent mass,precursor mass,RTMean,G1,G2"
    rows = [(header + ",sum(precursor intensity),LibraryID,Best Ion").replace(",", "\t")]
    for f in FEATURES:
        cells = [f.number, 9, f.mz, f.mz, f.rt, 4, 5, f.area("S_1"), f"{f.head}(d{f.chains})"]
        rows.append("\t".join(map(str, [*cells, "[M-H]-"])))
    return "\n".join(rows)


def test_annotations_of_spectra() -> None:
    assert_content(read(annotations()), tool="GNPS", samples=("",), areas=False)


def test_a_summary_of_clusters() -> None:
    assert_content(read(clusters()), tool="GNPS", samples=("",))
