"""Whatever follows, or almost follows, the receiver's own description gets an answer: never a 5xx, never an echo."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import jwt
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from deployments.receiver.app import inner_app, receiver_app
from deployments.receiver.house import House
from deployments.receiver.protocol import Impatient
from integrations.ledger import Ledger
from tests.faults import tier
from tests.partners.receiving import NOW, OUR_SECRET, SECRET, installed
from tests.partners.server import served
from tests.region import with_region

CASES = tier.scaled(300, 10_000)
OTHERS = """
[[reporters]]
source = "POL-KUST"
client_id = "politie-kust"
secret = "ons"

[notifynl]
connection = { url = "http://127.0.0.1:9/" }
api_key = "ons"
email_template = "6c2f0b1e-8f5d-4a53-9f0e-0d5d0f5f3a01"
callback_secret = "hun"
"""
CANARY = "kanarie-van-meerdorp-61"
KINDS = ("application/json",) * 12 + ("application/json; charset=utf-8", "text/plain", "application/cloudevents+json")
RIGHT = "right"
WRONG = ("Bearer x", f"Basic {CANARY}", "")
NUMBERS = count()


@pytest.fixture
def house(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(with_region(ledger), installed(tmp_path, monkeypatch, also=OTHERS), lambda: NOW)


@pytest.fixture
def client(house: House) -> Iterator[httpx.Client]:
    """Asks the real receiver, on a real port."""
    with (
        served(receiver_app(house), http=Impatient) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=30) as client,
    ):
        yield client


@pytest.mark.timeout(1_500)
def test_cases_made_from_its_own_description_never_make_it_stumble_or_tell(
    house: House,
    client: httpx.Client,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    told: Counter[tuple[str, int]] = Counter()
    asked: Counter[str] = Counter()

    @hypothesis.seed(tier.SEED)
    @hypothesis.settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(house), kind=st.sampled_from(KINDS), known=st.integers(0, 9))
    def ask(case: Case[Any], kind: str, known: int) -> None:
        asked[case.path] += 1
        turn, wrong = divmod(asked[case.path], 5)  # by turns: left to chance, a route may see none
        token = RIGHT if wrong else WRONG[turn % len(WRONG)]
        answer = _asked(client, case, token, kind, known > 0)
        assert answer.status_code < 500, (case.method, case.path, answer.text)
        assert CANARY not in answer.text + str(answer.headers)
        if answer.status_code >= 400:
            assert answer.json().keys() == {"code", "title", "status", "detail", "instance"}
        told[case.path, answer.status_code] += 1

    for name in ("ketenregie", "uvicorn", "fastapi", "asyncio", "sqlalchemy"):
        caplog.set_level(logging.DEBUG, logger=name)
    ask()
    assert CANARY not in caplog.text
    for route in ("/notificaties/{source}", "/notifynl"):
        assert told[route, 204] > CASES // 60
    for route in set(inner_app(house).openapi()["paths"]) - {"/gezond"}:
        assert told[route, 400] + told[route, 422] > 0
        assert told[route, 401] > 0
    record_property("said", f"{told.total()} cases: {dict(sorted(told.items()))}")


def _cases(house: House) -> Any:
    """Right ones and wrong ones, of every route."""
    schema = schemathesis.openapi.from_dict(inner_app(house).openapi())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    return st.one_of(*(one.as_strategy(generation_mode=mode) for one in operations for mode in GenerationMode))


def _asked(client: httpx.Client, case: Case[Any], token: str, kind: str, known: bool) -> httpx.Response:
    """The case as it was made, with a canary wherever a caller can put one."""
    path = case.formatted_path
    if known and "/notificaties/" in path:
        path = "/notificaties/nrc"
    headers = {"X-Naam": CANARY, "Cookie": f"naam={CANARY}", "Content-Type": kind}
    if token:
        headers["Authorization"] = _right(path) if token == RIGHT else token
    content = _content(case.body)
    return client.request(case.method, path, params={"naam": CANARY}, headers=headers, content=content)


def _right(path: str) -> str:
    """What each route wants: a fixed secret, or a token of its own for each call."""
    if path != "/meldingen":
        return f"Bearer {SECRET}"
    claims = {"client_id": "politie-kust", "iat": NOW.timestamp(), "jti": str(next(NUMBERS))}
    return f"Bearer {jwt.encode(claims, OUR_SECRET, algorithm='HS256')}"


def _content(body: Any) -> bytes:
    if isinstance(body, dict):
        body = body | {CANARY: {"naam": [CANARY]}}
        features = body.get("kenmerken")
        body["kenmerken"] = features | {CANARY: CANARY} if isinstance(features, dict) else features or {}
    if isinstance(body, bytes):
        return body
    return b"" if type(body).__name__ == "NotSet" else json.dumps(body, default=str).encode()


def test_the_description_is_there_for_who_runs_it_and_not_for_who_asks(house: House, client: httpx.Client) -> None:
    described = inner_app(house).openapi()
    assert set(described["paths"]) >= {"/gezond", "/notificaties/{source}", "/notifynl"}
    assert client.get("/openapi.json").status_code == 404
