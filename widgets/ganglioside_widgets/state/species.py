"""Look-up of one name: composition, mass, m/z, expected RT, and the features near it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError, NameFormError, NobodyError
from ganglioside.history import History
from ganglioside.lipids.adducts import expected_adducts, mz
from ganglioside.lipids.composition import UNIT_LABELS, Composition
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.species import Species
from ganglioside.simulation.example import example

#: Features are listed within at least this distance of a predicted RT, min.
_NEAR: Final = 0.25

#: Columns of `Answer.near`.
_NEAR_COLUMNS: Final = ("feature_id", "name", "rt", "apart", "verdict", "confidence", "parent")


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


class SpeciesState(t.HasTraits):
    """A name, and the analysis whose retention model predicts its RT.

    Attributes
    ----------
    name : str
    analysis : Analysis or None
    basis : str
        File name of the analysis.
    answer : Answer or None
    error : str
    """

    name = t.Unicode("")
    analysis = t.Instance(Analysis, allow_none=True)
    basis = t.Unicode("")
    answer = t.Instance(Answer, allow_none=True)
    error = t.Unicode("")

    def __init__(self, history: Callable[[], History] = History.open) -> None:
        super().__init__()
        self._open = history

    def sessions(self) -> list[tuple[str, str]]:
        """Completed sessions as (label, id), newest first; `error` says why there are none."""
        listed, self.error = completed_sessions(self._open)
        return listed

    def use(self, sid: str) -> None:
        """Predict from the analysis of a session; from the bundled example if `sid` is empty."""
        from ganglioside.analysis import analyze

        try:
            analysis = self._open().load(sid) if sid else analyze(example())
        except GangliosideError as refusal:
            self.error = str(refusal)
            return
        self.basis = analysis.source.name
        self.analysis = analysis

    @t.observe("name", "analysis")
    def _ask(self, _: object) -> None:
        self.error, answer = "", None
        if self.name.strip():
            try:
                answer = ask(self.name.strip(), self.analysis)
            except NameFormError as refusal:
                self.error = str(refusal)
        self.answer = answer


def completed_sessions(open_history: Callable[[], History]) -> tuple[list[tuple[str, str]], str]:
    """Completed sessions as (label, id), newest first, and the error if there is one."""
    try:
        listed = open_history().sessions()
    except NobodyError:
        return [], ""  # the page is ready, and waits for its visitor
    except GangliosideError as refusal:
        return [], str(refusal)
    completed = listed[listed["status"] == "completed"]
    created = completed["created"].dt.strftime("%Y-%m-%d %H:%M")
    rows = zip(completed["name"], created, completed["id"], strict=True)
    return [(f"{name} ({time} UTC, {sid})", sid) for name, time, sid in rows], ""


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
