"""Requests to a server: sent, tried again where it says when, and faults raised with its words."""

from __future__ import annotations

import json
import string
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import httpx

from ganglioside.errors import ServerError
from ganglioside.support.printed import printable_lines
from ganglioside.support.quoting import quoted
from ganglioside.version import __version__

#: Statuses that say when to try again.
_LATER: Final = (429, 503)

#: Statuses of a server, or of a proxy before it, that may answer again soon; 0: none answered.
_AWAY: Final = (0, 429, 502, 503, 504)

#: Seconds for a connection, and for an answer: an analysis may take its time.
_TIMEOUT: Final = httpx.Timeout(300.0, connect=10.0)

#: Seconds before a stream that was lost is asked for again.
_PAUSE: Final = 0.5

#: Characters of a refusal that are shown; our own take less.
_LONGEST: Final = 10_000

#: Signs of the addresses that are asked for.
_SIGNS: Final = frozenset(f"{string.ascii_letters}{string.digits}/-_.")

Files = Sequence[tuple[str, tuple[str, bytes]]]


class Transport:
    """Requests to one server.

    Parameters
    ----------
    url
        Address of the server or of its API.
    token
    patience
        Seconds to wait in all where the server says that a request comes too early.
    verify
        Whether to check its certificate, or the file with the certificates to trust.

    Attributes
    ----------
    url : str
        Address of the API, without a name and a password that were in it.

    Raises
    ------
    ServerError
        If the address, the token or the file cannot be one.
    """

    def __init__(self, url: str, token: str, patience: float, verify: bool | str) -> None:
        base = _address(url)
        self.url = str(base.copy_with(userinfo=b""))
        self._patience = patience
        self._client = httpx.Client(
            base_url=base,
            headers={
                "Authorization": f"Bearer {_plain(token)}",
                "User-Agent": f"ganglioside/{__version__}",
            },
            timeout=_TIMEOUT,
            verify=_context(verify),
        )

    def __repr__(self) -> str:
        return f"Transport({self.url!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def json(self, method: str, path: str, **request: Any) -> Any:
        """Answer to a request as plain values; None where it is empty.

        Raises
        ------
        ServerError
            If there is no answer, it is a refusal, or not of such a server.
        """
        answer = self.send(method, path, **request)
        return self._values(answer.content) if answer.content else None

    def _values(self, content: bytes | str) -> Any:
        """Values of JSON that came."""
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self._is_other("its answer is no JSON") from error

    def _is_other(self, why: str) -> ServerError:
        return ServerError(
            f"What answers at {self.url} is no server of Ganglioside: {why}. Name the address "
            "that `ganglioside serve` prints."
        )

    def content(self, path: str, **request: Any) -> bytes:
        """Content of an address."""
        return self.send("GET", path, **request).content

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Mapping[str, Any] | None = None,
        files: Files | None = None,
    ) -> httpx.Response:
        """Send a request, again where the server says when.

        Raises
        ------
        ServerError
            If there is no answer, it is a refusal, or an id in the address is none.
        """
        _require_ids(path)
        until = time.monotonic() + self._patience
        given = {k: v for k, v in (query or {}).items() if v is not None}
        while True:
            try:
                answer = self._client.request(
                    method, path, params=given, json=json, data=data, files=files
                )
            except httpx.HTTPError as error:
                raise self._unreachable(error) from error
            if answer.is_success:
                return answer
            refusal = refusal_of(answer)
            late = time.monotonic() + refusal.retry_after > until
            if answer.status_code not in _LATER or not refusal.retry_after or late:
                raise refusal
            time.sleep(refusal.retry_after)

    def follow(self, path: str, after: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the events of an address, each once, though the connection is lost meanwhile.

        Raises
        ------
        ServerError
            If there is no connection for as long as the patience lasts, or it is refused.
        """
        until = time.monotonic() + self._patience
        while True:
            known = after
            try:
                for event in self._stream(path, after):
                    after = event["id"]
                    yield event
                if self._has_ended(path, after):
                    return
                lost = ServerError(f"{self.url} ends the stream of events before their end.")
            except httpx.HTTPError as error:
                lost = self._unreachable(error)
            except ServerError as refusal:
                if refusal.status not in _AWAY:
                    raise
                lost = refusal
            if after != known:
                until = time.monotonic() + self._patience
            pause = max(lost.retry_after, _PAUSE)
            if time.monotonic() + pause > until:
                raise lost
            time.sleep(pause)

    def _has_ended(self, path: str, after: int | None) -> bool:
        """Whether no event is left: a server also ends the stream of whom it refuses by now."""
        rest = self.json("GET", path, query={"after": after})
        if not isinstance(rest, dict) or not rest.keys() >= {"has_ended", "events"}:
            raise self._is_other("its answer holds no events")
        return bool(rest["has_ended"] and not rest["events"])

    def _stream(self, path: str, after: int | None) -> Iterator[dict[str, Any]]:
        """Events of one connection, until the server ends it."""
        query = {} if after is None else {"after": after}
        accept = {"Accept": "text/event-stream"}
        with self._client.stream("GET", path, params=query, headers=accept) as answer:
            if not answer.is_success:
                answer.read()
                raise refusal_of(answer)
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    event = self._values(line.removeprefix("data: "))
                    if not isinstance(event, dict):
                        raise self._is_other("its events are none")
                    if "id" in event:
                        yield event

    def _unreachable(self, error: httpx.HTTPError) -> ServerError:
        if isinstance(error, httpx.ReadTimeout):
            return ServerError(
                f"{self.url} has taken the request, and gave no answer for {_TIMEOUT.read:g} s. "
                "It may still work on it: look at the list of sessions; what takes so long is "
                "better started as a job, by `start`, or `run` with `progress`."
            )
        return ServerError(
            f"{self.url} does not answer ({type(error).__name__}: {error}). Is the server running, "
            "and the address right? `ganglioside serve` prints it."
        )


def _require_ids(path: str) -> None:
    """Refuse an address with an id that leads elsewhere.

    Raises
    ------
    ServerError
    """
    if any(part in ("", ".", "..") for part in path.split("/")) or not _SIGNS.issuperset(path):
        raise ServerError(f"{quoted(path)} holds an id that is none: give the whole id.")


def refusal_of(answer: httpx.Response) -> ServerError:
    """Error with the words of a refusal, of which a terminal obeys none."""
    try:
        problem = answer.json()
    except (ValueError, RecursionError):
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    words = problem.get("detail") or problem.get("message") or answer.reason_phrase
    after = answer.headers.get("Retry-After", "")
    return ServerError(
        f"{printable_lines(str(words)[:_LONGEST])} (HTTP {answer.status_code})",
        answer.status_code,
        str(problem.get("code", "")),
        float(after) if after.isdecimal() else 0.0,
    )


def _address(url: str) -> httpx.URL:
    """Address of the API of a server."""
    base = url.strip().rstrip("/")
    try:
        return httpx.URL(base if base.endswith("/api/v1") else f"{base}/api/v1")
    except httpx.InvalidURL as error:
        raise ServerError(f"{quoted(url)} is no address of a server ({error}).") from error


def _plain(token: str) -> str:
    """Token as it is sent, without blanks around it; it is never shown."""
    plain = token.strip()
    if not (plain.isascii() and plain.isprintable()):
        raise ServerError("The token holds characters that none has: copy it again.")
    return plain


def _context(verify: bool | str) -> Any:
    """What httpx takes for it."""
    if not isinstance(verify, str):
        return verify
    import ssl

    try:
        return ssl.create_default_context(cafile=verify)
    except OSError as error:
        raise ServerError(f"{verify} holds no certificates ({error}).") from error
