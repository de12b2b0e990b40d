"""mzTab-M 2.0: an analysis in the format that repositories accept.

Source: mzTab-M 2.0.0 (HUPO-PSI, https://github.com/HUPO-PSI/mzTab-M).

A small molecule (SML) is a species with a published feature: one that is valid, or that an analyst
has accepted or renamed, then under the analyst's name (`published_names`). Its abundance is the
consolidated volume, and its features (SMF) are these with their fragments and adducts. Every other
row of the input is a small molecule of its own, unknown (reliability 4): no row is left out.
Names that an analyst decided on have no confidence: that of the model is of its own verdict.
Its chemical_name is the LIPID MAPS shorthand; its database_identifier is the entry of LIPID MAPS
for the head group on any ceramide, else the class, which the format allows. Name as given, sample,
anchor and Log P of each feature are columns of their own, so that the file reads back as the table
that it came from. Features and evidence (SME) need an m/z: if a row of the table lacks it, the file
is a summary of metadata and small molecules alone, as the format allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import IDENTIFIERS, OVERRIDE_COLUMNS
from ganglioside.exporting.spreadsheet_text import safe_text
from ganglioside.lipids.adducts import Adduct, adducts, known_adduct, usual_adducts
from ganglioside.lipids.adducts import mz as ion_mz
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.settings import setting_specs
from ganglioside.verdicts.published import published_names

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis

_SECONDS: Final = 60.0
_SAME_MASS: Final = 0.05  # largest difference of m/z from an ion whose charge is inferred

_NEGATIVE: Final = "[MS, MS:1000129, negative scan, ]"
_POSITIVE: Final = "[MS, MS:1000130, positive scan, ]"
_AREA: Final = "[MS, MS:1001844, MS1 feature area, ]"
_LABEL_FREE: Final = "[MS, MS:1001834, LC-MS label-free quantitation analysis, ]"
_MS1: Final = "[MS, MS:1000511, ms level, 1]"
_CONFIDENCE: Final = "[, , posterior probability of the verdict, ]"
_PUTATIVE, _UNKNOWN = "2", "4"  # reliability codes of the format
_LIPID_MAPS: Final = "LM"  # prefix of its identifiers
_NOT_THERE: Final = f"{_LIPID_MAPS}:null"  # where that database has nothing
_NO_SPECTRUM: Final = ":null"  # behind a run: readers refuse a reference that is no more than it


def to_mztab(analysis: Analysis) -> bytes:
    """mzTab-M 2.0.0 file of an analysis, UTF-8.

    The polarity of a run is that of its adducts, else that of the analysis. RT is in
    s, as the format requires. Text that a spreadsheet could execute begins with an apostrophe
    (see `safe_text`).

    Parameters
    ----------
    analysis
        The results.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import ganglioside as gg
    >>> to_mztab(gg.analyze(gg.example())).decode().splitlines()[0].split()
    ['MTD', 'mzTab-version', '2.0.0-M']
    """
    table = _prepare(analysis.overridden, analysis.polarity)
    samples = list(dict.fromkeys(table["sample"])) or [""]
    sections = [_lines(_metadata(analysis, table, samples)), _molecules(table, samples)]
    if table["mz"].notna().all() and len(table):
        sections += [_features(table, samples), _evidence(table)]
    return "\n".join(sections).encode()


def _prepare(features: pd.DataFrame, polarity: str) -> pd.DataFrame:
    """One row per feature, with its sample, its ion and the number of its molecule."""
    n = len(features)
    rows = pd.DataFrame(
        {
            "feature": np.arange(n),
            "sample": _optional(features, "sample", "str").fillna("").to_numpy(object),
            "mz": _optional(features, "mz", "float64").to_numpy(),
            "given": _optional(features, "adduct", "str").to_numpy(object),
            **{c: _optional(features, c, "str").to_numpy(object) for c in IDENTIFIERS},
        }
    )
    taken = ["feature_id", "name", "isomer", "rt", "volume", "consolidated_volume", "formula",
             "monoisotopic_mass", "verdict", "confidence", "parent_id", "parent", "process",
             "predicted_rt", "rule", "reason", "anchor", "log_p"]  # fmt: skip
    taken += [column for column in OVERRIDE_COLUMNS.values() if column in features.columns]
    rows = pd.concat([rows, features[taken].reset_index(drop=True)], axis=1)
    rows["published"] = published_names(features).array
    rows = _renamed(rows)
    rows["molecule"] = _molecule_of(rows)
    names = rows["published"].fillna(rows["name"]).map(_one_name, na_action="ignore")
    rows["chemical_name"] = rows["shorthand"].fillna(names)
    rows["identifier"] = _identifiers(rows)
    known = zip(rows["given"], rows["mz"], rows["monoisotopic_mass"], strict=True)
    ions = [_ion(given, mz, mass, polarity) for given, mz, mass in known]
    rows["adduct"] = pd.Series([ion for ion, _ in ions], dtype="str")
    rows["charge"] = pd.array([charge for _, charge in ions], dtype="Int64")
    rows["has_evidence"] = _has_evidence(rows)
    return rows


def _renamed(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with what the published name says, where it is not the name as given."""
    new = rows["published"].notna() & (rows["published"] != rows["name"])
    names = parse_names(rows["published"][new])
    said = pd.DataFrame(names.columns() | names.identifiers())
    for column in ("formula", "monoisotopic_mass", *IDENTIFIERS):
        rows.loc[new, column] = said[column].array
    rows["isomer"] = rows["isomer"].mask(new)
    return rows


def _optional(features: pd.DataFrame, column: str, kind: str) -> pd.Series[Any]:
    """Column of the features, missing values if they lack it."""
    if column in features.columns:
        return features[column]
    return pd.Series(np.nan, index=features.index, dtype=kind)


def _has_evidence(rows: pd.DataFrame) -> pd.Series[Any]:
    """Whether the ion and the mass of each row's name are known; not for labelled standards."""
    # Of a standard, the mass is known without its label alone, and the shorthand is missing.
    unnamed = rows["shorthand"].isna()
    known = rows["charge"].notna() & rows["monoisotopic_mass"].notna()
    is_older = bool(unnamed.all())  # no row has any: of an older version
    return known if is_older else known & ~unnamed


def _identifiers(rows: pd.DataFrame) -> pd.Series[Any]:
    """Identifier of each row's head group in LIPID MAPS.

    The entry, `LM:LMSP0601AS00`, else the class, `LM:LMSP0601`.
    """
    code = rows["lipid_maps_class"].astype("str").str.extract(r"\[(\w+)\]", expand=False)
    return f"{_LIPID_MAPS}:" + rows["lipid_maps_entry"].fillna("LM" + code)


def _molecule_of(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Index of the molecule of each row: its published species, its parent's, or its own."""
    published = rows["published"].notna().to_numpy()
    species = rows["published"].astype("str").str.cat(rows["isomer"].fillna(""), sep="\0")
    alone = [f"\0{i}" for i in rows["feature"]]  # keys that no name can be
    key = species.where(published, alone).to_numpy(object, copy=True)
    parent = rows["parent_id"].fillna(-1).to_numpy(np.int64)
    belongs = ~published & (parent >= 0)
    belongs[belongs] = published[parent[belongs]]
    key[belongs] = key[parent[belongs]]
    return pd.factorize(key)[0]


def _ion(given: Any, mz: float, mass: float, polarity: str) -> tuple[str | None, int | None]:
    """Adduct and charge as given, else of the usual ion that fits m/z and mass."""
    ion = known_adduct(given) if isinstance(given, str) else _usual_ion(mz, mass, polarity)
    return (None, None) if ion is None else (ion.name, abs(ion.charge))


def _usual_ion(mz: float, mass: float, polarity: str) -> Adduct | None:
    """Usual ion of a polarity whose m/z is near the measured one, None without such an ion."""
    if not (math.isfinite(mz) and math.isfinite(mass)):
        return None
    usual = usual_adducts(polarity)
    near = [ion for ion in usual if abs(mz - ion_mz(mass, ion.name)) < _SAME_MASS]
    return near[0] if near else None


def _metadata(analysis: Analysis, rows: pd.DataFrame, samples: list[str]) -> Iterator[list[Any]]:
    """Yield the lines of the metadata section, each a key and a value."""
    source = analysis.source
    yield from _about(analysis)
    polarities = rows["adduct"].map({ion.name: ion.polarity for ion in adducts()})
    positive, negative = polarities == "positive", polarities == "negative"
    unknown = _POSITIVE if analysis.polarity == "positive" else _NEGATIVE
    runs = range(1, len(samples) + 1)
    for run, sample in zip(runs, samples, strict=True):
        mine = rows["sample"] == sample
        seen = [name for name, found in ((_NEGATIVE, negative), (_POSITIVE, positive))
                if (mine & found).any()]  # fmt: skip
        yield [f"ms_run[{run}]-location", None]
        for number, polarity in enumerate(seen or [unknown], 1):
            yield [f"ms_run[{run}]-scan_polarity[{number}]", polarity]
    for run, sample in zip(runs, samples, strict=True):
        yield [f"assay[{run}]", sample or source.name]
        yield [f"assay[{run}]-ms_run_ref", f"ms_run[{run}]"]
    yield ["study_variable[1]", "undefined"]
    yield ["study_variable[1]-assay_refs", " | ".join(f"assay[{run}]" for run in runs)]
    yield ["study_variable[1]-description", "All samples of the table"]
    yield ["cv[1]-label", "MS"]
    yield ["cv[1]-full_name", "PSI-MS controlled vocabulary"]
    yield ["cv[1]-version", "4.1.11"]
    yield ["cv[1]-uri", "https://purl.obolibrary.org/obo/ms.obo"]
    yield ["database[1]", "[, , LIPID MAPS, ]"]
    yield ["database[1]-prefix", _LIPID_MAPS]
    yield ["database[1]-version", "Unknown"]
    yield ["database[1]-uri", "https://www.lipidmaps.org"]
    yield ["small_molecule-quantification_unit", _AREA]
    yield ["small_molecule_feature-quantification_unit", _AREA]
    yield ["id_confidence_measure[1]", _CONFIDENCE]


def _about(analysis: Analysis) -> Iterator[list[Any]]:
    """Yield the metadata of the input, the program and its settings."""
    source = analysis.source
    yield ["mzTab-version", "2.0.0-M"]
    yield ["mzTab-ID", f"ganglioside-{source.sha256[:16]}"]
    yield ["title", source.name]
    yield ["description", f"{analysis.summary.headline} Input: SHA-256 {source.sha256}."]
    yield ["software[1]", f"[, , Ganglioside, {analysis.version}]"]
    specs = setting_specs()
    for number, (name, value) in enumerate(analysis.settings.to_dict().items(), 1):
        unit = f" {specs[name].unit}" if name in specs and specs[name].unit else ""
        yield [f"software[1]-setting[{number}]", f"{name} = {value}{unit}"]
    yield ["quantification_method", _LABEL_FREE]


def _molecules(rows: pd.DataFrame, samples: list[str]) -> str:
    """Section of the small molecules, one row each."""
    published = rows["published"].notna()
    lead = rows.assign(known=published).sort_values(
        ["molecule", "known", "confidence", "feature"], ascending=[True, False, False, True]
    )
    lead = lead.drop_duplicates("molecule").reset_index(drop=True)
    known = lead["known"]
    full = bool(rows["mz"].notna().all())

    def ids(numbers: pd.Series[Any]) -> pd.Series[Any]:
        """Numbers of the rows of each molecule, `1 | 2`."""
        return numbers.astype("str").groupby(rows["molecule"]).agg(" | ".join)

    adducts = rows[rows["adduct"].notna() & published].groupby("molecule")["adduct"].agg(_distinct)
    areas = _areas(rows, samples)
    spread = areas.std(axis=1) / areas.mean(axis=1)
    columns: dict[str, Any] = {
        "SML_ID": lead["molecule"] + 1,
        "SMF_ID_REFS": lead["molecule"].map(ids(rows["feature"] + 1)) if full else None,
        "database_identifier": lead["identifier"].where(known),
        "chemical_formula": lead["formula"].where(known),
        "smiles": None,
        "inchi": None,
        "chemical_name": lead["chemical_name"].where(known),
        "uri": None,
        "theoretical_neutral_mass": lead["monoisotopic_mass"].where(known),
        "adduct_ions": lead["molecule"].map(adducts),
        "reliability": np.where(known, _PUTATIVE, _UNKNOWN),
        "best_id_confidence_measure": _CONFIDENCE,
        "best_id_confidence_value": _confidence(lead),
        **{f"abundance_assay[{i}]": areas[s] for i, s in enumerate(samples, 1)},
        "abundance_study_variable[1]": areas.mean(axis=1),
        "abundance_variation_study_variable[1]": spread,
        "opt_global_feature_ids": lead["molecule"].map(ids(rows["feature_id"])),
        "opt_global_name_as_given": _texts(lead["name"]),
        "opt_global_isomer": _texts(lead["isomer"]),
        **{f"opt_global_{c}": _texts(lead[c].where(known)) for c in _MORE_IDENTIFIERS},
        "opt_global_verdict": lead["verdict"].astype("str"),
        "opt_global_retention_time_in_seconds": lead["rt"] * _SECONDS,
        "opt_global_reason": _texts(lead["reason"]),
        **_overrides(lead),
    }
    return _section("SMH", "SML", columns, len(lead))


#: Identifiers that have no column of their own in the format.
_MORE_IDENTIFIERS: Final = ("shorthand_level", "lipid_maps_class", "swisslipids_class")


def _confidence(rows: pd.DataFrame) -> pd.Series[Any]:
    """Confidence of the verdicts, missing where an analyst decided on the name."""
    if "analyst_decision" not in rows:
        return rows["confidence"]
    decision = rows["analyst_decision"]
    return rows["confidence"].mask(decision.notna() & (decision != "later"))


def _overrides(rows: pd.DataFrame) -> dict[str, Any]:
    """Columns of the analysts' overrides; there are none in an analysis without overrides."""
    return {
        f"opt_global_{c}": _texts(rows[c]) for c in OVERRIDE_COLUMNS.values() if c in rows.columns
    }


def _areas(rows: pd.DataFrame, samples: list[str]) -> pd.DataFrame:
    """Area of each molecule in each sample, NaN if it was not found there.

    A feature that the model calls a piece and an analyst accepts counts as a species of its own,
    and no longer for its parent.
    """
    published, valid = rows["published"].notna(), rows["verdict"] == "valid"
    known = rows["molecule"].isin(rows["molecule"][published])
    freed = rows[published & rows["parent_id"].notna()]
    less = freed.groupby("parent_id")["volume"].sum().reindex(rows["feature_id"]).fillna(0.0)
    consolidated = rows["consolidated_volume"] - less.to_numpy()
    area = consolidated.where(valid, rows["volume"]).where(published)
    area = area.where(known, rows["volume"])
    molecules: pd.DataFrame = (
        area.groupby([rows["molecule"], rows["sample"]]).sum(min_count=1).unstack()
    )
    return molecules.reindex(columns=samples).reset_index(drop=True)


def _features(rows: pd.DataFrame, samples: list[str]) -> str:
    """Section of the features, one row per row of the input."""
    columns: dict[str, Any] = {
        "SMF_ID": rows["feature"] + 1,
        "SME_ID_REFS": (rows["feature"] + 1).where(rows["has_evidence"]).astype("Int64"),
        "SME_ID_REF_ambiguity_code": None,
        "adduct_ion": rows["adduct"],
        "isotopomer": None,
        "exp_mass_to_charge": rows["mz"],
        "charge": rows["charge"],
        "retention_time_in_seconds": rows["rt"] * _SECONDS,
        "retention_time_in_seconds_start": None,
        "retention_time_in_seconds_end": None,
        **{
            f"abundance_assay[{i}]": rows["volume"].where(rows["sample"] == s)
            for i, s in enumerate(samples, 1)
        },
        "opt_global_feature_id": rows["feature_id"],
        "opt_global_name_as_given": _texts(rows["name"]),
        "opt_global_sample": _texts(rows["sample"]),
        "opt_global_anchor": rows["anchor"],
        "opt_global_log_p": rows["log_p"],
        "opt_global_verdict": rows["verdict"].astype("str"),
        "opt_global_confidence": rows["confidence"],
        "opt_global_parent": _texts(rows["parent"]),
        "opt_global_process": _texts(rows["process"]),
        "opt_global_predicted_retention_time_in_seconds": rows["predicted_rt"] * _SECONDS,
        "opt_global_reason": _texts(rows["reason"]),
        **_overrides(rows),
    }
    return _section("SFH", "SMF", columns, len(rows))


def _evidence(table: pd.DataFrame) -> str:
    """Section of the evidence: mass and retention of each name whose ion is known."""
    rows = table[table["has_evidence"]]
    run = rows["sample"].map({s: i for i, s in enumerate(dict.fromkeys(table["sample"]), 1)})
    names = "ms_run[" + run.astype("str") + "]"
    ions = zip(rows["monoisotopic_mass"], rows["adduct"], strict=True)
    mass, rt = rows["mz"].map(_cell), (rows["rt"] * _SECONDS).map(_cell)
    columns: dict[str, Any] = {
        "SME_ID": rows["feature"] + 1,
        "evidence_input_id": names + ":mass=" + mass + ";rt=" + rt,
        "database_identifier": rows["identifier"].fillna(_NOT_THERE),
        "chemical_formula": rows["formula"],
        "smiles": None,
        "inchi": None,
        "chemical_name": rows["chemical_name"],
        "uri": None,
        "derivatized_form": None,
        "adduct_ion": rows["adduct"],
        "exp_mass_to_charge": rows["mz"],
        "charge": rows["charge"],
        "theoretical_mass_to_charge": [ion_mz(neutral, ion) for neutral, ion in ions],
        "spectra_ref": names + _NO_SPECTRUM,
        "identification_method": "[, , Ganglioside, retention and co-elution]",
        "ms_level": _MS1,
        "id_confidence_measure[1]": _confidence(rows),
        "rank": 1,
        "opt_global_verdict": rows["verdict"].astype("str"),
        "opt_global_rule": _texts(rows["rule"]),
    }
    return _section("SEH", "SME", columns, len(rows))


def _lines(rows: Iterable[list[Any]]) -> str:
    """Text of the metadata section."""
    return "".join("\t".join(["MTD", *map(_cell, row)]) + "\n" for row in rows)


def _section(header: str, prefix: str, columns: dict[str, Any], rows: int) -> str:
    """Text of a table of the format.

    Parameters
    ----------
    header, prefix
        First cells of the header and of each row.
    columns
        A series, array or list of `rows` values, or one value for all rows.
    rows
        Number of rows.
    """
    cells = []
    for column in columns.values():
        values = _plain(column)
        if isinstance(values, list):
            cells.append([_cell(value) for value in values])
        else:
            cells.append([_cell(values)] * rows)
    lines = ["\t".join([header, *columns])]
    lines += ["\t".join([prefix, *row]) for row in zip(*cells, strict=True)]
    return "\n".join(lines) + "\n"


def _plain(column: Any) -> Any:
    """List of a column's values, or the one value that was given for it."""
    if isinstance(column, pd.Series):
        return column.astype(object).where(column.notna(), None).tolist()
    return column.tolist() if isinstance(column, np.ndarray) else column


def _cell(value: Any) -> str:
    """Text of one cell: never empty, without tabs and line ends, and no formula.

    Numbers have all their digits and no exponent, which the format does not allow.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "null"
    if isinstance(value, float):
        return np.format_float_positional(value, trim="0")
    text = " ".join(safe_text(str(value)).split())
    return text or "null"


def _texts(column: pd.Series[Any]) -> pd.Series[Any]:
    """Column as text."""
    return column.astype("str")


def _one_name(name: str) -> str:
    """Name without the separator of several names."""
    return name.replace("|", "/")


def _distinct(values: pd.Series[Any]) -> str:
    """Distinct values in order of appearance, `a | b`."""
    return " | ".join(dict.fromkeys(values))
