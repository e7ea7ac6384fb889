"""What an answer, or the want of one, says: a verdict and a code, never the other side's words.

Whether a request may be repeated decides: of one that may not (POST, PATCH) we cannot know that it did not arrive once
its body was on its way. Then the verdict is *indefinite* and the caller looks before it asks again.
"""

import re
import ssl
from collections.abc import Iterator
from typing import Any

import httpx

from integrations.http_date import http_date
from integrations.verdict import OF_US, Result, Verdict

SLOW_DOWN = frozenset({408, 425, 429, 503})
NO_ACCESS = frozenset({401, 403, 407})
GONE = frozenset({404, 410})
EXPIRED = 10  # OpenSSL: X509_V_ERR_CERT_HAS_EXPIRED
LONGEST_WAIT = 7 * 24 * 3600.0
CODE = re.compile(r"[a-z][a-z0-9-]{0,59}")
NAME = re.compile(r"[A-Z][A-Za-z]{0,59}")
ELSEWHERE = "andere-server"
PROBLEM = "application/problem+json"


class Unanswered(Exception):
    """A partner's system did not do what was asked. `wait`: seconds it asked us to stay away, 0 if it did not say.

    `codes`: the machine-readable reasons of the answer (`invalidParams[].code`, `code`), in so far as they are codes.
    `problem`: the answer was problem+json, so the interface itself said it and no page or gateway in front of it.
    """

    def __init__(
        self,
        result: Result,
        *,
        status: int = 0,
        wait: float = 0.0,
        codes: frozenset[str] = frozenset(),
        problem: bool = False,
    ) -> None:
        super().__init__(result.reason)
        self.result, self.status, self.wait, self.codes, self.problem = result, status, wait, codes, problem

    @property
    def not_there(self) -> bool:
        """They answered that nothing stands at this address, or not any more."""
        return self.status in GONE


def read(repeatable: bool, answer: httpx.Response, most: int) -> bytes:
    """The bytes of a streamed answer. Raises Unanswered for more than `most` of them."""
    raw = bytearray()
    for part in answer.iter_bytes():
        raw += part
        if len(raw) > most:
            raise unreadable(repeatable)
    return bytes(raw)


def refused(repeatable: bool, answer: httpx.Response, body: object) -> Unanswered:
    """The verdict on an answer that is not a good one."""
    status = answer.status_code
    wait = retry_after(answer.headers.get("Retry-After", ""), answer.headers.get("Date", ""))
    problem = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == PROBLEM
    result = _of_status(repeatable, status)
    return Unanswered(result, status=status, wait=wait, codes=codes_of(body), problem=problem)


def _of_status(repeatable: bool, status: int) -> Result:
    if status in NO_ACCESS:  # an operator mends it while the work waits
        return Result(Verdict.TEMPORARY, f"{OF_US}http-{status}")
    if status in SLOW_DOWN:
        return Result(Verdict.TEMPORARY, f"http-{status}")
    if 300 <= status < 400:
        return Result(Verdict.PERMANENT, "omgeleid")
    if status >= 500:
        return Result(Verdict.TEMPORARY if repeatable else Verdict.INDEFINITE, f"http-{status}")
    if 400 <= status < 500:
        return Result(Verdict.PERMANENT, f"http-{status}")
    return unreadable(repeatable).result


def unreadable(repeatable: bool, status: int = 0) -> Unanswered:
    """A good status with an answer that cannot be read: what was sent may have been done."""
    return Unanswered(Result(Verdict.TEMPORARY if repeatable else Verdict.INDEFINITE, "onleesbaar"), status=status)


def bad_header() -> Unanswered:
    """A key or a fixed header of ours holds what no header may, as the end of a line: nothing has left."""
    return Unanswered(Result(Verdict.TEMPORARY, f"{OF_US}kop-ongeldig"))


def out_of_time(repeatable: bool) -> Unanswered:
    """The bound of the whole exchange has passed."""
    return Unanswered(Result(Verdict.TEMPORARY if repeatable else Verdict.INDEFINITE, "grens-verstreken"))


def failed(repeatable: bool, error: Exception) -> Unanswered:
    """The verdict on an exchange that ended in an exception."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return Unanswered(Result(Verdict.TEMPORARY, _tls(error) or "geen-verbinding"))
    if isinstance(error, httpx.LocalProtocolError):
        return bad_header()
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return Unanswered(Result(Verdict.PERMANENT, "verzoek-ongeldig"))
    how = "tijd-verstreken" if isinstance(error, httpx.TimeoutException) else "verbroken"
    if isinstance(error, httpx.DecodingError):
        how = "onleesbaar"
    how = _tls(error) or how  # in TLS 1.3 a server refuses our certificate after we began to write
    return Unanswered(Result(Verdict.TEMPORARY if repeatable else Verdict.INDEFINITE, how))


def _tls(error: BaseException) -> str:
    """`certificaat-verlopen`, `certificaat` or `tls` when that was it."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "certificaat-verlopen" if cause.verify_code == EXPIRED else "certificaat"
        if isinstance(cause, ssl.SSLError):
            return "tls"
    return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def codes_of(body: object) -> frozenset[str]:
    """The codes in a problem+json answer (RFC 9457 as the VNG standards fill it), whatever else it holds.

    And the names of errors (`errors[].error`) in an answer of NotifyNL.
    """
    if not isinstance(body, dict):
        return frozenset()
    found = [body.get("code"), *_each(body.get("invalidParams"), "code")]
    named = _each(body.get("errors"), "error")
    return frozenset(
        [code for code in found if isinstance(code, str) and CODE.fullmatch(code)]
        + [name for name in named if isinstance(name, str) and NAME.fullmatch(name)]
    )


def _each(listed: Any, key: str) -> list[object]:
    return [item.get(key) for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def retry_after(said: str, sent: str) -> float:
    """Seconds to stay away: a number, or a moment held against the Date of the same answer; at most a week."""
    said = said.strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_WAIT)
    until, at = http_date(said), http_date(sent)
    return min(max(0.0, (until - at).total_seconds()), LONGEST_WAIT) if until and at else 0.0
