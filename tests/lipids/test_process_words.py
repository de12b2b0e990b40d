"""Processes in words, which a person reads and a spreadsheet shows."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.lipids.artefacts import artefacts
from ganglioside.lipids.process_words import process_words, processes_in_words


@pytest.mark.parametrize(
    ("process", "words"),
    [
        ("-NeuAc", "loss of NeuAc"),
        ("-Hex-HexNAc-3NeuAc-OAc", "loss of Hex + HexNAc + 3 NeuAc + OAc"),
        ("-NeuAc+H2O", "loss of NeuAc, gain of H2O"),
        ("-H2O", "loss of water"),
        ("NeuGc", "NeuGc form"),
        ("M+2", "isotope peak M+2"),
        ("something else", "something else"),
        ("", ""),
    ],
)
def test_a_process_is_said_in_words(process: str, words: str) -> None:
    assert process_words(process) == words


def test_no_words_begin_with_a_sign() -> None:
    features = gg.analyze(gg.example()).features
    known = {*features["process"].dropna(), *(artefact.process for artefact in artefacts())}
    assert len(known) > 15
    assert all(process_words(process)[0].isalpha() for process in known)


def test_missing_processes_stay_missing() -> None:
    column = pd.Series(["-NeuAc", None, "+Na-H"], dtype="str")
    assert processes_in_words(column).isna().tolist() == [False, True, False]
