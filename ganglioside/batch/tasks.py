"""Tasks of a worker for one table: input and output are values, never files.

So workers may run on machines that share no disk with the calling one.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from ganglioside.analysis import analyze
from ganglioside.errors import BatchError
from ganglioside.exporting import Format, content_of, ending_of
from ganglioside.history.record import Packed
from ganglioside.reading.features import read_with
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings
from ganglioside.version import __version__


@dataclass(frozen=True, slots=True)
class Analysed:
    """Analysed table, ready for the history, and its verdicts as the bytes of a file.

    The ending of that file begins with a dot.
    """

    packed: Packed
    verdicts: bytes
    ending: str = ""


def analyse(
    name: str,
    content: bytes,
    settings: Settings,
    reading: ReadingOptions,
    form: Format,
    version: str,
) -> Analysed:
    """Analyse a table given as bytes.

    Raises
    ------
    ReadError, ValidationError
        If it cannot be read.
    BatchError
        If this worker runs another version than the calling program.
    """
    if version != __version__:
        raise BatchError(
            f"A worker runs Ganglioside {__version__}, this program {version}: "
            "install one version on all machines of the cluster."
        )
    analysis = analyze(read_with(content, settings, reading, name), settings)
    ending = ending_of(form, analysis.source)
    return Analysed(Packed.of(analysis), content_of(analysis, form), ending)


def render(analysed: Analysed, sid: str, title: str) -> bytes:
    """Report of an analysis that is stored as session `sid`: an HTML page, bytes.

    Raises
    ------
    ReportError
        If the report notebook fails.
    """
    # Only a task that renders pays for the import of charts and notebooks.
    from ganglioside.reports.parameters import Parameters
    from ganglioside.reports.render import run_notebook
    from ganglioside.reports.report import session_at_hand

    analysis = analysed.packed.unpacked()
    with tempfile.TemporaryDirectory() as folder, session_at_hand(sid, analysis):
        page = Path(folder) / "report.html"
        run_notebook(Parameters(source=sid, title=title, output=str(page), pictures=False))
        return page.read_bytes()
