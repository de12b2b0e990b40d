"""The review of a result: what to look at, decisions on names, and what others decided."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError
from ganglioside.history.decisions import Decisions
from ganglioside.support.formatting import counted
from ganglioside.verdicts import review
from ganglioside.verdicts.overrides import Override
from ganglioside_widgets.state.results import NONE, ResultsState
from ganglioside_widgets.state.run import Post

#: What a decision did, for the line that says so.
_DONE = {
    "accepted": "name accepted",
    "renamed": "renamed to {name}",
    "rejected": "name rejected",
    "later": "left for later",
}

#: Why a name that was typed is not given to marked features.
_NAME_OF_ONE: Final = (
    "A name that you type is for the selected feature alone, but others are marked. Remove the "
    "marks, or leave the suggested name in the field: then each marked feature gets its own."
)


class ReviewState(t.HasTraits):
    """Features to look at, and the analyst's decisions on their names.

    Parameters
    ----------
    results : ResultsState
        The result that is reviewed.
    author : callable
        Returns the name of the analyst.
    post : callable, optional
        Hands a change from a thread to the one that owns the states; by default at once.

    Attributes
    ----------
    queue : pandas.DataFrame
        `Analysis.review_queue` of the displayed result; empty until it is known.
    is_ready : bool
        Whether the queue is that of the displayed result.
    marked : tuple of int
        Features of the queue on which the next decision is taken together.
    decisions : Decisions or None
        What each person decided, from the history.
    said : str
        What the last deed did.
    saved : str
        Whether the history has it.
    error : str
        Why it was refused.

    Examples
    --------
    >>> import ganglioside as gg
    >>> results = ResultsState(analysis=gg.analyze(gg.example()))
    >>> state = ReviewState(results, lambda: "kh")
    >>> state.join()
    >>> results.select(3)
    >>> state.decide("rejected")
    True
    >>> results.override().decision
    'rejected'
    """

    queue = t.Instance(pd.DataFrame, ())
    is_ready = t.Bool(False)
    marked = t.Tuple()
    decisions = t.Instance(Decisions, allow_none=True)
    said = t.Unicode("")
    saved = t.Unicode("")
    error = t.Unicode("")

    def __init__(
        self, results: ResultsState, author: Callable[[], str], post: Post | None = None
    ) -> None:
        super().__init__()
        self.results = results
        self.author = author
        #: Looks at what others have decided meanwhile, before their decisions could be undone.
        self.look: Callable[[], None] = lambda: None
        self._post = post or (lambda change: change())
        self._is_going_on = False
        self._thread: threading.Thread | None = None
        results.observe(self._analysed, "analysis")
        results.observe(self._other_feature, "selected")
        self._analysed({"old": None})

    def join(self, timeout: float | None = None) -> None:
        """Wait until the queue is known."""
        if self._thread is not None:
            self._thread.join(timeout)

    @property
    def progress(self) -> tuple[int, int]:
        """Number of features of the queue that are decided, and of all."""
        if self.queue.empty or self.results.analysis is None:
            return 0, 0
        made = [self.results.analysis.overrides.of(int(i)) for i in self.queue["feature_id"]]
        decided = sum(override is not None and override.is_decided for override in made)
        return decided, len(self.queue)

    @property
    def can_undo(self) -> bool:
        """Whether a deed of this page can be undone."""
        return self.results.can_undo

    def decision(self, feature_id: int) -> str | None:
        """The decision on a feature; None where there is none."""
        analysis = self.results.analysis
        override = None if analysis is None else analysis.overrides.of(feature_id)
        return None if override is None else override.decision

    def suggested(self, feature_id: int) -> str:
        """The name of the species that a feature may be instead; empty where none is known."""
        if self.queue.empty:
            return ""
        is_species = self.queue["suggested_process"].isna() & self.queue["suggested_name"].notna()
        names = self.queue.loc[is_species & (self.queue["feature_id"] == feature_id)]
        return str(names["suggested_name"].iloc[0]) if len(names) else ""

    def mark(self, ids: Sequence[int]) -> None:
        """Take the next decision on these features of the queue together."""
        known = set() if self.queue.empty else set(self.queue["feature_id"])
        self.marked = tuple(sorted({i for i in ids if i in known}))

    def decide(self, decision: str, *, name: str = "", note: str = "") -> bool:
        """Take a decision on the marked features, or else the selected one; False if refused.

        Parameters
        ----------
        decision : str
            `accepted`, `renamed`, `rejected` or `later`.
        name : str
            The new name of the selected feature, for `renamed`; where empty, each gets the name
            suggested for it.
        note : str
            The reason; a plain one where empty.
        """
        targets = self.marked or ((self.results.selected,) if self.results.selected != NONE else ())
        if not targets:
            return self._refuse("Select a feature first: click its row or its point.")
        if decision == "renamed" and name.strip() and targets != (self.results.selected,):
            return self._refuse(_NAME_OF_ONE)
        made = []
        for feature_id in targets:
            try:
                made.append(self._made(feature_id, decision, name.strip(), note.strip()))
            except GangliosideError as refusal:
                of = f"{self._called([feature_id])}: " if len(targets) > 1 else ""
                return self._refuse(f"{of}{refusal}")
        if not self._put({override.feature_id: override for override in made}):
            return False
        self.marked = ()
        new = made[0].name if len(made) == 1 else "the name suggested for each"
        self.said = f"{self._called(targets)}: {_DONE[decision].format(name=new)}."
        return True

    def confirm(self) -> bool:
        """Confirm another person's decision on the selected feature; False if refused."""
        override = self.results.override()
        if override is None:
            return self._refuse("There is no decision on this feature to confirm.")
        try:
            confirmed = review.confirm(override, self.author(), datetime.now(UTC))
        except GangliosideError as refusal:
            return self._refuse(str(refusal))
        if not self._put({override.feature_id: confirmed}):
            return False
        self.said = (
            f"{self._called([override.feature_id])}: decision of {override.author} confirmed."
        )
        return True

    def undo(self) -> bool:
        """Undo the last deed of this page, and show its feature; False without one."""
        if not self.can_undo:
            return self._refuse("There is nothing to undo.")
        self.look()
        others = self.results.decided_since()
        undone = self.results.undo()
        if self.results.error or not (undone or others):
            return self._refuse(self.results.error)
        self._go_to((*undone, *others)[0])
        since = self._decided_since(others)
        if not undone:
            return self._refuse(f"{since}: nothing was undone.")
        self.error, self.said = "", f"{self._called(undone)}: undone."
        if others:
            self.said += f" {since}: not undone."
        return True

    def _decided_since(self, others: dict[int, str]) -> str:
        """Who has decided since on which features, in words."""
        who = " and ".join(sorted(set(others.values())))
        have = "has" if len(set(others.values())) == 1 else "have"
        names = ", ".join(self._called([feature_id]) for feature_id in others)
        return f"{names}: {who} {have} decided on {'it' if len(others) == 1 else 'them'} since"

    def step(self, step: int) -> None:
        """Select the next feature of the queue, or the one before; none is skipped."""
        if self.queue.empty:
            return
        ids = [int(i) for i in self.queue["feature_id"]]
        at = ids.index(self.results.selected) if self.results.selected in ids else None
        there = (0 if step > 0 else len(ids) - 1) if at is None else at + step
        self.results.select(ids[min(max(there, 0), len(ids) - 1)])

    def then_on(self, deed: Callable[[], bool]) -> bool:
        """Do a deed, then go on from where its feature was before; False if refused.

        The deed may take the feature out of a filtered table, or to another place in it.
        """
        below = self.results.beside(1)
        if not deed():
            return False
        self._go_on(below)
        return True

    def _go_on(self, below: int) -> None:
        """Select what comes next: in the queue the next without a decision, else the row below."""
        ids = [] if self.queue.empty else [int(i) for i in self.queue["feature_id"]]
        if self.results.selected not in ids:
            self._go_to(below)
            return
        at = ids.index(self.results.selected)
        open_ones = [i for i in (*ids[at + 1 :], *ids[:at]) if self.decision(i) is None]
        if open_ones:
            self._go_to(open_ones[0])

    def _go_to(self, feature_id: int) -> None:
        """Select a feature, while what the last deed did stays to be read."""
        self._is_going_on = True
        try:
            self.results.select(feature_id)
        finally:
            self._is_going_on = False

    def _other_feature(self, _: object) -> None:
        """Forget what was said of the feature before."""
        if not self._is_going_on:
            self.said = self.error = ""

    def _made(self, feature_id: int, decision: str, name: str, note: str) -> Override:
        """The override of one decision, with the anchor mark of before."""
        author = self.author()
        analysis = self.results.analysis
        assert analysis is not None  # something is selected
        if decision == "renamed":
            new = name or self.suggested(feature_id)
            made = review.rename(feature_id, new, author=author, note=note)
        elif decision == "rejected":
            feature = analysis.features.iloc[feature_id]
            made = review.reject(feature, author=author, note=note)
        elif decision == "later":
            made = review.later(feature_id, author=author, note=note)
        else:
            made = review.accept(feature_id, author=author, note=note)
        return review.merge(made, analysis.overrides.of(feature_id))

    def _put(self, made: dict[int, Override]) -> bool:
        """Put overrides into the result; False if refused."""
        if not self.results.put(made.values()):
            return self._refuse(self.results.error)
        self.error = ""
        return True

    def _refuse(self, why: str) -> bool:
        self.error, self.said = why, ""
        return False

    def _called(self, ids: Sequence[int]) -> str:
        """Name of a feature, or the number of several."""
        analysis = self.results.analysis
        if len(ids) > 1 or analysis is None:
            return counted(len(ids), "feature")
        name = analysis.features["name"].iloc[ids[0]]
        return f"Feature {ids[0]}" if pd.isna(name) else str(name)

    def _analysed(self, change: dict[str, object]) -> None:
        """Look for the queue of another result in a thread: suggestions take their time."""
        before, analysis = change["old"], self.results.analysis
        if isinstance(before, Analysis) and analysis is not None:
            if before.features is analysis.features:
                return  # only its overrides changed
            if before.source is not analysis.source:
                self._forget()
        else:
            self._forget()
        self.is_ready = False
        if analysis is not None:
            self._thread = threading.Thread(target=self._look, args=(analysis,), daemon=True)
            self._thread.start()

    def _forget(self) -> None:
        self.queue, self.marked, self.decisions = pd.DataFrame(), (), None
        self.said = self.error = ""

    def _look(self, analysis: Analysis) -> None:
        queue = analysis.review_queue

        def arrive() -> None:
            shown = self.results.analysis
            if shown is not None and shown.features is analysis.features:
                self.queue, self.is_ready = queue, True
                self.mark(self.marked)  # a mark that nobody sees would take the next decision

        self._post(arrive)
