"""Folders in sentences: names of files, never where they are."""

from __future__ import annotations

import pytest
from effort import not_endless
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.support.folders import without_folders


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/data/x.csv cannot be opened", "x.csv cannot be opened"),
        ("The history /srv/lab/h.duckdb is in use: its lock /srv/lab/h.duckdb.lock",
         "The history h.duckdb is in use: its lock h.duckdb.lock"),
        ("/srv/Meine Däten/Versuch 3/x y.csv has no RT: and/or", "x y.csv has no RT: and/or"),
        ("/tmp/O'Neil/x.csv, /tmp/Data (old)/y.csv", "x.csv, y.csv"),
        (f"[Errno 20] Not a directory: {'/tmp/O' + chr(39) + 'Neil/St. Gallen: 3/b'!r}",
         '[Errno 20] Not a directory: "b"'),
        (f"No such file: {'/tmp/Neil/' + chr(39) + chr(34) + '/b'!r}", "No such file: 'b'"),
        ("C:\\Users\\Ann Lee\\x.csv is gone", "x.csv is gone"),
        (f"{'C:/Users/Ann Lee/x.csv'!r}, {chr(92) * 2 + 'srv' + chr(92) + 'x' + chr(92) + 'y'!r}",
         "'x.csv', 'y'"),
        ("\\\\server\\share\\x.csv is gone", "x.csv is gone"),
        ("see file:///srv/lab/x.html", "see x.html"),
        ("postgresql:///lab?host=/var/run/postgresql is away",
         "postgresql:///lab?host=postgresql is away"),
        ("A failed: B failed: [Errno 2] No such file or directory: '/srv/a b/c.csv' (in /srv/d/e)",
         "A failed: B failed: [Errno 2] No such file or directory: 'c.csv' (in e)"),
    ],
)  # fmt: skip
def test_a_file_has_its_name_only(text: str, shown: str) -> None:
    assert without_folders(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "see https://example.org/a/b/c and GM3(d18:1/16:0/x/y)",
        "1/2/3 /or/ not, //a/b/c",
        "mass/charge, m/z and/or 1/2 mg/mL",
        "GET /api/v1/sessions lists them: see api/v1/docs.",
        "The columns found are: 'm/z', '/', '\\d+'.",
        "",
    ],
)
def test_what_is_no_path_stays(text: str) -> None:
    assert without_folders(text) == text


#: Names of folders as people give them; no part of them looks like the end of a sentence.
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=3, max_size=8).flatmap(
    lambda own: st.sampled_from([own, f"My {own}", f"{own} (old)", f"{own}'s", f"é-{own}_2"])
)
SENTENCES = ["{} cannot be opened", "Reading failed: {}: no such file", "in {}, and {}", "({})"]


ROOTS = ["/", "C:\\", "\\\\host\\", "file:///"]


@given(st.lists(NAMES, min_size=1, max_size=4), st.sampled_from(SENTENCES), st.sampled_from(ROOTS))
def test_no_folder_is_told(folders: list[str], sentence: str, root: str) -> None:
    """Each with blanks, umlauts, quotes; by itself, in quotes or as `repr` writes it."""
    separator = "\\" if "\\" in root else "/"
    path = root + separator.join([*folders, "mice.csv"])
    for written in (path, f'"{path}"', repr(path)):
        shown = without_folders(sentence.replace("{}", written))
        quote = "" if written == path else written[0]
        assert shown == sentence.replace("{}", f"{quote}mice.csv{quote}")


@pytest.mark.parametrize("part", ["/a b", " /a", " '/a", "/", "\\\\a", "C:\\a ", "/a.b", '"/a/'])
def test_long_texts_take_no_endless_time(part: str) -> None:
    with not_endless():
        without_folders(part * 200_000)
