"""Each format has a writer, and asking for the formats alone loads none of them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from ganglioside import exporting
from ganglioside.exporting import files
from ganglioside.exporting.formats import EXPORT_FORMATS, FORMATS


def test_each_format_has_a_writer() -> None:
    assert tuple(files._WRITERS) == FORMATS


def test_each_format_has_a_media_type_and_those_of_one_ending_have_the_same() -> None:
    by_ending: dict[str, set[str]] = {}
    for known in EXPORT_FORMATS:
        assert re.fullmatch(r"[a-z]+/[a-z.-]+", known.media_type), known
        by_ending.setdefault(known.ending, set()).add(known.media_type)
    assert all(len(types) == 1 for types in by_ending.values())


def test_the_formats_alone_load_nothing_heavy() -> None:
    code = "import sys; from ganglioside.exporting.formats import FORMATS; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    assert "ganglioside.exporting.formats" in loaded
    assert not {"pandas", "openpyxl", "ganglioside.exporting.workbook"} & set(loaded)


@pytest.mark.parametrize("name", exporting.__all__)
def test_each_name_of_the_package_is_found(name: str) -> None:
    assert getattr(exporting, name) is not None
    assert name in dir(exporting)


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'to_pdf'"):
        _ = exporting.to_pdf  # type: ignore[attr-defined]
