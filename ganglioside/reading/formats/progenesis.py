"""Progenesis QI: compound measurements and identifications.

Sources of the headers: CCMS-UCSD/GNPS_Workflows (`reference_input_file_for_formatter/Progenesis`,
exports of MSE, SONAR and ion mobility data). Measurements have three header rows: blocks of
normalised and raw abundances, conditions, titles. Tags and identifications follow the last block.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, SampleColumns, header_key
from ganglioside.reading.sample_columns import labels_of

_RAW: Final = ("rawabundance",)
_NORMALISED: Final = ("normalisedabundance", "normalizedabundance")

#: Titles that follow the last block.
_BEHIND: Final = frozenset(
    header_key(title)
    for title in (
        "Accepted Compound ID", "Accepted Description", "Adducts", "Formula", "Score",
        "Fragmentation Score", "Mass Error (ppm)", "Isotope Similarity",
        "Retention Time Error (mins)", "Compound Link", "Tags",
    )
)  # fmt: skip


def _samples(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Columns of the raw abundances, or of the normalised ones where there are no others."""
    row = next((i for i, (_, cells) in enumerate(above) if _blocks(cells)), None)
    if row is None:
        return _second_block(texts)
    blocks = _blocks(above[row][1])
    begin = next(blocks[name] for name in (*_RAW, *_NORMALISED) if name in blocks)
    later = [start for start in blocks.values() if start > begin]
    conditions = above[row + 1][1] if row + 1 < len(above) else []
    labels = labels_of(conditions, len(texts))
    found = []
    for position in range(begin, min([*later, len(texts)])):
        condition = labels.get(position, "")
        if header_key(texts[position]) in _BEHIND or header_key(condition) == "tags":
            break
        found.append(_run(texts[position], position))
    return tuple(found)


def _run(text: str, position: int) -> SampleColumns:
    """Run with its areas; all but blanks are read, since conditions are no types of samples."""
    return SampleColumns(text.strip(), "", {"volume": position}, is_run=True)


def _blocks(cells: Sequence[str]) -> dict[str, int]:
    """Where each block of abundances begins, by its heading."""
    keys = [header_key(cell) for cell in cells]
    return {key: keys.index(key) for key in (*_RAW, *_NORMALISED) if key in keys}


def _second_block(texts: Sequence[str]) -> tuple[SampleColumns, ...]:
    """Columns whose titles stand for the second time: without headings, the raw abundances."""
    seen: set[str] = set()
    found = []
    for position, text in enumerate(texts):
        if text.strip() and text in seen:
            found.append(_run(text, position))
        seen.add(text)
    return tuple(found)


FORMATS: Final = (
    Format(
        "Progenesis QI",
        files="compound measurements, and identifications",
        marks=(
            ("Compound", "Neutral mass (Da)"),
            ("Compound", "Isotope Distribution"),
            ("Accepted Description",),
            ("Accepted Compound ID",),
            ("Compound", "Maximum Abundance"),
        ),
        columns={
            "name": ("Accepted Description", "Description"),
            "rt": ("Retention time (min)",),
            "mz": ("m/z",),
            "adduct": ("Adducts",),
            "volume": ("Maximum Abundance",),
        },
        others=(
            "Compound", "Compound ID", "Accepted Compound ID", "Neutral mass (Da)", "Charge",
            "CCS*", "Chromatographic peak width (min)",
            "Identifications", "Anova (p)", "q Value", "Max Fold Change", "Highest Mean",
            "Lowest Mean", "Isotope Distribution", "Minimum CV%", "Power", "Formula", "Score",
            "Fragmentation Score", "Mass Error (ppm)", "Isotope Similarity",
            "Retention Time Error (mins)", "Compound Link", "Link", "Theoretical Isotope*", "dCCS*",
        ),
        samples=_samples,
        taken=(
            "accepted descriptions, m/z, RT, ions, and the raw abundances of all runs with their "
            "conditions; normalised ones only where there are no others"
        ),
    ),
)  # fmt: skip
