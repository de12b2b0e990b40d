"""The charts of an analysis by short names: `analysis.plot.carbons("GD1")`."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final

from ganglioside import charts
from ganglioside.amounts.profiles import By
from ganglioside.analysis import Analysis
from ganglioside.errors import SettingsError
from ganglioside.exporting import export
from ganglioside.support.nearest import did_you_mean
from ganglioside.support.text_columns import several

#: Series that a message lists.
_MOST_LISTED: Final = 12


class Plots:
    """Charts of one analysis; each method returns a chart of Altair, which a notebook shows.

    `gg.charts.save(chart, "file.svg")` writes one to a file. Called itself, it draws RT over
    carbons, one panel a series.

    Parameters
    ----------
    analysis : Analysis

    Examples
    --------
    >>> import ganglioside as gg
    >>> plot = gg.analyze(gg.example()).plot
    >>> repr(plot)[:40]
    '<charts: areas, carbons, categories, exp'
    >>> plot.carbons("GD1").to_dict()["title"]["text"]
    'Retention by carbon number: GD1'
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis

    def __repr__(self) -> str:
        """Names of the charts."""
        names = sorted(name for name in vars(type(self)) if not name.startswith("_"))
        return f"<charts: {', '.join(names)}>"

    def __call__(self) -> Any:
        """RT over carbons, one panel a series; see `panels`."""
        return self.panels()

    def carbons(self, series: str | Sequence[str] | None = None) -> Any:
        """RT over the carbons of the ceramide, with the fitted curves.

        Parameters
        ----------
        series : str or sequence of str, optional
            Head groups, such as `GD1`; all where None.

        Returns
        -------
        altair.TopLevelMixin

        Raises
        ------
        SettingsError
            If the table has no such series.

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.carbons(["GD1", "GM1"])
        >>> chart.to_dict()["title"]["text"]
        'Retention by carbon number'
        """
        if series is not None:
            self._require(several(series))
        return charts.retention_by_carbons(self._analysis, series)

    def panels(self, series: str | Sequence[str] | None = None) -> Any:
        """RT over carbons, one panel for each series, each with its own axes.

        Parameters
        ----------
        series : str or sequence of str, optional
            Head groups; all with valid features where None.

        Returns
        -------
        altair.TopLevelMixin

        Raises
        ------
        SettingsError
            If the table has no such series.

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.panels("GD1")
        >>> chart.to_dict()["title"]["text"]
        'Retention by carbon number, series by series'
        """
        chosen = None if series is None else self._require(several(series))
        return charts.series_panels(self._analysis, chosen)

    def predicted(self) -> Any:
        """Predicted against measured RT.

        Returns
        -------
        altair.TopLevelMixin

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.predicted()
        >>> "Predicted" in chart.to_json()
        True
        """
        return charts.predicted_against_measured(self._analysis)

    def reduced(self) -> Any:
        """RT normalised to the ceramide 36:1;O2, a line for each series and isomer.

        Returns
        -------
        altair.TopLevelMixin

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.reduced()
        >>> "title" in chart.to_dict()
        True
        """
        return charts.reduced_retention(self._analysis)

    def residuals(self) -> Any:
        """Measured less expected RT.

        Returns
        -------
        altair.TopLevelMixin

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.residuals()
        >>> "title" in chart.to_dict()
        True
        """
        return charts.residuals(self._analysis)

    def categories(self) -> Any:
        """Number of features of each verdict by category: GM, GD, GT, ...

        Returns
        -------
        altair.TopLevelMixin

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.categories()
        >>> "title" in chart.to_dict()
        True
        """
        return charts.verdicts_by_category(self._analysis)

    def profile(self, by: By = "series") -> Any:
        """Share of each series in the consolidated area of all accepted species.

        Parameters
        ----------
        by : str
            `series`, `ceramide` or `category`.

        Returns
        -------
        altair.TopLevelMixin

        Raises
        ------
        SettingsError
            If `by` is something else.

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.profile("ceramide")
        >>> chart.to_dict()["title"]["text"]
        'Profile by ceramide'
        """
        return charts.profile_chart(self._analysis, by)

    def areas(self) -> Any:
        """Peak area of each series by verdict.

        Returns
        -------
        altair.TopLevelMixin

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.areas()
        >>> chart.to_dict()["title"]["text"]
        'Peak area by series'
        """
        return charts.areas_by_series(self._analysis)

    def mass(self) -> Any:
        """The m/z, or the mass of the names where there is none, against RT.

        Returns
        -------
        altair.TopLevelMixin

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.mass()
        >>> chart.to_dict()["title"]["text"]
        'Mass of the names against retention time'
        """
        return charts.mass_map(self._analysis)

    def fragments(self) -> Any:
        """Fragments and adducts, parent by parent.

        Returns
        -------
        altair.TopLevelMixin

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.fragments()
        >>> "title" in chart.to_dict()
        True
        """
        return charts.fragment_network(self._analysis)

    def save_all(self, path: str | PathLike[str]) -> Path:
        """Write the figures of the report into one zip, as SVG, PDF and PNG (300 dpi).

        Captions, a methods paragraph and the citation are beside them.

        Parameters
        ----------
        path
            The zip; its folder must exist.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ExportError
            If it cannot be written.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze(gg.example()).plot.save_all("liver.zip")  # doctest: +SKIP
        PosixPath('liver.zip')
        """
        return export(self._analysis, path, "figures")

    def explanation(self, feature: int | str | None = None, *, row: int | None = None) -> Any:
        """The hypotheses on one feature with their probabilities.

        Parameters
        ----------
        feature, row
            As `Analysis.explain` takes them.

        Returns
        -------
        altair.TopLevelMixin

        Raises
        ------
        FeatureError
            If there is no such feature, or several have the name.

        Examples
        --------
        >>> import ganglioside as gg
        >>> chart = gg.analyze(gg.example()).plot.explanation(12)
        >>> "GM3(36:1;O2)" in chart.to_json()
        True
        """
        return charts.hypotheses(self._analysis.explain(feature, row=row))

    def _require(self, series: list[str]) -> list[str]:
        """The series, which must be in the table.

        Raises
        ------
        SettingsError
            If one is not.
        """
        present = [str(name) for name in self._analysis.features["series"].dropna().unique()]
        for name in series:
            if name not in present:
                listed = ", ".join(present[:_MOST_LISTED])
                more = len(present) - _MOST_LISTED
                rest = f" and {more:,} more" if more > 0 else ""
                raise SettingsError(
                    f"series = {name!r}: the table has none.{did_you_mean(name, present)} It has "
                    f"{listed}{rest}."
                )
        return series
