"""MetaboLights: metabolite assignment files (`m_..._maf.tsv`), with a column for each sample.

Source of the headers: MetaboLights MAF version 2 (ISA-Tab), as in EBI-Metabolights and
PhenoMeNal repositories. The columns of samples follow the standard ones; the unit of RT is not
said, so its values show it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, SampleColumns, header_key

#: Standard columns of version 2, and of version 1 where it has others.
_STANDARD: Final = frozenset(
    header_key(header)
    for header in (
        "database_identifier", "chemical_formula", "smiles", "inchi", "metabolite_identification",
        "mass_to_charge", "fragmentation", "modifications", "charge", "retention_time", "taxid",
        "species", "database", "database_version", "reliability", "uri", "search_engine",
        "search_engine_score", "smallmolecule_abundance_sub", "smallmolecule_abundance_stdev_sub",
        "smallmolecule_abundance_std_error_sub", "chemical_shift", "multiplicity", "description",
        "identifier", "row_id", "metabolite_assignment", "unit", "",
    )
)  # fmt: skip
#: Columns that any table of ISA-Tab may have besides: `Comment[...]`, `Term Accession Number`.
_BESIDES: Final = ("comment", "term", "characteristics", "factorvalue", "parametervalue")


#: A column of one of several quantities of a sample, as Biocrates kits have them.
_QUANTITY: Final = re.compile(r"(?P<sample>[^\[\]]{1,200})\[(?P<what>[A-Za-z ]{1,40})\]")
_QUANTITIES: Final = {
    "analytepeakarea": "volume",
    "peakarea": "volume",
    "area": "volume",
    "intensity": "volume",
    "analyteretentiontime": "rt",
    "retentiontime": "rt",
}


def _samples(texts: Sequence[str], _above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """All columns that are no standard ones.

    Where a sample has several, with what they hold in brackets, its area and RT are taken.
    """
    own = [(i, text.strip()) for i, text in enumerate(texts) if not _is_standard(text)]
    return _of_quantities(own) or tuple(SampleColumns(name, "", {"volume": i}) for i, name in own)


def _of_quantities(own: Sequence[tuple[int, str]]) -> tuple[SampleColumns, ...]:
    """Samples with columns such as `S1[analytepeakarea]`, `S1[istdarea]`; none in other files."""
    samples: dict[str, dict[str, int]] = {}
    for position, text in own:
        match = _QUANTITY.fullmatch(text)
        column = _QUANTITIES.get(match["what"].lower()) if match else None
        if match and column:
            samples.setdefault(match["sample"].strip(), {}).setdefault(column, position)
    found = [SampleColumns(name, "", where) for name, where in samples.items()]
    return tuple(sample for sample in found if "volume" in sample.positions)


def _is_standard(text: str) -> bool:
    """Whether a header is one of the format, not the name of a sample."""
    is_isa = "[" in text or text.startswith("Term ")
    return header_key(text) in _STANDARD or (is_isa and header_key(text).startswith(_BESIDES))


FORMATS: Final = (
    Format(
        "MetaboLights MAF",
        files="assignment file, `m_..._maf.tsv`",
        marks=(
            ("metabolite_identification", "mass_to_charge"),
            ("metabolite_identification", "database_identifier"),
            ("metabolite_identification", "smallmolecule_abundance_sub"),
        ),
        columns={
            "name": ("metabolite_identification", "description"),
            "rt": ("retention_time",),
            "mz": ("mass_to_charge",),
            "adduct": ("modifications",),
        },
        samples=_samples,
        taken="identifications, m/z, modifications as ions, RT, the abundances of all samples",
    ),
)
