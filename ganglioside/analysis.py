"""From a feature table to verdicts: `analyze` and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

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
from ganglioside.reading.features import TableSource, read_features
from ganglioside.reading.raw_table import Source
from ganglioside.retention.first_curve import NoCurve
from ganglioside.settings import Settings
from ganglioside.support.priors import Priors
from ganglioside.verdicts.consensus import Study, consensus_table, differences_table, drift_table
from ganglioside.verdicts.decisions import decide, weigh
from ganglioside.verdicts.findings import find
from ganglioside.verdicts.log_p import LogP
from ganglioside.verdicts.overrides import Overrides
from ganglioside.verdicts.per_sample import by_feature
from ganglioside.verdicts.result_tables import decided_rows, features_table, models_table, undecided
from ganglioside.verdicts.summary import Summary, summarise
from ganglioside.version import __version__


@dataclass(frozen=True, eq=False)
class _Kept:
    """What a new decision under other thresholds starts from."""

    table: FeatureTable
    peaks: Peaks
    inference: Inference | NoCurve

    @cached_property
    def log_p(self) -> LogP:
        """What the Log P values of the table say."""
        return LogP.of(self.table)


@dataclass(frozen=True, eq=False)
class _Evidence:
    """What explanations rest on."""

    peaks: Peaks
    inference: Inference

    def of_feature(self, feature_id: int) -> Inference:
        """Return the inference as the sample of one feature shows it."""
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
        Columns `columns.PROBLEMS`: what reading reported.
    summary : Summary
    settings : Settings
    model : FittedModel
    source : Source
        The input as received; `rerun` starts from it.
    version : str
        Package version that made it.
    overrides : Overrides
        What analysts said of features, beside the model's verdicts.
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
        """Predict RT for any names; see `FittedModel.predict`."""
        return self.model.predict(names)

    @property
    def reviewed(self) -> pd.DataFrame:
        """The features with what analysts said of them: see `Overrides.beside`."""
        return self.overrides.beside(self.features)

    def with_overrides(self, overrides: Overrides) -> Analysis:
        """Return the analysis with these overrides; verdicts stay the model's.

        An anchor mark takes part from `analyze(overrides.mark(table))` on.

        Raises
        ------
        OverrideError
            If a feature is not in the table.
        """
        overrides.require_rows(len(self.features))
        return replace(self, overrides=overrides)

    @cached_property
    def _study(self) -> Study:
        return Study.of(self.features, self.model.drift)

    @cached_property
    def consensus(self) -> pd.DataFrame:
        """What all samples together say of each species: columns `consensus.CONSENSUS`.

        One row per peak, a name at one place that samples share: a species is the peak that is
        valid. Empty where there is one sample.
        """
        return consensus_table(self._study)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """In what samples differ from the others: columns `consensus.DIFFERENCES`."""
        return differences_table(self._study)

    @cached_property
    def drift(self) -> pd.DataFrame:
        """How each sample drifted from the study: columns `consensus.DRIFT`."""
        return drift_table(self._study)

    def redecide(self, settings: Settings) -> Analysis:
        """Return the analysis under other thresholds; the retention model stays as it is.

        Where the model's evidence is gone (an analysis that comes from a history), the input is
        analysed anew, with the anchors that this analysis had. Overrides stay.
        """
        if self._kept is None:
            decided = analyze(self.read_input(settings), settings, priors=self.model.priors)
        else:
            decided = _assemble(self._kept, self.model, settings)
        return replace(decided, overrides=self.overrides)

    def prepared(self) -> Analysis:
        """Return the analysis with the model's evidence at hand.

        Where it comes from a history, the evidence is gathered anew from the input, once, so that
        `redecide`, `explain` and `suggest` answer at once.
        """
        return self if self._kept is not None else replace(self, _kept=self._gathered())

    def _gathered(self) -> _Kept:
        if self._kept is not None:
            return self._kept
        table = self.read_input(self.settings)
        peaks = find_peaks(observe(table, self.settings.polarity))
        return _Kept(table, peaks, infer(peaks.observed, priors=self.model.priors))

    def read_input(self, settings: Settings) -> FeatureTable:
        """Return the input as it was analysed: read again, with the anchors it had."""
        table = read_features(self.source, settings)
        anchors = self.features["anchor"].to_numpy(np.bool_)
        return replace(table, data=table.data.assign(anchor=anchors))

    def explain(self, feature_id: int) -> Explanation:
        """Return all that one feature could be, with probabilities and numbers.

        Where the model's evidence is gone (an analysis that comes from a history), it is
        gathered anew from the input.

        Raises
        ------
        FeatureError
            If there is no such feature.
        """
        feature = self._feature(feature_id)
        threshold = self.settings.outlier_threshold
        evidence = self._evidence
        state = None if evidence is None else evidence.of_feature(feature_id)
        return explain(feature, state, self.features["name"], threshold)

    def suggest(self, feature_id: int, n: int = 5) -> pd.DataFrame:
        """Return names that would fit a feature better: of its mass, and expected where it elutes.

        The name was given by mass, so others of that mass are thought of: of the table's head
        groups, their NeuGc and acetylated forms, and their sodium and potassium adducts and water
        losses. Where the table has m/z, that is the mass; else it is that of the present name.

        Parameters
        ----------
        feature_id
        n
            How many at most.

        Returns
        -------
        pandas.DataFrame
            Columns `suggestions.SUGGESTIONS`, the best first; the present name is among them
            where it fits, and no row where nothing does.

        Raises
        ------
        FeatureError
            If there is no such feature.
        NameFormError
            If the feature's adduct is unknown.
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
        """Return where species elute and at which m/z; `export.export_library` writes it.

        Parameters
        ----------
        series
            Head groups, such as `GD1a` or `GM1+OAc`, in the table or not; all of the table where
            None.
        ceramides
            Such as `36:1;O2`; those of valid features where None.
        adducts
            Such as `[M-2H]2-`; where None, the usual ones of the table's polarity: negative, a
            proton lost by all sialic acids or by all but one.
        window
            `95%`, the interval of each prediction, or a full width in min.

        Returns
        -------
        pandas.DataFrame
            Columns `library.LIBRARY`: one row per species, isomer and ion.

        Raises
        ------
        NameFormError
            If a series, a ceramide or an adduct cannot be read.
        SettingsError
            If the window is neither.
        """
        return expected_library(
            self.model, self.features, series, ceramides, adducts, window, self.polarity
        )

    @property
    def polarity(self) -> str:
        """`negative` or `positive`: as set, or as the ions of the table are."""
        features = self.features
        given = list(features["adduct"].dropna()) if "adduct" in features else list[str]()
        return table_polarity(given, self.settings.polarity)

    def _feature(self, feature_id: int) -> pd.Series[Any]:
        if isinstance(feature_id, bool) or not isinstance(feature_id, int | np.integer):
            raise FeatureError(f"{feature_id!r} is no feature: give its number, as feature_id has.")
        if not 0 <= feature_id < len(self.features):
            there = f"0 to {len(self.features) - 1}" if len(self.features) else "none"
            raise FeatureError(f"There is no feature {feature_id}: the table has {there}.")
        return self.features.iloc[int(feature_id)]

    @cached_property
    def _evidence(self) -> _Evidence | None:
        """The inference under these settings; None where the table allows none."""
        kept = self._gathered()
        if isinstance(kept.inference, NoCurve):
            return None
        return _Evidence(kept.peaks, weigh(kept.inference, self.settings))


def analyze(
    table: TableSource,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    *,
    priors: Priors | None = None,
) -> Analysis:
    """Judge every feature of a table.

    Parameters
    ----------
    table
        What `read_features` returned, or anything that it reads; a list is one study.
    settings
        Thresholds and sample type; defaults where omitted.
    progress
        Receives events (see `ganglioside.progress`); may raise `Cancelled` to stop between steps.
    priors
        What is held likely before the table is seen; the usual priors where omitted. A history
        keeps results of the usual ones only.

    Raises
    ------
    ReadError, ValidationError
        If `table` cannot be read or lacks what is needed.
    """
    settings = settings or Settings()
    report = Progress(progress)
    try:
        read = table if isinstance(table, FeatureTable) else read_features(table, settings)
        report.done("loading", f"{read.source.name}: {len(read):,} features")
        judged = int(read.data["fault"].isna().sum())
        report.done("validating", f"{judged:,} features can be judged")
        peaks = find_peaks(observe(read, settings.polarity))
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
    """Decide, and put the result together."""
    table = kept.table
    if isinstance(kept.inference, NoCurve):
        decided = undecided(table, kept.inference.reason)
        models = pd.DataFrame(columns=list(MODELS)).astype(MODELS)
    else:
        weighed = weigh(kept.inference, settings)
        decisions = decide(weighed, settings)
        decided = decided_rows(table, *by_feature(kept.peaks, weighed, decisions), model)
        models = models_table(model, decisions, kept.log_p)
    return Analysis(
        features=features_table(table, decided),
        models=models,
        findings=find(table, decided, model, kept.log_p),
        problems=table.problems,
        summary=summarise(table, decided, model),
        settings=settings,
        model=model,
        source=table.source,
        version=__version__,
        _kept=kept,
    )
