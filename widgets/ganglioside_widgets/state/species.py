"""One name: what it is made of, where it should elute, and what stands there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError, NameFormError
from ganglioside.history import History
from ganglioside.lipids.adducts import expected_adducts, mz
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.species import Species
from ganglioside.simulation.example import example

#: The RT around a prediction in which features are listed is at least this wide, min each way.
_NEAR = 0.25

#: Residues in the order in which they are told.
_RESIDUES = ("hex", "hexnac", "neuac", "neugc", "dhex", "oac")


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of one name.

    Attributes
    ----------
    species : Species
    residues : str
    ions : pandas.DataFrame
        adduct, mz.
    predicted : pandas.DataFrame
        As `FittedModel.predict`; empty without an analysis.
    near : pandas.DataFrame
        The features that elute there, by distance.
    """

    species: Species
    residues: str
    ions: pd.DataFrame
    predicted: pd.DataFrame
    near: pd.DataFrame


class SpeciesState(t.HasTraits):
    """A name and the analysis that is asked about it.

    Attributes
    ----------
    name : str
    analysis : Analysis or None
        Whose retention model predicts.
    basis : str
        What the analysis is called.
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
        """Return completed sessions as (label, id), the newest first."""
        listed, self.error = completed_sessions(self._open)
        return listed

    def use(self, sid: str) -> None:
        """Ask the model of a session; of the bundled example where `sid` is empty."""
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
    """Return completed sessions as (label, id), the newest first, and why there are none."""
    try:
        listed = open_history().sessions()
    except GangliosideError as refusal:
        return [], str(refusal)
    done = listed[listed["status"] == "completed"]
    when = done["created"].dt.strftime("%Y-%m-%d %H:%M")
    rows = zip(done["name"], when, done["id"], strict=True)
    return [(f"{name} ({time} UTC, {sid})", sid) for name, time, sid in rows], ""


def ask(name: str, analysis: Analysis | None) -> Answer:
    """Return what is known of a name.

    Raises
    ------
    NameFormError
        If the name cannot be read.
    """
    found = parse_name(name)
    composition = found.composition
    counts = {r: getattr(composition, r) for r in _RESIDUES}
    residues = ", ".join(f"{n} {_LABELS[r]}" for r, n in counts.items() if n) or "no sugar"
    sialic_acids = composition.sialic_acids
    expected = [
        ion
        for polarity in ("negative", "positive")
        for ion in expected_adducts(sialic_acids, polarity)
    ]
    ions = [(ion.name, float(mz(found.monoisotopic_mass, ion.name))) for ion in expected]
    predicted = analysis.predict([name]) if analysis is not None else pd.DataFrame()
    return Answer(
        found,
        residues,
        pd.DataFrame(ions, columns=["adduct", "mz"]),
        predicted,
        _near(analysis, predicted),
    )


_LABELS = dict(zip(_RESIDUES, ("Hex", "HexNAc", "NeuAc", "NeuGc", "dHex", "OAc"), strict=True))


def _near(analysis: Analysis | None, predicted: pd.DataFrame) -> pd.DataFrame:
    if analysis is None:
        return pd.DataFrame()
    features = analysis.features
    expected = predicted.dropna(subset="predicted_rt")
    apart = pd.DataFrame(
        {k: features["rt"] - rt for k, rt in enumerate(expected["predicted_rt"])},
        index=features.index,
    )
    if apart.empty:
        return features.iloc[:0].assign(apart=0.0)
    half = max(_NEAR, float((expected["upper"] - expected["lower"]).max()) / 2)
    nearest = apart.where(apart.abs().eq(apart.abs().min(axis=1), axis=0)).bfill(axis=1).iloc[:, 0]
    near = features.assign(apart=nearest)[nearest.abs() <= half]
    order = near["apart"].abs().sort_values(kind="stable").index
    columns = ["feature_id", "name", "rt", "apart", "verdict", "confidence", "parent"]
    return near.loc[order, columns].reset_index(drop=True)
