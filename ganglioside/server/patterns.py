"""Patterns of texts that callers send, and what is said to those who send others."""

from __future__ import annotations

from typing import Final

from ganglioside.history.opening import ID as ONE_ID
from ganglioside.support.printed import CONTROLLING

#: Ids of sessions and jobs.
ID: Final = f"^{ONE_ID}$"

#: Ids of tokens.
TOKEN_ID: Final = "^[0-9a-f]{10}$"

#: Characters of a text: all that every history keeps, PostgreSQL too.
KEPT: Final = r"^[^\x00]*$"

#: Characters of a name, which is printed and listed; halves of characters are no text in JSON.
PRINTED: Final = rf"^[^{CONTROLLING}]*$"
NAMED: Final = rf"^[^{CONTROLLING}]*[^\s{CONTROLLING}][^{CONTROLLING}]*$"

#: What each pattern means, in words.
WORDS: Final = {
    ID: "An id has 14 signs, 0 to 9 and a to f: GET /api/v1/sessions or /api/v1/jobs lists them",
    TOKEN_ID: "The id of a token has 10 signs, 0 to 9 and a to f: GET /api/v1/tokens lists them",
    KEPT: "A text holds no NUL sign",
    PRINTED: "A name is one line, without control characters such as tabs",
    NAMED: "A name is one line that can be seen, without control characters such as tabs",
}
