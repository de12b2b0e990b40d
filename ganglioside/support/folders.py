"""Folders in sentences: people who are served see the names of files, never where they are."""

from __future__ import annotations

import re
from typing import Final

#: An absolute path begins: no part of a name or fraction, no address of the network or of the API.
_START: Final = re.compile(
    r"(?:file://)?(?<![\w./\\])/(?!api/v1(?:/|$)|[\s/])"
    r"|file:///(?=\S)"
    r"|(?<![A-Za-z])[A-Za-z]:[/\\](?=\S)"
    r"|(?<![\w\\])\\\\+(?=\w)"
)

#: A path without quotes has ended: with its file's ending, or with a part of the sentence.
_END: Final = re.compile(r"(?<=\w)\.[A-Za-z]\w{0,7}(?=[\s,;:)]|$)|[.:;](?=\s)|\s(?=[/\\])|[\n\"]")

#: The rest of a path that stands in quotes, as `repr` writes it, or as it is.
_QUOTED: Final = {
    quote: re.compile(rf"(?:\\[^\n]|[^{quote}\\\n])*(?={quote})") for quote in ("'", '"')
}

#: Folders of a path, with the last separator.
_FOLDERS: Final = re.compile(r".*\S/(?=[^\s/])", re.DOTALL)
_FOLDERS_OF_WINDOWS: Final = re.compile(r".*\S[/\\](?=[^\s/\\])", re.DOTALL)


def without_folders(text: str) -> str:
    r"""Text in which files have their names only, as an error may tell where the history is.

    Folders may have blanks and signs in their names. Where a path stands without quotes, and the
    name of a folder looks like the end of a sentence (`St. Gallen`), what follows is left.

    Examples
    --------
    >>> without_folders("The history /srv/lab/history.duckdb is in use")
    'The history history.duckdb is in use'
    >>> without_folders(r"No such file: 'C:\\Users\\My data\\mice.csv'")
    "No such file: 'mice.csv'"
    """
    kept: list[str] = []
    done = 0
    while (start := _START.search(text, done)) is not None:
        begin, end = start.start(), _end(text, start)
        is_posix = start.group().endswith("/") and ":" not in start.group()[:2]
        pattern = _FOLDERS if is_posix else _FOLDERS_OF_WINDOWS
        folders = pattern.match(text[begin:end])
        after = begin + (folders.end() if folders else len(start.group()))
        kept.append(text[done:begin])
        kept.append("" if folders else text[begin:after])
        done = after
    return "".join([*kept, text[done:]])


def _end(text: str, start: re.Match[str]) -> int:
    """Where a path that begins there ends at the latest."""
    before = text[start.start() - 1 : start.start()]
    if before in _QUOTED and (rest := _QUOTED[before].match(text, start.end())):
        return rest.end()
    found = _END.search(text, start.end())
    return len(text) if found is None else found.end()
