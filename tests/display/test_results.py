"""The card of an analysis answers: which verdicts, what to look at, which species."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.display import results
from ganglioside.display.results import analysis_card, explanation_card, top_species


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


def words(html: str) -> str:
    """Text of a card, without styles and tags."""
    plain = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", plain))


def test_verdicts_queue_species_and_chart_are_shown(analysis: gg.Analysis) -> None:
    html = analysis_card(analysis)
    text = words(html)
    assert analysis.summary.lead.split(".")[0] in text
    for verdict in ("valid", "fragment", "adduct", "outlier"):
        assert f"{getattr(analysis.summary, verdict):,}" in text
    first = analysis.review_queue.iloc[0]
    row = analysis.features.loc[first["feature_id"], "row"]
    assert f"{row} {analysis.features.loc[first['feature_id'], 'name']}" in text
    assert first["why"] in text
    assert f"and {len(analysis.review_queue) - 6} more" in text
    assert '<svg class="chart"' in html


def test_species_without_areas_are_not_called_the_largest() -> None:
    rows = gg.example().data[["name", "rt"]]
    table = gg.analyze(rows.rename(columns={"name": "Name", "rt": "RT"}))
    assert top_species(table).title == f"Species (8 of {len(table.species)} accepted)"


def test_a_table_without_a_model_is_told_why() -> None:
    """The card counted 2 undetermined features and told of fragments, but not why."""
    refused = gg.analyze(pd.DataFrame({"Name": ["GM3(36:1;O2)", "GM3(40:1;O2)"], "RT": [9, 8]}))
    text = words(analysis_card(refused))
    assert refused.model.reason in text
    assert "Fragments and adducts" not in text


def test_the_largest_species_are_those_of_largest_consolidated_area(
    analysis: gg.Analysis,
) -> None:
    species = analysis.species.sort_values("area_consolidated", ascending=False).head(8)
    rows = top_species(analysis).rows
    assert [row[0] for row in rows] == species["name"].tolist()
    assert [row[3] for row in rows] == [f"{share:.1f} %" for share in species["share"]]
    assert f"Largest species (8 of {len(analysis.species)} accepted)" in words(
        analysis_card(analysis)
    )


def test_without_areas_species_have_no_shares() -> None:
    analysis = gg.analyze(gg.example().data[["name", "rt"]].set_axis(["Name", "RT"], axis=1))
    assert {row[2:4] for row in top_species(analysis).rows} == {("–", "–")}


def test_bars_are_the_shares(analysis: gg.Analysis) -> None:
    widths = [float(w) for w in re.findall(r'style="width:([\d.]+)%', analysis_card(analysis))]
    assert sum(widths) == pytest.approx(100, abs=0.1)


def test_a_large_table_lists_findings_and_stays_small(
    analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "LARGE", 10)
    html = analysis_card(analysis)
    first = analysis.findings.dropna(subset=["feature_id"]).iloc[0]
    assert first["message"][:60] in words(html)
    assert len(html) < 40_000


def test_a_table_without_a_model_is_shown() -> None:
    table = pd.DataFrame({"Name": ["GM1(36:1;O2)", "<b>x</b>"], "RT": [9.0, 8.0]})
    html = gg.analyze(table)._repr_html_()
    assert "undetermined" in html
    assert "<b>x" not in html


def test_a_stored_analysis_is_shown_alike(analysis: gg.Analysis, tmp_path: object) -> None:
    history = gg.History.open(f"{tmp_path}/history.duckdb")
    stored = history.load(history.save(analysis))
    assert words(stored._repr_html_()) == words(analysis._repr_html_())


def test_an_explanation_shows_its_likeliest_hypotheses(analysis: gg.Analysis) -> None:
    explanation = analysis.explain(27)
    text = words(explanation_card(explanation))
    assert "GM3(39:1;O2) at 11.811 min: fragment" in text
    assert explanation.reason in text
    assert explanation.hypotheses[0].statement in text


def test_a_row_that_cannot_be_read_is_explained() -> None:
    table = pd.DataFrame({"Name": ["GM1(36:1;O2)", "nothing"], "RT": [9.0, 8.0]})
    html = gg.analyze(table).explain(1)._repr_html_()
    assert "No other explanation was weighed" in html


def test_a_study_shows_its_species_once(analysis: gg.Analysis) -> None:
    study = gg.analyze([gg.example(), gg.example()])
    shown = [row[0] for row in top_species(study).rows]
    assert sorted(shown) == sorted(row[0] for row in top_species(analysis).rows)  # once each
    assert "Sample" in words(analysis_card(study))
