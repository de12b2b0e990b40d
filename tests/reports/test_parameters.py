"""Parameters of the report: judged before anything runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from report_builder import report_cells, run_cells

from ganglioside.errors import ReportError
from ganglioside.reports import Parameters


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"source": "x", "rt_tolerence": 0.1}, "rt_tolerence"),
        ({"source": "x", "rt_tolerance": "wide"}, "rt_tolerance"),
        ({"source": "x", "rt_tolerance": True}, "rt_tolerance"),
        ({"source": "x", "r2_threshold": 2.0}, "r2_threshold"),
        ({"source": "x", "outlier_threshold": float("nan")}, "outlier_threshold"),
        ({"source": "x", "sample_type": "martian"}, "sample_type"),
        ({"source": "x", "title": 3}, "title"),
        ({"source": "x", "title": 2024}, "-r instead of -p"),
        ({"source": "x", "output": "report.pdf"}, r"output = 'report\.pdf': a report is an \.html"),
        ({"source": "x", "pictures": "no"}, "pictures"),
        ({"source": "x", "header": "no"}, "header"),
        ({"source": "x", "columns": ["Name"]}, "columns"),
        ({"source": "x", "columns": []}, "columns"),
        ({"source": "x", "columns": {"Name": 3}}, "options of reading"),
        ({"source": "x", "columns": {"Name": 3}}, "columns = .*write {'Name': '3'}"),
        ({"source": "x", "unit": "h"}, "unit"),
        ({"source": "x", "sheet": 1.5}, "options of reading"),
        ({"source": "x", "sheet": 1.5}, r"sheet = 1\.5"),
        ({"source": "x", "sheet": True}, "sheet = True"),
        ({"source": "x", "unit": 0}, "unit = 0"),
        ({"source": "x", "max_rows": 0}, "max_rows"),
        ({"source": ["x"]}, "source"),
        ({"source": "  "}, "source"),
        ({}, "source"),
    ],
)
def test_a_parameter_that_is_wrong_is_refused_by_name(values: dict[str, Any], named: str) -> None:
    with pytest.raises(ReportError, match=named):
        Parameters.of(values)


def test_right_parameters_are_taken_and_only_given_settings_count() -> None:
    parameters = Parameters.of({"source": "x", "rt_tolerance": 0.05, "sample_type": "human"})
    assert parameters.given_settings() == {"rt_tolerance": 0.05, "sample_type": "human"}


def test_a_path_without_a_file_is_refused_and_an_id_is_not_a_path(table: Path) -> None:
    with pytest.raises(ReportError, match=r"nowhere\.csv"):
        _ = Parameters(source="nowhere.csv").path
    assert Parameters(source="0a1b2c").path is None
    assert Parameters(source=str(table)).path == table


@pytest.mark.parametrize("name", ["source", "output"])
def test_a_name_that_no_file_can_have_is_refused(name: str, table: Path) -> None:
    values = {"source": str(table), "output": "report.html", name: "a" * 300 + ".html"}
    with pytest.raises(ReportError, match=rf"{name} = .*no file can be called so"):
        Parameters.of(values)


def test_a_page_that_would_replace_its_table_is_refused(table: Path) -> None:
    """papermill's `output` that named the table left nothing but its report."""
    link = table.with_name("link.html")
    link.symlink_to(table)
    for source in (table, link):
        with pytest.raises(ReportError, match="is the table itself"):
            Parameters(source=str(source), output=str(link))
    assert Parameters(source=str(table), output=str(table.with_name("new.html"))).path == table


def test_the_notebook_refuses_a_misspelt_parameter_and_ignores_what_the_kernel_defines() -> None:
    kernel = {"In": [""], "Out": {}, "_": "", "__name__": "__main__", "exit": sys.exit, "sys": sys}
    assert Parameters.of_notebook(kernel | {"source": "x"}).source == "x"
    with pytest.raises(ReportError, match="'sourse'"):
        Parameters.of_notebook(kernel | {"source": "x", "sourse": "y"})


def test_the_notebook_offers_exactly_the_parameters_there_are() -> None:
    namespace: dict[str, Any] = {}
    exec(report_cells()[0], namespace)
    names = {name for name in namespace if not name.startswith("_")}
    assert names == set(Parameters.__slots__)


def test_the_notebook_stops_at_once_on_an_ill_typed_parameter(table: Path) -> None:
    with pytest.raises(ReportError, match="rt_tolerance"):
        run_cells(source=str(table), rt_tolerance="0.1")
