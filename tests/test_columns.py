"""Columns of tables: known types, and no name twice."""

from __future__ import annotations

import pandas as pd
import pytest

from ganglioside import columns
from ganglioside.columns import carried_name

SCHEMAS = ("FEATURE_TABLE", "FEATURES", "MODELS", "FINDINGS", "PROBLEMS", "OVERRIDES")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_type_is_one_of_pandas(schema: str) -> None:
    for kind in getattr(columns, schema).values():
        assert str(pd.api.types.pandas_dtype(kind)) == kind


def test_result_columns_do_not_repeat_a_name() -> None:
    together = [*columns.FEATURES, *columns.OPTIONAL, *columns.OVERRIDE_COLUMNS.values()]
    assert len(together) == len(set(together))


def test_labels_are_of_input_columns_and_the_example_uses_them() -> None:
    assert set(columns.INPUT_LABELS) < set(columns.FEATURE_TABLE)
    assert set(columns.NEEDED) <= set(columns.INPUT_LABELS)
    header = columns.EXAMPLE_LINES[0].split(",")
    assert set(header) <= set(columns.INPUT_LABELS.values())


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("Batch", "Batch"),
        ("verdict", "verdict (input)"),
        ("mz", "mz (input)"),
        ("analyst_note", "analyst_note (input)"),
        ("Verdict", "Verdict"),
    ],
)
def test_a_foreign_column_gives_way_to_a_result(column: str, name: str) -> None:
    assert carried_name(column) == name
