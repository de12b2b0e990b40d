"""First rows of the chosen file, with what was taken; what was not can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from typing import Final

import ipywidgets as w

from ganglioside.columns import INPUT_LABELS
from ganglioside.reading.options import UNITS
from ganglioside.reading.preview import Preview
from ganglioside.reading.problems import quote
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.elements.switches import CheckBox
from ganglioside_widgets.panels.base import Fold, Panel, box
from ganglioside_widgets.state.upload import ABSENT, Upload, UploadState

#: Most columns that are shown; those that were taken come first.
_COLUMNS: Final = 20
#: Most characters of a cell, and of a header in a list of choices.
_LENGTH: Final = 32
#: Most headers to choose from.
_HEADERS: Final = 300
#: Samples of a wide table whose columns are shown.
_SAMPLES: Final = 2
#: Sheets of which the first rows are shown.
_SHEETS: Final = 6

_COLUMN_OF: Final = {label: column for column, label in INPUT_LABELS.items()}

#: One choice of a select: what is read, and its value.
_Choice = tuple[str, str]


class PreviewPanel(Panel):
    r"""First rows of the chosen file, each column that was taken marked, and selects to choose.

    Parameters
    ----------
    state : UploadState, optional
        A new one where omitted.

    Examples
    --------
    >>> panel = PreviewPanel()
    >>> panel.state.add("table.csv", b"Lipid,RT\nGM1(36:1;O2),9.5\n")
    >>> panel.columns["Name"].value
    'Lipid'
    """

    def __init__(self, state: UploadState | None = None) -> None:
        self.state = state or UploadState()
        self.columns = {
            label: self._select(label, partial(self._map, label)) for label in INPUT_LABELS.values()
        }
        self.sheet = self._select("Sheet", lambda sheet: self.state.choose_sheet(sheet or None))
        self.unit = self._select("Unit of RT", lambda unit: self.state.set_unit(unit or None))
        self.unit.options = [("as found", ABSENT), *((unit, unit) for unit in UNITS)]
        self.is_data = CheckBox(description="First line is data", indent=False)
        self.is_data.observe(self._switch, "value")
        self._rows = box()
        fields = w.Box([*self.columns.values(), self.sheet, self.unit, self.is_data])
        body = w.VBox([self._rows, fields.add_class("gg-filters")])
        self._fold = Fold("First rows and columns", body, is_open=True)
        super().__init__("", [self._fold], kind="preview")
        self._is_showing = False
        self.state.observe(self._show, ["uploads", "chosen", "table", "refusal"])
        self._show(None)

    def fold(self) -> None:
        """Hide rows and selects until they are asked for, or another file is shown."""
        self._fold.is_open = False

    def _select(self, label: str, choose: Callable[[str], None]) -> Select:
        field = Select(description=label, options=[("", ABSENT)])
        field.add_class("gg-field")

        def chosen(change: dict[str, object]) -> None:
            if not self._is_showing:
                choose(str(change["new"] or ABSENT))

        field.observe(chosen, "value")
        return field

    def _map(self, label: str, header: str) -> None:
        self.state.map_column(label, header)
        self._show(None)  # also where nothing changed: the select shows what was taken

    def _switch(self, change: dict[str, object]) -> None:
        if not self._is_showing:
            self.state.set_header(not change["new"])

    def _show(self, change: dict[str, object] | None) -> None:
        if self._is_showing:
            return
        self._is_showing = True
        try:
            self._show_upload()
        finally:
            self._is_showing = False
        if change is not None and change.get("name") in ("uploads", "chosen"):
            self._fold.is_open = True

    def _show_upload(self) -> None:
        upload = self.state.current
        is_shown = upload is not None and upload.can_be_told and not self.state.as_study
        self.layout.display = "" if is_shown else "none"
        if upload is None or not is_shown:
            return
        self._rows.value = "" if upload.preview is None else all_first_rows(upload)
        for label, field in self.columns.items():
            _offer(field, *_headers(upload, label))
            field.layout.display = "" if upload.headers else "none"
            (field.add_class if label in upload.asked else field.remove_class)("gg-asked")
        _offer(self.sheet, *_sheets(upload))
        is_choice = len(upload.sheets) > 1 or self.sheet.value != ABSENT
        self.sheet.layout.display = "" if is_choice else "none"
        self.unit.value = upload.options.unit or ABSENT
        self.is_data.value = not upload.options.header


def _offer(field: Select, choices: list[_Choice], value: str) -> None:
    """Show choices in a select, and the one that holds."""
    if field.options != tuple(choices):
        field.options = choices
    field.value = value


def _headers(upload: Upload, label: str) -> tuple[list[_Choice], str]:
    """Headers to choose from for an input column, and the one that was taken."""
    taken = upload.mapping[label]
    headers = list(upload.headers[:_HEADERS])
    if taken and taken not in headers:
        headers.append(taken)
    preview = upload.preview
    if taken:
        otherwise = "(as found)"
    elif preview is not None and _COLUMN_OF[label] in preview.of_each_sample:
        otherwise = "(one for each sample)"
    else:
        otherwise = "(none found)"
    choices = [(quote(header, _LENGTH), header) for header in headers]
    return [(otherwise, ABSENT), *choices], taken


def _sheets(upload: Upload) -> tuple[list[_Choice], str]:
    """Sheets to choose from, and the one that was chosen, also where the file has none such."""
    chosen = str(upload.options.sheet or ABSENT)
    choices = [("all with features", ABSENT), *((name, name) for name in upload.sheets)]
    if chosen not in (ABSENT, *upload.sheets):
        choices.append((f"{chosen} (not in this file)", chosen))
    return choices, chosen


def all_first_rows(upload: Upload) -> str:
    """First rows of each sheet that was read, as HTML; of many sheets the first ones."""
    shown = [upload.preview, *upload.other_sheets] if upload.preview else []
    more = [quote(preview.sheet) for preview in shown[_SHEETS:] if preview]
    rest = f"<p>Read too: {escape(', '.join(more))}.</p>" if more else ""
    return "".join(first_rows(preview) for preview in shown[:_SHEETS] if preview) + rest


def first_rows(preview: Preview) -> str:
    """First rows of a file as an HTML table, with a mark over each column that was taken."""
    shown = _shown(preview)
    texts = preview.header.texts
    marks = [preview.taken.get(position, "") for position in shown]
    heads = [_cell("th", text_at(texts, p), bool(m)) for p, m in zip(shown, marks, strict=True)]
    body = [
        f"<tr><th scope='row'>{line}</th>"
        + "".join(
            _cell("td", text_at(cells, p), bool(mark)) for p, mark in zip(shown, marks, strict=True)
        )
        + "</tr>"
        for line, cells in preview.rows
    ]
    return (
        f"<p>{_caption(preview, len(shown))}</p><div class='gg-scroll' tabindex='0' role='region'"
        " aria-label='First rows'><table class='gg-table gg-first-rows'><thead>"
        f"<tr><td></td>{''.join(map(_mark, marks))}</tr>"
        f"<tr><th scope='col'>Row</th>{''.join(heads)}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _shown(preview: Preview) -> list[int]:
    """Positions of the columns that are shown, in order; at most `_COLUMNS`, those taken first."""
    taken = list(preview.header.positions.values())
    of_samples = [p for sample in preview.samples[:_SAMPLES] for p in sample.positions.values()]
    others = range(len(preview.header.texts))
    return sorted(list(dict.fromkeys([*taken, *of_samples, *others]))[:_COLUMNS])


def _caption(preview: Preview, shown: int) -> str:
    """Sentence about the first rows, as HTML."""
    sheet = f"sheet <b>{escape(quote(preview.sheet))}</b>, " if preview.sheet else ""
    header = f"header in row {preview.header_line:,}" if preview.header_line else "without a header"
    width = len(preview.header.texts)
    columns = f"{shown} of {width:,} columns" if shown < width else f"{width:,} columns"
    place = f"{sheet}{header}, {columns}"
    marked = "What was taken is marked; choose below what is not right."
    return f"{place[0].upper()}{place[1:]}. {marked}"


def _mark(taken: str) -> str:
    """Cell above a column: what it was taken for."""
    return f"<td class='gg-taken'><b>{escape(quote(taken))}</b></td>" if taken else "<td></td>"


def _cell(tag: str, text: str, is_taken: bool) -> str:
    """Cell of the table, escaped and cut."""
    scope = " scope='col'" if tag == "th" else ""
    kind = " class='gg-taken'" if is_taken else ""
    return f"<{tag}{scope}{kind}>{escape(quote(text, _LENGTH))}</{tag}>"


def text_at(cells: Iterable[str], position: int) -> str:
    """Cell at a position, empty in a row that is shorter."""
    texts = tuple(cells)
    return texts[position] if position < len(texts) else ""
