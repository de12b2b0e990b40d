"""From a feature table to verdicts: `analyze` and what it returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import signature
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd

from ganglioside.amounts.groups import Compared, GroupComparison, Of, compare_groups
from ganglioside.amounts.profiles import By, Profile, profile_of
from ganglioside.amounts.species_table import Amounts
from ganglioside.errors import Cancelled, FeatureError, SettingsError
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.state import Inference
from ganglioside.lipids.adducts import table_polarity
from ganglioside.progress import Progress, ProgressCallback
from ganglioside.questions.expected_library import Window, expected_library
from ganglioside.questions.explanation import Explanation
from ganglioside.questions.family import family
from ganglioside.questions.feature_choice import chosen_feature, is_named
from ganglioside.questions.hypotheses import explain
from ganglioside.questions.review_queue import review_queue
from ganglioside.questions.score_card import Score, score_card
from ganglioside.questions.suggested_names import suggested_names
from ganglioside.questions.suggestions import suggest
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import TableSource, read_features, read_with
from ganglioside.reading.options import ReadingKeywords, ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.reading.validation import check_judgeable
from ganglioside.settings import Polarity, SampleType, Settings
from ganglioside.support.arrays import BoolArray, IntArray
from ganglioside.support.formatting import counted
from ganglioside.support.nearest import did_you_mean
from ganglioside.support.on_demand import ShownAsCard, opened
from ganglioside.support.priors import Priors
from ganglioside.verdicts.consensus import (
    JudgedPeaks,
    consensus_table,
    differences_table,
    drift_table,
)
from ganglioside.verdicts.evidence import StudyEvidence, WeighedEvidence
from ganglioside.verdicts.findings import find
from ganglioside.verdicts.overrides import Overrides
from ganglioside.verdicts.result_tables import (
    features_table,
    rows_of_gradients,
)
from ganglioside.verdicts.summary import Summary, summarise
from ganglioside.version import __version__


@dataclass(frozen=True, eq=False, repr=False)
class Analysis(ShownAsCard):
    """The result of one analysis; frozen, and rebuilt exactly from a history.

    Attributes
    ----------
    features : pandas.DataFrame
        One row per input row. What was read: feature_id, name, rt (min), volume (peak area),
        log_p, anchor. What the name says: series, isomer, carbons, double_bonds, hydroxyls, hex,
        hexnac, neuac, neugc, dhex, oac, sugar_count, sialic_acids, category, formula,
        monoisotopic_mass (Da), shorthand, shorthand_level, lipid_maps_class, lipid_maps_entry,
        swisslipids_class. What was found: predicted_rt, rt_lower, rt_upper (95 %, min), residual
        (measured less predicted, min), standardized_residual (sigma), verdict, confidence,
        parent_id, parent, process, rule, reason, consolidated_volume (with the areas of its
        fragments and adducts, sodium and other ions among these; `species` adds no other ion),
        peak_id. Then row, sheet, mz, adduct, sample and sample_type where
        the input has them, and the input's other columns.
    models : pandas.DataFrame
        One row per series and isomer: series, isomer, n, n_anchors, offset, offset_se, sigma
        (min), r2, r2_loo, rmse_loo (min), log_p_slope, log_p_intercept, log_p_r2, log_p_equation,
        may_judge, why_not.
    findings : pandas.DataFrame
        What to check first, the gravest first: code, severity, feature_id, series, message,
        advice.
    problems : pandas.DataFrame
        What was reported on reading: feature_id, row, column, value, code, severity, message,
        advice.
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
    _evidence: StudyEvidence | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        """The input and the headline."""
        return f"<Analysis of {self.source.name}: {self.summary.headline}>"

    def __len__(self) -> int:
        """Number of features."""
        return len(self.features)

    def __contains__(self, name: object) -> bool:
        """Whether any feature has a name, in any spelling."""
        return isinstance(name, str) and bool(is_named(self.features, name).any())

    def __getitem__(self, key: str) -> Any:
        """The features of a species, or a column of all features.

        Parameters
        ----------
        key : str
            A name, such as `GM3(36:1;O2)`, in any spelling; or a column of `features`.

        Returns
        -------
        pandas.DataFrame or pandas.Series
            Rows of `features`, or one of its columns.

        Raises
        ------
        FeatureError
            If it is neither.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> analysis["GM3(36:1;O2)"]["verdict"].value_counts()["valid"]
        np.int64(1)
        >>> analysis["verdict"].iloc[12], "GM3 d36:1" in analysis
        ('valid', True)
        """
        if not isinstance(key, str):
            raise FeatureError(
                f"analysis[{key!r}]: give the name of a species or of a column. A feature by its "
                f"number is analysis.features.loc[{key!r}]."
            )
        if key in self.features:
            return self.features[key]
        named = is_named(self.features, key)
        if not named.any():
            known = [*self.features.columns, *self.features["name"].dropna()]
            raise FeatureError(
                f"{key!r} is neither a species nor a column of this table."
                f"{did_you_mean(key, known)}"
            )
        return self.features[named]

    @property
    def plot(self) -> Any:
        """The charts of the analysis, each a method: see `display.plots.Plots`.

        Returns
        -------
        Plots

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> analysis.plot.carbons("GD1").to_dict()["title"]["text"]
        'Retention by carbon number: GD1'
        """
        return opened("display.plots").Plots(self)

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write the features to a CSV file, as `gg.export` does.

        Parameters
        ----------
        path
            The file; its folder must exist.

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
        >>> import tempfile
        >>> import ganglioside as gg
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gg.analyze(gg.example()).to_csv(f"{folder}/verdicts.csv").name
        'verdicts.csv'
        """
        written: Path = opened("exporting").export(self, path, "csv")
        return written

    def to_excel(self, path: str | PathLike[str]) -> Path:
        """Write all tables to a workbook (XLSX), as `gg.export` does.

        Parameters
        ----------
        path
            The file; its folder must exist.

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
        >>> import tempfile
        >>> import ganglioside as gg
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     gg.analyze(gg.example()).to_excel(f"{folder}/verdicts.xlsx").name
        'verdicts.xlsx'
        """
        written: Path = opened("exporting").export(self, path, "xlsx")
        return written

    def report(
        self,
        path: str | PathLike[str] | None = None,
        *,
        title: str | None = None,
        pdf: bool = False,
    ) -> Path:
        """Write the report of the analysis as one HTML file, which opens without a network.

        Parameters
        ----------
        path
            The HTML file; where None, the name of the input in the current folder.
        title
            Heading; the input's name where None.
        pdf
            Whether to print a PDF beside it; needs a Chromium.

        Returns
        -------
        pathlib.Path
            The HTML file.

        Raises
        ------
        ReportError
            If a file cannot be written.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze(gg.example()).report("liver.html")  # doctest: +SKIP
        PosixPath('liver.html')
        """
        written: Path = opened("reports").report_analysis(self, path, title=title, pdf=pdf)
        return written

    def predict(self, names: str | Sequence[str]) -> pd.DataFrame:
        """Predicted RT of any names.

        Parameters
        ----------
        names : str or sequence of str
            One name or several, in any spelling; the table need not contain them.

        Returns
        -------
        pandas.DataFrame
            One row per isomer line: name, isomer, predicted_rt, lower, upper (95 %, min), basis;
            see `FittedModel.predict`.

        Raises
        ------
        NameFormError
            If a name cannot be read.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> analysis.predict("GM3(36:1;O2)")["predicted_rt"].round(1).tolist()
        [11.3]
        """
        return self.model.predict(names)

    @property
    def overridden(self) -> pd.DataFrame:
        """The features with their overrides in columns behind `reason`: see `Overrides.beside`.

        Returns
        -------
        pandas.DataFrame
            Columns of `features`, with analyst_decision, analyst_name, analyst_verdict,
            analyst_anchor, analyst_note, analyst, analyst_time, confirmed_by and confirmed_at
            where there is an override.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> note = gg.Override(feature_id=3, verdict="valid", note="Seen in MS/MS.")
        >>> decided = analysis.with_overrides(gg.Overrides().put(note)).overridden
        >>> decided.loc[3, ["verdict", "analyst_verdict"]].tolist()
        ['fragment', 'valid']
        """
        return self.overrides.beside(self.features)

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

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> note = gg.Override(feature_id=3, verdict="valid", note="Seen in MS/MS.")
        >>> len(analysis.with_overrides(gg.Overrides().put(note)).overrides)
        1
        """
        overrides.require_rows(len(self.features))
        return replace(self, overrides=overrides)

    @property
    def coelution_tolerance(self) -> float:
        """Largest RT difference of features that were taken to elute together, min.

        It is the RT tolerance, and more where features scatter much about their curves: the
        finding `wide-coelution` says so.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze(gg.example(), rt_tolerance=0.05).coelution_tolerance
        0.05
        """
        return self.model.coelution_tolerance(self.settings.rt_tolerance)

    @cached_property
    def is_on_model(self) -> BoolArray:
        """Whether each feature's sample has the gradient of the model, shape (n,).

        Examples
        --------
        >>> import ganglioside as gg
        >>> bool(gg.analyze(gg.example()).is_on_model.all())
        True
        """
        drift = self.model.drift
        if not drift.gradient or "sample" not in self.features:
            return np.ones(len(self.features), dtype=np.bool_)
        others = [s for s, k in zip(drift.samples, drift.gradient, strict=True) if k > 0]
        return ~self.features["sample"].fillna("").isin(others).to_numpy(np.bool_)

    @cached_property
    def _judged_peaks(self) -> JudgedPeaks:
        return JudgedPeaks.of(self.features, self.model.drift)

    @cached_property
    def shared_peak(self) -> IntArray:
        """Number of the peak of each feature, the same in the samples that share it, (n,).

        Examples
        --------
        >>> import ganglioside as gg
        >>> study = gg.analyze(gg.read_study([gg.example(), gg.example()]))
        >>> bool(study.shared_peak[0] == study.shared_peak[332])
        True
        """
        return self._judged_peaks.of_features(len(self.features))

    @cached_property
    def consensus(self) -> pd.DataFrame:
        """Verdict, RT and area of each shared peak over all samples.

        A peak is the features of one name at one RT; the valid ones are the species of the study.

        Returns
        -------
        pandas.DataFrame
            One row per peak, none where there is one sample: name, series, isomer, carbons,
            double_bonds, hydroxyls, verdict, confidence, seen and samples (numbers of samples,
            without mixtures of standards), rt (median, min), rt_spread (min), volume (median area),
            total_volume, consolidated_volume, parent, process, missing, elsewhere and disagree
            (samples without the name, with it at other RTs, and with another verdict).

        Examples
        --------
        >>> import ganglioside as gg
        >>> study = gg.analyze([gg.example(), gg.example()])
        >>> int(study.consensus["seen"].max())
        2
        """
        return consensus_table(self._judged_peaks)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Differences of samples from the others.

        Returns
        -------
        pandas.DataFrame
            code (missing, elsewhere, rare, verdict or drift), sample, name, isomer, feature_id,
            verdict, expected (RT in the sample's own time, min), message.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze([gg.example(), gg.example()]).differences.empty
        True
        """
        return differences_table(self._judged_peaks)

    @cached_property
    def drift(self) -> pd.DataFrame:
        """Drift of each sample against the study.

        Returns
        -------
        pandas.DataFrame
            One row per sample: sample, shift (min, at the middle of the study), stretch (min per
            min), features, shared (rows in peaks of other samples too, those of other ions and
            isotope peaks among them), residual (min, root mean square of the valid ones).

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze([gg.example(), gg.example()]).drift["shift"].round(3).tolist()
        [0.0, 0.0]
        """
        return drift_table(self._judged_peaks)

    @cached_property
    def _amounts(self) -> Amounts:
        """Accepted species with their consolidated areas."""
        return Amounts.of(
            self.features, self.overrides, self.coelution_tolerance, self.model.priors
        )

    @cached_property
    def species(self) -> pd.DataFrame:
        """The accepted species, one row each, with their areas and shares.

        A species is accepted where the verdict on a row is `valid`, or where an analyst accepted or
        renamed it; a rejected one does not count, a renamed one counts under its new name. Peaks
        that an analyst accepted away from the others of their name are rows of their own, with
        their RT in `head`. The model has no probability of what an analyst decided: `confidence` is
        missing. Areas are those of one ion. What its ions lost in the source is given back to them
        (`area_returned`), also what has no row of its own, as the yields of the table let expect
        (`area_unseen`); other ions and isotope peaks are listed, but never added. Of a study, areas
        are sums over its samples, without QC, pools and standards.

        Returns
        -------
        pandas.DataFrame
            One row per species: name, head, series, category, ceramide, carbons, double_bonds,
            hydroxyls, rt (min), confidence, decided_by (model or analyst), feature_id (its largest
            row), rows, samples, ion; area (as measured), area_returned, rows_returned, area_unseen,
            area_consolidated with area_low and area_high (its 95 % interval, without the scatter
            of injections or samples); area_other_ions, rows_other_ions; share (percent) with
            share_low and share_high.

        Examples
        --------
        >>> import ganglioside as gg
        >>> species = gg.analyze(gg.example()).species
        >>> largest = species.loc[species["share"].idxmax()]
        >>> largest["name"], round(float(largest["share"]), 1)
        ('GD1a(36:1;O2)', 17.7)
        """
        return self._amounts.table

    @cached_property
    def species_by_sample(self) -> pd.DataFrame:
        """The accepted species of each sample, with their areas and shares.

        Returns
        -------
        pandas.DataFrame
            One row per species and sample in which it is: sample, sample_type, name, head, series,
            category, ceramide, rt (min), area, area_returned, rows_returned, area_unseen,
            area_consolidated, area_low, area_high, share (percent of the sample).

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.simulate(1, n_samples=3))
        >>> analysis.species_by_sample["sample"].unique().tolist()
        ['S001', 'S002', 'S003']
        """
        return self._amounts.by_sample

    def profile(self, by: By = "series") -> Profile:
        """Shares of series, ceramides or categories in all accepted species.

        Parameters
        ----------
        by : str
            `series` (head groups as named: GD1a and GD1b apart), `ceramide` or `category`.

        Returns
        -------
        Profile
            With a `table` over all samples, in percent with 95 % intervals, and one `by_sample`.

        Raises
        ------
        SettingsError
            If `by` is something else.

        Examples
        --------
        >>> import ganglioside as gg
        >>> profile = gg.analyze(gg.example()).profile("category")
        >>> profile.table["name"].tolist(), round(float(profile.table["share"].sum()))
        (['GM', 'GD', 'GT', 'GQ', 'GP'], 100)
        """
        return profile_of(self._amounts, by)

    def compare_groups(
        self,
        groups: Mapping[str, str],
        by: Compared = "species",
        of: Of = "area",
        reference: str | None = None,
    ) -> GroupComparison:
        """Differences between groups of samples, by Welch's t of log2 areas.

        Parameters
        ----------
        groups : mapping of str to str
            Group of each sample; samples that it does not name take no part.
        by : str
            What is compared: `species`, or sums by `series`, `ceramide` or `category`.
        of : str
            `area`, or `share` in all accepted species of the sample.
        reference : str, optional
            Group with which all others are compared; by default each pair is, in the order given.

        Returns
        -------
        GroupComparison
            Its `table` has log2 fold changes with 95 % intervals, Hedges' g, p, and q corrected
            after Benjamini and Hochberg.

        Raises
        ------
        SettingsError
            If a sample or a word is unknown, a blank, QC, pool or standard is named, or a group has
            fewer than two samples.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.simulate(1, n_samples=4))
        >>> groups = {"S001": "young", "S002": "young", "S003": "old", "S004": "old"}
        >>> compared = analysis.compare_groups(groups, by="category")
        >>> compared.table[["name", "reference", "group"]].iloc[0].tolist()
        ['GM', 'young', 'old']
        """
        return compare_groups(self._amounts, groups, by, of, reference)

    def redecide(
        self,
        settings: Settings | None = None,
        *,
        r2_threshold: float | None = None,
        outlier_threshold: float | None = None,
        rt_tolerance: float | None = None,
    ) -> Analysis:
        """The analysis under other thresholds, with the same retention model and overrides.

        An analysis from a history does not have the model's evidence: its input is analysed again,
        with the anchors of this analysis.

        Parameters
        ----------
        settings : Settings, optional
            Those of the analysis where None.
        r2_threshold, outlier_threshold, rt_tolerance : float, optional
            Thresholds in place of those of `settings`.

        Returns
        -------
        Analysis

        Raises
        ------
        SettingsError
            If a threshold is refused.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> strict = analysis.redecide(outlier_threshold=1.0)
        >>> strict.summary.valid < analysis.summary.valid
        True
        """
        settings = _settings(
            self.settings if settings is None else settings,
            r2_threshold=r2_threshold,
            outlier_threshold=outlier_threshold,
            rt_tolerance=rt_tolerance,
        )
        if self._evidence is None or settings.polarity != self.settings.polarity:
            result = analyze(self.read_input(settings), settings, priors=self.model.priors)
        else:
            result = _assemble(self._evidence, self.model, settings)
        return replace(result, overrides=self.overrides)

    def prepared(self) -> Analysis:
        """The analysis with the model's evidence, so that questions are answered at once.

        The evidence of an analysis from a history is computed from the input once, for `redecide`,
        `explain` and `suggest`.

        Returns
        -------
        Analysis

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze(gg.example()).prepared().explain(12).verdict
        'valid'
        """
        if self._evidence is not None:
            return self
        return replace(self, _evidence=self._own_or_new_evidence())

    def _own_or_new_evidence(self) -> StudyEvidence:
        """The evidence of this analysis, or else evidence computed from the input."""
        if self._evidence is not None:
            return self._evidence
        table = self.read_input(self.settings)
        return StudyEvidence.of(table, self.settings.polarity, self.model.priors)

    def read_input(self, settings: Settings) -> FeatureTable:
        """The input, read again, with the anchors of this analysis.

        Parameters
        ----------
        settings : Settings
            Of them, the limits `max_megabytes` and `max_rows` hold for reading.

        Returns
        -------
        FeatureTable

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> len(analysis.read_input(analysis.settings)) == len(analysis)
        True
        """
        table = read_features(self.source, settings)
        anchors = self.features["anchor"].to_numpy(np.bool_)
        return replace(table, data=table.data.assign(anchor=anchors))

    def explain(self, feature: int | str | None = None, *, row: int | None = None) -> Explanation:
        """Every hypothesis on one feature, with probabilities and numbers.

        For an analysis from a history, the model's evidence is computed from the input first.

        Parameters
        ----------
        feature : int or str, optional
            Its number (feature_id), or its name where only one row has it.
        row : int, optional
            Its row in the file, in place of `feature`.

        Returns
        -------
        Explanation

        Raises
        ------
        FeatureError
            If there is no such feature, or several have the name: the message lists them.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> explanation = analysis.explain(12)
        >>> explanation.verdict, explanation.hypotheses[0].kind
        ('valid', 'own series')
        >>> analysis.explain("GM2(34:1;O2)").feature_id == analysis.explain(row=43).feature_id
        True
        """
        feature_id = chosen_feature(self.features, feature, row)
        state, threshold = self._state_of(feature_id), self.settings.outlier_threshold
        return explain(self.features.iloc[feature_id], state, self.features["name"], threshold)

    def score_card(
        self, feature: int | str | None = None, *, row: int | None = None
    ) -> tuple[Score, ...]:
        """Agreement of retention, co-elution, area and mass with the name of a feature.

        Parameters
        ----------
        feature : int or str, optional
            Its number (feature_id), or its name where only one row has it.
        row : int, optional
            Its row in the file, in place of `feature`.

        Returns
        -------
        tuple of Score
            As `questions.score_card` explains them.

        Raises
        ------
        FeatureError
            If there is no such feature, or several have the name: the message lists them.

        Examples
        --------
        >>> import ganglioside as gg
        >>> scores = gg.analyze(gg.example()).score_card(12)
        >>> [score.kind for score in scores]
        ['retention', 'co-elution', 'area', 'mass']
        """
        feature_id = chosen_feature(self.features, feature, row)
        return score_card(self.explain(feature_id), self._state_of(feature_id))

    def family(self, feature: int | str | None = None, *, row: int | None = None) -> pd.DataFrame:
        """The parent of a feature and all that comes from it, each below what it comes from.

        Parameters
        ----------
        feature : int or str, optional
            Its number (feature_id), or its name where only one row has it.
        row : int, optional
            Its row in the file, in place of `feature`.

        Returns
        -------
        pandas.DataFrame
            feature_id, name, rt (min), volume, verdict, confidence, process, parent_id, depth (0:
            the parent of all), area_ratio (peak area over that of its parent), usual_ratio.

        Raises
        ------
        FeatureError
            If there is no such feature, or several have the name: the message lists them.

        Examples
        --------
        >>> import ganglioside as gg
        >>> family = gg.analyze(gg.example()).family(3)
        >>> family.loc[0, "depth"], 3 in set(family["feature_id"])
        (np.int64(0), True)
        """
        feature_id = chosen_feature(self.features, feature, row)
        state = self._state_of(feature_id)
        return family(self.features, feature_id, self.coelution_tolerance, state)

    def suggest(
        self, feature: int | str | None = None, n: int = 5, *, row: int | None = None
    ) -> pd.DataFrame:
        """Names of the mass of a feature that are expected at its RT, the best first.

        Candidates are the table's head groups, their NeuGc and acetylated forms, and their sodium
        and potassium adducts, water losses and second isotopes. The mass is that of the measured
        m/z where the table has one, else that of the present name.

        Parameters
        ----------
        feature : int or str, optional
            Its number (feature_id), or its name where only one row has it.
        row : int, optional
            Its row in the file, in place of `feature`.
        n : int
            Largest number of names.

        Returns
        -------
        pandas.DataFrame
            name, isomer, process (by which the species has this mass; NA: it is the species
            itself), predicted_rt, difference (measured less predicted, min), sigma,
            mass_difference_mda, ppm, basis, note. Includes the present name where it fits; empty
            where no name fits.

        Raises
        ------
        FeatureError
            If there is no such feature, or several have the name: the message lists them.
        NameFormError
            If the feature's adduct is unknown.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> analysis.suggest(12).loc[0, "name"]
        'GM3(36:1;O2)'
        """
        feature_id = chosen_feature(self.features, feature, row)
        state, threshold = self._state_of(feature_id), self.settings.outlier_threshold
        asked = self.features.iloc[feature_id]
        return suggest(asked, self.features, state, n, threshold, self.polarity)

    @cached_property
    def suggested_names(self) -> pd.DataFrame:
        """Names that fit outliers clearly better than their own, for the 200 largest of them.

        A suggested name explains the RT ten times better than the present one does, and than a
        peak that may be anywhere in the run; another feature has its ceramide. Of a peak that
        several samples share, only the largest feature is asked.

        Returns
        -------
        pandas.DataFrame
            One row per feature with such a name, by falling area: feature_id, suggested_name,
            process, predicted_rt, difference (measured less predicted, min), sigma, note.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> set(analysis.features["verdict"][analysis.suggested_names["feature_id"]])
        {'outlier'}
        """
        threshold = self.settings.outlier_threshold
        return suggested_names(
            self.features, self.shared_peak, self._state_of, threshold, self.polarity
        )

    @cached_property
    def review_queue(self) -> pd.DataFrame:
        """Features to look at first: wrong anchors, large pieces and outliers, what is doubtful.

        A peak that several samples share is in it once.

        Returns
        -------
        pandas.DataFrame
            feature_id, group (wrong anchor, piece, another name, large outlier, doubtful, lack of
            fit, finding; in this order), why, verdict, confidence, volume, suggested_name,
            suggested_process, suggested_note.

        Examples
        --------
        >>> import ganglioside as gg
        >>> queue = gg.analyze(gg.example()).review_queue
        >>> queue["group"].iloc[0], queue["feature_id"].is_unique
        ('wrong anchor', True)
        """
        return review_queue(self.features, self.findings, self.suggested_names, self.shared_peak)

    def expected_library(
        self,
        series: str | Sequence[str] | None = None,
        ceramides: str | Sequence[str] | None = None,
        adducts: str | Sequence[str] | None = None,
        window: Window = "95%",
        *,
        names: str | Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Expected RT and m/z of species, for inclusion lists; `gg.export` writes it.

        Parameters
        ----------
        series : str or sequence of str, optional
            Head groups, such as `GD1a` or `GM1+OAc`, in the table or not; by default all of the
            table.
        ceramides : str or sequence of str, optional
            Such as `36:1;O2`; by default those of valid features.
        adducts : str or sequence of str, optional
            Such as `[M-2H]2-`; by default the usual ones of the table's polarity: if negative, a
            proton lost by all sialic acids or by all but one.
        window : float or "95%"
            `95%`, the interval of each prediction, or a full width in min.
        names : str or sequence of str, optional
            These species alone, in place of series and ceramides.

        Returns
        -------
        pandas.DataFrame
            One row per species, isomer and ion: name, isomer, series, formula, monoisotopic_mass
            (Da), adduct, charge, mz, rt, rt_start, rt_end (min), basis.

        Raises
        ------
        NameFormError
            If a series, a ceramide, an adduct or a name cannot be read.
        SettingsError
            If the window is neither, or both names and series or ceramides are given.

        Examples
        --------
        >>> import ganglioside as gg
        >>> library = gg.analyze(gg.example()).expected_library(["GM3"], ["36:1;O2"], ["[M-H]-"])
        >>> library[["name", "mz"]].round(4).values.tolist()
        [['GM3(36:1;O2)', 1179.7372]]
        """
        return expected_library(
            self.model, self.features, series, ceramides, adducts, window, self.polarity, names
        )

    @property
    def polarity(self) -> str:
        """`negative` or `positive`: that of the settings, or else of the ions of the table.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze(gg.example()).polarity
        'negative'
        """
        ions: list[str] = []
        if "adduct" in self.features:
            ions = list(self.features["adduct"].dropna())
        return table_polarity(ions, self.settings.polarity)

    def _state_of(self, feature_id: int) -> Inference | None:
        """The inference as one feature's sample shows it; None where there is no model of it."""
        evidence, weighed = self._weighed
        of_gradient = weighed[evidence.gradient_of_row[feature_id]]
        return None if of_gradient is None else of_gradient.of_feature(feature_id)

    @cached_property
    def _weighed(self) -> tuple[StudyEvidence, tuple[WeighedEvidence | None, ...]]:
        """The evidence, and that of each gradient under these settings; None without a model."""
        evidence = self._own_or_new_evidence()
        return evidence, tuple(part.weighed(self.settings) for part in evidence.gradients)


def analyze(
    table: TableSource,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    *,
    r2_threshold: float | None = None,
    outlier_threshold: float | None = None,
    rt_tolerance: float | None = None,
    sample_type: SampleType | None = None,
    polarity: Polarity | None = None,
    max_megabytes: float | None = None,
    max_rows: int | None = None,
    priors: Priors | None = None,
    **reading: Unpack[ReadingKeywords],
) -> Analysis:
    """Verdicts on every feature of a table.

    Parameters
    ----------
    table : FeatureTable or anything that `read_features` reads
        A list of them is one study.
    settings : Settings, optional
        Thresholds and sample type; the usual ones where None.
    r2_threshold, outlier_threshold, rt_tolerance, sample_type, polarity, max_megabytes, max_rows
        Single settings, in place of those of `settings`: see `Settings`.
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
        If the table cannot be read, lacks required columns, or holds no name or no RT that can be
        judged.
    SettingsError
        If a setting is refused, an argument is unknown, or `reading` is given for a table that was
        read before.

    Examples
    --------
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> analysis.summary.features, analysis.summary.valid
    (332, 195)
    >>> gg.analyze(gg.example(), outlier_threshold=3).settings.outlier_threshold
    3
    >>> analysis.features.loc[12, ["name", "verdict"]].tolist()
    ['GM3(36:1;O2)', 'valid']
    """
    settings = _settings(
        Settings() if settings is None else settings,
        r2_threshold=r2_threshold,
        outlier_threshold=outlier_threshold,
        rt_tolerance=rt_tolerance,
        sample_type=sample_type,
        polarity=polarity,
        max_megabytes=max_megabytes,
        max_rows=max_rows,
    )
    options = _reading_options(reading)
    report = Progress(progress)
    try:
        read = read_with(table, settings, options)
        report.done("loading", f"{read.source.name}: {counted(len(read), 'feature')}")
        check_judgeable(read)
        judged = int(read.data["fault"].isna().sum())
        report.done("validating", f"{counted(judged, 'feature')} can be judged")
        evidence = StudyEvidence.of(read, settings.polarity, priors, report)
        report.step = "verdicts"
        analysis = _assemble(evidence, evidence.model(), settings)
        report.done("verdicts", analysis.summary.headline)
    except Cancelled:
        raise
    except Exception as error:
        report.failed(report.step, error)
        raise
    report.done("complete", "Done")
    return analysis


def _settings(settings: object, **given: Any) -> Settings:
    """Settings with single values in place of their own.

    Raises
    ------
    SettingsError
        If they are no settings, or a value is refused.
    """
    if not isinstance(settings, Settings):
        raise SettingsError(
            f"settings = {settings!r}: give gg.Settings(...), or thresholds by name, such as "
            "outlier_threshold=3."
        )
    return settings.changed(**given)


def _reading_options(given: ReadingKeywords) -> ReadingOptions:
    """Options of reading that `analyze` was given.

    Raises
    ------
    SettingsError
        If it has no such argument.
    """
    for name in given:
        if name not in ReadingKeywords.__annotations__:
            known = [name for name in signature(analyze).parameters if name != "reading"]
            known += ReadingKeywords.__annotations__
            raise SettingsError(
                f"analyze has no argument {name!r}.{did_you_mean(name, known)} It takes "
                f"{', '.join(known)}."
            )
    return ReadingOptions.of(**given)


def _assemble(evidence: StudyEvidence, model: FittedModel, settings: Settings) -> Analysis:
    """The analysis that a table, its inference and the settings give."""
    table, observed, log_p = evidence.table, evidence.observed, evidence.log_p
    parts = [gradient.verdicts(table, log_p, settings) for gradient in evidence.gradients]
    verdicts = rows_of_gradients([part.rows for part in parts], evidence.gradient_of_row)
    first = parts[0]
    found = find(
        table,
        verdicts,
        model,
        log_p,
        first.is_orderly,
        observed.mass_shifts,
        observed.other_ions,
        observed.gradients,
    )
    return Analysis(
        features=features_table(table, evidence.given, verdicts),
        models=first.models,
        findings=found,
        problems=table.problems,
        summary=summarise(table, verdicts, model),
        settings=settings,
        model=model,
        source=table.source,
        version=__version__,
        _evidence=evidence,
    )
