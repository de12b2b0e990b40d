"""Look-up of one name: composition, mass, m/z, predicted RT, and the features near it."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import ipywidgets as w
import pandas as pd

from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import (
    Panel,
    box,
    fact_list,
    guard_page,
    number,
    say,
    styled,
    table,
)
from ganglioside_widgets.panels.navigation import PAGES, welcome
from ganglioside_widgets.state.species import Answer, SpeciesState
from ganglioside_widgets.state.visitors import Visitor

_NEAR: Final = "Features near the prediction"
_NEAR_COLUMNS: Final = (
    Column("feature_id", "Feature", 66, "0"),
    Column("name", "Name", 150),
    Column("rt", "RT (min)", 80, "3"),
    Column("apart", "Difference (min)", 110, "3", "Measured minus predicted RT"),
    Column("verdict", "Verdict", 120, "verdict"),
    Column("confidence", "Confidence", 90, "percent"),
    Column("parent", "Parent", 140),
)

#: Value of the choice that predicts from the bundled example.
_EXAMPLE: Final = ""


class SpeciesPanel(Panel):
    """Look-up of one name, predicted from one analysis.

    Parameters
    ----------
    state : SpeciesState, optional
        A new one where omitted.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> panel = SpeciesPanel(SpeciesState(lambda: history))
    >>> panel.name.value = "GM1(36:1;O2)"
    >>> panel.state.answer.species.formula
    'C73H131N3O31'
    """

    def __init__(self, state: SpeciesState | None = None) -> None:
        self.state = state or SpeciesState()
        self.name = w.Text(placeholder="such as GM1(38:1;O2)", description="Name")
        self.session = w.Dropdown(description="Model of").add_class("gg-field")
        self.name.add_class("gg-field")
        self._message = box()
        self._answer = box()
        self._title = box()
        self.grid = Grid(
            _NEAR,
            _NEAR_COLUMNS,
            key="feature_id",
            lines=8,
            empty="No feature near the predicted RT.",
        )
        self._near = w.VBox([self._title, self.grid])
        fields = w.Box([self.name, self.session]).add_class("gg-sides")
        super().__init__(
            "Species", [fields, self._message, self._answer, self._near], kind="species"
        )
        self.name.observe(lambda c: setattr(self.state, "name", c["new"]), "value")
        self.session.observe(self._choose_session, "value")
        self.state.observe(self._show, ["answer", "error", "analysis"])
        self._is_filling = False
        self.offer()
        self._show(None)

    def offer(self) -> None:
        """List the current sessions to choose from; by default the newest is chosen."""
        options = [*self.state.sessions(), ("the bundled example", _EXAMPLE)]
        ids = [sid for _, sid in options]
        chosen = self.session.value if self.session.value in ids else ids[0]
        self._is_filling = True
        try:
            self.session.options = options
            self.session.value = chosen
        finally:
            self._is_filling = False
        if self.state.analysis is None or self._used != chosen:
            self._use(chosen)

    def _choose_session(self, change: dict[str, str | None]) -> None:
        if not self._is_filling and change["new"] is not None:
            self._use(change["new"])

    def _use(self, sid: str) -> None:
        self._used = sid
        self.state.use(sid)

    def _show(self, _: object) -> None:
        answer = self.state.answer
        self._message.value = say(self.state.error, "error")
        self._near.layout.display = "" if answer is not None else "none"
        if answer is None:
            empty = "Enter a name to see its composition, mass, m/z and predicted RT."
            self._answer.value = "" if self.state.error else f"<p class='gg-empty'>{empty}</p>"
            return
        self._answer.value = _description(answer, self.state.basis)
        self._title.value = f"<h4>{_NEAR} in {escape(self.state.basis)}</h4>"
        near = answer.near
        self.grid.show(near.assign(verdict=near["verdict"].astype("str")) if len(near) else near)


class SpeciesPage(w.VBox):  # type: ignore[misc]
    """Web page with the species panel; its address contains the name."""

    def __init__(self) -> None:
        guard_page()
        self.page = Page("Species", PAGES)
        self.species = SpeciesPanel()
        super().__init__([styled(self.page, self.species)])
        self.page.on_open(self._opened)
        self.species.state.observe(
            lambda change: self.page.set_address(name=change["new"].strip()), "name"
        )

    def _opened(self, asked: dict[str, str]) -> None:
        welcome(self.page, Visitor.here())
        self.species.offer()
        if asked.get("name") and not self.species.name.value:
            self.species.name.value = asked["name"]


def _description(answer: Answer, basis: str) -> str:
    """Facts, predicted RT and ions of a name as HTML."""
    species = answer.species
    facts = [
        ("Series", species.head),
        ("Category", species.category or "neutral or other"),
        ("Residues", answer.residues),
        ("Ceramide", str(species.ceramide)),
        ("Formula, neutral", species.formula),
        ("Monoisotopic mass", number(species.monoisotopic_mass, ".4f", "Da")),
    ]
    ion_rows = [[adduct, f"{mz:.4f}"] for adduct, mz in answer.ions.to_numpy()]
    ions = table(["Ion", "m/z"], ion_rows, label="Ions")
    predictions = [row for _, row in answer.predicted.iterrows()]
    predicted = table(
        ["Line", "Predicted RT (min)", "95 % interval (min)", "Basis"],
        [_prediction_cells(row, species.head) for row in predictions],
        label="Predicted RT",
    )
    return (
        f"<h3>{escape(species.name)}</h3>{fact_list(facts)}"
        f"<div class='gg-sides'><div><h4>Predicted RT, from {escape(basis)}</h4>{predicted}</div>"
        f"<div><h4>Ions</h4>{ions}</div></div>"
    )


def _prediction_cells(prediction: pd.Series[Any], head: str) -> list[str]:
    line = prediction["isomer"] if isinstance(prediction["isomer"], str) else head
    interval = f"{number(prediction['lower'])} to {number(prediction['upper'])}"
    return [line, number(prediction["predicted_rt"]), interval, prediction["basis"]]
