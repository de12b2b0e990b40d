"""Co-eluting pairs: what the table shows of each before anything is learned."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference.coeluting_pairs import DescribedCoelution, describe_coelution
from ganglioside.ion_source.artefacts import artefact_pairs
from ganglioside.ion_source.coelution import join
from ganglioside.ion_source.fragments import fragment_pairs, usual_emission
from ganglioside.lipids.artefacts import artefacts
from ganglioside.observations.observations import Observations, observe
from ganglioside.support.priors import Priors

PRIORS = Priors.usual()


def described(
    names: list[str], areas: list[float | None]
) -> tuple[Observations, DescribedCoelution]:
    table = pd.DataFrame({"Name": names, "RT": 9.0, "Volume": areas})
    seen = observe(gg.read_features(table))
    return seen, describe_coelution(
        seen, join(fragment_pairs(seen, 0.1), artefact_pairs(seen, 0.1)), PRIORS
    )


def test_a_fragment_is_as_large_as_its_share_of_the_parent() -> None:
    seen, pairs = described(["GD1(36:1;O2)", "GM1(36:1;O2)"], [1000.0, 10.0])
    assert len(pairs) == 1
    assert pairs.fragments.tolist() == [0]
    assert pairs.log_ratio[0] == pytest.approx(-2)
    assert pairs.measured[0]
    assert pairs.shift[0] == 0
    parent, child = seen.group[pairs.parent[0]], seen.group[pairs.child[0]]
    assert seen.groups.series[parent] == "GD1"
    assert (pairs.parent_group[0], pairs.child_group[0]) == (parent, child)
    assert pairs.emission[0] == usual_emission(seen.groups, PRIORS)[parent, child]


def test_without_an_area_nothing_is_measured() -> None:
    _, pairs = described(["GD1(36:1;O2)", "GM1(36:1;O2)"], [1000.0, None])
    assert not pairs.measured[0]
    assert pairs.log_ratio[0] == 0


def test_an_artefact_nearly_has_the_mass_of_its_name() -> None:
    _, pairs = described(["GD1(38:0;O2)", "GD1(40:3;O2)"], [1000.0, 10.0])
    sodium = [artefacts()[k].process for k in pairs.process[pairs.artefacts]].index("+Na-H")
    at = pairs.artefacts[sodium]
    assert not pairs.fragment[at]
    assert 0.5 < abs(pairs.shift[at]) < 2.5  # Na-H against C2H-2: 2.4 mDa of 1800 Da
