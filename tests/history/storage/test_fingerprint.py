"""Fingerprints: any change of a value is seen, and nothing else."""

from __future__ import annotations

import pyarrow as pa
import pytest

from ganglioside.history.storage.fingerprint import digest, of_bytes, of_rows

TABLE = pa.table(
    {
        "n": pa.array([1, None, 3], pa.int64()),
        "rt": pa.array([0.1, 0.2, None], pa.float64()),
        "anchor": pa.array([True, False, None], pa.bool_()),
        "name": pa.array(["GM1", None, "β"], pa.string()),
    }
)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("n", [1, 0, 3]),
        ("rt", [0.1, 0.2 + 2**-55, None]),
        ("rt", [0.1, 0.2, 0.0]),
        ("anchor", [True, False, False]),
        ("name", ["GM1", "", "β"]),
        ("name", ["GM", None, "1β"]),
    ],
)
def test_any_other_value_is_seen(column: str, values: list[object]) -> None:
    place = TABLE.column_names.index(column)
    kind = TABLE.schema.field(column).type
    assert of_rows(TABLE.set_column(place, column, pa.array(values, kind))) != of_rows(TABLE)


def test_order_of_rows_and_names_of_columns_count() -> None:
    assert of_rows(TABLE.take([1, 0, 2])) != of_rows(TABLE)
    assert of_rows(TABLE.rename_columns(["m", "rt", "anchor", "name"])) != of_rows(TABLE)
    assert of_rows(TABLE.slice(0, 2)) != of_rows(TABLE)


def test_order_of_columns_chunks_and_columns_without_values_do_not() -> None:
    expected = of_rows(TABLE)
    assert of_rows(TABLE.select(["name", "anchor", "rt", "n"])) == expected
    assert of_rows(pa.concat_tables([TABLE.slice(0, 1), TABLE.slice(1)])) == expected
    assert of_rows(TABLE.append_column("later", pa.nulls(3, pa.string()))) == expected


def test_the_fingerprint_of_today_is_that_of_yesterday() -> None:
    """Stored histories hold these: another value would make all of them look changed."""
    expected = "8ce359e7a4cdcb65e2513071a0f9520719affe448ecee4b210dc84c39de43f7d"
    assert of_rows(TABLE) == expected
    assert of_bytes(b"") != of_bytes(None) == ""
    assert digest({"a": "1", "b": "2"}) == digest({"b": "2", "a": "1"}) != digest({"a": "1"})
