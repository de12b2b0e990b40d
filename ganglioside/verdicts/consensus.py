"""What a study says of each species, over all its samples, and where samples differ.

Everything here follows from the verdicts and the drift, so that it is the same for an analysis that
comes from a history.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.lipids.parsed_names import ParsedNames, parse_names
from ganglioside.observations.drift import Drift, nearest_peak
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, starts

#: Columns of `Analysis.consensus`: one row per peak, a name at one place that samples share.
CONSENSUS: Final[dict[str, str]] = {
    "name": "str",
    "series": "str",
    "isomer": "str",
    "carbons": "Int64",
    "double_bonds": "Int64",
    "hydroxyls": "Int64",
    "verdict": "category",
    "confidence": "float64",
    "seen": "Int64",  # samples that have it
    "samples": "Int64",  # samples of the study
    "rt": "float64",  # min, median in the study's time
    "rt_spread": "float64",  # min, standard deviation once the drift is taken off
    "volume": "float64",  # median area
    "total_volume": "float64",
    "consolidated_volume": "float64",  # median, with the fragments and adducts of each sample
    "parent": "str",
    "process": "str",
    "missing": "str",  # samples without the name
    "elsewhere": "str",  # samples that have the name at other places only
    "disagree": "str",  # samples with another verdict
}

#: Columns of `Analysis.differences`.
DIFFERENCES: Final[dict[str, str]] = {
    "code": "str",  # "missing", "elsewhere", "rare", "verdict" or "drift"
    "sample": "str",
    "name": "str",
    "isomer": "str",
    "feature_id": "Int64",
    "verdict": "str",  # of that feature
    "expected": "float64",  # min, RT in the sample's own time
    "message": "str",
}

#: Columns of `Analysis.drift`.
DRIFT: Final[dict[str, str]] = {
    "sample": "str",
    "shift": "float64",  # min at the middle of the study
    "stretch": "float64",  # min per min
    "features": "Int64",
    "shared": "Int64",  # features that other samples share: what the drift rests on
    "scatter": "float64",  # min, of the valid features about their predictions
}

#: A species belongs to a study that has it in this share of the samples; it is rare below.
_USUAL: Final = 0.8
_RARE: Final = 0.2
_FEWEST: Final = 3  # samples of which it makes sense to say so
_NAMES: Final = 10  # samples that a cell lists
_FAR: Final = 5.0  # robust standard deviations of the shifts


@dataclass(frozen=True, eq=False)
class Study:
    """The judged features of several samples, and the peaks in which they stand.

    Attributes
    ----------
    features : pandas.DataFrame, shape (n, ...)
        Those that could be read: columns `columns.FEATURES` and `sample`.
    drift : Drift
    names : ParsedNames
    """

    features: pd.DataFrame
    drift: Drift
    names: ParsedNames

    @classmethod
    def of(cls, features: pd.DataFrame, drift: Drift) -> Study:
        """Return the study of an analysis; without features where there is a single sample."""
        if len(drift) < 2:
            features = features.iloc[:0]
        judged = features[features["predicted_rt"].notna()].reset_index(drop=True)
        return cls(judged, drift, parse_names(judged["name"]))

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def sample(self) -> IntArray:
        """Place of each feature's sample in the drift, shape (n,)."""
        names = self.features["sample"].fillna("")
        return np.asarray(pd.Index(self.drift.samples).get_indexer(pd.Index(names)), dtype=np.int64)

    @cached_property
    def rt(self) -> FloatArray:
        """RT in the study's time, min, shape (n,)."""
        return self.drift.to_study(self.features["rt"].to_numpy(np.float64), self.sample)

    @cached_property
    def peak(self) -> IntArray:
        """Peak of each feature, from 0 upwards, shape (n,)."""
        place = nearest_peak(self.names.index, self.rt, self.drift.noise)
        return np.asarray(np.unique(place, return_inverse=True)[1], dtype=np.int64)

    @cached_property
    def first(self) -> IntArray:
        """One feature of each peak, shape (P,)."""
        return np.asarray(np.unique(self.peak, return_index=True)[1], dtype=np.int64)

    @cached_property
    def seen(self) -> BoolArray:
        """Which peaks each sample has, shape (P, S)."""
        return _table(self.peak, self.sample, len(self.first), len(self.drift))

    @cached_property
    def named(self) -> BoolArray:
        """Which samples have the name of each peak, wherever, shape (P, S)."""
        by_name = _table(self.names.index, self.sample, len(self.names.species), len(self.drift))
        return np.asarray(by_name[self.names.index[self.first]])

    @cached_property
    def verdict(self) -> IntArray:
        """Verdict of each feature, a place in `VERDICTS`, shape (n,)."""
        return np.asarray(self.features["verdict"].cat.codes, dtype=np.int64)

    @cached_property
    def votes(self) -> FloatArray:
        """Summed confidence of each verdict on each peak, shape (P, len(VERDICTS))."""
        kinds = len(VERDICTS)
        confidence = self.features["confidence"].to_numpy(np.float64)
        votes = np.bincount(
            self.peak * kinds + self.verdict, confidence, minlength=len(self.first) * kinds
        )
        return np.asarray(votes.reshape(-1, kinds), dtype=np.float64)

    @cached_property
    def chosen(self) -> IntArray:
        """Verdict on each peak, shape (P,)."""
        return np.asarray(self.votes.argmax(axis=1), dtype=np.int64)

    @cached_property
    def disagrees(self) -> BoolArray:
        """Which features have another verdict than their peak, shape (n,)."""
        return np.asarray(self.verdict != self.chosen[self.peak])


def _table(row: IntArray, column: IntArray, rows: int, columns: int) -> BoolArray:
    result = np.zeros((rows, columns), dtype=np.bool_)
    result[row, column] = True
    return result


def consensus_table(study: Study) -> pd.DataFrame:
    """Return one row per peak of a study, by name and RT: columns `CONSENSUS`."""
    if len(study) == 0:
        return _typed(pd.DataFrame(columns=list(CONSENSUS)), CONSENSUS)
    first, peak = study.first, study.peak
    speaking = _speaker(study)
    features = study.features.iloc[speaking].reset_index(drop=True)
    names = [s.name for s in study.names.species]
    numbers = study.features[["volume", "consolidated_volume"]].assign(rt=study.rt)
    agreeing = numbers[~study.disagrees].groupby(peak[~study.disagrees])
    middle, total = agreeing.median(), agreeing["volume"].sum(min_count=1)
    size = np.bincount(peak)
    known = ["series", "isomer", "carbons", "double_bonds", "hydroxyls", "parent", "process"]
    table = features[known].assign(
        name=np.array(names, dtype=object)[study.names.index[first]],
        verdict=np.array(VERDICTS, dtype=object)[study.chosen],
        confidence=study.votes.max(axis=1) / size,
        seen=study.seen.sum(axis=1),
        samples=len(study.drift),
        rt=middle["rt"].to_numpy(),
        rt_spread=agreeing["rt"].std().to_numpy(),
        volume=middle["volume"].to_numpy(),
        total_volume=total.to_numpy(),
        consolidated_volume=middle["consolidated_volume"].to_numpy(),
        missing=_listed(study.drift.samples, ~study.named),
        elsewhere=_listed(study.drift.samples, study.named & ~study.seen),
        disagree=_listed(study.drift.samples, _disagreeing(study)),
    )
    order = ["series", "carbons", "double_bonds", "hydroxyls", "rt"]
    return _typed(table.sort_values(order, ignore_index=True), CONSENSUS)


def _speaker(study: Study) -> IntArray:
    """Return for each peak the feature that speaks for it: the surest of those that agree."""
    confidence = study.features["confidence"].to_numpy(np.float64)
    number = study.features["feature_id"].to_numpy(np.int64)
    parent = study.features["parent"].isna().to_numpy()
    order = np.lexsort((number, parent, -confidence, study.disagrees, study.peak))
    return np.asarray(order[starts(study.peak[order])])


def _disagreeing(study: Study) -> BoolArray:
    rows = study.disagrees
    return _table(study.peak[rows], study.sample[rows], len(study.first), len(study.drift))


def _listed(samples: tuple[str, ...], which: BoolArray) -> list[Any]:
    """Return the samples of each row of `which` as text; None where there are none."""
    names = np.array(samples, dtype=object)
    return [_list(names[row]) if row.any() else None for row in which]


def _list(names: npt.NDArray[np.object_]) -> str:
    shown = ", ".join(names[:_NAMES])
    return shown if len(names) <= _NAMES else f"{shown} and {len(names) - _NAMES} more"


def _typed(table: pd.DataFrame, schema: dict[str, str]) -> pd.DataFrame:
    kinds: dict[str, Any] = dict(schema)
    if "verdict" in kinds and kinds["verdict"] == "category":
        kinds["verdict"] = pd.CategoricalDtype(list(VERDICTS))
    return table[list(schema)].astype(kinds)


def drift_table(study: Study) -> pd.DataFrame:
    """Return how each sample drifted: columns `DRIFT`."""
    if len(study) == 0:
        return _typed(pd.DataFrame(columns=list(DRIFT)), DRIFT)
    drift, n = study.drift, len(study.drift)
    valid = study.verdict == VERDICTS.index("valid")
    residual = study.features["residual"].to_numpy(np.float64)[valid]
    count = np.bincount(study.sample[valid], minlength=n)
    squares = np.bincount(study.sample[valid], residual**2, n)
    return _typed(
        pd.DataFrame(
            {
                "sample": list(drift.samples),
                "shift": drift.shift,
                "stretch": drift.stretch,
                "features": np.bincount(study.sample, minlength=n),
                "shared": drift.shared,
                "scatter": np.sqrt(squares / np.where(count > 0, count, np.nan)),
            }
        ),
        DRIFT,
    )


def differences_table(study: Study) -> pd.DataFrame:
    """Return in what samples differ from the others: columns `DIFFERENCES`."""
    if len(study) == 0:
        return _typed(pd.DataFrame(columns=list(DIFFERENCES)), DIFFERENCES)
    parts = [_drifting(study), _absent(study), _rare(study), _other_verdicts(study)]
    return _typed(pd.concat([p for p in parts if len(p)] or parts[:1]), DIFFERENCES).reset_index(
        drop=True
    )


def _own_time(study: Study, peak: IntArray, sample: IntArray) -> FloatArray:
    """Return where peaks would stand in samples, min."""
    rt = np.asarray(pd.Series(study.rt).groupby(study.peak).median(), dtype=np.float64)
    return study.drift.to_sample(rt[peak], sample)


def _about_peaks(
    study: Study, code: str, peak: IntArray, sample: IntArray, feature: IntArray | None, text: str
) -> pd.DataFrame:
    """Return differences of peaks in samples; `text` is filled with what is known of them."""
    speaking = study.features.iloc[_speaker(study)[peak]]
    names = np.array([s.name for s in study.names.species], dtype=object)
    table = pd.DataFrame(
        {
            "code": code,
            "sample": np.array(study.drift.samples, dtype=object)[sample],
            "name": names[study.names.index[study.first[peak]]],
            "isomer": speaking["isomer"].to_numpy(object),
            "feature_id": pd.array([pd.NA] * len(peak), dtype="Int64"),
            "verdict": None,
            "expected": _own_time(study, peak, sample),
            "seen": study.seen.sum(axis=1)[peak],
            "consensus": np.array(VERDICTS, dtype=object)[study.chosen[peak]],
            "rt": np.nan,
        }
    )
    if feature is not None:
        found = study.features.iloc[feature]
        table["feature_id"] = found["feature_id"].array
        table["verdict"] = found["verdict"].to_numpy(object)
        table["rt"] = found["rt"].to_numpy(np.float64)
    columns = [table[c].tolist() for c in table]
    keys = [str(c) for c in table]
    rows = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
    return table.assign(message=[text.format(n=len(study.drift), **row) for row in rows])


def _valid_peaks(study: Study) -> BoolArray:
    return np.asarray(study.chosen == VERDICTS.index("valid"), dtype=np.bool_)


def _usual(study: Study) -> BoolArray:
    """Return which peaks are genuine species that most samples have, shape (P,)."""
    count, n = study.seen.sum(axis=1), len(study.drift)
    usual = _valid_peaks(study) & (count >= _USUAL * n) & (n >= _FEWEST)
    return np.asarray(usual, dtype=np.bool_)


def _absent(study: Study) -> pd.DataFrame:
    """Return where species that most samples have are missing, or stand elsewhere only."""
    gone = ~study.seen & _usual(study)[:, None]
    peak, sample = np.nonzero(gone & ~study.named)
    missing = _about_peaks(
        study,
        "missing",
        peak,
        sample,
        None,
        "{name} is missing in {sample}, though {seen} of {n} samples have it; it would stand at "
        "{expected:.3f} min.",
    )
    peak, sample = np.nonzero(gone & study.named)
    feature = _largest(study, peak, sample)
    elsewhere = _about_peaks(
        study,
        "elsewhere",
        peak,
        sample,
        feature,
        "{name} stands only at {rt:.3f} min in {sample} ({verdict}); {seen} of {n} samples have it "
        "where {expected:.3f} min would be.",
    )
    return pd.concat([p for p in (missing, elsewhere) if len(p)] or [missing])


def _largest(study: Study, peak: IntArray, sample: IntArray) -> IntArray:
    """Return the largest feature of each peak's name in each sample."""
    volume = study.features["volume"].fillna(0).to_numpy(np.float64)
    n = len(study.drift)
    key = study.names.index * n + study.sample
    order = np.lexsort((study.features["feature_id"].to_numpy(np.int64), -volume, key))
    wanted = study.names.index[study.first[peak]] * n + sample
    return np.asarray(order[np.searchsorted(key[order], wanted)], dtype=np.int64)


def _rare(study: Study) -> pd.DataFrame:
    """Return genuine species that few samples have."""
    count, n = study.seen.sum(axis=1), len(study.drift)
    few = _valid_peaks(study) & (count <= _RARE * n) & (n >= _FEWEST)
    rows = np.flatnonzero(few[study.peak])
    return _about_peaks(
        study,
        "rare",
        study.peak[rows],
        study.sample[rows],
        rows,
        "Only {seen} of {n} samples have {name} at {rt:.3f} min, {sample} among them.",
    )


def _other_verdicts(study: Study) -> pd.DataFrame:
    """Return features that were judged otherwise than their peak."""
    rows = np.flatnonzero(study.disagrees)
    return _about_peaks(
        study,
        "verdict",
        study.peak[rows],
        study.sample[rows],
        rows,
        "{name} at {rt:.3f} min is {verdict} in {sample}, but {consensus} over all {seen} samples.",
    )


def _drifting(study: Study) -> pd.DataFrame:
    """Return samples whose runs stand apart from the others'."""
    drift = study.drift
    usual = max(1.4826 * float(np.median(np.abs(drift.shift))), drift.noise)
    far = np.flatnonzero(np.abs(drift.shift) > _FAR * usual)
    return pd.DataFrame(
        {
            "code": "drift",
            "sample": [drift.samples[k] for k in far],
            "name": None,
            "isomer": None,
            "feature_id": pd.array([pd.NA] * len(far), dtype="Int64"),
            "verdict": None,
            "expected": np.nan,
            "message": [
                f"{drift.samples[k]} runs {abs(drift.shift[k]):.3f} min "
                f"{'later' if drift.shift[k] > 0 else 'earlier'} than the study."
                for k in far
            ],
        }
    )
