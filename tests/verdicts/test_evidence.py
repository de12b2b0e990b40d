"""Evidence of a study: kept for decisions under other thresholds, weighed for explanations."""

from __future__ import annotations

import pandas as pd

import ganglioside as gg
from ganglioside.columns import MODELS
from ganglioside.settings import Settings
from ganglioside.verdicts.evidence import StudyEvidence

EXAMPLE = gg.example()
EVIDENCE = StudyEvidence.of(EXAMPLE, "auto", None)
TOO_FEW = gg.read_features(pd.DataFrame({"Name": ["GM3(36:1;O2)"], "RT": [8.0]}))


def test_each_row_belongs_to_the_gradient_that_judges_it() -> None:
    (gradient,) = EVIDENCE.gradients
    assert sorted(gradient.rows) == list(range(len(EXAMPLE)))
    assert EVIDENCE.gradient_of_row.tolist() == [0] * len(EXAMPLE)
    two = StudyEvidence(EXAMPLE, EVIDENCE.observed, (gradient, gradient))
    assert two.gradient_of_row.tolist() == [1] * len(EXAMPLE)


def test_verdicts_follow_the_settings_and_the_model_stays() -> None:
    (gradient,) = EVIDENCE.gradients
    usual = gradient.verdicts(EXAMPLE, EVIDENCE.log_p, Settings())
    strict = gradient.verdicts(EXAMPLE, EVIDENCE.log_p, Settings(outlier_threshold=1.5))
    assert (usual.rows.verdict != strict.rows.verdict).any()
    features = gg.analyze(EXAMPLE).redecide().features
    assert usual.rows.verdict.tolist() == features["verdict"].cat.codes.tolist()
    assert len(usual.models) == len(EVIDENCE.model().line_labels)


def test_a_feature_sees_the_inference_of_its_gradient() -> None:
    weighed = EVIDENCE.gradients[0].weighed(Settings())
    assert weighed is not None
    seen = weighed.of_feature(12)
    assert seen is weighed.of_feature(13)  # of one sample: weighed once
    assert seen.observed.gradient is weighed.inference.observed.gradient


def test_a_table_without_a_curve_has_no_weighed_evidence_and_says_why() -> None:
    evidence = StudyEvidence.of(TOO_FEW, "auto", None)
    (gradient,) = evidence.gradients
    assert gradient.weighed(Settings()) is None
    verdicts = gradient.verdicts(TOO_FEW, evidence.log_p, Settings())
    assert len(verdicts.rows.verdict) == 1
    assert verdicts.models.empty
    assert list(verdicts.models) == list(MODELS)
    assert not evidence.model().is_fitted
    assert evidence.model().reason
