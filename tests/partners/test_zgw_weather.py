"""Bad weather at a case system that speaks ZGW: a verdict, a finding, nothing made, nothing shown."""

import logging
from typing import Any

import pytest

from integrations.http import Unanswered
from integrations.verdict import Verdict
from integrations.zgw.config import ZgwSystem
from integrations.zgw.preflight import preflight
from integrations.zgw.system import ZgwCases
from tests.partners import weather as w
from tests.partners.zgw import OFFER, set_secret, system_at
from tests.partners.zgw_standin import SECRET

CANARY = "PERSOON-KANARIE"
WEATHER = {
    "401": w.says(401, b'{"detail": "PERSOON-KANARIE"}'),
    "404": w.says(404, b'{"detail": "PERSOON-KANARIE"}'),
    "409": w.says(409),
    "412": w.says(412),
    "429": w.says(429, Retry_After="60"),
    "500": w.says(500, b"PERSOON-KANARIE", "text/plain"),
    "reset": w.reset,
    "half": w.half,
    "silent": w.silent,
    "drips": w.drips_body,
    "a page": w.says(200, b"<html>PERSOON-KANARIE", "text/html"),
    "no JSON": w.says(200, b"PERSOON-KANARIE"),
    "another shape": w.says(200, b'["PERSOON-KANARIE"]'),
    "a list of texts": w.says(200, b'{"results": ["PERSOON-KANARIE"]}'),
    "a list of nothing known": w.says(200, b'{"results": [{"naam": "PERSOON-KANARIE"}]}'),
    "dates that are none": w.says(200, b'{"results": [{"url": "x", "beginGeldigheid": "PERSOON-KANARIE"}]}'),
    "a redirect": w.says(302, Location="https://elsewhere.example/"),
    "busy": w.says(503, Retry_After="60"),
}


def hurried(url: str) -> ZgwSystem:
    places = {
        name: {"url": f"{url}{name}/", "timeout": 0.2, "bound": 0.6} for name in ("zaken", "catalogi", "documenten")
    }
    return system_at(url, **places)


@pytest.mark.parametrize("name", WEATHER)
def test_bad_weather_there_is_a_verdict_here_and_a_finding_of_the_preflight(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    set_secret()
    caplog.set_level(logging.DEBUG)
    with w.weather(WEATHER[name]) as server:
        system = hurried(server.url)
        with ZgwCases(system) as cases:
            told = [_verdict(lambda: cases.offer(OFFER)), _verdict(lambda: cases.read(f"{server.url}zaken/1"))]
            told.append(_verdict(lambda: cases.withdraw(f"{server.url}zaken/1", OFFER)))
        found = preflight(system)
    assert all(verdict in (Verdict.TEMPORARY, Verdict.PERMANENT) and reason for verdict, reason in told)
    assert any(not finding.good and finding.serious for finding in found)
    assert {heard.method for heard in server.heard} == {"GET"}  # nothing is made before the catalogue is read
    logged = [record.getMessage() for record in caplog.records]
    assert not [line for line in [*logged, repr(found), repr(told)] if CANARY in line or SECRET in line]


def _verdict(act: Any) -> tuple[Verdict, str]:
    with pytest.raises(Unanswered) as caught:
        act()
    return caught.value.result.verdict, caught.value.result.reason
