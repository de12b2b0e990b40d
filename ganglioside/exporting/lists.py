"""Inclusion lists: ions with their m/z and RT windows, for any program and for Skyline."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from ganglioside.errors import ExportError
from ganglioside.exporting.formats import require_ending
from ganglioside.exporting.spreadsheet_text import safe_frame
from ganglioside.support.quoting import quoted
from ganglioside.support.whole_files import write_whole

ListForm = Literal["generic", "skyline"]
LIST_FORMS: Final[tuple[ListForm, ...]] = get_args(ListForm)

#: Headers of the generic list, by the columns of an expected library.
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
    """Write an expected library as an inclusion list; an existing file is replaced.

    Parameters
    ----------
    library
        Result of `Analysis.expected_library`.
    path
        A CSV file; its folder must exist.
    form
        `generic`, or `skyline` for Skyline's small-molecule transition list.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ExportError
        If the form is unknown, the ending is that of another kind of file, or the file cannot be
        written.

    Examples
    --------
    >>> import tempfile
    >>> import ganglioside as gg
    >>> library = gg.analyze(gg.example()).expected_library(["GM1"], ["36:1"], ["[M-H]-"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = export_library(library, f"{folder}/list.csv")
    ...     pd.read_csv(written)[["Name", "m/z"]].to_numpy().tolist()
    [['GM1(36:1;O2)', 1544.86938]]
    """
    target = Path(path).expanduser()
    require_ending(target, "csv")
    return write_whole(target, to_list(library, form))


def to_list(library: pd.DataFrame, form: ListForm = "generic") -> bytes:
    """CSV of an expected library as an inclusion list of a form; see `export_library`.

    Raises
    ------
    ExportError
        If the form is unknown.
    """
    if form not in _WRITERS:
        raise ExportError(f"{quoted(form)} is no form of a list: use {' or '.join(LIST_FORMS)}.")
    return _WRITERS[form](library)


def to_generic_list(library: pd.DataFrame) -> bytes:
    """CSV with name, isomer, formula, adduct, m/z, RT, RT window and basis of each ion."""
    times = dict.fromkeys(("rt", "rt_start", "rt_end"), _RT_DIGITS)
    rounded = library.round({"mz": _MZ_DIGITS, **times})
    return _csv(rounded[list(_GENERIC)].rename(columns=_GENERIC))


def to_skyline_list(library: pd.DataFrame) -> bytes:
    """CSV of Skyline's small-molecule transition list, with precursors only.

    The headers are those of Skyline. The window is the full width about the explicit retention
    time; both are empty if no time is known. Adducts have no charge behind the bracket.
    """
    rt = library["rt"].round(_RT_DIGITS)
    width = (library["rt_end"] - library["rt_start"]).round(_RT_DIGITS)
    columns = {
        "Molecule List Name": library["series"],
        "Molecule Name": _molecule_names(library),
        "Molecule Formula": library["formula"],
        "Precursor Adduct": library["adduct"].str.replace(r"\].*$", "]", regex=True),
        "Precursor m/z": library["mz"].round(_MZ_DIGITS),
        "Explicit Retention Time": rt,
        "Explicit Retention Time Window": width.where(np.isfinite(rt)),
        "Note": library["basis"],
    }
    return _csv(pd.DataFrame(columns))


def _molecule_names(library: pd.DataFrame) -> list[str]:
    """Name of each molecule; isomers without a letter end with `early` or `late`."""
    names = []
    for name, isomer in zip(library["name"], library["isomer"].fillna(""), strict=True):
        _, _, order = isomer.partition(" ")  # `GD1 early`: the isomer without a letter
        names.append(f"{name} {order}".rstrip())
    return names


def _csv(table: pd.DataFrame) -> bytes:
    """CSV of a table, written as in `tables.to_csv`."""
    return safe_frame(table).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


_WRITERS: Final[dict[str, Callable[[pd.DataFrame], bytes]]] = {
    "generic": to_generic_list,
    "skyline": to_skyline_list,
}
