"""mwTab: studies of Metabolomics Workbench, as text and as JSON.

Sources of the headers: MoseleyBioinformaticsLab/mwtab (`tests/example_data/mwtab_files/`), mwTab
specification 1.5. Values of all samples are in the section MS_METABOLITE_DATA, m/z and RT of the
metabolites in the section METABOLITES; the factors of a sample may say that it is a blank or a QC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np

from ganglioside.reading.formats.format import Format, json_records
from ganglioside.reading.records import Body, Record, Sheet, as_cells, header_key
from ganglioside.reading.sample_columns import samples_below_types
from ganglioside.reading.sample_types import kind_of_name, kind_of_type
from ganglioside.reading.unfolding import is_filled, sheet_of

_START: Final = re.compile(r"(?P<section>[A-Z_]+)_START")
#: First cells of lines that describe the study.
_METADATA: Final = re.compile(r"#|[A-Z]{2}:|[A-Z_]+(?::|\Z)")
_END: Final = re.compile(r"[A-Z_]+_END")
#: Sections with the values of samples, and with what is known of the metabolites.
_VALUES: Final = "MS_METABOLITE_DATA"
_METABOLITES: Final = ("METABOLITES", "EXTENDED_MS_METABOLITE_DATA")
#: Keys of the title of the column of names, the first one as a rule.
_NAMES: Final = ("samples", "metabolitename", "metabolite")
#: Types of a retention index that is a retention time.
_TIME: Final = re.compile(r"\b(?:min|minutes?|s|sec|seconds?|rt|time)\b", re.IGNORECASE)

#: Line of a record; its name, and its other cells.
_Named: TypeAlias = tuple[int, tuple[str, list[str]]]


@dataclass(slots=True)
class _Study:
    """Samples with their types, values and properties of the metabolites, in order."""

    line: int
    kinds: dict[str, str]
    values: list[tuple[int, str, dict[str, str]]]
    properties: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def _unfold(sheet: Sheet) -> Sheet | None:
    """One row for each metabolite, with its properties before the values of the samples."""
    first = sheet.head[0][1][0] if sheet.head else ""
    if not first.startswith("#METABOLOMICS WORKBENCH"):
        return None
    records = sheet.records()
    sections = _sections(records)
    values = sections.get(_VALUES)
    if not values or len(values[0][1]) == 1:  # cut by another separator than that of the file
        return None
    (line, (_, samples)), *rows = _names_first(values)
    factors = next((cells for _, (name, cells) in rows if name == "Factors"), [])
    study = _Study(line, _kinds(samples, factors), [])
    for at, (name, cells) in rows:
        if name != "Factors":
            study.values.append((at, name, dict(zip(samples, cells, strict=False))))
    left_out = _outside(records, sections)
    for section in _METABOLITES:
        left_out += _add_properties(study, _names_first(sections.get(section, [])))
    return _joined(study, sheet, sorted(left_out))


def _names_first(records: Sequence[Record]) -> list[_Named]:
    """Line, name and other cells of each record of a section, its header first."""
    keys = [header_key(cell) for cell in records[0][1]] if records else []
    at = next((keys.index(title) for title in _NAMES if title in keys), 0)
    return [
        (line, (cells[at].strip() if at < len(cells) else "", _stripped(cells, at)))
        for line, cells in records
    ]


def _stripped(cells: Sequence[str], left_out: int) -> list[str]:
    """Cells of a record without one of them."""
    return [cell.strip() for i, cell in enumerate(cells) if i != left_out]


def _outside(records: Iterable[Record], sections: Mapping[str, list[Record]]) -> list[int]:
    """Lines that are in no section and no metadata (`ST:STUDY_TITLE`)."""
    taken = {line for section in sections.values() for line, _ in section}
    return [
        line
        for line, cells in records
        if line not in taken and is_filled(cells) and not _METADATA.match(cells[0].strip())
    ]


def _sections(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records of each section that has a begin and an end."""
    found: dict[str, list[Record]] = {}
    current: list[Record] | None = None
    for line, cells in records:
        first = cells[0].strip()
        start = _START.fullmatch(first)
        if start:
            current = found.setdefault(start["section"], [])
        elif _END.fullmatch(first):
            current = None
        elif current is not None:
            current.append((line, cells))
    return found


def _kinds(samples: Sequence[str], factors: Sequence[str]) -> dict[str, str]:
    """Types of the samples: as one of their factors says, else as their names show."""
    padded = [*factors, *[""] * (len(samples) - len(factors))]
    return {
        sample: _kind(sample, [part.rpartition(":")[2] for part in factor.split("|")])
        for sample, factor in zip(samples, padded, strict=False)
        if sample
    }


def _kind(sample: str, factors: Iterable[str]) -> str:
    """Type of a sample from its factors or its name."""
    known = (kind_of_type(factor) for factor in factors)
    return next((kind for kind in known if kind), "") or kind_of_name(sample) or "sample"


def _add_properties(study: _Study, records: Sequence[_Named]) -> list[int]:
    """Add what a section says of the metabolites; returns lines of names that it says again."""
    if not records:
        return []
    (_, (_, titles)), *rows = records
    said: set[str] = set()
    again = []
    for line, (name, cells) in rows:
        if name in said:
            again.append(line)
            continue
        said.add(name)
        study.lines.setdefault(name, line)
        study.properties.setdefault(name, {}).update(zip(titles, cells, strict=False))
    return again


def _joined(study: _Study, sheet: Sheet, left_out: Sequence[int] = ()) -> Sheet:
    """Sheet with one row for each metabolite.

    Metabolites of which there are no values follow the others.
    """
    found = {name for _, name, _ in study.values}
    others = [name for name in study.properties if name not in found]
    rows = [*study.values, *((study.lines.get(n, study.line), n, {}) for n in others)]
    titles = [t for t in dict.fromkeys(t for p in study.properties.values() for t in p) if t]
    header = ["Metabolite", *(_time(study, title) for title in titles), *study.kinds]
    cells = []
    for line, name, values in rows:
        known = study.properties.get(name, {})
        own = [known.get(title, "") for title in titles]
        cells.append((line, [name, *own, *(values.get(sample, "") for sample in study.kinds)]))
    kinds = [""] * (len(titles) + 1) + list(study.kinds.values())
    return sheet_of(sheet, (study.line, header), cells, kinds=kinds, left_out=left_out)


def _time(study: _Study, title: str) -> str:
    """Title of a property; a retention index that is a time is called by its unit."""
    if header_key(title) not in ("ri", "retentionindex"):
        return title
    types = [value for known in study.properties.values() for key, value in known.items()
             if header_key(key) in ("ritype", "retentionindextype")]  # fmt: skip
    if not types or not all(_TIME.search(text) for text in types if text.strip()):
        return title
    seconds = any(re.search(r"\bs(?:ec|econds?)?\b", text, re.IGNORECASE) for text in types)
    return "Retention time (s)" if seconds else "Retention time (min)"


def _from_document(document: Mapping[str, Any]) -> Sheet | None:
    """One row for each metabolite of a JSON document."""
    data = document.get(_VALUES)
    if "METABOLOMICS WORKBENCH" not in document or not isinstance(data, dict):
        return None
    values = [_texts(record) for record in json_records(data.get("Data"))]
    factors = json_records(document.get("SUBJECT_SAMPLE_FACTORS"))
    of_sample = {str(e.get("Sample ID")): _texts(e.get("Factors")).values() for e in factors}
    samples = dict.fromkeys(key for entry in values for key in entry if key != "Metabolite")
    kinds = {sample: _kind(sample, of_sample.get(sample, ())) for sample in samples}
    rows = [(n, entry.get("Metabolite", ""), entry) for n, entry in enumerate(values, 1)]
    study = _Study(1, kinds, rows)
    for record in json_records(data.get("Metabolites")) + json_records(data.get("Extended")):
        known = _texts(record)
        study.properties.setdefault(known.pop("Metabolite", ""), {}).update(known)
    return _joined(study, Sheet("", [], lambda _: Body(as_cells([], 0), np.arange(0))))


def _texts(entry: Any) -> dict[str, str]:
    """Values of a record of a JSON document as texts."""
    items = entry.items() if isinstance(entry, dict) else ()
    return {str(key): "" if value is None else str(value) for key, value in items}


FORMATS: Final = (
    Format(
        "mwTab",
        files="study of Metabolomics Workbench, text or JSON; also saved by a spreadsheet",
        columns={
            "name": ("Metabolite",),
            "rt": ("retention_time", "Retention time (min)", "Retention time (s)", "RT", "rt_min"),
            "mz": ("moverz_quant", "moverz", "quantified m/z", "m/z", "mz"),
            "adduct": ("adduct", "ion", "ion_form", "adducts"),
        },
        samples=samples_below_types,
        unfold=_unfold,
        document=_from_document,
        taken="metabolites with their m/z, ions and RT, the values of all samples and their types",
    ),
)
