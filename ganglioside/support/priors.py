"""Priors: what is held likely before a table is seen (`data/priors.csv`)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, Final

from ganglioside.errors import SettingsError
from ganglioside.support.fact_tables import read_facts

#: What can be varied of a prior.
_NUMBERS: Final = ("value", "spread", "weight")


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """One prior: `value` with its `spread`, both in `unit`, worth `weight` observations.

    A spread or weight that is not used is NaN. Priors are equal where all fields are, NaN being
    equal to NaN.
    """

    name: str
    value: float
    spread: float
    weight: float
    unit: str
    statement: str
    observed: str
    source: str

    def __eq__(self, other: object) -> bool:
        """Whether all fields are the same."""
        if self is other:
            return True
        return isinstance(other, Prior) and self._comparable() == other._comparable()

    def __hash__(self) -> int:
        """Of all fields."""
        return hash(self._comparable())

    def _comparable(self) -> tuple[object, ...]:
        """Values of the fields, None for NaN."""
        return tuple(_known(getattr(self, field.name)) for field in fields(self))


class _HashedOnce:
    """Room for a hash that is computed once; no field, so that neither copies nor files have it."""

    __slots__ = ("_hash",)
    _hash: int


@dataclass(frozen=True, slots=True, repr=False)
class Priors(_HashedOnce):
    """All priors of the model; each attribute is a row of `data/priors.csv`.

    Examples
    --------
    >>> priors = Priors.usual()
    >>> priors.coelution_width.unit
    'min'
    >>> wider = priors.varied(coelution_width={"value": 0.014})
    >>> wider.coelution_width.value
    0.014
    """

    carbon_slope: Prior
    curvature: Prior
    saturated: Prior
    double_bond: Prior
    saturated_hydroxyl: Prior
    hydroxyl: Prior
    offsets_shrink: Prior
    offsets_spared: Prior
    line_tilt: Prior
    ceramide_deviation: Prior
    hydroxyl_deviation: Prior
    bend_beyond_rows: Prior
    hidden_bend: Prior
    left_out_errors: Prior
    unit_hex: Prior
    unit_hexnac: Prior
    unit_neuac: Prior
    unit_neugc: Prior
    unit_dhex: Prior
    unit_oac: Prior
    unit_sulfate: Prior
    unit_phosphocholine: Prior
    unit_water_losses: Prior
    bare_ceramide: Prior
    head_groups_alike: Prior
    line_about_composition: Prior
    isomer_about_composition: Prior
    level: Prior
    further_line: Prior
    unknown_line: Prior
    unfound_line: Prior
    line_of_pieces: Prior
    unlisted_parents: Prior
    usual_pieces: Prior
    unmarked_series: Prior
    line_scatter: Prior
    first_line_scatter: Prior
    first_line_place: Prior
    coelution_width: Prior
    first_coelution_width: Prior
    measured_off: Prior
    pathway_shift: Prior
    pathway_width: Prior
    fragment_rate: Prior
    fragment_rate_lost_modification: Prior
    fragment_rate_further_sialic_acid: Prior
    fragment_yield: Prior
    fragment_yield_scatter: Prior
    area_between: Prior
    area_scatter: Prior
    odd_area: Prior
    area_overall: Prior
    detection_steepness: Prior
    detection_level: Prior
    chance_features: Prior
    chance_large: Prior
    mispicked: Prior
    wrong_anchors: Prior
    anchors_genuine: Prior
    anchors_other: Prior
    presence_main: Prior
    presence_further: Prior
    missing_parent: Prior
    mass_error: Prior
    mass_error_wrong_name: Prior
    misstated_ion: Prior
    same_peak: Prior
    same_peak_other_ion: Prior
    chain_scatter: Prior
    labelled_isomer_scatter: Prior
    moved_bond_scatter: Prior
    second_base_bond: Prior
    moved_hydroxyl_scatter: Prior
    unusual_base_scatter: Prior
    water_lost_name: Prior
    mass_offset: Prior
    mass_drift: Prior
    mass_offset_of_sample: Prior
    detection_most: Prior

    def __hash__(self) -> int:
        """Of all priors, computed once: caches look them up in each round."""
        if not hasattr(self, "_hash"):
            priors = tuple(getattr(self, field.name) for field in fields(self))
            object.__setattr__(self, "_hash", hash(priors))
        return self._hash

    def __repr__(self) -> str:
        """How they are made of the usual ones."""
        changes = ", ".join(f"{name}={numbers}" for name, numbers in self.changes().items())
        return f"Priors.usual().varied({changes})" if changes else "Priors.usual()"

    @staticmethod
    def usual() -> Priors:
        """Priors of `data/priors.csv`.

        Returns
        -------
        Priors

        Examples
        --------
        >>> Priors.usual().coelution_width.unit
        'min'
        """
        return _usual()

    def varied(self, **changes: dict[str, Any]) -> Priors:
        """Priors with other numbers: name of a prior to its new value, spread or weight.

        Returns
        -------
        Priors

        Raises
        ------
        SettingsError
            If there is no such prior, or something else than a number of it is named.

        Examples
        --------
        >>> Priors.usual().varied(coelution_width={"value": 0.014}).coelution_width.value
        0.014
        """
        known = {field.name for field in fields(self)}
        for name, numbers in changes.items():
            if name not in known:
                raise SettingsError(f"{name!r} is no prior: use one of {', '.join(sorted(known))}.")
            if wrong := set(numbers) - set(_NUMBERS):
                raise SettingsError(
                    f"{name}: {', '.join(sorted(wrong))} cannot be varied, only value, spread and "
                    "weight."
                )
        return replace(
            self, **{name: replace(getattr(self, name), **new) for name, new in changes.items()}
        )

    def changes(self) -> dict[str, dict[str, float]]:
        """Numbers that differ from the usual ones, as `varied` takes them.

        Returns
        -------
        dict of str to dict

        Examples
        --------
        >>> Priors.usual().varied(coelution_width={"value": 0.014}).changes()
        {'coelution_width': {'value': 0.014}}
        """
        found: dict[str, dict[str, float]] = {}
        for field in fields(self):
            mine, usual = getattr(self, field.name), getattr(_usual(), field.name)
            if mine != usual:
                found[field.name] = _varied_numbers(mine, usual)
        return found


def _varied_numbers(mine: Prior, usual: Prior) -> dict[str, float]:
    """Numbers of a prior that are not the usual ones, by their part."""
    numbers: dict[str, float] = {part: getattr(mine, part) for part in _NUMBERS}
    as_before = {part: _known(getattr(usual, part)) for part in _NUMBERS}
    return {part: number for part, number in numbers.items() if _known(number) != as_before[part]}


def _known(value: Any) -> Any:
    """The value, None for NaN, which would differ from itself."""
    return None if value != value else value


@cache
def _usual() -> Priors:
    return Priors(**{row.name: row for row in read_facts("priors.csv", Prior)})


def as_markdown(priors: Priors) -> str:
    """Table of the priors for the README, those with a statement.

    >>> print(as_markdown(Priors.usual()).splitlines()[0])
    | prior | value | observed | source |
    """
    lines = ["| prior | value | observed | source |", "|---|---|---|---|"]
    for field in fields(priors):
        prior: Prior = getattr(priors, field.name)
        if prior.statement:
            cells = (prior.statement, _written(prior), prior.observed, prior.source)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _written(prior: Prior) -> str:
    """Value ± spread and unit: `-1.6 ± 0.5 carbons`."""
    has_spread = prior.spread == prior.spread
    spread = f" ± {prior.spread:g}" if has_spread else ""
    return f"{prior.value:g}{spread} {prior.unit}"


if __name__ == "__main__":
    print(as_markdown(Priors.usual()), end="")
