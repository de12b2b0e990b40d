"""From a feature table to verdicts: `analyze` and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Unpack

import numpy as np
import pandas as pd

from ganglioside.columns import MODELS
from ganglioside.errors import Cancelled, FeatureError
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.lipids.adducts import table_polarity
from ganglioside.observations.observations import observe
from ganglioside.observations.shared_peaks import Peaks, find_peaks
from ganglioside.progress import Progress, ProgressCallback
from ganglioside.questions.expected_library import Window, expected_library
from ganglioside.questions.explanation import Explanation
from ganglioside.questions.hypotheses import explain
from ganglioside.questions.suggestions import suggest
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import TableSource, read_features, read_with
from ganglioside.reading.options import ReadingKeywords, ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.retention.first_curve import NoCurve
from ganglioside.settings import Settings
from ganglioside.support.priors import Priors
from ganglioside.verdicts.consensus import (
    JudgedPeaks,
    consensus_table,
    differences_table,
    drift_table,
)
from ganglioside.verdicts.decisions import decide, weigh
from ganglioside.verdicts.findings import find
from ganglioside.verdicts.log_p import LogP
from ganglioside.verdicts.overrides import Overrides
from ganglioside.verdicts.per_sample import by_feature
from ganglioside.verdicts.result_tables import (
    features_table,
    judged_rows,
    models_table,
    undetermined_rows,
)
from ganglioside.verdicts.summary import Summary, summarise
from ganglioside.version import __version__


@dataclass(frozen=True, eq=False)
class _Kept:
    """Table, peaks and inference: all that a decision under other thresholds needs."""

    table: FeatureTable
    peaks: Peaks
    inference: Inference | NoCurve

    @cached_property
    def log_p(self) -> LogP:
        """Contradictions and lines of the Log P values of the table."""
        return LogP.of(self.table)


@dataclass(frozen=True, eq=False)
class _Evidence:
    """Peaks and inference under the settings of an analysis: what explanations need."""

    peaks: Peaks
    inference: Inference

    def of_feature(self, feature_id: int) -> Inference:
        """The inference, with the peaks as the sample of one feature shows them."""
        return replace(self.inference, observed=self.peaks.seen_from(feature_id))


@dataclass(frozen=True, eq=False)
class Analysis:
    """The result of one analysis; frozen, and rebuilt exactly from a history.

    Attributes
    ----------
    features : pandas.DataFrame
        One row per input row: columns `columns.FEATURES`, then optional and carried ones.
    models : pandas.DataFrame
        Columns `columns.MODELS`.
    findings : pandas.DataFrame
        Columns `columns.FINDINGS`.
    problems : pandas.DataFrame
        Columns `columns.PROBLEMS`: reported on reading.
    summary : Summary
    settings : Settings
    model : FittedModel
    source : Source
        The input as received.
    version : str
        Package version that made it.
    overrides : Overrides
        Analysts' verdicts, anchor marks and notes, beside the verdicts of the model.

    Examples
    --------
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> analysis.summary.features == len(analysis.features)
    True
    >>> analysis.features["verdict"].value_counts().idxmax()
    'valid'
    """

    features: pd.DataFrame
    models: pd.DataFrame
    findings: pd.DataFrame
    problems: pd.DataFrame
    summary: Summary
    settings: Settings
    model: FittedModel
    source: Source
    version: str
    overrides: Overrides = field(default_factory=Overrides)
    _kept: _Kept | None = field(default=None, repr=False)

    def predict(self, names: Sequence[str]) -> pd.DataFrame:
        """Predicted RT of any names.

        Parameters
        ----------
        names : sequence of str

        Returns
        -------
        pandas.DataFrame
            As `FittedModel.predict` returns it.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> analysis.predict(["GM3(36:1;O2)"])["predicted_rt"].round(1).tolist()
        [11.3]
        """
        return self.model.predict(names)

    @property
    def overridden(self) -> pd.DataFrame:
        """The features with their overrides: see `Overrides.beside`."""
        return self.overrides.beside(self.features)

    @property
    def reviewed(self) -> pd.DataFrame:
        """Alias of `overridden`, for one version."""
        return self.overridden

    def with_overrides(self, overrides: Overrides) -> Analysis:
        """The analysis with these overrides; verdicts remain those of the model.

        An anchor mark takes effect with `analyze(overrides.mark(table))`.

        Parameters
        ----------
        overrides : Overrides

        Returns
        -------
        Analysis

        Raises
        ------
        OverrideError
            If a feature is not in the table.
        """
        overrides.require_rows(len(self.features))
        return replace(self, overrides=overrides)

    @cached_property
    def _judged_peaks(self) -> JudgedPeaks:
        return JudgedPeaks.of(self.features, self.model.drift)

    @cached_property
    def consensus(self) -> pd.DataFrame:
        """Verdict, RT and area of each shared peak over all samples: columns `consensus.CONSENSUS`.

        A peak is the features of one name at one RT; the valid ones are the species of the study.
        Empty where there is one sample.
        """
        return consensus_table(self._judged_peaks)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Differences of samples from the others: columns `consensus.DIFFERENCES`."""
        return differences_table(self._judged_peaks)

    @cached_property
    def drift(self) -> pd.DataFrame:
        """Drift of each sample against the study: columns `consensus.DRIFT`."""
        return drift_table(self._judged_peaks)

    def redecide(self, settings: Settings) -> Analysis:
        """The analysis under other thresholds, with the same retention model and overrides.

        An analysis from a history does not have the model's evidence: its input is analysed again,
        with the anchors of this analysis.

        Parameters
        ----------
        settings : Settings

        Returns
        -------
        Analysis

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> strict = analysis.redecide(gg.Settings(outlier_threshold=2.0))
        >>> strict.summary.valid < analysis.summary.valid
        True
        """
        if self._kept is None or settings.polarity != self.settings.polarity:
            result = analyze(self.read_input(settings), settings, priors=self.model.priors)
        else:
            result = _assemble(self._kept, self.model, settings)
        return replace(result, overrides=self.overrides)

    def prepared(self) -> Analysis:
        """The analysis with the model's evidence, so that questions are answered at once.

        The evidence of an analysis from a history is computed from the input once, for `redecide`,
        `explain` and `suggest`.

        Returns
        -------
        Analysis
        """
        if self._kept is not None:
            return self
        return replace(self, _kept=self._evidence_at_hand())

    def _evidence_at_hand(self) -> _Kept:
        """The kept evidence, or else evidence computed from the input."""
        if self._kept is not None:
            return self._kept
        table = self.read_input(self.settings)
        priors = self.model.priors
        peaks = find_peaks(observe(table, self.settings.polarity, priors), priors)
        return _Kept(table, peaks, infer(peaks.observed, priors=priors))

    def read_input(self, settings: Settings) -> FeatureTable:
        """The input, read again, with the anchors of this analysis.

        Parameters
        ----------
        settings : Settings
            With the sample type and polarity for reading.

        Returns
        -------
        FeatureTable
        """
        table = read_features(self.source, settings)
        anchors = self.features["anchor"].to_numpy(np.bool_)
        return replace(table, data=table.data.assign(anchor=anchors))

    def explain(self, feature_id: int) -> Explanation:
        """Every hypothesis on one feature, with probabilities and numbers.

        For an analysis from a history, the model's evidence is computed from the input first.

        Parameters
        ----------
        feature_id : int

        Returns
        -------
        Explanation

        Raises
        ------
        FeatureError
            If there is no such feature.

        Examples
        --------
        >>> import ganglioside as gg
        >>> explanation = gg.analyze(gg.example()).explain(12)
        >>> explanation.verdict, explanation.hypotheses[0].kind
        ('valid', 'own series')
        """
        feature = self._feature(feature_id)
        threshold = self.settings.outlier_threshold
        evidence = self._evidence
        state = None if evidence is None else evidence.of_feature(feature_id)
        return explain(feature, state, self.features["name"], threshold)

    def suggest(self, feature_id: int, n: int = 5) -> pd.DataFrame:
        """Names of the mass of a feature that are expected at its RT, the best first.

        Candidates are the table's head groups, their NeuGc and acetylated forms, and their sodium
        and potassium adducts, water losses and second isotopes. The mass is that of the measured
        m/z where the table has one, else that of the present name.

        Parameters
        ----------
        feature_id : int
        n : int
            Largest number of names.

        Returns
        -------
        pandas.DataFrame
            Columns `suggestions.SUGGESTIONS`. Includes the present name where it fits; empty where
            no name fits.

        Raises
        ------
        FeatureError
            If there is no such feature.
        NameFormError
            If the feature's adduct is unknown.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> analysis.suggest(12)["name"].tolist()
        ['GM3(36:1;O2)']
        """
        feature, evidence = self._feature(feature_id), self._evidence
        state = None if evidence is None else evidence.of_feature(feature_id)
        threshold = self.settings.outlier_threshold
        return suggest(feature, self.features, state, n, threshold, self.polarity)

    def expected_library(
        self,
        series: Sequence[str] | None = None,
        ceramides: Sequence[str] | None = None,
        adducts: Sequence[str] | None = None,
        window: Window = "95%",
    ) -> pd.DataFrame:
        """Expected RT and m/z of species, for inclusion lists; `gg.export` writes it.

        Parameters
        ----------
        series : sequence of str, optional
            Head groups, such as `GD1a` or `GM1+OAc`, in the table or not; by default all of the
            table.
        ceramides : sequence of str, optional
            Such as `36:1;O2`; by default those of valid features.
        adducts : sequence of str, optional
            Such as `[M-2H]2-`; by default the usual ones of the table's polarity: if negative, a
            proton lost by all sialic acids or by all but one.
        window : float or "95%"
            `95%`, the interval of each prediction, or a full width in min.

        Returns
        -------
        pandas.DataFrame
            Columns `expected_library.LIBRARY`: one row per species, isomer and ion.

        Raises
        ------
        NameFormError
            If a series, a ceramide or an adduct cannot be read.
        SettingsError
            If the window is neither.

        Examples
        --------
        >>> import ganglioside as gg
        >>> library = gg.analyze(gg.example()).expected_library(["GM3"], ["36:1;O2"], ["[M-H]-"])
        >>> library[["name", "mz"]].round(4).values.tolist()
        [['GM3(36:1;O2)', 1179.7372]]
        """
        return expected_library(
            self.model, self.features, series, ceramides, adducts, window, self.polarity
        )

    @property
    def polarity(self) -> str:
        """`negative` or `positive`: that of the settings, or else of the ions of the table."""
        ions: list[str] = []
        if "adduct" in self.features:
            ions = list(self.features["adduct"].dropna())
        return table_polarity(ions, self.settings.polarity)

    def _feature(self, feature_id: int) -> pd.Series[Any]:
        """The row of one feature.

        Raises
        ------
        FeatureError
            If there is none.
        """
        if isinstance(feature_id, bool) or not isinstance(feature_id, int | np.integer):
            raise FeatureError(f"{feature_id!r} is no feature: give its number, as feature_id has.")
        if not 0 <= feature_id < len(self.features):
            there = f"0 to {len(self.features) - 1}" if len(self.features) else "none"
            raise FeatureError(f"There is no feature {feature_id}: the table has {there}.")
        return self.features.iloc[int(feature_id)]

    @cached_property
    def _evidence(self) -> _Evidence | None:
        """Peaks and inference under these settings; None where the table allows no model."""
        kept = self._evidence_at_hand()
        if isinstance(kept.inference, NoCurve):
            return None
        return _Evidence(kept.peaks, weigh(kept.inference, self.settings))


def analyze(
    table: TableSource,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    *,
    priors: Priors | None = None,
    **reading: Unpack[ReadingKeywords],
) -> Analysis:
    """Verdicts on every feature of a table.

    Parameters
    ----------
    table : FeatureTable or anything that `read_features` reads
        A list of them is one study.
    settings : Settings, optional
        Thresholds and sample type.
    progress : callable, optional
        Receives events (see `ganglioside.progress`); may raise `Cancelled` to stop between steps.
    priors : Priors, optional
        Prior assumptions of the model; by default the usual ones. A history stores results of the
        usual ones only.
    **reading
        How a table is read: `columns`, `sheet`, `unit`, `header` of `read_features`.

    Returns
    -------
    Analysis

    Raises
    ------
    ReadError, ValidationError
        If the table cannot be read or lacks required columns.
    SettingsError
        If `reading` is given for a table that was read before.

    Examples
    --------
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> analysis.summary.features, analysis.summary.valid
    (332, 195)
    >>> analysis.features.loc[12, ["name", "verdict"]].tolist()
    ['GM3(36:1;O2)', 'valid']
    """
    settings = settings or Settings()
    report = Progress(progress)
    try:
        read = read_with(table, settings, ReadingOptions.of(**reading))
        report.done("loading", f"{read.source.name}: {len(read):,} features")
        judged = int(read.data["fault"].isna().sum())
        report.done("validating", f"{judged:,} features can be judged")
        peaks = find_peaks(observe(read, settings.polarity, priors), priors)
        inference = infer(peaks.observed, report, priors)
        report.step = "verdicts"
        model = FittedModel.from_inference(inference)
        analysis = _assemble(_Kept(read, peaks, inference), model, settings)
        report.done("verdicts", analysis.summary.headline)
    except Cancelled:
        raise
    except Exception as error:
        report.failed(report.step, error)
        raise
    report.done("complete", "Done")
    return analysis


def _assemble(kept: _Kept, model: FittedModel, settings: Settings) -> Analysis:
    """The analysis that a table, its inference and the settings give."""
    table = kept.table
    if isinstance(kept.inference, NoCurve):
        verdicts = undetermined_rows(table, kept.inference.reason)
        models = pd.DataFrame(columns=list(MODELS)).astype(MODELS)
    else:
        of_peaks = weigh(kept.inference, settings)
        on_peaks = decide(of_peaks, settings)
        of_features, on_features = by_feature(kept.peaks, of_peaks, on_peaks)
        verdicts = judged_rows(table, of_features, on_features, model, kept.peaks.rows)
        models = models_table(model, on_peaks, kept.log_p)
    return Analysis(
        features=features_table(table, verdicts),
        models=models,
        findings=find(table, verdicts, model, kept.log_p, kept.peaks.features.mass_shifts),
        problems=table.problems,
        summary=summarise(table, verdicts, model),
        settings=settings,
        model=model,
        source=table.source,
        version=__version__,
        _kept=kept,
    )
