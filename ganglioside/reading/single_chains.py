"""Names of one chain alone whose carbons would do for a sum, known by the others of their class."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from ganglioside.errors import NameFormError
from ganglioside.lipids.ceramide_names import one_chain
from ganglioside.lipids.name_readings import BareName, bare_name
from ganglioside.lipids.parsed_names import ParsedNames, parse_names
from ganglioside.support.text_columns import distinct, texts_of


def without_single_chains(texts: pd.Series[Any], names: ParsedNames) -> ParsedNames:
    """Names of which those are refused that are one chain alone as most of their class are.

    `Cer 26:0` may be a sum; beside `Cer 16:0` and `Cer 24:1`, which can be none, it is a longer
    acyl chain. Names of chains, with a letter or with oxygens (`d36:1`, `36:1;O2`) are believed.

    Parameters
    ----------
    texts : pandas.Series of str, shape (n,)
        The names as they are written.
    names
        The same, parsed.
    """
    if all(error.code != "one-chain" for error in names.errors.values()):
        return names
    bare = {t: name for t in distinct(texts_of(texts))[1] if (name := bare_name(t)) is not None}
    read = {text: name for text, name in bare.items() if text not in names.errors}
    alone = Counter(name.series for text, name in bare.items() if _code(text, names) == "one-chain")
    sums = Counter(name.series for name in read.values())
    refused = {
        text: _refusal(name)
        for text, name in read.items()
        if alone[name.series] > sums[name.series]
    }
    return parse_names(texts, refused) if refused else names


def _code(text: str, names: ParsedNames) -> str:
    """Code for which a name is refused; empty if it is read."""
    error = names.errors.get(text)
    return "" if error is None else error.code


def _refusal(name: BareName) -> NameFormError:
    """Error of a name that would do for a sum."""
    why = f", as most names of {name.series} in this table are"
    return one_chain(name.ceramide, name.head, why)
