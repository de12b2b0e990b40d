"""A page that judges one table: choose a file, or the example, and see what was found."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets as w

from ganglioside.analysis import analyze
from ganglioside.errors import GangliosideError
from ganglioside.example import example
from ganglioside.reading import read_features
from ganglioside.tables import FeatureTable
from ganglioside_widgets.result_page import error_html, result_html


class JudgePage(w.VBox):  # type: ignore[misc]
    """Choose a table, and its verdicts appear below."""

    def __init__(self) -> None:
        self.upload = w.FileUpload(
            accept=".csv,.tsv,.txt,.xlsx,.parquet", description="Choose a table"
        )
        self.example = w.Button(description="Try the example", icon="flask")
        self.result = w.HTML(
            "<p>Columns: Name, RT (min), and where known Volume, Log P, Anchor. "
            "CSV, TSV, XLSX or Parquet.</p>"
        )
        self.upload.observe(self._uploaded, "value")
        self.example.on_click(lambda _: self._judge(example))
        super().__init__([w.HBox([self.upload, self.example]), self.result])

    def _uploaded(self, change: Any) -> None:
        for file in change["new"]:
            content, name = bytes(file["content"]), str(file["name"])
            self._judge(partial(read_features, content, name=name))

    def _judge(self, read: Callable[[], FeatureTable]) -> None:
        self.result.value = "<p>Judging ...</p>"
        try:
            self.result.value = result_html(analyze(read()))
        except GangliosideError as refusal:
            self.result.value = error_html(refusal)
