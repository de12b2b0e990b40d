"""Evidence of a study: peaks and inference of each gradient, before and after it is weighed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ganglioside.columns import MODELS
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import Observations
from ganglioside.observations.sample_gradients import ObservedGradients, observe_gradients
from ganglioside.observations.shared_peaks import Peaks, find_peaks
from ganglioside.progress import Progress
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.retention.first_curve import NoCurve
from ganglioside.settings import Settings
from ganglioside.support.arrays import IntArray
from ganglioside.support.priors import Priors
from ganglioside.verdicts.decisions import decide, weigh
from ganglioside.verdicts.log_p import LogP
from ganglioside.verdicts.per_sample import by_feature, rejoined
from ganglioside.verdicts.result_tables import (
    RowVerdicts,
    given_columns,
    judged_rows,
    models_table,
    undetermined_rows,
)


@dataclass(frozen=True, eq=False)
class StudyEvidence:
    """A table and all that a decision under other thresholds needs, for each gradient."""

    table: FeatureTable
    observed: ObservedGradients
    gradients: tuple[GradientEvidence, ...]

    @classmethod
    def of(
        cls,
        table: FeatureTable,
        polarity: str,
        priors: Priors | None,
        report: Progress | None = None,
    ) -> StudyEvidence:
        """Peaks and inference of a table, for each gradient of its samples.

        Parameters
        ----------
        table : FeatureTable
        polarity : str
            `negative`, `positive` or `auto`: of m/z without an ion.
        priors : Priors or None
            The usual priors where None.
        report : Progress, optional
            Is told of each step.
        """
        observed = observe_gradients(table, polarity, priors)
        gradients = []
        for part in observed.parts:
            peaks = find_peaks(part, priors)
            inference = infer(peaks.observed, report, priors)
            if not isinstance(inference, NoCurve):
                peaks = rejoined(peaks, inference)
            gradients.append(GradientEvidence(peaks, inference))
        return cls(table, observed, tuple(gradients))

    @cached_property
    def gradient_of_row(self) -> IntArray:
        """Index into `gradients` of each row of the table, (n,); 0 where it is not judged."""
        found = np.zeros(len(self.table), dtype=np.int64)
        for number, gradient in enumerate(self.gradients):
            found[gradient.rows] = number
        return found

    def model(self) -> FittedModel:
        """Model of the first gradient, with the drift of all samples."""
        model = self.gradients[0].model
        return model.with_drift(self.observed.drift) if len(self.gradients) > 1 else model

    @cached_property
    def log_p(self) -> LogP:
        """Contradictions and lines of the Log P values of the table."""
        return LogP.of(self.table)

    @cached_property
    def given(self) -> dict[str, pd.Series[Any]]:
        """Columns of `Analysis.features` that no decision changes, by name."""
        return given_columns(self.table)


class GradientVerdicts(NamedTuple):
    """What is decided of the rows of one gradient.

    Attributes
    ----------
    rows : RowVerdicts
    models : pandas.DataFrame
        Its lines, as `columns.MODELS`.
    is_orderly : bool
        Whether so many names follow an order of retention that it can reject others.
    """

    rows: RowVerdicts
    models: pd.DataFrame
    is_orderly: bool


@dataclass(frozen=True, eq=False)
class GradientEvidence:
    """Peaks of the samples of one gradient and the inference from them."""

    peaks: Peaks
    inference: Inference | NoCurve

    @property
    def rows(self) -> IntArray:
        """Positions in the table of the rows that it judges."""
        return self.peaks.features.row

    @cached_property
    def model(self) -> FittedModel:
        """Model of the gradient."""
        return FittedModel.from_inference(self.inference)

    def weighed(self, settings: Settings) -> WeighedEvidence | None:
        """The evidence under some settings; None where it allows no model."""
        if isinstance(self.inference, NoCurve):
            return None
        return WeighedEvidence(self.peaks, weigh(self.inference, settings))

    def verdicts(self, table: FeatureTable, log_p: LogP, settings: Settings) -> GradientVerdicts:
        """Verdicts on the rows of the gradient, and the table of its lines."""
        if isinstance(self.inference, NoCurve):
            no_lines = pd.DataFrame(columns=list(MODELS)).astype(MODELS)
            rows = undetermined_rows(table, self.inference.reason)
            return GradientVerdicts(rows, no_lines, is_orderly=True)
        of_peaks = weigh(self.inference, settings)
        on_peaks = decide(of_peaks, settings)
        of_features, on_features = by_feature(self.peaks, of_peaks, on_peaks)
        rows = judged_rows(table, of_features, on_features, self.model, self.peaks.rows)
        models = models_table(self.model, on_peaks, log_p)
        return GradientVerdicts(rows, models, on_peaks.quality.is_orderly)


@dataclass(frozen=True, eq=False)
class WeighedEvidence:
    """Peaks and inference under the settings of an analysis: what explanations need."""

    peaks: Peaks
    inference: Inference

    @cached_property
    def _of_study(self) -> Inference:
        """The inference with the peaks of the whole study."""
        return self._seen(self.peaks.observed)

    def of_feature(self, feature_id: int) -> Inference:
        """The inference, with the peaks as the sample of one feature shows them."""
        observed = self.peaks.seen_from(feature_id)
        return self._of_study if observed is self.peaks.observed else self._seen(observed)

    def _seen(self, observed: Observations) -> Inference:
        """The inference with these observations, on its own gradient."""
        gradient = self.inference.observed.gradient
        return replace(self.inference, observed=replace(observed, gradient=gradient))
