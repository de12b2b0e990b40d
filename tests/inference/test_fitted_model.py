"""The retention model on tables drawn from a curve that is known."""

from __future__ import annotations

import json
from functools import cache

import known_curve
import numpy as np
import pandas as pd
import pytest
import simulated_tables
from known_curve import CERAMIDES, OFFSETS, SERIES, Method, name_of

import ganglioside as gg
from ganglioside.errors import NameFormError
from ganglioside.inference.fitted_model import PREDICTION_COLUMNS, FittedModel

GRADIENTS = {
    "usual": Method(),
    "flat": Method(slope=0.4, bend=0.006, first=5.0),
    "steep": Method(slope=1.2, bend=0.02, first=20.0),
    "straight": Method(slope=0.77, bend=0.0, first=9.0),
}


def fit(table: pd.DataFrame) -> FittedModel:
    return FittedModel.fitted_to(gg.read_features(table))


@cache
def usual() -> FittedModel:
    return fit(known_curve.draw(Method(), np.random.default_rng(0)))


def truth(method: Method, names: pd.Series) -> np.ndarray:
    species = gg.parse_names(names).frame()
    ceramides = species[["carbons", "double_bonds", "hydroxyls"]].astype(int)
    rows = zip(species["series"], ceramides.itertuples(index=False), strict=True)
    return np.array([method.rt(series, *ceramide) for series, ceramide in rows])


def left_out(method: Method, seed: int, n: int = 15) -> pd.DataFrame:
    """Return predictions of species that were dropped from the table, with RT and its truth."""
    table = known_curve.draw(method, np.random.default_rng(seed))
    dropped = table.sample(n, random_state=seed)
    predicted = fit(table.drop(index=dropped.index)).predict(dropped["Name"].tolist())
    assert predicted["name"].tolist() == dropped["Name"].tolist()  # one line a series
    return predicted.assign(rt=dropped["RT"].to_numpy(), truth=truth(method, dropped["Name"]))


@pytest.mark.parametrize("method", GRADIENTS.values(), ids=GRADIENTS.keys())
def test_species_that_were_left_out_are_predicted_within_the_noise(method: Method) -> None:
    found = pd.concat([left_out(method, seed) for seed in range(3)])
    error = found["predicted_rt"] - found["truth"]
    assert np.sqrt((error**2).mean()) < method.noise * (method.slope / 0.7) ** 0.5 * 1.2
    assert found["basis"].eq("own series").all()


def test_intervals_hold_95_of_100_features() -> None:
    found = pd.concat([left_out(Method(), seed) for seed in range(16)])
    inside = found["rt"].between(found["lower"], found["upper"])
    assert len(found) == 240
    assert 0.90 <= inside.mean() <= 0.99
    assert (found["upper"] - found["lower"]).median() < 10 * Method().noise


def test_the_scatter_is_learned() -> None:
    quiet = fit(known_curve.draw(Method(noise=0.01), np.random.default_rng(1)))
    loud = fit(known_curve.draw(Method(noise=0.06), np.random.default_rng(1)))
    assert quiet.sigma < 0.02
    assert 0.03 < loud.sigma < 0.09


def test_the_scatter_is_learned_to_its_end() -> None:
    """Once rounds ended while it still grew, and it was a quarter too narrow."""
    noise = Method().noise
    tables = [known_curve.draw(Method(), np.random.default_rng(seed)) for seed in range(8)]
    # The scale of Student's t that fits normal noise is 0.9 of its standard deviation.
    assert np.mean([fit(table).sigma for table in tables]) == pytest.approx(0.9 * noise, rel=0.12)


def test_the_order_of_the_lines_and_their_distances_are_recovered() -> None:
    lines = usual().lines.set_index("series")
    assert set(lines.index) == set(SERIES)
    for series in SERIES:
        expected = Method().rt(series, 36, 1, 2)
        assert lines.loc[series, "offset"] == pytest.approx(expected, abs=0.03)
        assert lines.loc[series, "n"] == len(CERAMIDES)
    assert lines["offset_se"].between(0.001, 0.03).all()


def shift(a: FittedModel, b: FittedModel) -> float:
    """Return the RMS distance of two models over all species of the truth, min."""
    names = [name_of(s, c) for s in SERIES for c in CERAMIDES]
    one, two = a.predict(names), b.predict(names)
    assert len(one) == len(two) == len(names)
    return float(np.sqrt(((one["predicted_rt"] - two["predicted_rt"]) ** 2).mean()))


def test_wrong_anchors_do_not_move_it() -> None:
    table = known_curve.draw(Method(), np.random.default_rng(0))
    wrong = table.sample(6, random_state=1).index
    spoilt = table.copy()
    spoilt.loc[wrong, "RT"] += [0.9, -0.8, 1.3, -1.1, 0.6, -0.6]
    spoilt.loc[wrong, "Anchor"] = "T"
    assert shift(fit(spoilt), fit(table)) < Method().noise


@pytest.mark.parametrize("seed", range(3))
def test_rows_by_chance_do_not_move_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = known_curve.draw(Method(), rng)
    noisy = pd.concat([table, known_curve.chance_rows(table, 0.3, rng)])
    assert shift(fit(noisy), fit(table)) < Method().noise


def test_fragments_as_wrong_anchors_do_not_move_it() -> None:
    """All pieces of GD1 that bear the name GM3, half of them trusted, at the RT of GD1."""
    table = known_curve.draw(Method(), np.random.default_rng(4))
    pieces = table[table["Name"].str.startswith("GD1(")]
    pieces = pieces.assign(
        Name=pieces["Name"].str.replace("GD1", "GM3"),
        RT=pieces["RT"] + 0.004,
        Volume=pieces["Volume"] * 0.3,
        Anchor=["T", "F"] * (len(pieces) // 2),
    )
    model = fit(pd.concat([table, pieces]))
    assert shift(model, fit(table)) < Method().noise


def test_the_frame_of_predictions() -> None:
    found = usual().predict(["GM3(36:1;O2)", "GD1 38:1;O2", "GM3 d36:1"])
    assert tuple(found.columns) == PREDICTION_COLUMNS
    assert found["name"].tolist() == ["GM3(36:1;O2)", "GD1 38:1;O2", "GM3 d36:1"]
    assert found.loc[0, "predicted_rt"] == found.loc[2, "predicted_rt"]
    assert (found["lower"] < found["predicted_rt"]).all()
    assert (found["predicted_rt"] < found["upper"]).all()
    assert len(usual().predict([])) == 0
    assert tuple(usual().predict([]).columns) == PREDICTION_COLUMNS


def test_a_ceramide_that_no_row_has_is_predicted_by_the_curve() -> None:
    seen, unseen, far = (
        usual().predict([f"GM1({c};O2)"]).iloc[0] for c in ("38:1", "39:1", "46:1")
    )
    assert unseen["predicted_rt"] == pytest.approx(Method().rt("GM1", 39, 1, 2), abs=0.06)
    width = [row["upper"] - row["lower"] for row in (seen, unseen, far)]
    assert width == sorted(width)
    assert width[1] > 1.05 * width[0]


def test_a_series_that_no_row_has_is_predicted_by_its_composition() -> None:
    found = usual().predict(["GM2(36:1;O2)", "GM1(36:1;O2)"])
    assert found["basis"].tolist() == ["composition only", "own series"]
    width = found["upper"] - found["lower"]
    assert width[0] > 3 * width[1]
    assert found["lower"][0] < Method().rt("GM2", 36, 1, 2) < found["upper"][0]


def test_a_larger_sugar_is_expected_earlier() -> None:
    found = usual().predict([f"{s}(36:1;O2)" for s in ("GM2", "GD2", "GT2")])["predicted_rt"]
    assert found.is_monotonic_decreasing


def test_a_single_feature_places_its_series() -> None:
    method, rng = Method(), np.random.default_rng(7)
    table = known_curve.draw(method, rng)
    one = known_curve.draw(method, rng, series=["GM2"], ceramides=[(36, 1, 2)])
    found = fit(pd.concat([table, one.assign(Anchor="T")])).predict(["GM2(40:1;O2)"]).iloc[0]
    assert found["basis"] == "shared curve"
    assert found["predicted_rt"] == pytest.approx(method.rt("GM2", 40, 1, 2), abs=0.1)


def two_isomers(distance: float = 0.45) -> pd.DataFrame:
    """Return a table in which GD1 stands twice."""
    rng = np.random.default_rng(3)
    table = known_curve.draw(Method(), rng)
    again = known_curve.draw(Method(), rng, series=["GD1"])
    return pd.concat([table, again.assign(RT=again["RT"] + distance)])


def test_isomers_have_a_prediction_each() -> None:
    found = fit(two_isomers()).predict(["GD1(38:1;O2)"])
    assert found["isomer"].tolist() == ["GD1 early", "GD1 late"]
    early = Method().rt("GD1", 38, 1, 2)
    assert found["predicted_rt"].tolist() == pytest.approx([early, early + 0.45], abs=0.05)


def test_isomers_that_names_give_are_lines_of_their_own() -> None:
    table = two_isomers()
    gd1 = table["Name"].str.startswith("GD1(")
    late = gd1 & (np.arange(len(table)) >= len(table) - len(CERAMIDES))
    names = table["Name"].where(~gd1, table["Name"].str.replace("GD1", "GD1b"))
    names = names.where(~late, table["Name"].str.replace("GD1", "GD1a"))
    model = fit(table.assign(Name=names))
    found = model.predict(["GD1a(38:1;O2)", "GD1b(38:1;O2)"])
    expected = Method().rt("GD1", 38, 1, 2)
    assert found["isomer"].tolist() == ["GD1a", "GD1b"]
    assert found["predicted_rt"].tolist() == pytest.approx([expected + 0.45, expected], abs=0.05)
    both = model.predict(["GD1(38:1;O2)"])
    assert sorted(both["isomer"]) == ["GD1a", "GD1b"]
    unknown = model.predict(["GD1c(38:1;O2)"])
    assert len(unknown) == 2  # no line of that isomer: those of the series


def test_a_name_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(NameFormError):
        usual().predict(["GM3(36:1;O2)", "nonsense"])


def lipid_classes(
    stretch: dict[str, float], slope: float = 0.35, seed: int = 0
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return a table of lipid classes whose slopes differ, and the RT that 44:1 would have."""
    rng = np.random.default_rng(seed)
    first = {"Cer": 9.0, "HexCer": 8.1, "Hex2Cer": 7.8, "SM": 7.6, "SHexCer": 7.4, "GM3": 7.2}

    def rt(series: str, carbons: int) -> float:
        x = stretch.get(series, 1.0) * (carbons - 36)
        return first[series] + slope * x - 0.008 * slope * x * abs(x)

    species = [(s, n) for s in first for n in (32, 34, 36, 38, 40, 42)]
    table = pd.DataFrame(
        {
            "Name": [f"{s} {n}:1;O2" for s, n in species],
            "RT": [rt(s, n) + rng.normal(0, 0.01) for s, n in species],
            "Anchor": "T",
        }
    )
    return table, {s: rt(s, 44) for s in first}


def test_classes_that_are_steeper_or_flatter_are_learned() -> None:
    table, far = lipid_classes({"SM": 1.06, "SHexCer": 0.94})
    found = fit(table).predict([f"{s} 44:1;O2" for s in far])
    error = found["predicted_rt"].to_numpy() - np.array([*far.values()])
    assert np.abs(error).max() < 0.06  # slopes in common would miss by 6 % of 2.8 min
    assert (table["RT"].max() < found.loc[0, "predicted_rt"]) & found["basis"].notna().all()


@pytest.mark.parametrize("slope", [0.2, 0.8])
def test_a_small_class_leans_on_the_others(slope: float) -> None:
    table, _ = lipid_classes({}, slope)
    gm3 = table["Name"].str.startswith("GM3")
    few = pd.concat([table[~gm3], table[gm3].iloc[[0, 2]]])
    found = fit(few).predict(["GM3 42:1;O2"]).iloc[0]
    right = table.loc[gm3 & table["Name"].str.contains("42:1"), "RT"].item()
    assert found["predicted_rt"] == pytest.approx(right, abs=0.15 * slope)
    assert found["lower"] < right < found["upper"]
    assert found["basis"] == "own series"


@pytest.mark.parametrize("name", ["GM1(46:1;O2)", "GM1(32:1;O2)", "GM1(38:3;O2)", "GM1(38:1;O3)"])
def test_extrapolation_is_said_and_widens_the_interval(name: str) -> None:
    inside, beyond = usual().predict(["GM1(38:1;O2)", name]).itertuples()
    assert inside.basis == "own series"
    assert beyond.basis == "own series, extrapolated"
    assert beyond.upper - beyond.lower > 1.3 * (inside.upper - inside.lower)


def test_extrapolation_is_said_of_series_that_no_row_has() -> None:
    found = usual().predict(["GM2(40:1;O2)", "GM2(46:1;O2)"])
    assert found["basis"].tolist() == ["composition only", "composition only, extrapolated"]


def test_hilic_is_refused_with_the_reason() -> None:
    table, _ = lipid_classes({}, slope=-0.02)
    model = fit(table)
    assert not model.is_fitted
    assert "HILIC" in model.reason
    assert "reversed phase" in model.reason


@pytest.mark.parametrize(
    "names",
    [
        ["SM 34:1;O2", "Cer 36:1;O2", "GM3 38:1;O2"],
        ["SM 34:1;O2", "SM 34:0;O2", "SM 34:2;O2"],
        [],
    ],
    ids=["one of each series", "one chain length", "none that counts"],
)
def test_a_table_that_shows_no_gradient_is_refused_with_the_reason(names: list[str]) -> None:
    model = fit(pd.DataFrame({"Name": [*names, "PC 34:1"], "RT": np.arange(len(names) + 1) + 5.0}))
    assert not model.is_fitted
    assert "differ in carbons" in model.reason


@pytest.mark.parametrize(
    "model",
    [
        FittedModel(None, "No curve."),
        fit(pd.DataFrame({"Name": ["GM3(36:1;O2)"], "RT": [8.0]})),
        FittedModel.from_dict(FittedModel(None, "No curve.").to_dict()),
    ],
    ids=["unfitted", "no curve", "unfitted, stored"],
)
def test_a_model_without_a_curve_says_so(model: FittedModel) -> None:
    assert not model.is_fitted
    assert model.reason
    assert np.isnan(model.sigma)
    assert len(model.lines) == 0
    assert list(model.lines.columns) == list(usual().lines.columns)
    found = model.predict(["GM3(36:1;O2)", "GD1(36:1;O2)"])
    assert found["basis"].tolist() == ["no model", "no model"]
    assert found[["predicted_rt", "lower", "upper"]].isna().all(axis=None)
    assert np.isnan(model.line_rt("GM3", None, [36, 38], 1, 2)).tolist() == [True, True]
    assert np.isnan(model.reduced_rt([8.0, 9.0], [36, 38], 1, 2)).tolist() == [True, True]


def test_line_rt_is_the_prediction() -> None:
    carbons = [34, 36, 38, 45]
    line = usual().line_rt("GD3", None, carbons, 1, 2)
    predicted = usual().predict([f"GD3({n}:1;O2)" for n in carbons])["predicted_rt"]
    np.testing.assert_allclose(line, predicted)
    assert np.isnan(usual().line_rt("GM2", None, carbons, 1, 2)).all()


def test_reduced_rt_puts_a_series_on_one_level() -> None:
    rt = usual().line_rt("GD3", None, [34, 36, 38, 40], [1, 1, 2, 0], 2)
    reduced = usual().reduced_rt(rt, [34, 36, 38, 40], [1, 1, 2, 0], 2)
    offset = usual().lines.set_index("series").loc["GD3", "offset"]
    np.testing.assert_allclose(reduced, offset, atol=0.04)  # but for what the series is steeper


@pytest.mark.parametrize(
    "table",
    [
        two_isomers(),
        known_curve.draw(Method(), np.random.default_rng(0)),
        simulated_tables.noisy(0).data[["name", "rt", "volume"]],
    ],
)
def test_a_model_survives_json(table: pd.DataFrame) -> None:
    model = fit(table)
    text = json.dumps(model.to_dict(), allow_nan=False)
    again = FittedModel.from_dict(json.loads(text))
    names = [name_of(s, c) for s in OFFSETS for c in CERAMIDES] + ["GT3(39:1;O2)", "GD1a(44:3;O2)"]
    pd.testing.assert_frame_equal(again.predict(names), model.predict(names), check_exact=True)
    pd.testing.assert_frame_equal(again.lines, model.lines, check_exact=True)
    assert again.sigma == model.sigma
    assert again.coelution_tolerance(0.05) == model.coelution_tolerance(0.05)
    assert again.reason == model.reason
    assert json.dumps(again.to_dict()) == text


def test_a_model_without_a_curve_survives_json() -> None:
    model = fit(pd.DataFrame({"Name": ["GM3(36:1;O2)"], "RT": [8.0]}))
    again = FittedModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.reason == model.reason
    assert again.predict(["GM3(36:1;O2)"])["basis"].tolist() == ["no model"]
