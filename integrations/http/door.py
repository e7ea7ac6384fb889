"""One address of a partner's system, asked over HTTP: bounded, retried where that is safe, and silent."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx
from httpx_retries import Retry, RetryTransport

from integrations.bounded import within
from integrations.faults import fault_point
from integrations.http.connection import Connection
from integrations.http.cutting import Cutting
from integrations.http.judge import ELSEWHERE, Unanswered, bad_header, failed, out_of_time, read, refused, unreadable
from integrations.http.signing import Signing
from integrations.log_silence import silence
from integrations.verdict import Result, Verdict

MOST_BYTES = 20_000_000
MOST_PAGES = 1_000
LONGEST_ETAG = 200
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
RETRIES = Retry(
    total=3,
    backoff_factor=0.2,
    max_backoff_wait=2.0,
    respect_retry_after_header=False,  # of a word there the library may stumble, and it waits two seconds at most
    allowed_methods=SAFE,
    status_forcelist=(502, 504),
)
"""Three more tries within seconds, for what may be asked twice; minutes and hours are the caller's ladder.

A server that is too busy (429, 503) is left alone: when to come back is the caller's to know.
"""


@dataclass(frozen=True)
class Reply:
    """A good answer. `body` is what its JSON says, None when it has none (204, 304)."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        """The version of what was read; empty when the server gives none that can be said back."""
        found = self.headers.get("etag", "")
        return found if found.isascii() and found.isprintable() and len(found) <= LONGEST_ETAG else ""


class Door:
    """Asks one partner's system. Use it as a context; one at a time, or a door each thread.

    `auth` gives each request its token at the moment it leaves, so also each retry.
    """

    def __init__(self, connection: Connection, *, auth: httpx.Auth | None = None, also: tuple[str, ...] = ()) -> None:
        silence()
        self.connection = connection
        self._auth = auth
        self._places = (connection.url, *also)
        self._client = self._fresh()

    def _fresh(self) -> httpx.Client:
        given = self.connection
        try:
            transport = Cutting(httpx.HTTPTransport(verify=given.tls(), trust_env=False))
        except OSError:  # ssl.SSLError is one: a file of ours that is missing or not right
            raise Unanswered(Result(Verdict.TEMPORARY, "eigen-certificaat")) from None
        signing = Signing(transport, self._auth) if self._auth else transport
        try:
            headers = httpx.Headers({"Accept": "application/json", "User-Agent": "ketenregie"} | given.headers)
        except UnicodeError:
            raise bad_header() from None
        return httpx.Client(
            base_url=given.url,
            headers=headers,
            timeout=given.timeout,
            transport=RetryTransport(signing, RETRIES),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def get(self, path: str, *, etag: str = "", **given: Any) -> Reply:
        """Read; with the `etag` of an earlier answer status 304 says that nothing changed."""
        headers = {**given.pop("headers", {}), **({"If-None-Match": etag} if etag else {})}
        return self.ask("GET", path, headers=headers, **given)

    def ask(
        self,
        method: str,
        path: str,
        *,
        content: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Reply:
        """Ask once (with safe retries); `path` is relative, or an address that lies within this system.

        `content` is sent as JSON; `repeatable`: this POST only reads, so a lost answer leaves no doubt.
        Raises Unanswered with a verdict for anything but a readable 2xx or 304.
        """
        repeatable = repeatable or method in SAFE
        request = self._request(method, path, content, params, headers)
        fault_point("http.before")
        client = self._client  # what is given up stays with the client that is closed then
        reply = within(self.connection.bound, lambda: _exchange(client, request, repeatable))
        if reply is None:
            self.close()  # cuts off whatever still waits
            self._client = self._fresh()
            raise out_of_time(repeatable)
        fault_point("http.after")
        return reply

    def pages(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        most: int = MOST_PAGES,
    ) -> Iterator[Any]:
        """Each result of a list in pages ({results, next}), in order. A list that comes round again is refused.

        `most`: how many pages it may have.
        """
        seen: set[str] = set()
        given: Mapping[str, str] | None = params
        while path:
            if path in seen or len(seen) >= most:
                raise Unanswered(Result(Verdict.PERMANENT, "bladerlus"))
            seen.add(path)
            body = self.ask("GET", path, params=given, headers=headers).body
            results = body.get("results") if isinstance(body, dict) else None
            if not isinstance(results, list):
                raise unreadable(True)
            yield from results
            path, given = body.get("next") or "", None
            if not isinstance(path, str):
                raise unreadable(True)

    def _request(
        self, method: str, path: str, content: Any, params: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> httpx.Request:
        """A server names addresses in its answers; only those that were configured are visited with our token."""
        try:
            request = self._client.build_request(method, path, json=content, params=params, headers=headers)
        except (httpx.InvalidURL, ValueError):
            raise Unanswered(Result(Verdict.PERMANENT, ELSEWHERE)) from None
        place = path if "://" in path.partition("?")[0] else str(request.url)
        if path.startswith("//") or not any(stands_under(place, ours) for ours in self._places):
            raise Unanswered(Result(Verdict.PERMANENT, ELSEWHERE))
        return request


def _exchange(client: httpx.Client, request: httpx.Request, repeatable: bool) -> Reply:
    try:
        answer = client.send(request, stream=True)
        try:
            raw = read(repeatable, answer, MOST_BYTES)
        finally:
            answer.close()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise failed(repeatable, error) from None
    except Unanswered:
        raise
    except Exception:  # whatever an answer makes a library stumble over is an answer that cannot be read
        raise unreadable(repeatable) from None
    return _judged(repeatable, answer, raw)


def _judged(repeatable: bool, answer: httpx.Response, raw: bytes) -> Reply:
    good = answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    try:
        body = json.loads(raw) if raw and is_json else None
    except (ValueError, RecursionError):
        body, is_json = None, False
    if not good:
        raise refused(repeatable, answer, body)
    if raw and not is_json:
        raise unreadable(repeatable, answer.status_code)
    return Reply(answer.status_code, body, {name.lower(): value for name, value in answer.headers.items()})


def by_uuid(address: str, place: str, *, repeatable: bool = True) -> str:
    """Where a thing stands whose server names itself otherwise, as behind a proxy: under `place`, by its uuid.

    Raises Unanswered `onleesbaar` when the address does not end in one.
    """
    try:
        return f"{place}{UUID(address.rpartition('/')[2])}"
    except ValueError:
        raise unreadable(repeatable) from None


def stands_under(address: str, place: str) -> bool:
    """True when this address lies under that one: the same scheme, host, port and path, with no way up in it."""
    try:
        there, base = httpx.URL(address), httpx.URL(place)
        same = (there.scheme, there.host, there.port) == (base.scheme, base.host, base.port) and not there.userinfo
    except (httpx.InvalidURL, ValueError):  # a host that is no name shows itself only when it is read
        return False
    parts = there.raw_path.partition(b"?")[0].lower().replace(b"%2e", b".").replace(b"%2f", b"/").split(b"/")
    return same and there.path.startswith(base.path) and b".." not in parts
