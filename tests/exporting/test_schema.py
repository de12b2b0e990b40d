"""The published schema: documents follow it, and it refuses others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from builders import build_analysis

from ganglioside.columns import IDENTIFIERS
from ganglioside.exporting import read_json, to_json
from ganglioside.exporting.schema import json_schema, published_schema


def test_json_follows_its_published_schema() -> None:
    schema = published_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    carried = {"x": [np.inf, np.nan, 1, 2, 3], "=y": ["a", None, "", "b", "c"]}
    for analysis in (
        build_analysis(),
        build_analysis(0),
        build_analysis(extra=pd.DataFrame(carried)),
    ):
        assert list(validator.iter_errors(json.loads(to_json(analysis)))) == []


def test_an_analysis_of_an_older_version_follows_the_schema_too() -> None:
    older = build_analysis()
    older = replace(older, features=older.features.drop(columns=list(IDENTIFIERS)))
    content = to_json(older)
    validator = jsonschema.Draft202012Validator(published_schema())
    assert list(validator.iter_errors(json.loads(content))) == []
    assert list(read_json(content).features.columns) == list(older.features.columns)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d["features"][0].update(verdict="sure"),
        lambda d: d["features"][0].pop("rt"),
        lambda d: d["features"][0].update(rt="9.4"),
        lambda d: d["features"][0].update(shorthand=3),
        lambda d: d["settings"].update(rt_tolerance=7),
        lambda d: d["source"].update(sha256="x"),
        lambda d: d.update(schema_version=2),
        lambda d: d.pop("summary"),
        lambda d: d.update(more=1),
    ],
)
def test_the_schema_refuses_what_is_no_document(spoil: Callable[[dict[str, Any]], Any]) -> None:
    document = json.loads(to_json(build_analysis()))
    spoil(document)
    assert list(jsonschema.Draft202012Validator(published_schema()).iter_errors(document))


def test_the_published_schema_is_that_of_this_version() -> None:
    """To write it anew: see `ganglioside.exporting.schema`."""
    assert published_schema() == json_schema()
