"""Options of reading, in the words of the place where a message is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from ganglioside.support.fact_tables import read_facts

#: Where messages are read.
PLACES: Final = ("python", "shell", "panel", "report")


#: Characters that a shell obeys within double quotes.
_OBEYED: Final = re.compile(r'["$`\\!]')


@dataclass(frozen=True, slots=True)
class Wording:
    """A row of `data/option_wordings.csv`."""

    python: str
    shell: str
    panel: str
    report: str

    def template(self, place: str) -> str:
        """Words of the option in a place."""
        return {"shell": self.shell, "panel": self.panel, "report": self.report}[place]


@cache
def _wordings() -> tuple[tuple[re.Pattern[str], Wording], ...]:
    """Options with the pattern of their words in Python."""
    rows = read_facts("option_wordings.csv", Wording)
    return tuple((re.compile(row.python), row) for row in rows)


def worded(message: str, place: str) -> str:
    """Message with the options of the place where it is read.

    Parameters
    ----------
    message
        Message with options as they are written in Python.
    place
        One of `PLACES`.

    Raises
    ------
    ValueError
        If there is no such place.

    Examples
    --------
    >>> worded('Say columns={"Name": "Lipid"}.', "shell")
    'Say --column "Name=Lipid".'
    """
    if place not in PLACES:
        raise ValueError(f"{place!r} is none of {', '.join(PLACES)}.")
    if place == "python":
        return message
    for pattern, row in _wordings():
        message = pattern.sub(partial(_filled, row.template(place)), message)
    return message


def _filled(template: str, match: re.Match[str]) -> str:
    """Words of an option with the values that the message names."""
    values = match.groupdict()
    if _OBEYED.search(values.get("value") or "") and "--" in template:
        values["value"] = "..."  # a shell would obey a part of it
    if "limit" in values:
        values["limit"] = values["limit"].replace("_", "-")
    if "say" in values:  # what is said in a program is chosen in a panel
        values["choose"] = "Choose" if values["say"][0].isupper() else "choose"
    return template.format(**values)
