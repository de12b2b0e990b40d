"""Effects of public tables, each usable alone, and how often the level `wild` draws them.

The shares are judgements: about 25 public tables and reports of other tools were read, and each
effect says why it is drawn so often. Effects of one kind exclude each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from ganglioside.simulation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect that a table has or has not.

    Attributes
    ----------
    name : str
    kind : str
        A table has one effect of each kind at most.
    share : float
        Part of the wild tables that have it.
    why : str
        Reason of the share.
    knobs : mapping
        Knobs of the scenario that switch it on.
    """

    name: str
    kind: str
    share: float
    why: str
    knobs: Mapping[str, Any] = field(default_factory=dict)


def _effect(name: str, kind: str, share: float, why: str, **knobs: Any) -> Effect:
    """Effect with its knobs."""
    return Effect(name, kind, share, why, knobs)


#: Area of an other ion against the usual one: a mobile phase that makes many of them.
_ION_SHARE: Final = (0.03, 0.3)

#: All effects, in the order of tables.
EFFECTS: Final[tuple[Effect, ...]] = (
    _effect("two ions", "ions", 0.2, "Skyline, panels: transitions of two charges",
            mz=True, second_ion_share=0.7),
    _effect("isotope rows", "isotope rows", 0.08, "LipidSearch and LDA: only with isotopes kept",
            mz=True, isotope_row_share=0.4),
    _effect("duplicate picks", "picks", 0.15, "alignments of several samples",
            duplicate_share=0.15),
    _effect("split peaks", "splits", 0.25, "every peak finder, on tailing peaks", split_share=0.15),
    _effect("isotope as name", "isotope", 0.4, "4 ppm apart at 3-: any search by mass alone",
            isotope_share=0.8),
    _effect("formate", "formate", 0.2, "mobile phases with formate are usual",
            formate_share=_ION_SHARE),
    _effect("acetate", "acetate", 0.1, "mobile phases with acetate are less usual",
            acetate_share=_ION_SHARE),
    _effect("chloride", "chloride", 0.1, "chloride is in every extract, seldom much",
            chloride_share=_ION_SHARE, search_window=20.0),
    _effect("sodium formate", "sodium formate", 0.1, "seen in a public export: GM3(40:9;O2)",
            sodium_formate_share=_ION_SHARE, search_window=20.0),
    _effect("two sodium", "two sodium", 0.1, "two sialic acids and more in salty extracts",
            two_sodium_share=_ION_SHARE),
    _effect("water loss", "water", 0.15, "harsh sources; lactones", water_share=(0.03, 0.3)),
    _effect("CO2 loss", "CO2", 0.05, "harsh sources, few names of that mass",
            carbon_dioxide_share=_ION_SHARE),
    _effect("second names", "second names", 0.1, "lists of candidates that were not reduced",
            mz=True, second_name_share=0.5),
    _effect("chain isomers", "chains", 0.15, "names from MS/MS of brain", chain_names=True),
    _effect("s-shaped gradient", "gradient", 0.1, "isocratic start and wash",
            gradient="s-shaped", one_scale=True),
    _effect("two-step gradient", "gradient", 0.08, "one of three real tables of tests",
            gradient="two-step", one_scale=True, slope=(0.55, 0.65)),
    _effect("convex gradient", "gradient", 0.04, "rare: flat to steep",
            gradient="convex", one_scale=True),
    _effect("kinked gradient", "gradient", 0.1, "two linear segments are a usual programme",
            gradient="kink", one_scale=True),
    _effect("one scale", "gradient", 0.3, "what a plain gradient does to head groups",
            one_scale=True),
    _effect("fast gradient", "speed", 0.2, "runs of ten minutes", slope=(0.38, 0.42)),
    _effect("two decimals", "digits", 0.4, "usual in MS-DIAL and LipidSearch", rt_decimals=2),
    _effect("one decimal", "digits", 0.05, "tables of papers", rt_decimals=1),
    _effect("scatter", "noise", 0.1, "RT of single MS/MS scans", rt_scatter=0.05),
    _effect("co-elution", "noise", 0.1, "other columns and peak finders",
            coelution_core=0.02, coelution_tail=0.06),
    _effect("noise", "noise", 0.05, "few points a peak", row_noise=0.05),
    _effect("fast and noisy", "noise", 0.05, "runs of ten minutes, few points a peak",
            row_noise=0.05, slope=(0.38, 0.42)),
    _effect("run drift", "drift", 0.1, "pumps, columns that settle", run_drift=0.05),
    _effect("pathways", "pathways", 0.5, "measured wherever there are enough pieces: p < 0.001",
            pathway_shift=0.03, pathway_width_spread=0.5, coelution_tail_share=0.05),
    _effect("missing rows", "missing", 0.3, "tables cut by quality, blanks or a list",
            row_missing=0.25, parent_missing=0.25),
    _effect("no areas", "areas", 0.1, "lists of identifications", areas=False),
    _effect("no anchors", "anchors", 0.3, "no column says what is sure",
            anchors=0, wrong_anchors=0.0),
    _effect("few anchors", "anchors", 0.25, "some standards", anchors=5, wrong_anchors=0.0),
    _effect("early anchors", "anchors", 0.05, "standards of polar classes",
            anchors=15, wrong_anchors=0.0, anchor_side="early"),
    _effect("late anchors", "anchors", 0.05, "standards of long chains",
            anchors=15, wrong_anchors=0.0, anchor_side="late"),
    _effect("m/z", "m/z", 0.3, "most exports have m/z", mz=True),
    _effect("m/z offset", "m/z", 0.15, "calibration of a day ago", mz=True, mz_offset=8.0),
    _effect("m/z drift", "m/z", 0.1, "calibration at one mass", mz=True, mz_drift=8.0),
    _effect("wrong polarity", "m/z", 0.02, "seen once", mz=True, mz_fault="wrong polarity"),
    _effect("M+1 picked", "m/z", 0.02, "seen once", mz=True, mz_fault="M+1"),
    _effect("gradients differ", "study", 0.05, "files of several methods in one folder",
            n_samples=3, sample_bend=0.5),
    _effect("three sodium", "three sodium", 0.03, "three sialic acids and more in salty extracts",
            three_sodium_share=_ION_SHARE),
    _effect("misstated ions", "misstated ions", 0.1, "seen in four public tables",
            mz=True, misstated_ion_share=0.05),
)  # fmt: skip


def draw_effects(scenario: Scenario, rng: np.random.Generator) -> Scenario:
    """Scenario of one wild table: with the effects drawn by their shares, and no longer wild.

    Examples
    --------
    >>> from ganglioside.simulation.scenario import LEVELS
    >>> draw_effects(LEVELS["wild"], np.random.default_rng(1)).wild
    False
    """
    kinds = dict.fromkeys(effect.kind for effect in EFFECTS)
    knobs: dict[str, Any] = {"wild": False}
    for kind in kinds:
        left = rng.random()
        for effect in (e for e in EFFECTS if e.kind == kind):
            if 0 <= left < effect.share:
                knobs.update(effect.knobs)
            left -= effect.share
    return scenario.replace(**knobs)
