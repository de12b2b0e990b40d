"""Column names and types of the tables that Ganglioside reads and returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class VerdictKind:
    """One verdict: its name and how it looks; `data/verdicts.csv` describes each column."""

    name: str
    name_is: str  # right, wrong or open
    of_parent: str  # what the feature is of its parent, empty without one
    explained: int
    symbol: str
    shape: str
    path: str
    mark: str
    mark_dark: str
    text: str
    text_dark: str
    fill: str
    terminal: str
    help: str


#: All verdicts, in the order of their codes.
VERDICT_KINDS: Final = read_facts("verdicts.csv", VerdictKind)

Verdict: TypeAlias = str
VERDICTS: Final[tuple[Verdict, ...]] = tuple(kind.name for kind in VERDICT_KINDS)

#: Verdicts by which the name of a feature is wrong; those of them that name a parent.
WRONG_VERDICTS: Final = tuple(kind.name for kind in VERDICT_KINDS if kind.name_is == "wrong")
PARENT_VERDICTS: Final = tuple(kind.name for kind in VERDICT_KINDS if kind.of_parent)

#: What a feature is of its parent, as texts say it, by verdict.
OF_PARENT: Final = {kind.name: kind.of_parent for kind in VERDICT_KINDS if kind.of_parent}

#: Verdicts by which it is known what a feature is.
EXPLAINED_VERDICTS: Final = tuple(kind.name for kind in VERDICT_KINDS if kind.explained)


@dataclass(frozen=True, slots=True)
class CategoryKind:
    """One category of gangliosides (by number of sialic acids), and its colours in charts."""

    name: str
    colour: str
    dark: str


#: All categories, in the order of legends (`data/categories.csv`).
CATEGORY_KINDS: Final = read_facts("categories.csv", CategoryKind)

Category: TypeAlias = str
CATEGORIES: Final[tuple[Category, ...]] = tuple(kind.name for kind in CATEGORY_KINDS)

#: Columns of `FeatureTable.data`, always all present; missing values are NA or NaN.
FEATURE_TABLE: Final[dict[str, str]] = {
    "feature_id": "int64",  # 0-based number of the feature in the table
    "row": "Int64",  # line of the file or row of the sheet, as programs number them
    "name": "str",  # as read
    "rt": "float64",  # min
    "volume": "float64",  # peak area
    "log_p": "float64",
    "anchor": "bool",
    "mz": "float64",
    "adduct": "str",
    "sample": "str",
    "sample_type": "str",  # sample, blank, qc, pool or standard; NA where the input does not say
    "sheet": "str",  # worksheet, NA for other inputs
    "fault": "str",  # reason why the row cannot be judged, NA if it can
}

#: Identifiers of the species that a name gives; older analyses lack them.
IDENTIFIERS: Final[dict[str, str]] = {
    "shorthand": "str",  # LIPID MAPS 2020
    "shorthand_level": "str",  # species (sum composition) or molecular species (chains)
    "lipid_maps_class": "str",  # Gangliosides [SP0601]
    "lipid_maps_entry": "str",  # of the head group on any ceramide, LMSP0601AJ00
    "swisslipids_class": "str",
}

#: Columns of `Analysis.features`, in order; columns carried through follow them.
FEATURES: Final[dict[str, str]] = {
    "feature_id": "Int64",
    "name": "str",
    "rt": "float64",
    "volume": "float64",
    "log_p": "float64",
    "anchor": "bool",
    "series": "str",
    "isomer": "str",
    "carbons": "Int64",
    "double_bonds": "Int64",
    "hydroxyls": "Int64",
    "hex": "Int64",
    "hexnac": "Int64",
    "neuac": "Int64",
    "neugc": "Int64",
    "dhex": "Int64",
    "oac": "Int64",
    "sugar_count": "Int64",
    "sialic_acids": "Int64",
    "category": "str",
    "formula": "str",
    "monoisotopic_mass": "float64",
    **IDENTIFIERS,
    "predicted_rt": "float64",
    "rt_lower": "float64",
    "rt_upper": "float64",
    "residual": "float64",
    "standardized_residual": "float64",
    "verdict": "category",
    "confidence": "float64",
    "parent_id": "Int64",
    "parent": "str",
    "process": "str",
    "rule": "str",
    "reason": "str",
    "consolidated_volume": "float64",
    "peak_id": "Int64",  # feature_id of the row that stands for its peak; most often its own
}

#: Input columns that follow `FEATURES` where the input has them.
OPTIONAL: Final[tuple[str, ...]] = ("row", "sheet", "mz", "adduct", "sample", "sample_type")

#: Columns that older versions did not have, and all that a stored analysis or an export may lack.
LATER: Final[tuple[str, ...]] = (*IDENTIFIERS, "peak_id")
MAY_LACK: Final[tuple[str, ...]] = (*LATER, *OPTIONAL)

#: Columns of `Analysis.models`: one row per series and isomer.
MODELS: Final[dict[str, str]] = {
    "series": "str",
    "isomer": "str",
    "n": "Int64",  # features on this line
    "n_anchors": "Int64",
    "offset": "float64",  # min, RT of the reference ceramide on this line
    "offset_se": "float64",  # min
    "sigma": "float64",  # min, spread about the line
    "r2": "float64",
    "r2_loo": "float64",
    "rmse_loo": "float64",  # min
    "log_p_slope": "float64",  # min per Log P unit; the plain per-series line, for comparison
    "log_p_intercept": "float64",
    "log_p_r2": "float64",
    "log_p_equation": "str",
    "may_judge": "bool",
    "why_not": "str",
}

#: Severities of findings and problems, the gravest first.
SEVERITIES: Final = ("error", "warning", "info")

#: Columns of `Analysis.findings`.
FINDINGS: Final[dict[str, str]] = {
    "code": "str",
    "severity": "str",  # "error", "warning" or "info"
    "feature_id": "Int64",  # NA if the finding is about a series or the table
    "series": "str",
    "message": "str",
    "advice": "str",
}

#: Columns of `FeatureTable.problems` and `Analysis.problems`.
PROBLEMS: Final[dict[str, str]] = {
    "feature_id": "Int64",  # NA if the problem is about the whole table
    "row": "Int64",  # 1-based line of the file or sheet, header included
    "column": "str",
    "value": "str",  # as read
    "code": "str",
    "severity": "str",  # "error": the row cannot be judged; "warning"; "info"
    "message": "str",
    "advice": "str",
}

#: Columns of `Overrides.to_frame`: analysts' decisions about features.
OVERRIDES: Final[dict[str, str]] = {
    "feature_id": "int64",
    "verdict": "str",  # NA if the verdict of the model stays
    "anchor": "boolean",  # NA if the anchor mark of the input stays
    "note": "str",
    "author": "str",
    "time": "datetime64[us, UTC]",
    "name": "str",  # the analyst's name for the feature, NA if its name stays
    "later": "boolean",  # True if the feature is left for later, else NA
    "confirmed_by": "str",  # a second person, NA if nobody confirmed it
    "confirmed_at": "datetime64[us, UTC]",
}

#: Names of the columns of overrides in a table that has the model's columns too.
OVERRIDE_COLUMNS: Final[dict[str, str]] = {
    "decision": "analyst_decision",  # accepted, renamed, rejected or later
    "name": "analyst_name",
    "verdict": "analyst_verdict",
    "anchor": "analyst_anchor",
    "note": "analyst_note",
    "author": "analyst",
    "time": "analyst_time",
    "confirmed_by": "confirmed_by",
    "confirmed_at": "confirmed_at",
}

#: Usual header of each input column, in the order of a correct file.
INPUT_LABELS: Final[dict[str, str]] = {
    "name": "Name",
    "rt": "RT",
    "volume": "Volume",
    "log_p": "Log P",
    "anchor": "Anchor",
    "mz": "m/z",
    "adduct": "Adduct",
    "sample": "Sample",
    "sample_type": "Sample type",
}

#: Input columns that every table needs.
NEEDED: Final[tuple[str, ...]] = ("name", "rt")

#: First lines of a correct file, for messages.
EXAMPLE_LINES: Final[tuple[str, ...]] = (
    "Name,RT,Volume,Log P,Anchor",
    "GD1(36:1;O2),9.572,1234567,1.53,T",
)

#: Largest RT that is accepted, in min: longer than any gradient in use.
MAX_RT: Final = 300.0

#: First characters of cells that a spreadsheet may execute.
FORMULA_STARTS: Final[tuple[str, ...]] = ("=", "@", "\t", "\r")
#: The same of names, which are no numbers with a sign.
FORMULA_STARTS_IN_NAMES: Final[tuple[str, ...]] = (*FORMULA_STARTS, "+", "-")


def carried_name(column: str) -> str:
    """Name of a foreign input column in the result: its own, unless a result column has it.

    Parameters
    ----------
    column
        Header of the input.

    Returns
    -------
    str

    Examples
    --------
    >>> carried_name("Batch"), carried_name("verdict")
    ('Batch', 'verdict (input)')
    """
    taken = column in FEATURES or column in OPTIONAL or column in OVERRIDE_COLUMNS.values()
    return f"{column} (input)" if taken else column
