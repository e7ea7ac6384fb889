"""Every door of the receiver, and canaries in every place of what is pushed at it: path, header, token, each field."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import jwt

from tests.faults.leaks_partners import POLICE
from tests.faults.leaks_world import LeakWorld
from tests.partners.border import THEIRS
from tests.partners.notifynl_rows import CALLBACK
from tests.partners.receiving import message
from tests.partners.reporter_standin import report

_CALLS = count(1)


@dataclass(frozen=True)
class Push:
    """One request. It leaves by the standard library, which logs nothing of its own."""

    path: str
    token: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"

    def at(self, url: str) -> tuple[int, str]:
        """The status, and all that the receiver says."""
        connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"} | self.headers
        connection.request(self.method, self.path, self.body, headers)
        answer = connection.getresponse()
        said = f"{answer.status} {answer.headers} {answer.read().decode()}"
        connection.close()
        return answer.status, said


def pushes(world: LeakWorld, handover: str, words: Sequence[str]) -> Iterator[Push]:
    """All of them in these words; a few are right, and hold canaries only where a code belongs."""
    yield _json("/meldingen", _signed(world), _report(world))
    for t in words:
        plain = t.encode("ascii", "backslashreplace").decode()
        yield from (Push(path, THEIRS, b"{}") for path in (f"/{quote(t)}", f"/notificaties/{quote(t)}"))
        yield Push(f"/gezond?{quote(t)}={quote(t)}", plain, b"", {"X-Forwarded-For": plain, "Host": "x"}, "GET")
        for path in ("/notificaties/nrc", "/notifynl", "/meldingen"):
            yield from (Push(path, token, t.encode(), {"X-Request-Id": plain}) for token in (plain, *_tokens(world)))
            yield from (Push(path, token, t.encode(), {"Content-Type": plain}) for token in _tokens(world))
            yield Push(path, THEIRS, b"", {}, "PUT")
        yield from (_json("/notificaties/nrc", THEIRS, one) for one in _notices(handover, t))
        yield from (_json("/notifynl", CALLBACK, one) for one in _receipts(t))
        yield from (_json("/meldingen", _signed(world), one) for one in _reports(world, t))
        yield _json("/meldingen", jwt.encode({"client_id": t, "iss": t, "jti": t}, POLICE), _report(world))


def _json(path: str, token: str, body: object) -> Push:
    return Push(path, token, json.dumps(body, ensure_ascii=False).encode())


def _tokens(world: LeakWorld) -> tuple[str, ...]:
    return THEIRS, CALLBACK, _signed(world)


def _signed(world: LeakWorld) -> str:
    claims = {"iss": "politie-kust", "client_id": "politie-kust", "iat": int(world.now.timestamp())}
    return jwt.encode(claims | {"jti": str(next(_CALLS))}, POLICE, algorithm="HS256")


def _notices(handover: str, t: str) -> Iterator[dict[str, Any]]:
    about = f"{handover}zaken/api/v1/zaken/{uuid4()}"
    given = message(about, hoofdObject=about)
    yield given | {t: t, "kenmerken": {t: t}}
    yield given | {"hoofdObject": f"https://elders.example/{quote(t)}", "resourceUrl": f"https://elders.example/{t}"}
    yield from (given | {name: t} for name in given)


def _receipts(t: str) -> Iterator[dict[str, Any]]:
    given = {"id": str(uuid4()), "reference": t, "status": t, "to": t, t: t}
    yield from (given, given | {"status": "delivered"}, given | {"id": t})


def _report(world: LeakWorld, **changes: object) -> dict[str, Any]:
    codes = {"registratienummer": "MELD", "k_gezinsnummer": "GEZIN", "k_wijk": "WIJK"}
    right = {name: world.canaries.code(of) for name, of in codes.items()}
    return report(**(right | {"datumTijd": world.now.isoformat()} | changes))


def _reports(world: LeakWorld, t: str) -> Iterator[dict[str, Any]]:
    given = _report(world)
    yield from (_report(world, **{name: t}) for name in given if name != "registratienummer")
    yield from (_report(world, **{f"k_{name}": t}) for name in given["ketenregie"])
    yield _report(world, registratienummer=f"{t} {t}")
    yield _report(world, **{t: t})
    yield _report(world, k_gezinsleden=[{"sleutel": t, "rol": t, "geboortejaar": t, t: t}])
    yield _report(world, zorgelijkeSituatie={"vraagAntwoord": [{"vraag": t, "antwoord": t}], "toelichting": t})
