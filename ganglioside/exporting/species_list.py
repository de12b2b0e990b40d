"""The accepted species as a list: a workbook, or one CSV table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from ganglioside.exporting.spreadsheet_text import safe_frame
from ganglioside.exporting.workbook import workbook_of

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis

_NOTES: Final = (
    (
        "species",
        "One row per accepted species: its verdict is valid, or an analyst accepted or renamed it. "
        "head is the head group with its isomer, where that is known. Peaks that an analyst "
        "accepted away from the others of their name are rows of their own, with their RT in head.",
    ),
    ("area", "As measured, of one ion (column ion), summed over samples without QC and pools."),
    (
        "area_returned",
        "Area of its in-source fragments and other losses that have rows, by the probability that "
        "they are its own. rows_returned counts them.",
    ),
    (
        "area_unseen",
        "Area of its fragments that have no row, as the yields of larger species of its series let "
        "expect.",
    ),
    (
        "area_consolidated",
        "area + area_returned + area_unseen: the area, had nothing been lost in the ion source. "
        "area_low and area_high are its 95 % interval, which has no scatter of injections or "
        "samples in it.",
    ),
    (
        "area_other_ions",
        "Area of its other ions and isotope peaks, which are not added: another ion has a response "
        "of its own.",
    ),
    ("share", "Percent of the consolidated area of all accepted species, with a 95 % interval."),
    (
        "confidence",
        "Probability that the name is right, 0 to 1, as the model judges; none of what an analyst "
        "decided.",
    ),
    ("Empty cells", "The value is unknown; it does not mean zero."),
)


def to_species_csv(analysis: Analysis) -> bytes:
    r"""CSV of the accepted species; of a study, with the consolidated area of each sample.

    Written as `to_csv` writes the features.

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
    >>> to_species_csv(gg.analyze(gg.example())).decode("utf-8-sig").splitlines()[0][:23]
    'name,head,series,catego'
    """
    table = analysis.species
    areas = _areas_by_sample(analysis)
    if areas.shape[1] > 1:
        table = pd.concat([table, areas], axis=1)
    return safe_frame(table).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def to_species_xlsx(analysis: Analysis) -> bytes:
    """Excel workbook of the accepted species.

    Sheets: species, samples (areas of each species in each sample), series, ceramides, categories
    (their shares) and notes (explanations).

    Parameters
    ----------
    analysis
        The results.

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        If a table has more rows than a sheet, or the temporary folder has no room.

    Examples
    --------
    >>> import io
    >>> import ganglioside as gg
    >>> book = pd.ExcelFile(io.BytesIO(to_species_xlsx(gg.analyze(gg.example()))))
    >>> book.sheet_names
    ['species', 'samples', 'series', 'ceramides', 'categories', 'notes']
    """
    return workbook_of(
        {
            "species": analysis.species,
            "samples": analysis.species_by_sample,
            "series": analysis.profile("series").table,
            "ceramides": analysis.profile("ceramide").table,
            "categories": analysis.profile("category").table,
            "notes": pd.DataFrame(_NOTES, columns=["item", "meaning"]),
        }
    )


def _areas_by_sample(analysis: Analysis) -> pd.DataFrame:
    """Consolidated area of each species (rows of `Analysis.species`) in each sample (columns)."""
    long = analysis.species_by_sample.dropna(subset=["sample"])
    key = ["head", "name"]
    wide = long.pivot(index=key, columns="sample", values="area_consolidated")
    order = pd.MultiIndex.from_frame(analysis.species[key])
    return wide.reindex(order).add_prefix("area ").reset_index(drop=True)
