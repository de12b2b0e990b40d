"""Processes of the results in words: `loss of Hex + HexNAc` for `-Hex-HexNAc`."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import pandas as pd

from ganglioside.lipids.artefacts import artefacts

#: A unit that is lost or gained, with its number: `-2NeuAc`.
_UNIT: Final = re.compile(r"([+-])(\d*)([^+\d-][^+-]*)")
_ISOTOPE: Final = re.compile(r"M\+\d+")


@cache
def process_words(process: str) -> str:
    """Words for a process; they never begin with a sign, which spreadsheets take for a formula.

    Parameters
    ----------
    process : str
        As the column `process` has it.

    Returns
    -------
    str
        The process itself if it is none that the results name.

    Examples
    --------
    >>> process_words("-Hex-HexNAc-2NeuAc"), process_words("+Na-H"), process_words("M+1")
    ('loss of Hex + HexNAc + 2 NeuAc', 'sodium adduct', 'isotope peak M+1')
    >>> process_words("-NeuAc+H2O")
    'loss of NeuAc, gain of H2O'
    """
    if _ISOTOPE.fullmatch(process):
        return f"isotope peak {process}"
    labels = {artefact.process: artefact.label for artefact in artefacts()}
    if process in labels:
        return labels[process]
    units = _UNIT.findall(process)
    if "".join(map("".join, units)) != process:
        return process
    lost = [_counted(number, unit) for sign, number, unit in units if sign == "-"]
    gained = [_counted(number, unit) for sign, number, unit in units if sign == "+"]
    parts = [("loss of", lost), ("gain of", gained)]
    return ", ".join(f"{word} {' + '.join(of)}" for word, of in parts if of)


def processes_in_words(processes: pd.Series[str]) -> pd.Series[str]:
    """The words of each process of a column, missing where it is.

    Examples
    --------
    >>> processes_in_words(pd.Series(["-NeuAc", None], dtype="str")).tolist()
    ['loss of NeuAc', nan]
    """
    return processes.map(process_words, na_action="ignore").astype("str")


def _counted(number: str, unit: str) -> str:
    """A unit with its number, where there are several."""
    return f"{number} {unit}".strip()
