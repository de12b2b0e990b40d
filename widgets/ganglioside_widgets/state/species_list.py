"""The accepted species of the displayed result, with their areas and shares."""

from __future__ import annotations

import threading

import pandas as pd
import traitlets as t

from ganglioside.amounts.profiles import Profile
from ganglioside.analysis import Analysis
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.run import Post


class SpeciesListState(t.HasTraits):
    """Accepted species of the displayed result, found in a thread while somebody looks at them.

    Parameters
    ----------
    results : ResultsState
    post : callable, optional
        Hands a change from a thread to the one that owns the states; by default at once.

    Attributes
    ----------
    is_open : bool
        Whether somebody looks at the list; else nothing is computed.
    of : Analysis or None
        The result whose list this is.
    species : pandas.DataFrame
        `Analysis.species`, the largest first, with the position of each in `number`.
    profile : Profile or None
        Shares of the series.

    Examples
    --------
    >>> import ganglioside as gg
    >>> results = ResultsState(analysis=gg.analyze(gg.example()))
    >>> state = SpeciesListState(results)
    >>> state.is_open = True
    >>> state.join()
    >>> state.species["name"].iloc[0]
    'GD1a(36:1;O2)'
    """

    is_open = t.Bool(False)
    of = t.Instance(Analysis, allow_none=True)
    species = t.Instance(pd.DataFrame, ())
    profile = t.Instance(Profile, allow_none=True)

    def __init__(self, results: ResultsState, post: Post | None = None) -> None:
        super().__init__()
        self.results = results
        self._post = post or (lambda change: change())
        self._thread: threading.Thread | None = None
        results.observe(self._look, "analysis")
        self.observe(self._look, "is_open")

    @property
    def is_ready(self) -> bool:
        """Whether the list is that of the displayed result."""
        return self.of is not None and self.of is self.results.analysis

    def join(self, timeout: float | None = None) -> None:
        """Wait until the list is known."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _look(self, _: object) -> None:
        analysis = self.results.analysis
        if not self.is_open or self.is_ready:
            return
        if analysis is None:
            self.of, self.species, self.profile = None, pd.DataFrame(), None
            return
        self._thread = threading.Thread(target=self._find, args=(analysis,), daemon=True)
        self._thread.start()

    def _find(self, analysis: Analysis) -> None:
        species = analysis.species.sort_values(
            "area_consolidated", ascending=False, kind="stable", ignore_index=True
        )
        species = species.assign(number=range(len(species)))
        profile = analysis.profile()

        def arrive() -> None:
            if self.results.analysis is analysis:
                with self.hold_trait_notifications():
                    self.of, self.species, self.profile = analysis, species, profile

        self._post(arrive)
