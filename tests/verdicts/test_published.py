"""Names under which features may be published."""

from __future__ import annotations

import ganglioside as gg
from ganglioside.verdicts.published import published_names
from ganglioside.verdicts.review import accept, later, reject, rename


def test_decisions_come_before_the_model() -> None:
    analysis = gg.analyze(gg.example())
    features = analysis.features
    names = published_names(features)
    assert names.notna().tolist() == (features["verdict"] == "valid").tolist()
    assert (names.dropna() == features["name"][names.notna()]).all()
    outlier = int(features.index[features["verdict"] == "outlier"][0])
    valid, second, third = (int(i) for i in features.index[features["verdict"] == "valid"][:3])
    made = (
        accept(outlier, author="k"),
        reject(features.loc[valid], author="k"),
        rename(second, "GM3(36:1;O2)", author="k"),
        later(third, author="k"),
    )
    decided = published_names(analysis.with_overrides(gg.Overrides(made)).overridden)
    assert decided[outlier] == features["name"][outlier]
    assert decided.isna()[valid]
    assert decided[second] == "GM3(36:1;O2)"
    assert decided[third] == features["name"][third]
