"""Look-up of names: composition, mass, m/z, expected RT, features near it, and lists of ions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError, NameFormError, NobodyError
from ganglioside.exporting.lists import ListForm, to_list
from ganglioside.history import History
from ganglioside.lipids.adducts import expected_adducts, mz
from ganglioside.lipids.composition import UNIT_LABELS, Composition
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.species import Species
from ganglioside.questions.expected_library import Window
from ganglioside.simulation.example import example
from ganglioside.support.formatting import minutes
from ganglioside_widgets.state.visitors import Visitor
from ganglioside_widgets.visitor_time import visitor_text

#: Features are listed within at least this distance of a predicted RT, min.
_NEAR: Final = 0.25

#: Columns of `Answer.near`.
_NEAR_COLUMNS: Final = ("feature_id", "name", "rt", "apart", "verdict", "confidence", "parent")

#: Forms of an inclusion list and its windows, by what they are called.
FORMS: Final[dict[str, ListForm]] = {"CSV for any program": "generic", "Skyline": "skyline"}
WINDOWS: Final[dict[str, Window]] = {
    "95 % interval": "95%", "0.5 min": 0.5, "1 min": 1.0, "2 min": 2.0
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answer:
    """Facts and predictions about one name.

    Attributes
    ----------
    species : Species
    residues : str
        Sugar residues with their numbers, such as "3 Hex, 1 HexNAc".
    ions : pandas.DataFrame
        adduct, mz.
    predicted : pandas.DataFrame
        From `FittedModel.predict`; empty without an analysis.
    near : pandas.DataFrame
        Features near a predicted RT, by distance; `apart` is measured minus predicted RT, min.
    """

    species: Species
    residues: str
    ions: pd.DataFrame
    predicted: pd.DataFrame
    near: pd.DataFrame


@dataclass(frozen=True)
class Wanted:
    """Names that a visitor has written.

    Attributes
    ----------
    names : tuple of str
        Those that can be read, as they are usually written, none twice.
    faults : tuple of str
        One sentence for each line that cannot be read.
    """

    names: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Wanted:
        """Names of a text, one a line.

        Examples
        --------
        >>> Wanted.of("GM1 36:1;O2").names
        ('GM1(36:1;O2)',)
        """
        lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
        written = [(number, line) for number, line in lines if line]
        names: dict[str, None] = {}
        faults = []
        for number, line in written:
            try:
                names[parse_name(line).name] = None
            except NameFormError as refusal:
                faults.append(f"Line {number}: {refusal}" if len(written) > 1 else str(refusal))
        return cls(tuple(names), tuple(faults))


@dataclass(frozen=True)
class ModelChoice:
    """A session whose retention model can be used.

    Attributes
    ----------
    id : str
    label : str
    is_own : bool
        Whether the visitor made it.
    """

    id: str
    label: str
    is_own: bool


class SpeciesState(t.HasTraits):
    """Names, and the analysis whose retention model predicts their RT.

    Parameters
    ----------
    history : callable
        Opens the history.
    visitor : Visitor, optional
        That of this kernel where omitted.

    Attributes
    ----------
    text : str
        Names as they are written, one a line.
    wanted : Wanted
    chosen : str
        The name that is answered in full.
    answer : Answer or None
    analysis : Analysis or None
    basis : str
        File name of the analysis.
    error : str
    """

    text = t.Unicode("")
    wanted = t.Instance(Wanted, ())
    chosen = t.Unicode("")
    answer = t.Instance(Answer, allow_none=True)
    analysis = t.Instance(Analysis, allow_none=True)
    basis = t.Unicode("")
    error = t.Unicode("")

    def __init__(
        self, history: Callable[[], History] = History.open, visitor: Visitor | None = None
    ) -> None:
        super().__init__()
        self._open = history
        self.visitor = visitor or Visitor.here()

    def sessions(self) -> list[ModelChoice]:
        """Completed sessions, newest first; `error` says why there are none."""
        listed, self.error = _completed(self._open)
        return _choices(listed, self.visitor.author)

    def use(self, sid: str) -> bool:
        """Predict from the analysis of a session; from the bundled example if `sid` is empty.

        Returns
        -------
        bool
            Whether it could be read; `error` says why not.
        """
        from ganglioside.analysis import analyze

        try:
            analysis = self._open().load(sid) if sid else analyze(example())
        except GangliosideError as refusal:
            self.error = str(refusal)
            return False
        self.error, self.basis = "", analysis.source.name
        self.analysis = analysis
        return True

    def choose(self, name: str) -> None:
        """Answer one of the names in full."""
        if name in self.wanted.names:
            self.chosen = name

    def summary(self) -> pd.DataFrame:
        """One row for each name: name, formula, mass, predicted and interval as texts, basis."""
        species = [parse_name(name) for name in self.wanted.names]
        facts = pd.DataFrame(
            {
                "name": [each.name for each in species],
                "formula": [each.formula for each in species],
                "mass": [each.monoisotopic_mass for each in species],
            }
        )
        if self.analysis is None or not species:
            return facts
        lines = _lines(self.analysis.predict(list(self.wanted.names)))
        joined = lines.groupby("name").agg(_joined)
        return facts.join(joined, on="name")

    def inclusion_list(self, form: ListForm, window: Window) -> tuple[str, bytes] | None:
        """Name and content of a file with the ions of the names; None, and `error` says why not.

        Without names it has all species expected in the analysis.
        """
        if self.analysis is None:
            self.error = "Choose a session first."
            return None
        try:
            names = list(self.wanted.names) or None
            library = self.analysis.expected_library(names=names, window=window)
            content = to_list(library, form)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return None
        return f"{PurePath(self.basis).stem}_{form}_list.csv", content

    @t.observe("text")
    def _read(self, _: object) -> None:
        self.wanted = Wanted.of(self.text)

    @t.observe("wanted", "analysis", "chosen")
    def _ask(self, _: object) -> None:
        names = self.wanted.names
        chosen = self.chosen if self.chosen in names else next(iter(names), "")
        self.set_trait("chosen", chosen)
        self.answer = ask(chosen, self.analysis) if chosen else None


def _lines(predicted: pd.DataFrame) -> pd.DataFrame:
    """Name, predicted RT (with its isomer where there are several), interval and basis as texts."""
    times = {name: _minutes(predicted[name]) for name in ("predicted_rt", "lower", "upper")}
    is_several = predicted["name"].duplicated(keep=False)
    isomer = (" " + predicted["isomer"].fillna("")).where(is_several, "")
    texts = {
        "predicted": times["predicted_rt"] + isomer,
        "interval": times["lower"] + " to " + times["upper"],
    }
    return predicted[["name", "basis"]].assign(**texts)


def _joined(texts: pd.Series) -> str:
    return ", ".join(texts.unique())


def _minutes(times: pd.Series) -> pd.Series:
    return times.map(lambda rt: minutes(rt, unit=""))


def completed_sessions(open_history: Callable[[], History]) -> tuple[list[tuple[str, str]], str]:
    """Completed sessions as (label, id), newest first, and the error if there is one."""
    listed, error = _completed(open_history)
    return [(choice.label, choice.id) for choice in _choices(listed, "")], error


def _completed(open_history: Callable[[], History]) -> tuple[pd.DataFrame, str]:
    """Completed sessions, newest first, and the error if there is one."""
    try:
        listed = open_history().sessions()
    except NobodyError:
        return pd.DataFrame(), ""  # the page is ready, and waits for its visitor
    except GangliosideError as refusal:
        return pd.DataFrame(), str(refusal)
    return listed[listed["status"] == "completed"], ""


def _choices(listed: pd.DataFrame, author: str) -> list[ModelChoice]:
    return [
        ModelChoice(
            row["id"],
            f"{row['name']} ({visitor_text(row['created'])}, {row['id']})",
            row["author"] == author,
        )
        for row in listed.to_dict("records")
    ]


def preferred(choices: Iterable[ModelChoice]) -> str:
    """Id of the newest session that the visitor made, else of the newest one; empty without any."""
    newest_first = sorted(choices, key=lambda choice: not choice.is_own)
    return newest_first[0].id if newest_first else ""


def ask(name: str, analysis: Analysis | None) -> Answer:
    """Facts about a name, and predictions of an analysis if there is one.

    Raises
    ------
    NameFormError
        If the name cannot be read.

    Examples
    --------
    >>> answer = ask("GM1(36:1;O2)", None)
    >>> answer.residues
    '3 Hex, 1 HexNAc, 1 NeuAc'
    """
    species = parse_name(name)
    predicted = analysis.predict([name]) if analysis is not None else pd.DataFrame()
    near = _features_near(analysis, predicted) if analysis is not None else pd.DataFrame()
    return Answer(species, _residues(species.composition), _ions(species), predicted, near)


def _residues(composition: Composition) -> str:
    counts = zip(UNIT_LABELS, composition, strict=True)
    return ", ".join(f"{n} {label}" for label, n in counts if n) or "no sugar"


def _ions(species: Species) -> pd.DataFrame:
    """Table of adduct and m/z: the expected ions of negative, then of positive mode."""
    sialic_acids, mass = species.composition.sialic_acids, species.monoisotopic_mass
    negative = expected_adducts(sialic_acids, "negative")
    positive = expected_adducts(sialic_acids, "positive")
    names = [ion.name for ion in (*negative, *positive)]
    return pd.DataFrame({"adduct": names, "mz": [float(mz(mass, name)) for name in names]})


def _features_near(analysis: Analysis, predicted: pd.DataFrame) -> pd.DataFrame:
    """Features near a predicted RT: within `_NEAR`, or half the widest 95 % interval if wider.

    `apart` is the distance to the nearest prediction, as a name without isomer has several lines.
    """
    features = analysis.features
    expected = predicted.dropna(subset="predicted_rt")
    if expected.empty:
        return features.iloc[:0].assign(apart=0.0)
    distances = pd.DataFrame(
        {k: features["rt"] - rt for k, rt in enumerate(expected["predicted_rt"])},
        index=features.index,
    )
    sizes = distances.abs()
    is_nearest = sizes.eq(sizes.min(axis=1), axis=0)
    nearest = distances.where(is_nearest).bfill(axis=1).iloc[:, 0]
    widest = float((expected["upper"] - expected["lower"]).max())
    within = nearest.abs() <= max(_NEAR, widest / 2)
    near = features.assign(apart=nearest)[within]
    order = near["apart"].abs().sort_values(kind="stable").index
    return near.loc[order, list(_NEAR_COLUMNS)].reset_index(drop=True)
