"""Consensus of the samples of a study on each species, and the differences between samples.

All of it follows from the verdicts and the drift, so it is the same for an analysis that comes from
a history.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.lipids.parsed_names import ParsedNames, parse_names
from ganglioside.observations.drift import Drift, nearest_peak
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, robust_sd, starts
from ganglioside.verdicts.decisions import UNDETERMINED

#: Columns of `Analysis.consensus`: one row per shared peak, the features of one name at one RT.
CONSENSUS: Final[dict[str, str]] = {
    "name": "str",
    "series": "str",
    "isomer": "str",
    "carbons": "Int64",
    "double_bonds": "Int64",
    "hydroxyls": "Int64",
    "verdict": "category",
    "confidence": "float64",
    "seen": "Int64",  # number of samples with the peak; standards do not count, nor below
    "samples": "Int64",  # number of samples of the study that could have it
    "rt": "float64",  # min, median in the study's time
    "rt_spread": "float64",  # min, standard deviation after correction for drift
    "volume": "float64",  # median area
    "total_volume": "float64",
    "consolidated_volume": "float64",  # median, areas of fragments and adducts included
    "parent": "str",
    "process": "str",
    "missing": "str",  # samples without the name
    "elsewhere": "str",  # samples with the name at other RTs only
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
    # rows in peaks of other samples, other ions and isotope peaks too: the basis of the drift
    "shared": "Int64",
    "residual": "float64",  # min, of the valid features, root mean square
}

#: Least share of samples with a species that is usual in the study, largest of a rare one, and the
#: fewest samples of a study in which species are called so.
_USUAL: Final = 0.8
_RARE: Final = 0.2
_FEWEST: Final = 3

_STANDARD: Final = "standard"  # type of samples that are mixtures of standards
_NAMES: Final = 10  # sample names listed in a cell
_FAR: Final = 5.0  # robust standard deviations of the shifts, beyond which a run is apart


@dataclass(frozen=True, eq=False)
class JudgedPeaks:
    """The n judged features of S samples, and the P shared peaks in which they lie.

    Attributes
    ----------
    features : pandas.DataFrame, shape (n, ...)
        Judged features: columns `columns.FEATURES` and `sample`.
    drift : Drift
        Of the S samples.
    names : ParsedNames
        Of the features.
    """

    features: pd.DataFrame
    drift: Drift
    names: ParsedNames

    @classmethod
    def of(cls, features: pd.DataFrame, drift: Drift) -> JudgedPeaks:
        """The judged features of an analysis; none where there is a single sample."""
        if len(drift) < 2:
            features = features.iloc[:0]
        judged = features[features["predicted_rt"].notna() & _stands(features)]
        judged = judged.reset_index(drop=True)
        return cls(judged, drift, parse_names(judged["name"]))

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def sample(self) -> IntArray:
        """Sample of each feature, an index into `drift.samples`, shape (n,)."""
        names = self.features["sample"].fillna("")
        return np.asarray(pd.Index(self.drift.samples).get_indexer(pd.Index(names)), dtype=np.int64)

    @cached_property
    def rt(self) -> FloatArray:
        """RT in the study's time, min, shape (n,)."""
        return self.drift.to_study(self.features["rt"].to_numpy(np.float64), self.sample)

    @cached_property
    def peak(self) -> IntArray:
        """Peak of each feature, from 0 to P - 1, shape (n,)."""
        gradients = self.drift.gradients
        name = self.names.named_index * (int(gradients.max()) + 1) + gradients[self.sample]
        number = nearest_peak(name, self.rt, self.drift.noise)
        return np.asarray(np.unique(number, return_inverse=True)[1], dtype=np.int64)

    def of_features(self, n: int) -> IntArray:
        """Peak of each of the n features of the analysis; a number of its own where it shares none.

        Parameters
        ----------
        n
            Number of features of the analysis, judged or not.
        """
        numbers = n + np.arange(n, dtype=np.int64)
        if len(self):
            numbers[self.features["feature_id"].to_numpy(np.int64)] = self.peak
        return numbers

    @cached_property
    def first(self) -> IntArray:
        """First feature of each peak, shape (P,)."""
        return np.asarray(np.unique(self.peak, return_index=True)[1], dtype=np.int64)

    @cached_property
    def comparable(self) -> BoolArray:
        """Whether a sample may have a peak: one of its gradient, no standard, shape (P, S)."""
        gradients = self.drift.gradients
        of_peak = gradients[self.sample[self.first]]
        return np.asarray((of_peak[:, None] == gradients) & self.counts)

    @cached_property
    def counts(self) -> BoolArray:
        """Whether it means something that a sample lacks a species, shape (S,).

        A mixture of standards lacks all that nobody put in; it counts where there is nothing else.
        """
        n = len(self.drift)
        if "sample_type" not in self.features:
            return np.ones(n, dtype=np.bool_)
        is_standard = (self.features["sample_type"] == _STANDARD).fillna(False).to_numpy(np.bool_)
        counts = np.bincount(self.sample[is_standard], minlength=n) == 0
        return np.asarray(counts if counts.any() else ~counts)

    @cached_property
    def of_samples(self) -> IntArray:
        """Number of samples that a peak could be in, shape (P,)."""
        return np.asarray(self.comparable.sum(axis=1))

    @cached_property
    def seen(self) -> BoolArray:
        """Whether a peak is in a sample, shape (P, S)."""
        return _marked(self.peak, self.sample, len(self.first), len(self.drift))

    @cached_property
    def times_seen(self) -> IntArray:
        """Number of samples that count and have a peak, shape (P,)."""
        return np.asarray((self.seen & self.comparable).sum(axis=1))

    @cached_property
    def named(self) -> BoolArray:
        """Whether the name of a peak is in a sample, at any RT, shape (P, S)."""
        name = self.names.named_index
        by_name = _marked(name, self.sample, len(self.names.named), len(self.drift))
        return np.asarray(by_name[name[self.first]])

    @cached_property
    def peak_names(self) -> npt.NDArray[np.object_]:
        """Name of each peak, with its chains where the table has others of its sum, (P,).

        With the label of its isomer too, where the table labels isomers.
        """
        several = Counter(s.name for s in self.names.named)
        names = [
            f"{s.head}({'/'.join(s.chains)})" if s.chains and several[s.name] > 1 else s.name
            for s in self.names.named
        ]
        for k, label in enumerate(self.names.isomer_labels):
            names[k] += f" ({label})" if label else ""
        return np.asarray(np.array(names, dtype=object)[self.names.named_index[self.first]])

    @cached_property
    def verdict(self) -> IntArray:
        """Verdict of each feature, an index into `VERDICTS`, shape (n,)."""
        return np.asarray(self.features["verdict"].cat.codes, dtype=np.int64)

    @cached_property
    def votes(self) -> FloatArray:
        """Summed confidence of each verdict on each peak, shape (P, len(VERDICTS))."""
        n_verdicts = len(VERDICTS)
        confidence = self.features["confidence"].to_numpy(np.float64)
        peak_verdict = self.peak * n_verdicts + self.verdict
        votes = np.bincount(peak_verdict, confidence, minlength=len(self.first) * n_verdicts)
        return np.asarray(votes.reshape(-1, n_verdicts), dtype=np.float64)

    @cached_property
    def chosen(self) -> IntArray:
        """Verdict on each peak, the one with most votes: an index into `VERDICTS`, shape (P,).

        A peak without votes is `undetermined`.
        """
        return np.where(self.votes.any(axis=1), self.votes.argmax(axis=1), UNDETERMINED)

    @cached_property
    def disagrees(self) -> BoolArray:
        """Whether a feature has another verdict than its peak, shape (n,)."""
        return np.asarray(self.verdict != self.chosen[self.peak])


def _stands(features: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row stands for its peak, so that no area counts twice; older analyses say none."""
    if "peak_id" not in features:
        return features["predicted_rt"].notna()
    peak_id = features["peak_id"]
    return (peak_id == features["feature_id"]).fillna(True).astype(bool)


def _marked(row: IntArray, column: IntArray, rows: int, columns: int) -> BoolArray:
    """A table that is True at `row[k], column[k]`, shape (rows, columns)."""
    result = np.zeros((rows, columns), dtype=np.bool_)
    result[row, column] = True
    return result


def consensus_table(judged: JudgedPeaks) -> pd.DataFrame:
    """One row per peak, by name and RT: columns `CONSENSUS`.

    RT and areas are medians over the features that agree with the verdict on their peak.
    """
    if len(judged) == 0:
        return _typed(pd.DataFrame(columns=list(CONSENSUS)), CONSENSUS)
    samples, agrees = judged.drift.samples, ~judged.disagrees
    missed = judged.comparable & ~judged.seen
    numbers = judged.features[["volume", "consolidated_volume"]].assign(rt=judged.rt)
    agreeing = numbers[agrees].groupby(judged.peak[agrees])
    median = agreeing.median()
    total_volume = agreeing["volume"].sum(min_count=1)
    size = np.bincount(judged.peak)
    copied = ["series", "isomer", "carbons", "double_bonds", "hydroxyls", "parent", "process"]
    surest = judged.features.iloc[_surest(judged)].reset_index(drop=True)
    table = surest[copied].assign(
        name=judged.peak_names,
        verdict=np.array(VERDICTS, dtype=object)[judged.chosen],
        confidence=judged.votes.max(axis=1) / size,
        seen=judged.times_seen,
        samples=judged.of_samples,
        rt=median["rt"].to_numpy(),
        rt_spread=agreeing["rt"].std().to_numpy(),
        volume=median["volume"].to_numpy(),
        total_volume=total_volume.to_numpy(),
        consolidated_volume=median["consolidated_volume"].to_numpy(),
        missing=_listed(samples, missed & ~judged.named),
        elsewhere=_listed(samples, missed & judged.named),
        disagree=_listed(samples, _disagreeing(judged)),
    )
    order = ["series", "carbons", "double_bonds", "hydroxyls", "rt"]
    return _typed(table.sort_values(order, ignore_index=True), CONSENSUS)


def _surest(judged: JudgedPeaks) -> IntArray:
    """The feature of highest confidence of each peak among those that agree with it, shape (P,)."""
    confidence = judged.features["confidence"].to_numpy(np.float64)
    feature_id = judged.features["feature_id"].to_numpy(np.int64)
    no_parent = judged.features["parent"].isna().to_numpy()
    order = np.lexsort((feature_id, no_parent, -confidence, judged.disagrees, judged.peak))
    return np.asarray(order[starts(judged.peak[order])])


def _disagreeing(judged: JudgedPeaks) -> BoolArray:
    """Whether a sample has a feature in a peak with another verdict, shape (P, S)."""
    rows = judged.disagrees
    return _marked(judged.peak[rows], judged.sample[rows], len(judged.first), len(judged.drift))


def _listed(samples: tuple[str, ...], marked: BoolArray) -> list[Any]:
    """The marked samples of each row as text, None for a row without any."""
    names = np.array(samples, dtype=object)
    return [_list(names[row]) if row.any() else None for row in marked]


def _list(names: npt.NDArray[np.object_]) -> str:
    """Names separated by commas, the last ones counted only."""
    shown = ", ".join(names[:_NAMES])
    return shown if len(names) <= _NAMES else f"{shown} and {len(names) - _NAMES} more"


def _typed(table: pd.DataFrame, schema: dict[str, str]) -> pd.DataFrame:
    """The columns of a schema, in its order and with its types."""
    types: dict[str, Any] = dict(schema)
    if types.get("verdict") == "category":
        types["verdict"] = pd.CategoricalDtype(list(VERDICTS))
    return table[list(schema)].astype(types)


def drift_table(judged: JudgedPeaks) -> pd.DataFrame:
    """Drift of each sample, and the residual of its valid features: columns `DRIFT`."""
    if len(judged) == 0:
        return _typed(pd.DataFrame(columns=list(DRIFT)), DRIFT)
    drift, n = judged.drift, len(judged.drift)
    valid = judged.verdict == VERDICTS.index("valid")
    sample = judged.sample[valid]
    residual = judged.features["residual"].to_numpy(np.float64)[valid]
    count = np.bincount(sample, minlength=n)
    squares = np.bincount(sample, residual**2, n)
    table = pd.DataFrame(
        {
            "sample": list(drift.samples),
            "shift": drift.shift,
            "stretch": drift.stretch,
            "features": np.bincount(judged.sample, minlength=n),
            "shared": drift.shared,
            "residual": np.sqrt(squares / np.where(count > 0, count, np.nan)),
        }
    )
    return _typed(table, DRIFT)


def differences_table(judged: JudgedPeaks) -> pd.DataFrame:
    """Differences of samples from the others: columns `DIFFERENCES`."""
    if len(judged) == 0:
        return _typed(pd.DataFrame(columns=list(DIFFERENCES)), DIFFERENCES)
    parts = [_drifting(judged), _absent(judged), _rare(judged), _other_verdicts(judged)]
    table = pd.concat([part for part in parts if len(part)] or parts[:1])
    return _typed(table, DIFFERENCES).reset_index(drop=True)


def _own_time(judged: JudgedPeaks, peak: IntArray, sample: IntArray) -> FloatArray:
    """Median RT of some peaks in the own time of some samples, min, shape (k,)."""
    rt = np.asarray(pd.Series(judged.rt).groupby(judged.peak).median(), dtype=np.float64)
    return judged.drift.to_sample(rt[peak], sample)


def _about_peaks(
    judged: JudgedPeaks,
    code: str,
    peak: IntArray,
    sample: IntArray,
    feature: IntArray | None,
    text: str,
) -> pd.DataFrame:
    """One difference for each of k peaks and samples.

    Parameters
    ----------
    judged
    code
        Of all these differences.
    peak, sample
        Shape (k,).
    feature
        Position of the feature of the sample, shape (k,); None where the sample has none.
    text
        Template of the message; its fields are columns of the table and n, the number of samples
        that the peak could be in.
    """
    surest = judged.features.iloc[_surest(judged)[peak]]
    table = pd.DataFrame(
        {
            "code": code,
            "sample": np.array(judged.drift.samples, dtype=object)[sample],
            "name": judged.peak_names[peak],
            "isomer": surest["isomer"].to_numpy(object),
            "feature_id": pd.array([pd.NA] * len(peak), dtype="Int64"),
            "verdict": None,
            "expected": _own_time(judged, peak, sample),
            "seen": judged.times_seen[peak],
            "consensus": np.array(VERDICTS, dtype=object)[judged.chosen[peak]],
            "rt": np.nan,
        }
    )
    if feature is not None:
        found = judged.features.iloc[feature]
        table["feature_id"] = found["feature_id"].array
        table["verdict"] = found["verdict"].to_numpy(object)
        table["rt"] = found["rt"].to_numpy(np.float64)
    return table.assign(message=_messages(table.assign(n=judged.of_samples[peak]), text))


def _messages(table: pd.DataFrame, text: str) -> list[str]:
    """The text for each row, its fields filled from the columns of the table."""
    names = [str(column) for column in table]
    columns = [table[column].tolist() for column in table]
    rows = zip(*columns, strict=True)
    return [text.format(**dict(zip(names, row, strict=True))) for row in rows]


def _valid_peaks(judged: JudgedPeaks) -> BoolArray:
    """Whether a peak is valid, shape (P,)."""
    return np.asarray(judged.chosen == VERDICTS.index("valid"), dtype=np.bool_)


def _usual(judged: JudgedPeaks) -> BoolArray:
    """Whether a peak is valid and in most samples, shape (P,)."""
    count, n = judged.times_seen, judged.of_samples
    usual = _valid_peaks(judged) & (count >= _USUAL * n) & (n >= _FEWEST)
    return np.asarray(usual, dtype=np.bool_)


def _absent(judged: JudgedPeaks) -> pd.DataFrame:
    """Samples without a species that most samples have, or with its name at other RTs only."""
    absent = judged.comparable & ~judged.seen & _usual(judged)[:, None]
    peak, sample = np.nonzero(absent & ~judged.named)
    missing = _about_peaks(
        judged,
        "missing",
        peak,
        sample,
        None,
        "{name} is missing in {sample}, though {seen} of {n} samples have it; it would stand at "
        "{expected:.3f} min.",
    )
    peak, sample = np.nonzero(absent & judged.named)
    feature = _largest(judged, peak, sample)
    elsewhere = _about_peaks(
        judged,
        "elsewhere",
        peak,
        sample,
        feature,
        "{name} stands only at {rt:.3f} min in {sample} ({verdict}); {seen} of {n} samples have it "
        "where {expected:.3f} min would be.",
    )
    parts = [part for part in (missing, elsewhere) if len(part)]
    return pd.concat(parts or [missing])


def _largest(judged: JudgedPeaks, peak: IntArray, sample: IntArray) -> IntArray:
    """Largest feature with the name of a peak in a sample, for k peaks and samples, shape (k,)."""
    n, name = len(judged.drift), judged.names.index
    volume = judged.features["volume"].fillna(0).to_numpy(np.float64)
    feature_id = judged.features["feature_id"].to_numpy(np.int64)
    name_sample = name * n + judged.sample
    order = np.lexsort((feature_id, -volume, name_sample))
    wanted = name[judged.first[peak]] * n + sample
    position = np.searchsorted(name_sample[order], wanted)
    return np.asarray(order[position], dtype=np.int64)


def _rare(judged: JudgedPeaks) -> pd.DataFrame:
    """Features of valid peaks that few samples have."""
    count, n = judged.times_seen, judged.of_samples
    few = _valid_peaks(judged) & (count <= _RARE * n) & (n >= _FEWEST)
    rows = np.flatnonzero(few[judged.peak] & judged.counts[judged.sample])
    return _about_peaks(
        judged,
        "rare",
        judged.peak[rows],
        judged.sample[rows],
        rows,
        "{name} at {rt:.3f} min is in only {seen} of {n} samples, {sample} among them.",
    )


def _other_verdicts(judged: JudgedPeaks) -> pd.DataFrame:
    """Features with another verdict than their peak."""
    rows = np.flatnonzero(judged.disagrees)
    return _about_peaks(
        judged,
        "verdict",
        judged.peak[rows],
        judged.sample[rows],
        rows,
        "{name} at {rt:.3f} min is {verdict} in {sample}, but {consensus} over all {seen} samples.",
    )


def _drifting(judged: JudgedPeaks) -> pd.DataFrame:
    """Samples whose shift is far from that of the others."""
    drift = judged.drift
    spread = max(robust_sd(drift.shift), drift.noise)
    far = np.flatnonzero(np.abs(drift.shift) > _FAR * spread)
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
