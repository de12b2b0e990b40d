"""Skyline: reports of transitions, precursors and molecules, one row a replicate or pivoted.

Sources of the headers: reports as in ahmohamed/lipidr (`inst/extdata/A1_data.csv`, pivoted
`tests/testthat/A1_pivot.csv`) and SLINGhub/midar (`inst/extdata/
Skyline_MoleculeTransitionResults.csv`); headings of the Document Grid and the invariant ones
(`PeptideSequence`, `ReplicateName`) as Skyline's documentation of reports gives them. Headings are
of peptides in older documents, of molecules in newer ones.

A report of transitions has one row for each product ion. A species is measured once: of the
products of a precursor the one with the largest areas is kept, of its isotope peaks the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.reading.cell_values import decimal_mark, matches, number_text, to_numbers
from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.records import HEADER_WITHIN, Sheet, header_key
from ganglioside.support.arrays import BoolArray, FloatArray

#: Headings of a transition; a report of transitions has one of them.
_OF_TRANSITION: Final = frozenset(
    ("productmz", "productcharge", "productname", "productadduct", "fragmention",
     "productionformula", "productneutralformula", "transition")
)  # fmt: skip
#: Headings that tell precursors apart.
_OF_PRECURSOR: Final = frozenset(
    ("protein", "proteinname", "moleculelist", "moleculelistname", "peptide", "peptidesequence",
     "peptidemodifiedsequence", "molecule", "moleculename", "precursor", "precursorname",
     "precursormz", "precursorcharge", "precursoradduct", "precursorionformula", "isotopelabeltype")
)  # fmt: skip
#: Headings of Skyline's names, without which a report is of another tool.
_OF_MOLECULE: Final = frozenset(
    ("peptide", "peptidesequence", "peptidemodifiedsequence", "molecule", "moleculename")
)
#: Fragment ion of an isotope peak of the precursor other than the first.
_ISOTOPE: Final = r"precursor ?\[M[+-][0-9]{1,2}\].*"

#: What Skyline's own headings have before `Retention Time` or `Area`, where pivoted ones have a
#: replicate: `Explicit Retention Time`, `Library Retention Time`.
_OWN: Final = (
    r"(?!(?:Explicit|Predicted|Average|Mean|Measured|Library|Score|Min|Max|Best|Normalized|"
    r"Background|Total|Sum|Peptide|Molecule|Precursor|Product|Transition|Apex|Peak)[ ._])"
)

_PIVOTED: Final = (
    PerSample("volume", rf"{_OWN}(?P<sample>.+)[ ._]Total[ ._]Area[ ._]MS1"),
    PerSample("volume", rf"{_OWN}(?P<sample>.+?)[-]?[ ._]Sum[ ._]Total[ ._]Area"),
    PerSample("volume", rf"{_OWN}(?P<sample>.+)[ ._]Total[ ._]Area"),
    PerSample("volume", rf"{_OWN}(?P<sample>.+)[ ._]Area"),
    PerSample("rt", rf"{_OWN}(?P<sample>.+)[ ._]Best[ ._]Retention[ ._]Time"),
    PerSample("rt", rf"{_OWN}(?P<sample>.+)[ ._](?:Peptide|Molecule)[ ._]Retention[ ._]Time"),
    PerSample("rt", rf"{_OWN}(?P<sample>.+)[ ._]Retention[ ._]Time"),
)


def _unfold(sheet: Sheet) -> Sheet | None:
    """Sheet with one transition of each precursor, where the report has several."""
    if not sheet.head:
        return None
    line, texts = sheet.head[0]
    keys = [header_key(text) for text in texts]
    transition = [i for i, key in enumerate(keys) if key in _OF_TRANSITION]
    precursor = [i for i, key in enumerate(keys) if key in _OF_PRECURSOR]
    areas = [i for i, key in enumerate(keys) if key.endswith("area")]
    if not (transition and precursor and areas and _OF_MOLECULE & set(keys)):
        return None
    whole = sheet.body(0)
    kept = _kept(whole.cells, transition, precursor, areas)
    if kept.all():
        return None
    body = whole.only(kept)
    first = body.cells.head(HEADER_WITHIN - 1).to_numpy(dtype=object).tolist()
    head = [(line, texts), *zip(body.lines.tolist(), first, strict=False)]
    note = ("transitions-left-out", f"{int((~kept).sum()):,}")
    return Sheet(sheet.name, head, lambda _: body, sheet.separator, notes=(note,), header=0)


def _kept(
    cells: pd.DataFrame, transition: list[int], precursor: list[int], areas: list[int]
) -> BoolArray:
    """Whether each row is of the transition of its precursor that is kept, shape (n,)."""
    of_precursor, of_transition = _codes(cells, precursor), _codes(cells, precursor + transition)
    isotope = np.zeros(len(cells), dtype=bool)
    for position in transition:
        isotope |= matches(cells[position].str.strip(), _ISOTOPE)
    area = np.nansum([_numbers(cells[i]) for i in areas], axis=0)
    rows = pd.DataFrame({"precursor": of_precursor, "isotope": isotope, "area": area})
    total = rows.groupby(of_transition).agg(
        precursor=("precursor", "first"), isotope=("isotope", "first"), area=("area", "sum")
    )
    best = total.sort_values(["isotope", "area"], ascending=[True, False], kind="stable")
    chosen = best[~best["precursor"].duplicated()].index
    kept: BoolArray = np.isin(of_transition, chosen)
    return kept


def _codes(cells: pd.DataFrame, positions: Iterable[int]) -> Any:
    """Number of each distinct combination of cells, shape (n,)."""
    return cells.groupby([cells[i] for i in positions], sort=False).ngroup().to_numpy()


def _numbers(cells: pd.Series[Any]) -> FloatArray:
    """Numbers of a column, NaN for other cells, shape (n,)."""
    text = number_text(cells, thousands=True)
    return to_numbers(text, decimal_mark([text])).values


FORMATS: Final = (
    Format(
        "Skyline",
        files=(
            "report of transitions, precursors or molecules, also of the Document Grid or pivoted,"
            " with headings of molecules or of peptides; list of transitions with explicit RT"
        ),
        marks=(
            ("Fragment Ion", "Product Mz"),
            ("Molecule*", "Precursor Mz"),
            ("Peptide*", "Precursor Mz"),
            ("Molecule List*", "Molecule*", "Precursor*"),
            ("Molecule*", "Replicate*"),
            ("Peptide*", "Replicate*"),
            ("Peptide*", "Protein*", "Precursor*"),
            ("Precursor Adduct", "Precursor Mz"),
        ),
        columns={
            "name": (
                "Molecule Name",
                "Molecule",
                "Peptide",
                "Peptide Sequence",
                "Peptide Modified Sequence",
                "Precursor Name",
            ),
            "sample": ("Replicate Name", "Replicate", "File Name", "Result File"),
            "sample_type": ("Sample Type",),
            "rt": (
                "Best Retention Time",
                "Retention Time",
                "Molecule Retention Time",
                "Peptide Retention Time",
                "Molecule Peptide Retention Time",
                "Average Measured Retention Time",
            ),
            "volume": ("Total Area MS1", "Total Area", "Area", "Normalized Area"),
            "mz": ("Precursor Mz",),
            "adduct": ("Precursor Adduct",),
        },
        per_sample=_PIVOTED,
        unfold=_unfold,
        taken=(
            "molecules (or peptides), replicates and their types, precursor m/z and ions, RT and "
            "areas; of several transitions of a precursor, that with the largest areas is taken"
        ),
    ),
)
