"""Inclusion lists: where to look for which ion, for any program and for Skyline."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from ganglioside.errors import ExportError
from ganglioside.exporting.spreadsheet_text import safe_frame
from ganglioside.support.whole_files import write_whole

ListForm = Literal["generic", "skyline"]
LIST_FORMS: Final[tuple[ListForm, ...]] = get_args(ListForm)

_GENERIC: Final = {
    "name": "Name",
    "isomer": "Isomer",
    "formula": "Formula",
    "adduct": "Adduct",
    "mz": "m/z",
    "rt": "RT (min)",
    "rt_start": "RT start (min)",
    "rt_end": "RT end (min)",
    "basis": "Basis",
}

_MZ_DIGITS: Final = 5
_RT_DIGITS: Final = 3


def export_library(
    library: pd.DataFrame, path: str | PathLike[str], form: ListForm = "generic"
) -> Path:
    """Write an expected library as an inclusion list; a file that is there is replaced.

    Parameters
    ----------
    library
        What `Analysis.expected_library` returns.
    path
        A CSV file; its folder must exist.
    form
        `generic`, or `skyline` for Skyline's small-molecule transition list.

    Raises
    ------
    ExportError
        If the form is unknown or the file cannot be written.
    """
    if form not in _WRITERS:
        raise ExportError(f"{form!r} is no form of a list: use {' or '.join(LIST_FORMS)}.")
    return write_whole(Path(path).expanduser(), _WRITERS[form](library))


def to_generic_list(library: pd.DataFrame) -> bytes:
    """Return name, isomer, formula, adduct, m/z, RT, RT window and basis as CSV."""
    rounded = library.round({"mz": _MZ_DIGITS, "rt": _RT_DIGITS,
                             "rt_start": _RT_DIGITS, "rt_end": _RT_DIGITS})  # fmt: skip
    return _csv(rounded[list(_GENERIC)].rename(columns=_GENERIC))


def to_skyline_list(library: pd.DataFrame) -> bytes:
    """Return a small-molecule transition list of precursors for Skyline, as CSV.

    Its headers are Skyline's own. The window is the full width about the explicit retention
    time; both are empty where no time is known. Adducts carry no charge behind the bracket.
    """
    rt = library["rt"].round(_RT_DIGITS)
    width = (library["rt_end"] - library["rt_start"]).round(_RT_DIGITS)
    return _csv(
        pd.DataFrame(
            {
                "Molecule List Name": library["series"],
                "Molecule Name": _molecule_names(library),
                "Molecule Formula": library["formula"],
                "Precursor Adduct": library["adduct"].str.replace(r"\].*$", "]", regex=True),
                "Precursor m/z": library["mz"].round(_MZ_DIGITS),
                "Explicit Retention Time": rt,
                "Explicit Retention Time Window": width.where(np.isfinite(rt)),
                "Note": library["basis"],
            }
        )
    )


def _molecule_names(library: pd.DataFrame) -> list[str]:
    """Return a name for each molecule; isomers without a letter are told apart: `... early`."""
    isomers = library["isomer"].fillna("")
    places = [isomer.partition(" ")[2] for isomer in isomers]
    return [f"{n} {place}".rstrip() for n, place in zip(library["name"], places, strict=True)]


def _csv(table: pd.DataFrame) -> bytes:
    """Return a table as the other exports write CSV: see `tables.to_csv`."""
    return safe_frame(table).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


_WRITERS: Final[dict[str, Callable[[pd.DataFrame], bytes]]] = {
    "generic": to_generic_list,
    "skyline": to_skyline_list,
}
