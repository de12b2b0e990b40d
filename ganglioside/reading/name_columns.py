"""Names of a table: the column whose cells are lipids, or several columns put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.headers import Header
from ganglioside.reading.records import header_key
from ganglioside.support.text_columns import distinct, texts_of

#: Distinct cells of a column that are tried as names.
_TRIED: Final = 200
#: Share of readable cells with which a column is the one of names.
_ENOUGH: Final = 0.5
_LETTER: Final = re.compile(r"[^\W\d_]")
#: Codes of names that are refused, and yet are names of lipids.
_LIPIDS: Final = frozenset({"other-lipid", "one-chain"})
#: A column of names that its header shows is kept if this share is readable: the others may be
#: lipids of other classes.
_SOME: Final = 0.05

#: Columns of chains of which two may be the sphingoid base and the acyl chain.
_MOST_CHAINS: Final = 4

#: Headers of columns that hold the head group of each row.
_HEADS: Final = frozenset(
    ("class", "lipidclass", "subclass", "lipidsubclass", "mainclass", "classkey", "headgroup",
     "head", "ontology", "lipidhead", "category", "group", "series", "ganglioside", "klasse",
     "lipidgroup")
)  # fmt: skip
#: Headers of columns of carbons and of double bonds in both chains.
_CARBONS: Final = frozenset(
    ("carbons", "carbon", "c", "nc", "numberofcarbons", "totalcarbons", "carbonnumber", "catoms",
     "carbonatoms", "carboncount", "chainlength", "ccount", "numcarbons", "kohlenstoffe")
)  # fmt: skip
_DOUBLE_BONDS: Final = frozenset(
    ("doublebonds", "doublebond", "db", "dbs", "ndb", "dbe", "numberofdoublebonds", "unsaturation",
     "unsaturations", "totaldoublebonds", "dbcount", "doublebondnumber", "totaldb",
     "numdoublebonds", "doppelbindungen")
)  # fmt: skip
#: A chain, or the sum of both: the rest of a name whose head stands elsewhere.
_CHAINS: Final = re.compile(r"\(?[mdtqhn]?(?:C|O-)?[0-9]{1,2}:[0-9]{1,2}.{0,60}", re.IGNORECASE)


@dataclass(frozen=True, eq=False, slots=True)
class NameChoice:
    """The names of a table.

    Attributes
    ----------
    position : int
        The column of names, or of the chains if the names are put together.
    names : pandas.Series of str or None
        Names put together from several cells.
    parts : tuple of str
        Headers (or the sheet) that names are put together from.
    by_content : bool
        Whether the header did not show the column of names, or showed another.
    """

    position: int
    names: pd.Series[Any] | None = None
    parts: tuple[str, ...] = ()
    by_content: bool = False


def choose_names(
    header: Header, cells: pd.DataFrame, sheet: str, *, named: bool
) -> NameChoice | None:
    """The names of a table; None if no column can hold them.

    Parameters
    ----------
    header
        Header and input columns, perhaps without that of names.
    cells
        Cells below the header.
    sheet
        Name of the worksheet, which may be the head group of its rows.
    named
        Whether the user named the column of names.
    """
    shown = header.positions.get("name")
    if named and shown is not None:
        return NameChoice(shown)
    best = _best_shown(header, cells)
    if best is not None and best[1] >= _ENOUGH:
        return NameChoice(best[0], by_content=best[0] != shown)
    together = _put_together(header, cells, sheet) or _put_together_of_numbers(header, cells)
    if together is not None:
        return together
    by_content = _best_text(header, cells)
    alone = None if by_content is not None else _put_together_of_one(header, cells, sheet)
    if alone is not None:
        return alone
    if by_content is not None and (best is None or best[1] < _SOME):
        return NameChoice(by_content, by_content=True)
    return None if best is None else NameChoice(best[0], by_content=best[0] != shown)


def readable_share(cells: pd.Series[Any] | Sequence[str], *, whole: bool = False) -> float:
    """Share of the distinct cells, or of some of them, that are read as names.

    With `whole`, those of one chain alone do not count.
    """
    found = _distinct_cells(cells)
    if not found:
        return 0.0
    picked = np.linspace(0, len(found) - 1, min(_TRIED, len(found))).astype(int)
    tried = [found[i] for i in picked]
    if not any(_LETTER.search(cell) for cell in tried):
        return 0.0  # numbers, which take long to be tried as names
    names = parse_names(tried)
    lipids = (names.index >= 0) | names.standard
    unread = np.flatnonzero(~lipids)
    lipid = _LIPIDS - {"one-chain"} if whole else _LIPIDS
    lipids[unread] = [names.errors[tried[i]].code in lipid for i in unread]
    return float(np.mean(lipids))


def _are_standards(cells: pd.Series[Any]) -> bool:
    """Whether every lipid among the cells is an internal standard."""
    names = parse_names(_distinct_cells(cells)[:_TRIED])
    return bool(names.standard.any() and not (names.index[~names.standard] >= 0).any())


def _distinct_cells(cells: pd.Series[Any] | Sequence[str]) -> list[str]:
    """Distinct cells that are not empty, in order of appearance."""
    found = distinct(texts_of(cells))[1] if isinstance(cells, pd.Series) else dict.fromkeys(cells)
    return [cell for cell in found if cell]


def _best_shown(header: Header, cells: pd.DataFrame) -> tuple[int, float] | None:
    """Position and readable share of the best column whose header can be one of names."""
    shown = [header.positions["name"]] if "name" in header.positions else []
    shown += [position for column, position in header.spare if column == "name"]
    if not shown:
        return None
    shares = [(readable_share(cells[position]), -rank) for rank, position in enumerate(shown)]
    share, rank = max(shares)
    return shown[-rank], share


def _best_text(header: Header, cells: pd.DataFrame) -> int | None:
    """Position of the column without a known header in which most cells are names.

    Of several it is the one with most different names: others may hold classes, or second
    candidates of some features. One of internal standards alone says what each row is compared to.
    """
    taken = set(header.positions.values())
    shares = {i: readable_share(cells[i]) for i in range(len(header.texts)) if i not in taken}
    found = [i for i, share in shares.items() if share >= _ENOUGH and not _are_standards(cells[i])]
    counts = {i: len(distinct(texts_of(cells[i]))[1]) for i in found}
    return max(found, key=lambda i: shares[i] * counts[i], default=None)


def _put_together(header: Header, cells: pd.DataFrame, sheet: str) -> NameChoice | None:
    """Names from a head group and chains that stand apart; None if that gives no names."""
    positions = _columns_of_chains(header, cells)
    alone = [(position,) for position in positions]
    pairs = list(combinations(positions[:_MOST_CHAINS], 2))
    for used in (*alone, *pairs):
        choice = _with_heads(header, cells, sheet, used, whole=True)
        if choice is not None:
            return choice
    return None


def _put_together_of_one(header: Header, cells: pd.DataFrame, sheet: str) -> NameChoice | None:
    """Names from a head group and one chain, which say so; None if that gives no names."""
    alone = ((position,) for position in _columns_of_chains(header, cells))
    found = (_with_heads(header, cells, sheet, used, whole=False) for used in alone)
    return next((choice for choice in found if choice is not None), None)


def _with_heads(
    header: Header, cells: pd.DataFrame, sheet: str, used: tuple[int, ...], *, whole: bool
) -> NameChoice | None:
    """Names from head groups and columns of chains; None if that gives no names.

    With `whole`, names of one chain alone are none: the other one may be in another column.
    """
    chains = cells[used[0]].str.strip()
    for position in used[1:]:
        other = cells[position].str.strip()
        chains = (chains + "/" + other).where((chains != "") & (other != ""), chains)
    for title, heads in _heads(header, cells, chains, sheet):
        names = (heads + " " + chains).where((heads != "") & (chains != ""), chains)
        if readable_share(names, whole=whole) >= _ENOUGH:
            titles = (header.texts[position].strip() for position in used)
            return NameChoice(used[0], names, (title, *titles))
    return None


def _put_together_of_numbers(header: Header, cells: pd.DataFrame) -> NameChoice | None:
    """Names from columns of head groups, carbons and double bonds; None if that gives no names."""
    keys = [header_key(text) for text in header.texts]
    heads, carbons, bonds = (
        next((i for i, key in enumerate(keys) if key in known), None)
        for known in (_HEADS, _CARBONS, _DOUBLE_BONDS)
    )
    if heads is None or carbons is None or bonds is None:
        return None
    parts = [cells[i].str.strip().str.removesuffix(".0") for i in (heads, carbons, bonds)]
    names = parts[0] + " " + parts[1] + ":" + parts[2]
    names = names.mask((parts[1] == "") | (parts[2] == ""), "").astype("str")
    if readable_share(names) < _ENOUGH:
        return None
    return NameChoice(heads, names, tuple(header.texts[i].strip() for i in (heads, carbons, bonds)))


def _columns_of_chains(header: Header, cells: pd.DataFrame) -> list[int]:
    """Positions of columns in which most cells are chains."""
    others = {p for c, p in header.positions.items() if c != "name"}
    found = []
    for position in range(len(header.texts)):
        if position in others:
            continue
        tried = _distinct_cells(cells[position])[:_TRIED]
        matched = sum(_CHAINS.fullmatch(text.strip()) is not None for text in tried)
        if tried and matched >= _ENOUGH * len(tried):
            found.append(position)
    return found


def _heads(
    header: Header, cells: pd.DataFrame, chains: pd.Series[Any], sheet: str
) -> Iterator[tuple[str, pd.Series[Any]]]:
    """Yield possible head groups of the rows, each with the words for where they stand."""
    for position, text in enumerate(header.texts):
        if header_key(text) in _HEADS:
            yield text.strip(), _filled_down(cells[position].str.strip())
    if sheet:
        yield sheet_words(sheet), pd.Series(sheet, index=cells.index, dtype="str")
    yield "headings of sections", _sections(chains)


def _filled_down(heads: pd.Series[Any]) -> pd.Series[Any]:
    """Head groups of which each is written once, above the rows that it is of."""
    return heads.mask(heads == "").ffill().fillna("").astype("str")


def sheet_words(sheet: str) -> str:
    """Words for a worksheet as a part of names."""
    return f"sheet {sheet}"


def _sections(chains: pd.Series[Any]) -> pd.Series[Any]:
    """Heading above each row: the last cell that is no chain; empty for headings themselves."""
    is_heading = ~chains.str.strip().str.fullmatch(_CHAINS) & (chains != "")
    headings = chains.where(is_heading).ffill().fillna("")
    return headings.mask(is_heading, "").astype("str")
