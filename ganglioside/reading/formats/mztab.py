"""mzTab-M 2.0 and 2.1, as text and as JSON, and the small molecules of mzTab 1.0.

Sources of the headers: HUPO-PSI/mzTab-M (specification, and `examples/` of LDA, MS-DIAL,
MetaboScape, Progenesis QI, XCMS). A row is a feature (SMF) with the name of the small molecule
(SML) that refers to it, else of its best evidence (SME); assays are samples, study variables are
left out. Times are in seconds. What `ganglioside` itself exports reads back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np

from ganglioside.errors import ReadError
from ganglioside.reading.formats.format import Format, json_records
from ganglioside.reading.limits import DECIMALS, most
from ganglioside.reading.records import Body, Record, Sheet, as_cells, header_key
from ganglioside.reading.sample_columns import samples_below_types
from ganglioside.reading.sample_types import kind_of_name, kind_of_type
from ganglioside.reading.unfolding import sheet_of

#: Header and row prefixes of the parts.
_PARTS: Final = {"SMH": "SML", "SFH": "SMF", "SEH": "SME"}
#: Prefixes of lines that are rows of no part.
_NO_ROWS: Final = frozenset(("MTD", "COM", ""))
#: Cells that say that there is no value.
_NULL: Final = frozenset(("", "null", "NaN", "INF"))
#: The abundance of an assay; version 1.0 writes `smallmolecule_abundance_assay[1]`.
_ABUNDANCE: Final = re.compile(r"(?:smallmolecule_)?abundance_assay\[(?P<assay>[0-9]{1,6})\]")
_LEFT_OUT: Final = re.compile(r"(?:smallmolecule_)?abundance_.*")
_ASSAY: Final = re.compile(r"assay\[(?P<assay>[0-9]{1,6})\](?:-(?P<what>name|ms_run_ref))?")
_LOCATION: Final = re.compile(r"(?P<run>ms_run\[[0-9]{1,6}\])-location")
_VARIABLE: Final = re.compile(
    r"study_variable\[(?P<number>[0-9]{1,6})\](?:-(?P<what>description|assay_refs))?"
)
_REFERENCE: Final = re.compile(r"assay\[(?P<assay>[0-9]{1,6})\]")
#: Column of our own export with the sample of a feature, empty where the table had no samples.
_OWN_SAMPLE: Final = "opt_global_sample"
_SECONDS: Final = "retention_time_in_seconds"
#: Columns with an RT; version 1.0 does not write the unit, which is s.
_TIMES: Final = (_SECONDS, f"opt_global_{_SECONDS}", "retention_time")


@dataclass(slots=True)
class _Part:
    """A part of a file: header and rows, each cell by its header; missing values are empty."""

    line: int = 0
    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def add(self, line: int, cells: Sequence[str]) -> None:
        """Add a row from its cells, in the order of the header."""
        named = dict(zip(self.header, cells, strict=False))
        self.rows.append((line, {k: "" if v in _NULL else v.strip() for k, v in named.items()}))


@dataclass(slots=True)
class _File:
    """Parts of a file, names of the assays by their numbers, their types, and unknown lines."""

    parts: dict[str, _Part]
    assays: Mapping[str, str]
    kinds: Mapping[str, str]
    left_out: Sequence[int] = ()


def _unfold(sheet: Sheet) -> Sheet | None:
    """Features of a text file, or of what a spreadsheet made of it, with their names."""
    is_cut = _is_version if sheet.separator in ("\t", "") else _is_cut_version
    if not any(is_cut(cells) for _, cells in sheet.head[:20]):
        return None
    parts = {prefix: _Part() for prefix in _PARTS.values()}
    metadata: dict[str, str] = {}
    left_out: list[int] = []
    for line, cells in sheet.records():
        first = cells[0].strip()
        if first == "MTD" and len(cells) > 2:
            metadata[cells[1].strip()] = cells[2].strip()
        elif first in _PARTS:
            part = parts[_PARTS[first]]
            part.line, part.header = line, [cell.strip() for cell in cells[1:]]
        elif first in parts:
            parts[first].add(line, cells[1:])
        elif first not in _NO_ROWS:
            _refuse_blanks(first, line)
            left_out.append(line)
    names = _assay_names(metadata)
    return _features(_File(parts, names, _kinds(metadata, names), left_out), sheet)


def _is_version(cells: Sequence[str]) -> bool:
    """Whether a record is the line of the version."""
    return " ".join(cells[:2]).split()[:2] == ["MTD", "mzTab-version"]


def _is_cut_version(cells: Sequence[str]) -> bool:
    """Whether a record is the line of the version, in cells of its own."""
    return [cell.strip() for cell in cells[:2]] == ["MTD", "mzTab-version"]


def _refuse_blanks(first: str, line: int) -> None:
    """Refuse a file whose columns cannot be told apart.

    Raises
    ------
    ReadError
        If a line of a part, of which this is the first cell, is divided by blanks.
    """
    if first.partition(" ")[0] in {*_PARTS, *_PARTS.values()}:
        raise ReadError(
            f"Line {line:,} of this mzTab file divides its columns by blanks, which also stand "
            "within names: export the file again, with tabs between the columns."
        )


def _assay_names(metadata: Mapping[str, str]) -> dict[str, str]:
    """Names of the assays by their numbers, else those of the files of their runs."""
    names: dict[str, str] = {}
    runs: dict[str, str] = {}
    for key, value in metadata.items():
        match = _ASSAY.fullmatch(key)
        if match and match["what"] == "ms_run_ref":
            runs[match["assay"]] = value
        elif match and value not in _NULL:
            names[match["assay"]] = value
    files = {m["run"]: PurePosixPath(v).stem for k, v in metadata.items()
             if (m := _LOCATION.fullmatch(k)) and v not in _NULL}  # fmt: skip
    of_runs = {assay: files[run] for assay, run in runs.items() if run in files}
    return {**of_runs, **names}


def _kinds(metadata: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Types of the assays by their numbers, as their names or study variables show them."""
    variables: dict[str, dict[str, str]] = {}
    for key, value in metadata.items():
        match = _VARIABLE.fullmatch(key)
        if match:
            variables.setdefault(match["number"], {})[match["what"] or "name"] = value
    kinds: dict[str, str] = {}
    for variable in variables.values():
        name = variable.get("name", "")
        kind = kind_of_type(name) or kind_of_name(name)
        references = _REFERENCE.finditer(variable.get("assay_refs", ""))
        kinds |= {reference["assay"]: kind for reference in references if kind}
    return {assay: kind_of_name(name) or kinds.get(assay, "") for assay, name in names.items()}


def _features(file: _File, sheet: Sheet) -> Sheet:
    """Sheet with one row for each feature and name.

    Raises
    ------
    ReadError
        If no row has a name.
    """
    molecules, features = file.parts["SML"], file.parts["SMF"]
    main = features if features.rows else molecules
    rows = list(_named(file.parts)) if features.rows else [
        (line, _molecule_name(cells), cells) for line, cells in molecules.rows
    ]  # fmt: skip
    if not any(name for _, name, _ in rows):
        raise ReadError(
            "This mzTab file names no lipid: none of its small molecules has a chemical_name. "
            "Annotate its features first."
        )
    if _OWN_SAMPLE in main.header:
        return _own(sheet, main, rows, file.left_out)
    if not features.rows and not any(header in _TIMES for header in main.header):
        raise ReadError(
            "This mzTab file lists small molecules without their features, so it has no retention "
            "times. Export it with its features (SMF)."
        )
    others = [h for h in dict.fromkeys([*features.header, *molecules.header])
              if not _LEFT_OUT.fullmatch(h)]  # fmt: skip
    abundances = {h: m["assay"] for h in main.header if (m := _ABUNDANCE.fullmatch(h))}
    names = _distinct([file.assays.get(a, f"assay[{a}]") for a in abundances.values()])
    header = ["Name", *(_seconds(h) for h in others), *names]
    kinds = [file.kinds.get(assay) or "sample" for assay in abundances.values()]
    cells = [
        (line, [name, *(_cell(row, h) for h in others), *(row.get(h, "") for h in abundances)])
        for line, name, row in rows
    ]
    above = [""] * (len(header) - len(kinds)) + kinds
    return sheet_of(sheet, (main.line, header), cells, kinds=above, left_out=file.left_out)


def _own(
    sheet: Sheet,
    features: _Part,
    rows: Sequence[tuple[int, str, dict[str, str]]],
    left_out: Sequence[int],
) -> Sheet:
    """Sheet of our own export: each feature is of one sample, whose abundance it has."""
    abundances = [h for h in features.header if _ABUNDANCE.fullmatch(h)]
    others = [h for h in features.header if not _LEFT_OUT.fullmatch(h) and h != _OWN_SAMPLE]
    header = ["Name", "Sample", "Area", *others]
    cells: list[Record] = []
    for line, name, row in rows:
        area = next((row[h] for h in abundances if row.get(h)), "")
        cells.append((line, [name, row[_OWN_SAMPLE], area, *(row.get(h, "") for h in others)]))
    return sheet_of(sheet, (features.line, header), cells, left_out=left_out)


def _named(parts: Mapping[str, _Part]) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Yield line, name and cells of each feature, once for each molecule that refers to it.

    Molecules that refer to no feature follow them, without an RT.
    """
    molecules: dict[str, list[dict[str, str]]] = {}
    alone = []
    known = {feature.get("SMF_ID", "") for _, feature in parts["SMF"].rows}
    for line, molecule in parts["SML"].rows:
        references = known.intersection(_references(molecule.get("SMF_ID_REFS", "")))
        for reference in references:
            molecules.setdefault(reference, []).append(molecule)
        if not references:
            alone.append((line, molecule))
    evidence = {cells.get("SME_ID", ""): cells for _, cells in parts["SME"].rows}
    repeated = _Repeated(parts["SML"])
    for line, feature in parts["SMF"].rows:
        number = feature.get("SMF_ID", "")
        for molecule in molecules.get(number, [{}]):
            repeated.add(molecule)
            name = feature.get("opt_global_name_as_given") or _molecule_name(molecule)
            yield line, name or _evidence_name(feature, evidence), {**molecule, **feature}
    for line, molecule in alone:
        if _molecule_name(molecule):
            yield line, _molecule_name(molecule), molecule


class _Repeated:
    """Count of the characters of molecules that are repeated for each of their features."""

    def __init__(self, molecules: _Part) -> None:
        self._lengths = {id(cells): sum(map(len, cells.values())) for _, cells in molecules.rows}
        own = sum(self._lengths.values())
        self._most = max(most("unpacked_anyway"), most("references") * own)
        self._characters = 0

    def add(self, molecule: Mapping[str, str]) -> None:
        """Count a molecule once more.

        Raises
        ------
        ReadError
            If the features repeat far more than the file has.
        """
        self._characters += self._lengths.get(id(molecule), 0)
        if self._characters > self._most:
            raise ReadError(
                "The small molecules of this mzTab file refer to far more features than they can "
                f"have: {most('references')} each are read. Export the file again."
            )


def _references(cell: str) -> list[str]:
    """Numbers in a cell: `1 | 2`."""
    return [part.strip() for part in cell.split("|") if part.strip()]


def _molecule_name(molecule: Mapping[str, str]) -> str:
    """Name of a small molecule: the first of several.

    Version 1.0 has it as `description`, or, of LDA, as `identifier`.
    """
    for column in ("opt_global_name_as_given", "chemical_name", "description", "identifier"):
        names = _references(molecule.get(column, ""))
        if names and names[0] not in _NULL:
            return names[0]
    return ""


def _evidence_name(feature: Mapping[str, str], evidence: Mapping[str, Mapping[str, str]]) -> str:
    """Name of the best evidence of a feature, empty if it has none."""
    found = [evidence[r] for r in _references(feature.get("SME_ID_REFS", "")) if r in evidence]
    named = [cells for cells in found if cells.get("chemical_name")]
    best = min(named, key=lambda cells: cells.get("rank", "").zfill(6), default=None)
    return _molecule_name(best) if best else ""


def _cell(row: Mapping[str, str], header: str) -> str:
    """Cell of a row; of the retention times of all runs, which version 1.0 lists, the middle."""
    times = _references(row.get(header, "")) if header == "retention_time" else []
    return sorted(times, key=_as_number)[len(times) // 2] if times else row.get(header, "")


def _as_number(text: str) -> float:
    """Number in a text, infinite where it is none, so that it comes last."""
    number = re.fullmatch(rf"[0-9]{{1,9}}(?:\.{DECIMALS})?", text)
    return float(text) if number else float("inf")


def _seconds(header: str) -> str:
    """Header with the unit that version 1.0 does not write."""
    return _SECONDS if header == "retention_time" else header


def _distinct(names: Sequence[str]) -> list[str]:
    """Names, repeated ones with their number."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _from_document(document: Mapping[str, Any]) -> Sheet | None:
    """Features of a JSON document with their names; programs write its keys in two ways."""
    by_key = {header_key(key): value for key, value in document.items()}
    metadata = by_key.get("metadata")
    tables = {"SML": "smallmoleculesummary", "SMF": "smallmoleculefeature",
              "SME": "smallmoleculeevidence"}  # fmt: skip
    if not isinstance(metadata, dict) or not set(tables.values()) & set(by_key):
        return None
    parts = {prefix: _json_part(json_records(by_key.get(key))) for prefix, key in tables.items()}
    assays = json_records(metadata.get("assay"))
    names = {str(a.get("id")): str(a["name"]) for a in assays if a.get("name")}
    kinds = {number: kind_of_name(name) for number, name in names.items()}
    empty = Sheet("", [], lambda _: Body(as_cells([], 0), np.arange(0)))
    return _features(_File(parts, names, kinds), empty)


def _json_part(records: Sequence[Mapping[str, Any]]) -> _Part:
    """Part of a JSON document; its rows are numbered from 1."""
    part = _Part(line=1)
    header: dict[str, None] = {}
    for number, record in enumerate(records, 1):
        row: dict[str, str] = {}
        for key, value in record.items():
            row |= _json_cells(key, value)
        header |= dict.fromkeys(row)
        part.rows.append((number, row))
    part.header = list(header)
    return part


def _json_cells(key: str, value: Any) -> dict[str, str]:
    """Cells of a value, with the header that it has as text."""
    if key.startswith("abundance_assay") and isinstance(value, list):
        return {f"{key}[{n}]": _json_cell(each) for n, each in enumerate(value, 1)}
    if isinstance(value, list):
        texts = [_json_cell(each) for each in value if not isinstance(each, dict | list)]
        value = " | ".join(text for text in texts if text)
    name = key.upper() if re.fullmatch(r"sm[lfe]_id(?:_refs)?", key) else key
    return {} if isinstance(value, dict) else {name: _json_cell(value)}


def _json_cell(value: Any) -> str:
    """Text of a value, empty where there is none."""
    text = "" if value is None or isinstance(value, dict | list) else str(value)
    return "" if text in _NULL else text


FORMATS: Final = (
    Format(
        "mzTab-M",
        files=(
            "versions 2.0 and 2.1, text or JSON, also as exported here or saved by a spreadsheet; "
            "small molecules of mzTab 1.0"
        ),
        columns={
            "name": ("Name",),
            "rt": _TIMES,
            "mz": ("exp_mass_to_charge",),
            "adduct": ("adduct_ion", "modifications"),
            "sample": ("Sample",),
            "volume": ("Area",),
            "anchor": ("opt_global_anchor",),
            "log_p": ("opt_global_log_p",),
        },
        samples=samples_below_types,
        unfold=_unfold,
        document=_from_document,
        taken=(
            "features with the names of their small molecules or evidence, m/z, ions, RT, the "
            "abundances of all assays; study variables are left out"
        ),
    ),
)
