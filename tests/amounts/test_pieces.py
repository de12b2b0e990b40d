"""Which rows are given back to which peak, and where pieces may be hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
from accepted_features import features_of, piece

import ganglioside as gg
from ganglioside.amounts.accepted import accepted_rows
from ganglioside.amounts.pieces import Pieces, find_pieces
from ganglioside.verdicts.review import accept, rename


def pieces_of(*rows: dict[str, Any], overrides: gg.Overrides | None = None) -> Pieces:
    features, overrides = features_of(*rows), overrides or gg.Overrides()
    return find_pieces(
        features, accepted_rows(features, overrides, 0.1), overrides, rt_tolerance=0.1
    )


GM1 = {"name": "GM1(36:1;O2)", "volume": 5e6}


def test_a_fragment_is_given_back_by_its_probability() -> None:
    found = pieces_of(GM1, piece("GM3(36:1;O2)", 0, 1e6, confidence=0.8))
    assert found.row.tolist() == [1]
    assert found.area.tolist() == [1e6]
    assert found.weight.tolist() == [0.8]
    assert found.lines[found.line[found.peak[0]]] == "GM1"
    assert found.kinds[found.kind[0]] == "GM3"


def test_a_loss_of_water_and_a_split_peak_are_given_back_and_sodium_is_not() -> None:
    adduct = {"verdict": "adduct", "parent_id": 0, "volume": 1e5}
    rows = [
        {**adduct, "name": "GD3+OAc(37:1;O2)", "process": "-H2O"},
        {**adduct, "name": "GM1(36:1;O2)", "rt": 9.6, "process": "split peak"},
        {**adduct, "name": "GM1(38:4;O2)", "process": "+Na-H"},
        {**adduct, "name": "GM1(36:1;O2)", "process": "M+1", "peak_id": 0},
    ]
    found = pieces_of(GM1, *rows)
    assert sorted(found.kinds[k] for k in found.kind) == ["-H2O", "split peak"]


def test_a_row_that_takes_no_part_hides_nothing_and_is_no_kind_of_piece() -> None:
    """A labelled standard of ceramide widened intervals of other species by up to a half."""
    no_part = {"verdict": "undetermined", "rule": "reading"}
    standards = [
        {**no_part, "name": "GM3(36:1;O2)", "rt": 9.51},
        {**no_part, "name": "Cer(36:1;O2)", "rt": 9.52},
    ]
    rows = (GM1, piece("GM2(36:1;O2)", 0, 1e6))
    found, without = pieces_of(*rows, *standards), pieces_of(*rows)
    assert found.kinds == without.kinds
    assert len(found.near_row) == len(without.near_row) == 0
    accepted = gg.Overrides((accept(2, author="kh"),))
    assert pieces_of(*rows, *standards, overrides=accepted).near_row.tolist() == [2]


def test_what_has_no_accepted_parent_is_given_to_nobody() -> None:
    outlier = {**GM1, "verdict": "outlier"}
    assert len(pieces_of(outlier, piece("GM3(36:1;O2)", 0, 1e6)).row) == 0
    assert len(pieces_of(GM1, {**piece("GM3(36:1;O2)", 0, 1e6), "parent_id": None}).row) == 0


def test_a_row_that_an_analyst_accepted_is_not_given_back() -> None:
    rows = (GM1, piece("GM3(36:1;O2)", 0, 1e6))
    own = gg.Overrides((accept(1, author="kh"),))
    assert len(pieces_of(*rows, overrides=own).row) == 0
    wrong = gg.Overrides((gg.Override(feature_id=1, verdict="outlier", note="Carry-over."),))
    assert len(pieces_of(*rows, overrides=wrong).row) == 0


def test_what_an_analyst_accepted_holds_no_piece_of_what_it_was_a_piece_of() -> None:
    """Its area counted twice: as its own, and as what the former parent had lost unseen."""
    rows = []
    for parent, sample in ((0, "a"), (3, "b")):
        fragment = piece("GM3(36:1;O2)", parent, 1e6)
        water = {**fragment, "name": "GM1+OAc(37:1;O2)", "verdict": "adduct", "process": "-H2O"}
        rows += [{**row, "sample": sample} for row in (GM1, fragment, water)]
    for accepted, kind in ((1, "GM3"), (2, "-H2O")):
        found = pieces_of(*rows, overrides=gg.Overrides((accept(accepted, author="kh"),)))
        near = found.near_row == accepted
        assert [found.kinds[k] for k in found.near_kind[near]] == [kind]
        assert found.near_area[near].tolist() == [0.0]
        assert not found.together[near].any()


def test_a_renamed_parent_is_given_only_what_its_new_name_can_lose() -> None:
    """A peak renamed to GM3 was given its former fragments, GM3 and GM2, as its own."""
    rows = (GM1, piece("GM2(36:1;O2)", 0, 2e6), piece("GM3(36:1;O2)", 0, 1e6))

    def given(name: str) -> list[int]:
        renamed = gg.Overrides((rename(0, name, author="kh"),))
        return sorted(pieces_of(*rows, overrides=renamed).row.tolist())

    assert given("GM1b(36:1;O2)") == given("GD1(36:1;O2)") == [1, 2]
    assert given("GM2(36:1;O2)") == [2]
    assert given("GM3(36:1;O2)") == given("GM1(38:1;O2)") == []


def test_a_renamed_parent_keeps_its_other_forms() -> None:
    water = {"verdict": "adduct", "parent_id": 0, "volume": 1e5, "process": "-H2O"}
    rows = (GM1, {**water, "name": "GD3+OAc(37:1;O2)"})
    renamed = gg.Overrides((rename(0, "GM3(36:1;O2)", author="kh"),))
    assert pieces_of(*rows, overrides=renamed).row.tolist() == [1]


def test_only_what_a_head_group_contains_can_be_its_piece() -> None:
    found = pieces_of(
        GM1, {"name": "GM3(36:1;O2)", "rt": 12.0}, {"name": "GD3(36:1;O2)", "rt": 8.0}
    )
    line, kinds = found.lines.index("GM1"), np.array(found.kinds)
    assert kinds[found.possible[line]].tolist() == ["GM3"]


def test_a_row_beside_a_peak_may_hide_its_piece() -> None:
    beside = {"name": "GM3(36:1;O2)", "rt": 9.57, "volume": 2e6}
    found = pieces_of(GM1, beside)
    assert found.near_area.tolist() == [2e6]
    assert found.together.tolist() == [False]
    assert pieces_of(GM1, {**beside, "rt": 9.51}).together.tolist() == [True]
    assert len(pieces_of(GM1, {**beside, "rt": 9.7}).near_area) == 0
    assert len(pieces_of(GM1, {**beside, "name": "GM3(38:1;O2)"}).near_area) == 0


def test_a_row_much_larger_than_a_peak_is_not_its_fragment() -> None:
    found = pieces_of(GM1, {"name": "GM3(36:1;O2)", "rt": 9.51, "volume": 5e7})
    assert found.together.tolist() == [False]


def test_rows_of_another_sample_are_apart() -> None:
    rows = ({**GM1, "sample": "A"}, {"name": "GM3(36:1;O2)", "rt": 9.51, "sample": "B"})
    assert len(pieces_of(*rows).near_area) == 0
