"""LipidSearch 4 and 5: alignments and results of single files, as text, CSV or workbook.

Sources of the headers: LipidSearch 4.2 and 5.2 exports as in FareseWaltherLab/LipidCruncher
(`sample_datasets/`, tests of alignments), Wenting42/Lipidomics, ShinyFabio/ADViSELipidomics and
welshea/mass_spectrometry_pipelines. Columns `[s1]` are of groups of files, `[s1-1]` of single
files, `[c]` of the control group; lines above the header tell their files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, SampleColumns

#: A column of one sample: `MainArea[s1]`, `Rt[s1-1]`.
_COLUMN: Final = re.compile(r"(?P<what>[A-Za-z]+) ?\[(?P<key>(?:c|s\d{1,4})(?:-\d{1,4})?)\]")
#: What such columns hold, the preferred ones first; others are grades, scores, ratios and the like.
#: The top of a peak is known in each file, the RT of a spectrum only where there was one.
_WHAT: Final = {
    "volume": ("area", "mainarea", "originalarea", "orgarea", "orgmainarea", "meanarea",
               "orgmeanarea", "height", "mainheight"),
    "rt": ("obsrt", "mainrt", "toprt", "toppos", "rt", "grouptoppos"),
    "mz": ("obsmz", "mainmz"),
}  # fmt: skip
#: The key of a file in the lines above the header: `#[s1-1]:file.raw`, `s1-1<tab>job<tab>file.raw`.
_KEY: Final = re.compile(r"#?\[?(?P<key>(?:c|s\d{1,4})-\d{1,4})\]?(?: ?: ?(?P<file>\S.*))?")
_FILE: Final = re.compile(r".+\.(?:raw|mzml|mzxml|d|wiff2?|lcd)", re.IGNORECASE)


def _samples(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Samples of an alignment, named by their files where the lines above tell them."""
    columns = _columns(texts)
    files = _files(above)
    found = []
    for key in dict.fromkeys(key for by_key in columns.values() for key in by_key):
        positions = {what: by_key[key] for what, by_key in columns.items() if key in by_key}
        if "volume" in positions:
            name = files.get(key) or files.get(f"{key}-1", key)
            found.append(SampleColumns(name, "", positions))
    return tuple(found)


def _columns(texts: Sequence[str]) -> dict[str, dict[str, int]]:
    """Positions of area, RT and m/z by the key of their sample."""
    matches = [(i, _COLUMN.fullmatch(text.strip())) for i, text in enumerate(texts)]
    by_word: dict[str, dict[str, int]] = {}
    for position, match in matches:
        if match:
            by_word.setdefault(match["what"].lower(), {}).setdefault(match["key"], position)
    chosen = {}
    for what, words in _WHAT.items():
        word = next((word for word in words if word in by_word), None)
        if word:
            chosen[what] = by_word[word]
    return chosen


def _files(above: Sequence[Record]) -> Mapping[str, str]:
    """Files by their keys; a group of one file has the file's name too."""
    found: dict[str, str] = {}
    for _, cells in above:
        cells = [cell.strip() for cell in cells]
        match = next((m for cell in cells if (m := _KEY.fullmatch(cell))), None)
        if match:
            others = [cell for cell in cells if _FILE.fullmatch(cell) and cell != match.group()]
            file = match["file"] or next(iter(others), "")
            if file:
                found[match["key"]] = file
    return {**found, **_single(found)}


def _single(files: Mapping[str, str]) -> dict[str, str]:
    """Files of the groups that have one file only."""
    groups: dict[str, list[str]] = {}
    for key, file in files.items():
        groups.setdefault(key.split("-")[0], []).append(file)
    return {group: members[0] for group, members in groups.items() if len(members) == 1}


FORMATS: Final = (
    Format(
        "LipidSearch",
        files="alignment, and results of single files, versions 4 and 5; text, CSV or workbook",
        marks=(
            ("LipidMolec", "BaseRt"),
            ("LipidMolec", "Calc Mass"),
            ("LipidIon", "LipidGroup"),
            ("LipidIon", "FattyAcid"),
            ("LipidID", "AdductIon"),
            ("LipidID", "ClassKey"),
        ),
        columns={
            "name": ("LipidMolec", "LipidIon", "LipidID", "LipidGroup"),
            "rt": ("BaseRt", "Rt", "ObsRt", "TopRT", "RT(min)"),
            "mz": ("ObsMz",),
            "adduct": ("MainIon", "AdductIon", "Adduct", "Ion"),
            "volume": ("Area", "MainArea"),
        },
        samples=_samples,
        taken=(
            "lipids, ions, RT and areas of each file or group, their m/z and RT where the table "
            "has them; normalised areas, ratios, grades and scores are left out"
        ),
    ),
)
