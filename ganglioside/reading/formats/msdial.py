"""MS-DIAL 3, 4 and 5: alignment results and peak lists of single files.

Sources of the headers: systemsomicslab/MsdialWorkbench (`MsdialLcmsProcessStandard/Utility/
ResultExportLcUtility.cs` of version 4; `Export/*MetadataAccessor.cs`, `AlignmentCSVExporter.cs` of
version 5), and exports in cajaeg/msdialhelpers and CCMS-UCSD/GNPS_Workflows. The same headers stand
over areas, heights and normalised values; files with ion mobility have more columns, those for GNPS
no rows of batches and means.

Above the header of an alignment, rows give class, file type, order and batch of each file. Means
and deviations of classes, at the right, have no file type (`NA`); their headers are the names of
the classes, which may be any words (`sample`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, SampleColumns, header_key
from ganglioside.reading.sample_types import kind_of_type

#: First words of the rows that give class and type of each column.
_CLASS: Final = "class"
_FILE_TYPE: Final = "filetype"


def _samples(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Columns of files, with their types; none where the title rows were deleted."""
    rows = {header_key(cell): cells for _, cells in above for cell in cells if cell.strip()}
    types = rows.get(_FILE_TYPE)
    if types is None:
        return ()
    begin = [header_key(cell) for cell in types].index(_FILE_TYPE) + 1
    classes = rows.get(_CLASS, [])
    found = []
    for position in range(begin, min(len(types), len(texts))):
        kind = kind_of_type(types[position])
        if kind is not None:
            kind = _by_class(classes, position) if kind == "sample" else kind
            found.append(SampleColumns(texts[position].strip(), kind, {"volume": position}))
    return tuple(found)


def _by_class(classes: Sequence[str], position: int) -> str:
    """Type of a file of the type Sample, which is the default: its class may say more."""
    label = classes[position] if position < len(classes) else ""
    return kind_of_type(label) or "sample"


FORMATS: Final = (
    Format(
        "MS-DIAL",
        files=(
            "alignment result, versions 3 to 5, also with ion mobility and for GNPS; peak list of "
            "one file"
        ),
        marks=(
            ("Alignment ID", "Average Rt(min)"),
            ("Average Rt(min)", "Metabolite name"),
            ("Peak ID", "RT (min)", "Precursor m/z"),
            ("PeakID", "Title"),
            ("Model ion area", "Integrated area"),
            ("RT left(min)", "RT (min)"),
        ),
        columns={
            "name": ("Metabolite name", "MetaboliteName", "Name", "Title"),
            "rt": ("Average Rt(min)", "RT (min)", "RT(min)"),
            "mz": ("Average Mz", "Precursor m/z"),
            "adduct": ("Adduct type", "Adduct ion name", "Adduct", "AdductIon"),
            "volume": ("Area", "Integrated area", "Height", "Integrated height"),
        },
        others=(
            "Class", "Sample", "Sample name", "Average RI", "Quant mass", "Average drift time",
            "Average mobility", "Average CCS", "Post curation result", "Fill %",
            "MS/MS assigned", "MS/MS included",
            "Reference*", "Formula", "Ontology", "INCHIKEY", "SMILES", "Annotation tag*",
            "RT matched", "RI matched", "RT/RI matched", "CCS matched", "m/z matched",
            "MS/MS matched", "EI-MS matched", "Comment", "Manually modified*", "Isotope*",
            "RT similarity", "RI similarity", "CCS similarity", "m/z similarity",
            "Simple dot product", "Weighted dot product", "Reverse dot product", "Dot product",
            "Enhanced dot product", "Spectrum entropy", "Total spectrum similarity",
            "Matched peaks*", "Fragment presence %", "Total score", "S/N", "S/N average",
            "Spectrum reference file name", "MS1 isotop*", "MS/MS spectrum", "MSMS spectrum",
            "EI spectrum", "Spectrum", "Model*", "Retention index", "Scan", "Scans",
            "RT left(min)", "RT right (min)", "Mobility*", "CCS",
        ),
        samples=_samples,
        taken=(
            "names, RT, m/z, ions, and the values of all files as exported (areas, heights or "
            "normalised), with their file types; means and deviations of classes are left out"
        ),
    ),
)  # fmt: skip
