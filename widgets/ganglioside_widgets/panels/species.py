"""Type a name: what it is made of, where it should elute, and what stands there."""

from __future__ import annotations

from html import escape

import ipywidgets as w

from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import Panel, box, guard_page, number, say, styled, table
from ganglioside_widgets.state.species import Answer, SpeciesState

_NEAR = (
    Column("feature_id", "Feature", 66, "0"),
    Column("name", "Name", 150),
    Column("rt", "RT (min)", 80, "3"),
    Column("apart", "From prediction (min)", 110, "3"),
    Column("verdict", "Verdict", 120, "verdict"),
    Column("confidence", "Confidence", 90, "percent"),
    Column("parent", "Parent", 140),
)
_EXAMPLE = ""


class SpeciesPanel(Panel):
    """One name asked of one analysis."""

    def __init__(self, state: SpeciesState | None = None) -> None:
        self.state = state or SpeciesState()
        self.name = w.Text(placeholder="such as GM1(38:1;O2)", description="Name")
        self.session = w.Dropdown(description="Asked of").add_class("gg-field")
        self.name.add_class("gg-field")
        self._said, self._answer = box(), box()
        self._title = box()
        self.grid = Grid("Features near the prediction", _NEAR, lines=8,
                         empty="No feature elutes near there.")  # fmt: skip
        self._near = w.VBox([self._title, self.grid])
        super().__init__(
            "Species",
            [w.Box([self.name, self.session]).add_class("gg-sides"), self._said, self._answer,
             self._near],
            kind="species",
        )  # fmt: skip
        self.name.observe(lambda c: setattr(self.state, "name", c["new"]), "value")
        self.session.observe(self._asked_of, "value")
        self.state.observe(self._show, ["answer", "error", "analysis"])
        self._offering = False
        self.offer()
        self._show(None)

    def offer(self) -> None:
        """Offer the sessions that are there now; the newest is asked first."""
        options = [*self.state.sessions(), ("the bundled example", _EXAMPLE)]
        known = [sid for _, sid in options]
        chosen = self.session.value if self.session.value in known else known[0]
        self._offering = True
        try:
            self.session.options = options
            self.session.value = chosen
        finally:
            self._offering = False
        if self.state.analysis is None or self._used != chosen:
            self._use(chosen)

    def _asked_of(self, change: dict[str, str | None]) -> None:
        if not self._offering and change["new"] is not None:
            self._use(change["new"])

    def _use(self, sid: str) -> None:
        self._used = sid
        self.state.use(sid)

    def _show(self, _: object) -> None:
        answer = self.state.answer
        self._said.value = say(self.state.error, "error")
        self._near.layout.display = "" if answer is not None else "none"
        if answer is None:
            empty = "Type a name: its composition, mass and m/z, and where it should elute."
            self._answer.value = "" if self.state.error else f"<p class='gg-empty'>{empty}</p>"
            return
        self._answer.value = _told(answer, self.state.basis)
        self._title.value = f"<h4>Features near the prediction in {escape(self.state.basis)}</h4>"
        near = answer.near
        self.grid.show(near.assign(verdict=near["verdict"].astype("str")) if len(near) else near)


class SpeciesPage(w.VBox):  # type: ignore[misc]
    """The species panel as a web page; its address keeps the name."""

    def __init__(self) -> None:
        from ganglioside_widgets.panels.workbench import PAGES

        guard_page()
        self.page = Page("Species", PAGES)
        self.species = SpeciesPanel()
        super().__init__([styled(self.page, self.species)])
        self.page.on_open(self._opened)
        self.species.state.observe(
            lambda change: self.page.set_address(name=change["new"].strip()), "name"
        )

    def _opened(self, asked: dict[str, str]) -> None:
        self.species.offer()
        if asked.get("name") and not self.species.name.value:
            self.species.name.value = asked["name"]


def _told(answer: Answer, basis: str) -> str:
    found = answer.species
    facts = [
        ("Series", found.head),
        ("Category", found.category or "neutral or other"),
        ("Residues", answer.residues),
        ("Ceramide", str(found.ceramide)),
        ("Formula, neutral", found.formula),
        ("Monoisotopic mass", number(found.monoisotopic_mass, ".4f", "Da")),
    ]
    listed = "".join(f"<div><b>{escape(k)}</b><span>{escape(v)}</span></div>" for k, v in facts)
    ions = table(["Ion", "m/z"], [[a, f"{m:.4f}"] for a, m in answer.ions.to_numpy()], label="Ions")
    rows = [
        [p["isomer"] if isinstance(p["isomer"], str) else found.head, number(p["predicted_rt"]),
         f"{number(p['lower'])} to {number(p['upper'])}", p["basis"]]
        for _, p in answer.predicted.iterrows()
    ]  # fmt: skip
    predicted = table(
        ["Line", "Predicted RT (min)", "95 % interval (min)", "Basis"], rows, label="Predicted RT"
    )
    return (
        f"<h3>{escape(found.name)}</h3><div class='gg-facts'>{listed}</div>"
        f"<div class='gg-sides'><div><h4>Where it elutes, by {escape(basis)}</h4>{predicted}</div>"
        f"<div><h4>Ions</h4>{ions}</div></div>"
    )
