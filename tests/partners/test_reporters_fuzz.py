"""Whatever follows, or almost follows, the description of `POST /meldingen`: no 5xx, no echo, nothing half."""

import json
import logging
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import hypothesis
import jwt
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import Case as Tried
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from sqlmodel import func, select

from deployments.receiver.app import inner_app, receiver_app
from deployments.receiver.house import House
from deployments.receiver.protocol import Impatient
from integrations.ledger import Ledger
from integrations.ledger.tables import Audit, Report
from tests.faults import tier
from tests.partners.conftest import Configure
from tests.partners.receiving import NOW
from tests.partners.reporter_standin import report
from tests.partners.server import served
from tests.partners.test_reporters_door import FILE, KEY, OTHER

CASES = tier.scaled(80, 2_000)
CANARY = "kanarie van meerdorp"  # no code, so it may never be taken
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    [],
    {},
    [[]],
    "123456782",
    "kind",
    "ja",
    "VT",
    "2026-04-20T22:05:00Z",
    CANARY,
)


def test_cases_made_from_its_own_description_end_whole_or_refused(
    region: Ledger,
    configured: Configure,
    caplog: pytest.LogCaptureFixture,
    record_property: Callable[[str, object], None],
) -> None:
    house = House(region, configured(FILE, {"politie": KEY, "zorg": OTHER}), lambda: NOW)
    told, calls = Counter[int](), count()
    for name in ("ketenregie", "uvicorn", "fastapi", "asyncio", "sqlalchemy"):
        caplog.set_level(logging.DEBUG, logger=name)
    with (
        served(receiver_app(house), http=Impatient) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):

        @hypothesis.seed(tier.SEED)
        @hypothesis.settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(body=st.one_of(_described(house), _almost(), _almost()))
        def ask(body: Any) -> None:
            told[_asked(client, body, str(next(calls)))] += 1

        ask()
    assert CANARY not in caplog.text
    assert told[422] > 0
    assert told[201] > 0
    with region.reading() as session:
        recorded = session.exec(select(func.count()).select_from(Report)).one()
        heard = select(func.count()).where(Audit.act == "melding-ontvangen")
        assert recorded == session.exec(heard).one() == told[201]
    record_property("said", f"{told.total()} reports of every kind: {dict(sorted(told.items()))}")


def _asked(client: httpx.Client, body: Any, jti: str) -> int:
    claims = {"client_id": "politie-kust", "iat": int(NOW.timestamp()), "jti": jti}
    headers = {"Authorization": f"Bearer {jwt.encode(claims, KEY)}", "Content-Type": "application/json"}
    raw = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    answer = client.post("meldingen", content=raw, headers=headers)
    assert answer.status_code < 500, answer.text
    if answer.status_code in (200, 201):
        assert answer.json() == {"registratienummer": body["registratienummer"]}
    else:
        assert answer.json().keys() == {"code", "title", "status", "detail", "instance"}
        assert CANARY not in answer.text + str(answer.headers)
    return answer.status_code


def _described(house: House) -> st.SearchStrategy[Any]:
    """What schemathesis makes of the description: right ones and wrong ones."""
    schema = schemathesis.openapi.from_dict(inner_app(house).openapi())
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    [ours] = [one for one in found if one.path == "/meldingen"]
    return st.one_of(*(ours.as_strategy(generation_mode=mode).map(_body) for mode in GenerationMode))


def _body(case: Tried[Any]) -> Any:
    return b"" if type(case.body).__name__ == "NotSet" else case.body


@st.composite
def _almost(draw: st.DrawFn) -> Any:
    """A good report, with up to two of its values something else."""
    made = report(
        registratienummer=draw(st.from_regex(r"\A[A-Z][A-Z0-9]{3,9}\Z")), k_gezinsnummer=draw(st.sampled_from("HIJ"))
    )
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        place: Any = draw(st.sampled_from([made, made["ketenregie"], made["zorgelijkeSituatie"]]))
        if isinstance(place, dict):
            key = draw(st.sampled_from([*place, CANARY, "natuurlijkPersoon"]))
            place[key] = draw(st.sampled_from(ODD))
        made = (
            made
            if isinstance(made.get("ketenregie"), dict) and isinstance(made.get("zorgelijkeSituatie"), dict)
            else report()
        )
    return made
