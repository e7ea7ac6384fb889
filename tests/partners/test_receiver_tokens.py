"""A thousand forged, stale and repeated tokens: none comes in, makes the receiver stumble, or is told anywhere."""

import base64
import hashlib
import hmac
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import func, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from deployments.receiver.app import inner_app, receiver_app
from deployments.receiver.front import Front
from deployments.receiver.guards import FixedTokens, SignedTokens
from deployments.receiver.house import House
from deployments.receiver.protocol import Impatient
from domain.errors import WrongUse
from integrations.ledger import Ledger
from integrations.ledger.partner_tables import SeenToken
from integrations.partners import NOBODY
from tests.faults import tier
from tests.partners.receiving import NOW, SECRET, installed, message
from tests.partners.server import served

KEY = "een-sleutel-van-de-politie-met-40-tekens"
OTHER = "een-sleutel-van-een-ander-met-40-tekens!"
CLIENT = "politie-kust"
TOKENS = tier.scaled(1_000, 4_000)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Gate:
    """A receiver with one more route, for who signs each call; `now` is what its clock says."""

    url: str
    ledger: Ledger
    now: list[datetime]

    def signed(self, token: str | bytes) -> Answer:
        value = b"Bearer " + (token if isinstance(token, bytes) else token.encode())
        return self.post("/getekend", value)

    def fixed(self, *tokens: bytes, path: str = "/notificaties/nrc") -> Answer:
        return self.post(path, *tokens, content=message())

    def post(self, path: str, *tokens: bytes, content: object = None) -> Answer:
        """Through a client that sends whatever it is given."""
        raw = json.dumps(content).encode()
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        connection.putrequest("POST", path)
        for value in tokens:
            connection.putheader("Authorization", value)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(raw)))
        connection.endheaders(raw)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return Answer(answer.status, body)

    @property
    def remembered(self) -> int:
        with self.ledger.reading() as session:
            return session.exec(select(func.count()).select_from(SeenToken)).one()


@pytest.fixture
def gate(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    now = [NOW]
    house = House(ledger, installed(tmp_path, monkeypatch), lambda: now[0])
    app = inner_app(house)
    _signed_route(app, house)
    with served(Front(app), http=Impatient) as url:
        yield Gate(url, ledger, now)


def _signed_route(app: FastAPI, house: House) -> None:
    keys = {CLIENT: SecretStr(KEY), "gemeente": SecretStr(OTHER)}
    tokens = SignedTokens(house.ledger, house.clock, keys, {CLIENT: "POL-KUST", "gemeente": "GEM"})

    @app.post("/getekend", status_code=200)
    async def signed(request: Request) -> str:
        return await run_in_threadpool(tokens.check, request)


def part(content: object) -> str:
    """One part of a JWT, by hand: a library would refuse to make most of these."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token(claims: object, key: str = KEY, header: object = None, digest: str = "sha256") -> str:
    """A token with a right signature over whatever this is."""
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'} if header is None else header)}.{part(claims)}"
    return f"{signed}.{part(hmac.new(key.encode(), signed.encode(), digest).digest())}"


def claims(**other: object) -> dict[str, object]:
    """What a good caller says."""
    return {"iss": CLIENT, "client_id": CLIENT, "iat": int(NOW.timestamp())} | other


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in claims().items() if key != name}


PEM = (
    "-----BEGIN PUBLIC KEY-----\n" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" * 9 + "\n-----END PUBLIC KEY-----\n"
)
ODD: tuple[Any, ...] = (
    "",
    "x",
    None,
    True,
    [],
    {},
    [1],
    "NaN",
    -1,
    0,
    1e400,
    "2026-04-20",
    10**30,
    {"$gt": 0},
    "é",
    "\u0000",
)


def minutes(chance: Random, low: float, high: float) -> int:
    return int((NOW + timedelta(minutes=chance.uniform(low, high))).timestamp())


def _cut(chance: Random) -> str:
    whole = token(claims(jti=str(chance.random())))
    return whole[: chance.randrange(len(whole) - 2)]


def _flipped(chance: Random) -> str:
    """One character of the signed part is another."""
    whole = token(claims(jti=str(chance.random())))
    place = chance.randrange(whole.rindex("."))
    return whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]


def _jwk(chance: Random) -> dict[str, object]:
    return {"alg": "HS256", "jwk": {"kty": "oct", "k": part(b"x" * 32)}, "kid": f"../../{chance.random()}"}


Forger = Callable[[Random], str | bytes]
FORGERS: dict[str, Forger] = {
    "another key": lambda chance: token(claims(), f"{chance.random():.32f}"),
    "the key of another caller": lambda chance: token(claims(jti=chance.random()), OTHER),
    "alg none": lambda chance: token(claims(), header={"alg": chance.choice(["none", "None", "NONE", "nOnE"])}),
    "alg none, no signature": lambda _: f"{part({'alg': 'none'})}.{part(claims())}.",
    "alg RS256": lambda chance: token(claims(jti=chance.random()), PEM[: chance.randrange(40, 400)], {"alg": "RS256"}),
    "another HMAC": lambda chance: token(claims(jti=chance.random()), KEY, {"alg": "HS512"}, "sha512"),
    "alg that is no text": lambda chance: token(claims(), KEY, {"alg": chance.choice(ODD)}),
    "a key in the header": lambda chance: token(claims(), "x" * 32, _jwk(chance)),
    "a critical header": lambda _: token(claims(), KEY, {"alg": "HS256", "crit": ["exp"], "exp": 1}),
    "a detached payload": lambda _: token(claims(), KEY, {"alg": "HS256", "b64": False, "crit": ["b64"]}),
    "too old": lambda chance: token(claims(iat=minutes(chance, -10_000, -6.1))),
    "from the future": lambda chance: token(claims(iat=minutes(chance, 1.1, 10_000))),
    "expired": lambda chance: token(claims(exp=minutes(chance, -10_000, -1.1))),
    "not yet good": lambda chance: token(claims(nbf=minutes(chance, 1.1, 10_000))),
    "iat that is no moment": lambda chance: token(claims(iat=chance.choice(ODD))),
    "exp that is no moment": lambda chance: token(claims(exp=chance.choice([odd for odd in ODD if odd != 10**30]))),
    "no iat": lambda _: token(without("iat")),
    "no client": lambda _: token({"iat": int(NOW.timestamp())}),
    "two clients": lambda chance: token(claims(iss=chance.choice(["gemeente", "x", *ODD]))),
    "an unknown client": lambda chance: token(claims(iss=(name := f"x{chance.random()}"), client_id=name)),
    "no claims": lambda chance: token(chance.choice(ODD)),
    "cut short": _cut,
    "one character changed": _flipped,
    "more parts": lambda chance: ".".join([token(claims())] + ["x"] * chance.randrange(1, 5)),
    "random bytes": lambda chance: bytes(byte for byte in chance.randbytes(chance.randrange(400)) if byte > 32),
    "beyond ASCII": lambda chance: "".join(chr(chance.randrange(0xA1, 0x2FFF)) for _ in range(50)),
    "huge": lambda chance: token(claims(x="y" * chance.randrange(5_000, 9_000))),
    "deep": lambda chance: token(b"[" * chance.randrange(900, 2_900)),
    "a huge number": lambda _: token(b'{"iat": ' + b"9" * 2_500 + b"}"),
    "empty": lambda chance: chance.choice(["", ".", "..", "...", " ", "e30.e30.", "null"]),
}


@pytest.mark.timeout(600)
def test_a_thousand_forged_tokens_come_to_nothing(
    gate: Gate, caplog: pytest.LogCaptureFixture, record_property: Callable[[str, object], None]
) -> None:
    chance, told = tier.chance("tokens"), Counter[int]()
    with caplog.at_level(logging.DEBUG):
        for number in range(TOKENS):
            name = list(FORGERS)[number % len(FORGERS)]
            given = FORGERS[name](chance)
            answer = gate.signed(given)
            assert answer.status_code in (400, 401), name
            assert answer.json()["code"] in ("KR-DEUR-TOEGANG", "KR-DEUR-VERZOEK"), name
            shown = given.decode("latin-1") if isinstance(given, bytes) else given
            assert len(shown) < 12 or shown not in answer.text + caplog.text, name
            told[answer.status_code] += 1
    assert gate.remembered == 0
    record_property("said", f"{TOKENS} forged tokens of {len(FORGERS)} kinds: {dict(told)}")


def test_a_good_token_comes_in_once_however_its_signature_is_spelled(gate: Gate) -> None:
    good = token(claims(jti="1"))
    answer = gate.signed(good)
    assert (answer.status_code, answer.json()) == (200, CLIENT)
    signed, _, signature = good.rpartition(".")
    last = signature[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bits = alphabet.index(last) & ~3
    spellings = {signature, f"{signature}=", *(signature[:-1] + alphabet[same_bits + bits] for bits in range(4))}
    for spelling in sorted(spellings):
        again = gate.signed(f"{signed}.{spelling}")
        assert (again.status_code, again.json()["code"]) in (
            (401, "KR-DEUR-HERHAALD"),
            (401, "KR-DEUR-TOEGANG"),
        )
    assert gate.signed(token(claims(jti="2"))).status_code == 200


def test_of_sixteen_copies_at_once_one_comes_in(gate: Gate) -> None:
    good = token(claims(jti="samen"))
    with ThreadPoolExecutor(16) as pool:
        answers = [answer.status_code for answer in pool.map(lambda _: gate.signed(good), range(16))]
    assert sorted(answers) == [200] + [401] * 15


def test_hundreds_of_used_tokens_shown_again_stay_outside(gate: Gate) -> None:
    chance = tier.chance("replay")
    used = [token(claims(jti=f"{chance.random()}", iat=minutes(chance, -4.9, 0))) for _ in range(tier.scaled(50, 300))]
    assert {gate.signed(one).status_code for one in used} == {200}
    for one in used:
        gate.now[0] = NOW + timedelta(seconds=chance.randrange(-60, 7_200))
        assert gate.signed(one).status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (claims(iat=int(NOW.timestamp()) - 359), 200),
        (claims(iat=int(NOW.timestamp()) - 361), 401),
        (claims(iat=int(NOW.timestamp()) + 59), 200),
        (claims(iat=int(NOW.timestamp()) + 61), 401),
        (claims(exp=int(NOW.timestamp()) - 59), 200),
        (claims(exp=int(NOW.timestamp()) - 61), 401),
        (claims(nbf=int(NOW.timestamp()) + 59), 200),
        (claims(nbf=int(NOW.timestamp()) + 61), 401),
        (without("iss"), 200),
        (without("client_id"), 200),
    ],
)
def test_five_minutes_and_a_minute_of_difference_are_allowed_and_no_more(
    gate: Gate, given: dict[str, Any], status: int
) -> None:
    assert gate.signed(token(given)).status_code == status


def test_a_used_token_is_remembered_until_it_could_not_be_good_and_a_day_more(gate: Gate) -> None:
    gate.signed(token(claims(jti="1")))
    gate.now[0] = NOW + timedelta(hours=23)
    gate.signed(token(claims(iat=int(gate.now[0].timestamp()))))
    assert gate.remembered == 2
    gate.now[0] = NOW + timedelta(hours=25)
    gate.signed(token(claims(iat=int(gate.now[0].timestamp()))))
    assert gate.remembered == 2


def test_the_ledger_keeps_a_hash_and_not_the_token(gate: Gate) -> None:
    good = token(claims(jti="1"))
    gate.signed(good)
    with gate.ledger.reading() as session:
        [seen] = session.exec(select(SeenToken)).all()
    assert seen.hash == hashlib.sha256(good.rpartition(".")[0].encode()).hexdigest()


def _near(chance: Random) -> bytes:
    """Almost the secret."""
    place = chance.randrange(len(SECRET))
    return chance.choice(
        [
            f"Bearer {SECRET[:place]}".encode(),
            f"Bearer {SECRET[:place]}x{SECRET[place + 1 :]}".encode(),
            f"Bearer {SECRET}{chr(chance.randrange(33, 126))}".encode(),
            f"Bearer {SECRET.upper()}".encode(),
            f"Basic {SECRET}".encode(),
            f"Token {SECRET}".encode(),
            f"Bearer  {SECRET}".encode(),
            SECRET.encode(),
            b"Bearer " + bytes(byte for byte in chance.randbytes(30) if byte > 32),
            f"Bearer {token(claims())}".encode(),
            b"Bearer " + b"x" * chance.randrange(4_000, 9_000),
            b"",
        ]
    )


def test_a_thousand_tokens_that_almost_are_the_secret_stay_outside(
    gate: Gate, record_property: Callable[[str, object], None]
) -> None:
    chance, told = tier.chance("near"), Counter[str]()
    for _ in range(tier.scaled(200, TOKENS)):
        given = _near(chance)
        answer = gate.fixed(given)
        assert answer.status_code in (400, 401), given
        told[answer.json()["code"]] += 1
    assert gate.fixed(f"Bearer {SECRET}".encode()).status_code == 204
    record_property("said", f"{told.total()} near secrets: {dict(told)}")


def test_two_tokens_are_none_and_another_source_is_nobody(gate: Gate) -> None:
    right = f"Bearer {SECRET}".encode()
    answers = [
        gate.fixed(right, right),
        gate.fixed(),
        gate.fixed(right, path="/notificaties/anders"),
        gate.fixed(right, path="/notificaties/%00%ff"),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4


def test_without_a_partner_nobody_comes_in(ledger: Ledger) -> None:
    with served(receiver_app(House(ledger, NOBODY))) as url:
        gate = Gate(url, ledger, [NOW])
        assert [gate.fixed(token).status_code for token in (b"Bearer ", b"Bearer x", b"")] == [401] * 3


@pytest.mark.parametrize("secret", ["", "kort", "x" * 31])
def test_a_guard_with_a_short_secret_is_never_made(ledger: Ledger, secret: str) -> None:
    """An empty one would let everybody in."""
    for make in (
        lambda: FixedTokens({"nrc": SecretStr(secret)}),
        lambda: SignedTokens(ledger, lambda: NOW, {CLIENT: SecretStr(secret)}, {CLIENT: "POL-KUST"}),
    ):
        with pytest.raises(WrongUse) as refused:
            make()
        assert refused.value.code == "KR-GEHEIM-KORT"
