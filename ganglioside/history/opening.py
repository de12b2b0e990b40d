"""Row of a session when it begins: id, input, settings, author and process."""

from __future__ import annotations

import platform
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Final

from ganglioside.errors import TextError
from ganglioside.history.author import current_author
from ganglioside.history.judging_code import judging_code
from ganglioside.history.process import Process
from ganglioside.history.sharing import Person, Sharing
from ganglioside.history.storage.store import utc_now
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.support.printed import UNPRINTED, is_printed
from ganglioside.support.quoting import quoted

#: Form of the ids of sessions and jobs, as `new_id` makes them.
ID: Final = "[0-9a-f]{14}"

#: Libraries that take part in computing a result, beside Ganglioside and Python. Sessions of before
#: hold scikit-learn too, which computes nothing, and no pyarrow, which holds the texts of pandas.
_LIBRARIES: Final = ("numpy", "pandas", "pyarrow")

#: Name under which `environment` holds the fingerprint of the code that judges; sessions of before
#: have none.
JUDGING_CODE: Final = "judging code"


@dataclass(frozen=True, slots=True)
class Opening:
    """A session when it begins."""

    id: str
    name: str
    source: Source
    settings: dict[str, float | int | str]
    rerun_of: str | None
    created: datetime
    sha256: str
    author: str
    process: Process
    sharing: Sharing = Sharing()  # noqa: RUF009 - frozen

    @classmethod
    def now(
        cls,
        source: Source,
        settings: Settings,
        name: str | None,
        rerun_of: str | None = None,
        person: Person | None = None,
        sharing: Sharing | None = None,
    ) -> Opening:
        """Session that begins now, with a new id.

        Parameters
        ----------
        source, settings, name, rerun_of
        person
            Who makes it; the user where None.
        sharing
            With whom it is shared; as the person's new ones are where None.
        """
        usual = Sharing() if person is None else person.new
        created = utc_now()
        if not is_printed(source.name):  # what a system takes as the name of a file, no table does
            source = replace(source, name=UNPRINTED.sub("\N{REPLACEMENT CHARACTER}", source.name))
        return cls(
            id=new_id(created),
            name=name or source.name,
            source=source,
            settings=settings.to_dict(),
            rerun_of=rerun_of,
            created=created,
            sha256=source.sha256,
            author=current_author() if person is None else person.name,
            process=Process.this(created),
            sharing=usual if sharing is None else sharing,
        )


#: Most characters of a name.
LONGEST_NAME: Final = 1_000


def require_printed(name: str | None) -> None:
    """Refuse a name that is too long, or has control characters.

    Raises
    ------
    TextError
    """
    if len(name or "") > LONGEST_NAME:
        raise TextError(f"The name has more than {LONGEST_NAME:,} characters: shorten it.")
    found = UNPRINTED.search(name or "")
    if found:
        raise TextError(
            f"The name {quoted(name)} holds the control character {found.group()!r}: leave it out."
        )


@cache
def environment() -> dict[str, str]:
    """What computes results here: code that judges, Python, libraries, machine."""
    return {
        JUDGING_CODE: judging_code(),
        "python": platform.python_version(),
        **{library: version(library) for library in _LIBRARIES},
        "machine": f"{platform.system()} {platform.machine()}",
    }


def new_id(now: datetime) -> str:
    """Id of a new session or job: the time in ms and three random digits, hex."""
    # Milliseconds, then chance: sorts by time, and histories can be merged.
    milliseconds = int(now.replace(tzinfo=UTC).timestamp() * 1000)
    return f"{milliseconds:011x}{secrets.token_hex(2)[:3]}"
