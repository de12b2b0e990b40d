"""Where a token stands in a request."""

from __future__ import annotations

import base64

import pytest

from ganglioside.server.callers import secret_in


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"authorization": "Bearer abc"}, "abc"),
        ({"authorization": "token abc"}, "abc"),
        ({"authorization": basic("anybody:abc")}, "abc"),
        ({"authorization": basic("abc")}, ""),
        ({"authorization": "Basic ###"}, ""),
        ({"authorization": "Basic /w=="}, ""),
        ({"authorization": "Digest abc"}, ""),
        ({"sec-websocket-protocol": "ganglioside, bearer.abc"}, "abc"),
        ({"sec-websocket-protocol": "ganglioside"}, ""),
        ({}, ""),
    ],
)
def test_a_token_is_found_in_the_headers(headers: dict[str, str], secret: str) -> None:
    assert secret_in(headers) == secret
