"""The rules of mzTab-M 2.0.0 that a file can be checked by, written from its specification.

`faults(text)` returns what breaks them; it knows nothing of how Ganglioside writes the format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

#: Metadata in the order that the format prescribes; `N` stands for a number.
METADATA = [
    "mzTab-version", "mzTab-ID", "title", "description", "sample_processing[N]",
    "instrument[N]-name", "software[N]", "software[N]-setting[N]", "publication[N]",
    "contact[N]-name", "uri[N]", "external_study_uri[N]", "quantification_method", "sample[N]",
    "ms_run[N]-location", "ms_run[N]-format", "ms_run[N]-id_format",
    "ms_run[N]-scan_polarity[N]", "ms_run[N]-hash", "ms_run[N]-hash_method", "assay[N]",
    "assay[N]-sample_ref", "assay[N]-ms_run_ref", "study_variable[N]",
    "study_variable[N]-assay_refs", "study_variable[N]-description", "custom[N]", "cv[N]-label",
    "cv[N]-full_name", "cv[N]-version", "cv[N]-uri", "database[N]", "database[N]-prefix",
    "database[N]-version", "database[N]-uri", "derivatization_agent[N]",
    "small_molecule-quantification_unit", "small_molecule_feature-quantification_unit",
    "small_molecule-identification_reliability", "id_confidence_measure[N]",
]  # fmt: skip
MANDATORY = [
    "mzTab-version", "mzTab-ID", "software[1]", "quantification_method", "ms_run[1]-location",
    "ms_run[1]-scan_polarity[1]", "assay[1]", "assay[1]-ms_run_ref", "study_variable[1]",
    "study_variable[1]-assay_refs", "study_variable[1]-description", "cv[1]-label",
    "cv[1]-full_name", "cv[1]-version", "cv[1]-uri", "database[1]", "database[1]-prefix",
    "database[1]-version", "database[1]-uri", "small_molecule-quantification_unit",
    "small_molecule_feature-quantification_unit", "id_confidence_measure[1]",
]  # fmt: skip
#: Mandatory fields that may say that nothing is known.
MAYBE_NULL = re.compile(r"ms_run\[\d+\]-location|database\[\d+\]-(prefix|uri)")
PARAMETERS = re.compile(
    r"software\[\d+\]|quantification_method|ms_run\[\d+\]-scan_polarity\[\d+\]|database\[\d+\]"
    r"|small_molecule(_feature)?-quantification_unit|id_confidence_measure\[\d+\]"
)
PARAMETER = re.compile(r"\[[^,\]]*,[^,\]]*,[^,]+,[^\]]*\]")
ADDUCT = re.compile(r"\[\d*M([+-]\w+)*\]\d*[+-]")
OPTIONAL = re.compile(r"opt_(global|(assay|study_variable|ms_run)\[\d+\])_[A-Za-z0-9_\-\[\]:]+")

COLUMNS = {
    "SML": [
        "SML_ID", "SMF_ID_REFS", "database_identifier", "chemical_formula", "smiles", "inchi",
        "chemical_name", "uri", "theoretical_neutral_mass", "adduct_ions", "reliability",
        "best_id_confidence_measure", "best_id_confidence_value", "abundance_assay[*]",
        "abundance_study_variable[*]", "abundance_variation_study_variable[*]",
    ],
    "SMF": [
        "SMF_ID", "SME_ID_REFS", "SME_ID_REF_ambiguity_code", "adduct_ion", "isotopomer",
        "exp_mass_to_charge", "charge", "retention_time_in_seconds",
        "retention_time_in_seconds_start", "retention_time_in_seconds_end", "abundance_assay[*]",
    ],
    "SME": [
        "SME_ID", "evidence_input_id", "database_identifier", "chemical_formula", "smiles",
        "inchi", "chemical_name", "uri", "derivatized_form", "adduct_ion", "exp_mass_to_charge",
        "charge", "theoretical_mass_to_charge", "spectra_ref", "identification_method",
        "ms_level", "id_confidence_measure[*]", "rank",
    ],
}  # fmt: skip
NEVER_NULL = {
    "SML": ["SML_ID", "reliability"],
    "SMF": ["SMF_ID", "exp_mass_to_charge"],
    "SME": ["SME_ID", "evidence_input_id", "exp_mass_to_charge", "charge",
            "theoretical_mass_to_charge", "spectra_ref", "identification_method", "ms_level",
            "rank"],
}  # fmt: skip
NUMBERS = (
    r"theoretical_neutral_mass|best_id_confidence_value|abundance_.*|exp_mass_to_charge"
    r"|retention_time_in_seconds.*|theoretical_mass_to_charge|id_confidence_measure\[\d+\]"
)
PARALLEL = ("chemical_formula", "smiles", "inchi", "chemical_name", "uri",
            "theoretical_neutral_mass")  # fmt: skip
HEADERS = {"SMH": "SML", "SFH": "SMF", "SEH": "SME"}
ORDER = ["MTD", "SML", "SMF", "SME"]


@dataclass
class File:
    """A file taken apart."""

    metadata: dict[str, str] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def of(self, section: str, column: str) -> list[str]:
        return [row[column] for row in self.rows.get(section, [])]


def read(text: str) -> File:
    """Take a file apart; what cannot be is a fault."""
    file, section = File(), "MTD"
    for number, line in enumerate(text.split("\n"), 1):
        if not line or line.startswith("COM"):
            continue
        prefix, *cells = line.split("\t")
        now = HEADERS.get(prefix, prefix)
        if now not in ORDER or ORDER.index(now) < ORDER.index(section):
            file.faults.append(f"line {number}: {prefix} is out of place")
            continue
        if now != section and text.split("\n")[number - 2]:
            file.faults.append(f"line {number}: no blank line before {prefix}")
        section = now
        if "" in cells:
            file.faults.append(f"line {number}: an empty cell")
        if prefix == "MTD":
            if len(cells) != 2 or cells[0] in file.metadata:
                file.faults.append(f"line {number}: {cells}")
            file.metadata[cells[0]] = cells[-1]
        elif prefix in HEADERS:
            file.columns[section] = cells
            file.rows[section] = []
        elif len(cells) != len(file.columns.get(section, [])):
            file.faults.append(f"line {number}: {len(cells)} cells")
        else:
            file.rows[section].append(dict(zip(file.columns[section], cells, strict=True)))
    return file


def faults(text: str) -> list[str]:
    """Return everything in a file that breaks a rule."""
    file = read(text)
    found = [*file.faults, *_metadata(file)]
    if "SML" not in file.columns:
        return [*found, "no small molecules"]
    if ("SMF" in file.columns) != ("SME" in file.columns):
        found.append("features and evidence must both be there")
    for section in file.columns:
        found += _columns(file, section)
        found += _values(file, section)
    return found + list(_references(file))


def _metadata(file: File) -> Iterator[str]:
    names = list(file.metadata)
    yield from (f"{name} is missing" for name in MANDATORY if name not in names)
    for name in MANDATORY:
        if file.metadata.get(name) == "null" and not MAYBE_NULL.fullmatch(name):
            yield f"{name} is null"
    places = [re.sub(r"\[\d+\]", "[N]", name) for name in names]
    yield from (f"{n} is unknown" for n, p in zip(names, places, strict=True) if p not in METADATA)
    blocks = [_block(place) for place in places if place in METADATA]
    if blocks != sorted(blocks):
        yield "metadata is out of order"
    if not re.fullmatch(r"2\.0\.\d-M", file.metadata.get("mzTab-version", "")):
        yield "not version 2.0"
    for name, value in file.metadata.items():
        if PARAMETERS.fullmatch(name) and not PARAMETER.fullmatch(value):
            yield f"{name} is no parameter: {value}"
    yield from _design(file, names)
    yield from _vocabularies(file, names)
    yield from _databases(file, names)


def _databases(file: File, names: list[str]) -> Iterator[str]:
    for number in _numbers(names, "database[N]"):
        none = "no database" in file.metadata[f"database[{number}]"]
        known = file.metadata.get(f"database[{number}]-uri") != "null"
        prefixed = file.metadata.get(f"database[{number}]-prefix") != "null"
        if none and (known or prefixed):
            yield f"database[{number}] is none, but has a prefix or an address"
        if not none and not known:
            yield f"database[{number}] has no address"


def _design(file: File, names: list[str]) -> Iterator[str]:
    runs, assays = _numbers(names, "ms_run[N]-location"), _numbers(names, "assay[N]")
    for assay in assays:
        reference = file.metadata.get(f"assay[{assay}]-ms_run_ref", "")
        if reference not in [f"ms_run[{run}]" for run in runs]:
            yield f"assay[{assay}] refers to {reference!r}"
    for run in runs:
        if f"ms_run[{run}]-scan_polarity[1]" not in names:
            yield f"ms_run[{run}] has no polarity"
    for variable in _numbers(names, "study_variable[N]"):
        listed = file.metadata.get(f"study_variable[{variable}]-assay_refs", "").split("|")
        if unknown := {ref.strip() for ref in listed} - {f"assay[{a}]" for a in assays}:
            yield f"study_variable[{variable}] refers to {unknown}"


def _vocabularies(file: File, names: list[str]) -> Iterator[str]:
    labels = {file.metadata[f"cv[{n}]-label"] for n in _numbers(names, "cv[N]-label")}
    cells = {cell for rows in file.rows.values() for row in rows for cell in row.values()}
    for value in {*file.metadata.values(), *cells}:
        used = re.match(r"\[(\w+), \w+:\d+, ", value)
        if used and used[1] not in labels:
            yield f"the vocabulary {used[1]} is not declared"


def _block(name: str) -> int:
    """Return the place of a field among the objects: those of one object stand together."""
    first = name.split("-")[0] if "[N]" in name else name
    return next(i for i, n in enumerate(METADATA) if n.split("-")[0] == first or n == name)


def _numbers(names: Sequence[str], form: str) -> list[int]:
    pattern = re.escape(form).replace("N", r"(\d+)")
    return [int(m[1]) for name in names if (m := re.fullmatch(pattern, name))]


def _columns(file: File, section: str) -> Iterator[str]:
    numbered = {
        "abundance_assay[*]": _numbers(list(file.metadata), "assay[N]"),
        "abundance_study_variable[*]": _numbers(list(file.metadata), "study_variable[N]"),
        "abundance_variation_study_variable[*]": _numbers(list(file.metadata), "study_variable[N]"),
        "id_confidence_measure[*]": _numbers(list(file.metadata), "id_confidence_measure[N]"),
    }
    expected = [
        column.replace("*", str(number))
        for column in COLUMNS[section]
        for number in numbered.get(column, [0])
    ]
    given = file.columns[section]
    if given[: len(expected)] != expected:
        yield f"{section}: columns {given[: len(expected)]} instead of {expected}"
    for column in given[len(expected) :]:
        if not OPTIONAL.fullmatch(column):
            yield f"{section}: column {column}"


def _is_ion(value: str) -> bool:
    return all(ADDUCT.fullmatch(ion.strip()) for ion in value.split("|"))


#: Columns, and whether a value that is not null is right there.
VALUES: list[tuple[str, Callable[[str], object]]] = [
    (NUMBERS, re.compile(r"-?\d+(\.\d+)?").fullmatch),  # the format knows no exponents
    (r"SM[LFE]_ID|charge|rank|SME_ID_REF_ambiguity_code", re.compile(r"[1-9]\d*").fullmatch),
    (r"adduct_ions?", _is_ion),
    (r"best_id_confidence_measure|identification_method|ms_level", PARAMETER.fullmatch),
    (r"reliability", re.compile(r"[1-4]").fullmatch),
]


def _values(file: File, section: str) -> Iterator[str]:
    rules = {
        column: [right for columns, right in VALUES if re.fullmatch(columns, column)]
        for column in file.columns[section]
    }
    for row in file.rows[section]:
        for column, value in row.items():
            refused = column in NEVER_NULL[section]
            if value != "null":
                refused = not all(right(value) for right in rules[column])
            if refused:
                yield f"{section} {row[file.columns[section][0]]}: {column} = {value}"


def _references(file: File) -> Iterator[str]:
    for section in file.columns:
        ids = file.of(section, f"{section}_ID")
        if len(set(ids)) < len(ids):
            yield f"{section}: ids are there twice"
    yield from _links(file, "SML", "SMF")
    yield from _links(file, "SMF", "SME")
    if "SMF" in file.columns and "null" in file.of("SML", "SMF_ID_REFS"):
        yield "SML without features in a file that has features"
    yield from _molecules(file)
    yield from _identifiers(file)
    for row in file.rows.get("SMF", []):
        several = "|" in row["SME_ID_REFS"]
        if several == (row["SME_ID_REF_ambiguity_code"] == "null"):
            yield f"SMF {row['SMF_ID']}: ambiguity code"
    runs = [f"ms_run[{n}]" for n in _numbers(list(file.metadata), "ms_run[N]-location")]
    for value in file.of("SME", "spectra_ref"):
        run, colon, spectrum = value.partition(":")
        if run not in runs or not (colon and spectrum):
            yield f"SME: spectra_ref = {value}"


def _identifiers(file: File) -> Iterator[str]:
    databases = _numbers(list(file.metadata), "database[N]")
    prefixes = {file.metadata.get(f"database[{n}]-prefix", "") for n in databases} - {"null"}
    for section in ("SML", "SME"):
        for row in file.rows.get(section, []):
            for value in row["database_identifier"].split("|"):
                if value != "null" and value.strip().split(":")[0] not in prefixes:
                    yield f"{section}: {value} has no prefix of a database"
                if value == "null" and section == "SME" and prefixes:
                    yield f"SME without {min(prefixes)}:null, where nothing was identified"


def _links(file: File, section: str, target: str) -> Iterator[str]:
    known = {*file.of(target, f"{target}_ID"), "null"}
    for value in file.of(section, f"{target}_ID_REFS"):
        if not {reference.strip() for reference in value.split("|")} <= known:
            yield f"{section}: {target}_ID_REFS = {value}"


def _molecules(file: File) -> Iterator[str]:
    for row in file.rows["SML"]:
        entities = row["database_identifier"].count("|")
        for column in PARALLEL:
            if row[column] != "null" and row[column].count("|") != entities:
                yield f"SML {row['SML_ID']}: {column} = {row[column]}"
