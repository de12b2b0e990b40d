"""Cards of what goes in: a feature table or study, settings, a species."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from ganglioside.columns import FEATURE_TABLE, INPUT_LABELS
from ganglioside.display.cards import card
from ganglioside.lipids.adducts import expected_adducts, mz
from ganglioside.settings import setting_specs
from ganglioside.support.formatting import area, minutes, plain

if TYPE_CHECKING:
    from ganglioside.lipids.species import Species
    from ganglioside.reading.feature_table import FeatureTable
    from ganglioside.settings import Settings

#: Rows, and faults of reading, of a card.
MOST_ROWS: Final = 8
MOST_FAULTS: Final = 5

#: Columns whose numbers are written as minutes, and as areas.
_MINUTES: Final = ("rt",)
_AREAS: Final = ("volume",)


def table_card(table: FeatureTable) -> str:
    """Card of a feature table or study: what was read, its faults, the first rows.

    Parameters
    ----------
    table : FeatureTable

    Returns
    -------
    str
        HTML.
    """
    report = table.report
    labels = {"row": "Row"} | {c: INPUT_LABELS[c] for c in FEATURE_TABLE if c in INPUT_LABELS}
    shown = [c for c in labels if table.data[c].notna().any() and (c != "anchor" or _marked(table))]
    head = table.data[shown].head(MOST_ROWS)
    return card(
        "table",
        title=table.source.name,
        report=report,
        faults=report.faults[:MOST_FAULTS],
        more_faults=len(report.faults) - MOST_FAULTS,
        headings=[labels[c] for c in shown],
        rows=list(_cells(head).itertuples(index=False)),
        numeric=[k for k, c in enumerate(shown) if pd.api.types.is_numeric_dtype(head[c])],
        more_rows=f"{len(table) - len(head):,}" if len(table) > len(head) else "",
    )


def _marked(table: FeatureTable) -> bool:
    """Whether any row is marked as an anchor."""
    return bool(table.data["anchor"].any())


def _cells(head: pd.DataFrame) -> pd.DataFrame:
    """Rows as the card writes them."""
    cells = head.astype(object)
    for column in cells:
        if column in _MINUTES:
            cells[column] = head[column].map(lambda v: minutes(v, "", unit=""))
        elif column in _AREAS:
            cells[column] = head[column].map(lambda v: area(v, ""))
        elif column == "anchor":
            cells[column] = head[column].map({True: "yes", False: ""})
    return cells


def settings_card(settings: Settings) -> str:
    """Card of settings: value, usual value, range and effect of each.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    str
        HTML.
    """
    usual = type(settings)().values()
    rows = []
    specs = setting_specs()
    for name, value in settings.values().items():
        spec = specs.get(name)
        span = f"{plain(spec.low)} to {plain(spec.high)}" if spec else ""
        unit = spec.unit if spec else ""
        rows.append((name, plain(value), unit, plain(usual[name]), span, spec and spec.help))
    changed = sum(value != usual[name] for name, value in settings.values().items())
    return card("settings", rows=rows, changed=changed)


def species_card(species: Species) -> str:
    """Card of a species: names, formula, mass, classes, and m/z of its usual ions.

    Parameters
    ----------
    species : Species

    Returns
    -------
    str
        HTML.
    """
    acids = species.composition.sialic_acids
    ions = [ion for mode in ("negative", "positive") for ion in expected_adducts(acids, mode)]
    mass = species.monoisotopic_mass
    facts = [
        ("Shorthand", f"{species.shorthand} ({species.level})"),
        ("Series", species.series),
        ("Ceramide", " / ".join(species.chains) or str(species.ceramide)),
        ("Formula", species.formula),
        ("Monoisotopic mass", f"{mass:.4f} Da"),
        (
            "LIPID MAPS",
            " ".join(filter(None, (species.lipid_maps_class, species.lipid_maps_entry))),
        ),
        ("SwissLipids", species.swisslipids or ""),
    ]
    return card(
        "species",
        name=species.name,
        facts_of=[(label, text) for label, text in facts if text],
        ions=[(ion.name, f"{mz(mass, ion.name):.4f}") for ion in ions],
    )
