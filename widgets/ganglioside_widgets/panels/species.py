"""Look-up of names: composition, mass, m/z, predicted RT, features near it, and lists of ions."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import ipywidgets as w
import pandas as pd

from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import Column, Grid, verdict_column
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.panels.base import (
    Panel,
    box,
    button,
    fact_list,
    guard_page,
    number,
    say,
    styled,
    table,
)
from ganglioside_widgets.panels.navigation import PAGES, welcome
from ganglioside_widgets.state.species import FORMS, WINDOWS, Answer, SpeciesState, preferred
from ganglioside_widgets.state.visitors import Visitor

_NEAR: Final = "Features near the prediction"
_NEAR_COLUMNS: Final = (
    Column("feature_id", "Feature", 78, "0"),
    Column("name", "Name", 150),
    Column("rt", "RT (min)", 80, "3"),
    Column("apart", "Difference (min)", 110, "3", "Measured minus predicted RT"),
    verdict_column("verdict", "Verdict"),
    Column("confidence", "Confidence", 106, "confidence"),
    Column("parent", "Parent", 140),
)

_SUMMARY_COLUMNS: Final = (
    Column("name", "Name", 150),
    Column("predicted", "Predicted (min)", 150, "text", "RT predicted for the name"),
    Column("interval", "95 % interval", 220),
    Column("mass", "Monoisotopic mass", 100, "4", "Of the neutral molecule, Da"),
    Column("formula", "Formula", 110),
    Column("basis", "Basis", 120, "text", "From how much the RT was learned"),
)

#: Value of the choice that predicts from the bundled example.
_EXAMPLE: Final = ""

#: Longest text that an address keeps, in characters.
_KEPT: Final = 500

_EMPTY: Final = (
    "<p class='gg-empty'>Write one or more names to see composition, mass, m/z and predicted RT, "
    "or download the list of all species that are expected in the session.</p>"
)


class SpeciesPanel(Panel):
    """Look-up of names, predicted from one analysis.

    Parameters
    ----------
    state : SpeciesState, optional
        A new one where omitted.
    page : Page, optional
        Hands files to the browser; one of its own where omitted.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> panel = SpeciesPanel(SpeciesState(lambda: history))
    >>> panel.names.value = "GM1(36:1;O2)"
    >>> panel.state.answer.species.formula
    'C73H131N3O31'
    """

    def __init__(self, state: SpeciesState | None = None, page: Page | None = None) -> None:
        self.state = state or SpeciesState()
        self._page = page or Page()
        self.names = Field("Names", "one a line, such as GM1(38:1;O2)", rows=4, is_live=True)
        self.session = Select(description="Use the retention model of")
        self.session.add_class("gg-field").add_class("gg-wide-label")
        self._message, self._answer, self._title = box(), box(), box()
        self.summary = Grid("Predictions", _SUMMARY_COLUMNS, key="name", lines=8)
        self.grid = Grid(
            _NEAR,
            _NEAR_COLUMNS,
            key="feature_id",
            lines=8,
            empty="No feature near the predicted RT.",
        )
        self._near = w.VBox([self._title, self.grid])
        right = w.VBox([self.session, self._list_fields()])
        fields = w.Box([self.names, right]).add_class("gg-sides")
        parts = [fields, self._message, self.summary, self._answer, self._near]
        if page is None:
            self._page.layout.display = "none"
            parts.append(self._page)
        super().__init__("Species", parts, kind="species")
        self.names.observe(lambda c: setattr(self.state, "text", c["new"]), "value")
        self.session.observe(self._choose_session, "value")
        self.summary.on_select(self.state.choose)
        self.state.observe(self._show, ["wanted", "answer", "error", "analysis"])
        self._is_filling = False
        self._used: str | None = None
        self._is_chosen = False
        self.offer()
        self._show(None)

    def _list_fields(self) -> w.VBox:
        """Make what an inclusion list is downloaded with."""
        self.form = Select(description="List for", options=list(FORMS)).add_class("gg-field")
        self.window = Select(description="Window", options=list(WINDOWS)).add_class("gg-field")
        self.download = button("Download inclusion list", self._download)
        self._whole = box(kind="caption")
        choices = w.HBox([self.form, self.window, self.download]).add_class("gg-list-fields")
        return w.VBox([choices, self._whole])

    def offer(self) -> None:
        """List the current sessions to choose from.

        Until the visitor chooses one, it is the newest of their own.
        """
        choices = self.state.sessions()
        options = [*((choice.label, choice.id) for choice in choices), ("the example", _EXAMPLE)]
        is_kept = self._is_chosen and self.session.value in [sid for _, sid in options]
        chosen = self.session.value if is_kept else preferred(choices)
        self._is_filling = True
        try:
            self.session.options = options
            self.session.value = chosen
        finally:
            self._is_filling = False
        if self._used != chosen:
            self._use(chosen)

    def _choose_session(self, change: dict[str, str | None]) -> None:
        if not self._is_filling and change["new"] is not None:
            self._is_chosen = True
            self._use(change["new"])

    def _use(self, sid: str) -> None:
        self._used = sid if self.state.use(sid) else None

    def _download(self) -> None:
        made = self.state.inclusion_list(FORMS[self.form.value], WINDOWS[self.window.value])
        if made is not None:
            self._page.download(*made)
            self._page.tell(f"{made[0]} is ready: see the downloads of your browser.")

    def _show(self, _: object) -> None:
        state, answer = self.state, self.state.answer
        names = state.wanted.names
        faults = "\n".join(state.wanted.faults)
        self._message.value = say(state.error, "error") + say(faults, "error")
        which = f"the {len(names):,} names above" if len(names) > 1 else "this name"
        all_of = "all species expected in the session"
        self._whole.value = f"Ions and RT windows of {which if names else all_of}."
        self.summary.layout.display = "" if len(names) > 1 else "none"
        self._near.layout.display = "" if answer is not None else "none"
        if len(names) > 1:
            with self.summary.hold_sync():
                self.summary.show(state.summary())
                self.summary.selected = state.chosen
        if answer is None:
            self._answer.value = "" if faults else _EMPTY
            return
        self._answer.value = _description(answer, state.basis)
        self._title.value = f"<h4>{_NEAR} in {escape(state.basis)}</h4>"
        near = answer.near
        self.grid.show(near.assign(verdict=near["verdict"].astype("str")) if len(near) else near)


class SpeciesPage(w.VBox):  # type: ignore[misc]
    """Web page with the species panel; its address contains the names."""

    def __init__(self) -> None:
        guard_page()
        self.page = Page("Species", PAGES)
        self.species = SpeciesPanel(page=self.page)
        super().__init__([styled(self.page, self.species)])
        self.page.on_open(self._opened)
        self.species.state.observe(self._keep, "text")

    def _keep(self, change: dict[str, str]) -> None:
        """Keep the names in the address, if they are not too many for one."""
        text = change["new"].strip()
        self.page.set_address(name=text if len(text) <= _KEPT else "")

    def _opened(self, asked: dict[str, str]) -> None:
        welcome(self.page, Visitor.here())
        self.species.offer()
        if asked.get("name") and not self.species.names.value:
            self.species.names.value = asked["name"]


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
