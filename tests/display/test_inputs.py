"""Cards of inputs: what was read, what is set, what a species is."""

from __future__ import annotations

import pandas as pd

import ganglioside as gg


def test_a_table_shows_its_columns_and_first_rows() -> None:
    table = gg.read_features(b"Name,RT,Volume\nGM1(36:1;O2),9.9,5000\nfoo,9.9,1\n")
    html = table._repr_html_()
    assert "2 features" in html
    assert "1 have a name and RT that can be judged" in html
    assert "GM1(36:1;O2)" in html
    assert "9.900" in html
    assert "Reading reported" in html
    assert "Anchor" not in html.partition("First rows")[2]


def test_a_small_table_is_shown_whole_and_counts_nothing_more() -> None:
    """It ended in: and 0 more."""
    html = gg.read_features(b"Name,RT\nGM1(36:1;O2),9.9\n")._repr_html_()
    assert " more: <code>table.data" not in html
    assert "1 feature;" in html
    assert "and 324 more: <code>table.data" in gg.example()._repr_html_()


def test_a_study_counts_its_samples() -> None:
    table = gg.example().data[["name", "rt"]].rename(columns={"name": "Name", "rt": "RT"})
    study = gg.read_study([table, table])
    assert "of 2 samples" in study._repr_html_()
    assert "of 2 samples" in repr(study)


def test_what_a_file_says_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>"
    table = gg.read_features(pd.DataFrame({"Name": [evil], "RT": [1.0], evil: [1]}))
    assert "<img" not in table._repr_html_()


def test_settings_show_what_differs() -> None:
    html = gg.Settings(rt_tolerance=0.05)._repr_html_()
    assert "1 differ from their usual value" in html.replace("<!-- -->", "")
    assert "0.05" in html
    assert "Largest RT difference" in html
    assert "All have their usual value" in gg.Settings()._repr_html_()


def test_a_species_shows_its_ions() -> None:
    species = gg.parse_name("GD1a 36:1")
    html = species._repr_html_()
    assert f"{species.monoisotopic_mass:.4f} Da" in html
    assert "[M-2H]2-" in html
    assert "917.4" in html
