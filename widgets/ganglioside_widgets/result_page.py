"""One analysis as a piece of web page: what was found, the chart, and the table to download."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Final

from ganglioside.analysis import Analysis
from ganglioside.charts import reduced_retention, svg
from ganglioside.columns import VERDICTS
from ganglioside.export import to_csv, to_xlsx

_SHOWN: Final = 12  # findings on the page; the table and the report hold all

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def result_html(analysis: Analysis) -> str:
    """Return headline, findings, chart and downloads of an analysis as HTML."""
    return "\n".join(
        [
            f"<h2>{escape(analysis.source.name)}</h2>",
            f"<p>{escape(analysis.summary.headline)}</p>",
            _counts(analysis),
            _findings(analysis),
            f'<figure role="img" aria-label="Retention time without the effect of the ceramide">'
            f"{svg(reduced_retention(analysis))}</figure>"
            if analysis.model.is_fitted
            else "",
            "<p>Download all verdicts: "
            + _link("verdicts.csv", "text/csv", to_csv(analysis))
            + ", "
            + _link("verdicts.xlsx", _XLSX, to_xlsx(analysis))
            + "</p>",
        ]
    )


def error_html(error: Exception) -> str:
    """Return why a table was refused, as HTML."""
    return f'<p role="alert"><strong>Refused.</strong> {escape(str(error))}</p>'


def _counts(analysis: Analysis) -> str:
    cells = "".join(
        f'<td style="padding:0 1.5em 0 0"><strong>{getattr(analysis.summary, verdict):,}</strong> '
        f"{verdict}</td>"
        for verdict in VERDICTS
    )
    return f"<table><tr>{cells}</tr></table>"


def _findings(analysis: Analysis) -> str:
    first = analysis.findings[analysis.findings["severity"] != "info"].head(_SHOWN)
    if first.empty:
        return "<p>Nothing to fix first.</p>"
    items = "".join(
        f"<li>{escape(message)} {escape(advice)}</li>"
        for message, advice in zip(first["message"], first["advice"], strict=True)
    )
    return f"<h3>What to fix first</h3><ul>{items}</ul>"


def _link(name: str, kind: str, content: bytes) -> str:
    data = b64encode(content).decode("ascii")
    return f'<a download="{name}" href="data:{kind};base64,{data}">{name}</a>'
