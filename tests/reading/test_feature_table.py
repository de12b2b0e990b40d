"""Feature tables refuse frames that are none."""

from __future__ import annotations

import dataclasses

import pytest
from builders import build_table


def test_a_table_has_as_many_rows_as_its_data() -> None:
    assert len(build_table()) == 1


def test_data_that_lack_a_column_are_refused_by_name() -> None:
    table = build_table()
    with pytest.raises(TypeError, match=r"lacks \['rt'\]: use read_features"):
        dataclasses.replace(table, data=table.data.drop(columns="rt"))


def test_problems_of_other_columns_are_refused() -> None:
    table = build_table()
    with pytest.raises(TypeError, match="problems needs the columns"):
        dataclasses.replace(table, problems=table.problems.drop(columns="code"))
