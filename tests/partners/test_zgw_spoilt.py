"""Whatever a case system answers, however far from the standard: a verdict here, never another error, nothing shown."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrations.http import Unanswered
from integrations.verdict import Verdict
from integrations.zgw.config import ZgwSystem
from integrations.zgw.preflight import preflight
from integrations.zgw.system import ZgwCases
from tests.faults.tier import SEED, chance, scaled
from tests.partners.server import served
from tests.partners.zgw import ANSWERS, OFFER, set_secret, system_at
from tests.partners.zgw_standin import StandIn
from tests.partners.zgw_state import State

READ = frozenset(
    [
        "url",
        "zaaktype",
        "status",
        "resultaat",
        "rollen",
        "zaakinformatieobjecten",
        "einddatum",
        "omschrijving",
        "volgnummer",
        "beginGeldigheid",
        "eindeGeldigheid",
        "identificatie",
        "informatieobjecttypen",
        "results",
        "next",
        "statustype",
        "resultaattype",
        "datumStatusGezet",
        "statustoelichting",
        "naam",
        "waarde",
        "omschrijvingGeneriek",
        "betrokkeneIdentificatie",
        "roltype",
        "informatieobject",
        "concept",
        "isEindstatus",
    ]
)
"""What of an answer means something to us; the rest cannot do harm."""

JUNK: tuple[Any, ...] = (None, True, 7, -1.5, "", "PERSOON", "https://elsewhere.example/x", [], ["PERSOON"], {}, [[{}]])
Say = Callable[[str, object], None]


class Spoiling:
    """ASGI middleware: in one answer of each exchange, one value becomes something else, or is gone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.drawn = app, Random(0)
        self.at = self.count = 0

    def aim(self, drawn: Random) -> None:
        self.drawn, self.at, self.count = drawn, drawn.randrange(10), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        here, self.count = self.count == self.at, self.count + 1

        async def spoil(message: Message) -> None:
            if here and message["type"] == "http.response.body":
                message = {**message, "body": self._spoilt(message.get("body", b""))}
            if here and message["type"] == "http.response.start":
                headers = [pair for pair in message["headers"] if pair[0] != b"content-length"]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, spoil)

    def _spoilt(self, body: bytes) -> bytes:
        if not body:
            return b"PERSOON"
        whole = [json.loads(body)]
        known = [place for place in places(whole) if not isinstance(place[1], str) or place[1] in READ]
        holder, key = self.drawn.choice(known)
        if self.drawn.random() < 0.2 and isinstance(holder, dict):
            del holder[key]
        else:
            holder[key] = self.drawn.choice(JUNK)
        return json.dumps(whole[0]).encode()


def places(part: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a value in a JSON document."""
    for key in part if isinstance(part, dict) else range(len(part)):
        yield part, key
        if isinstance(part[key], dict | list):
            yield from places(part[key])


@pytest.mark.timeout(scaled(600, 900))
def test_an_answer_with_one_value_spoilt_ends_as_a_verdict_or_does_no_harm(record_property: Say) -> None:
    set_secret()
    drawn, system, refused = chance("zgw-spoilt"), StandIn(), 0
    spoiling, amount = Spoiling(system.app), scaled(60, 600)
    with served(spoiling, date_header=False) as base:
        configured = system_at(base, answers={**ANSWERS, "talk_on": "eigenschap:Datum gesprek"})
        for number in range(amount):
            if number % len(ACTS) == 0:
                system.state, spoiling.at = State(base), -1
                with ZgwCases(configured) as cases:
                    remote = cases.offer(OFFER)
                system.state.set_property(remote, "Datum gesprek", "20261122")
            spoiling.aim(drawn)
            refused += _refused(ACTS[number % len(ACTS)], configured, remote)
    assert refused > amount / 10
    record_property("said", f"{amount} exchanges with a spoilt answer: {refused} refused, none broke. seed {SEED}")


def _preflight(cases: ZgwCases, remote: str) -> None:
    found = [finding for finding in preflight(cases.system) if finding.serious]
    assert "PERSOON" not in repr(found)


ACTS: tuple[Callable[[ZgwCases, str], object], ...] = (
    lambda cases, remote: cases.offer(replace(OFFER, number="new")),
    lambda cases, remote: cases.offer(OFFER),
    lambda cases, remote: cases.read(remote),
    _preflight,
    lambda cases, remote: cases.read(remote),
    lambda cases, remote: cases.withdraw(remote, OFFER),
)


def _refused(act: Callable[[ZgwCases, str], object], system: ZgwSystem, remote: str) -> bool:
    said = ""
    with ZgwCases(system) as cases:
        try:
            act(cases, remote)
        except Unanswered as unanswered:
            said = f"{unanswered!r} {unanswered.codes}"
    assert "PERSOON" not in said
    return bool(said)


@pytest.mark.parametrize(
    ("field", "odd"),
    [
        ("statustoelichting", ["PERSOON"]),
        ("statustoelichting", {}),
        ("datumStatusGezet", "9999-12-31T23:59:59Z"),
        ("datumStatusGezet", "0001-01-01T00:00:00+14:00"),
        ("datumStatusGezet", "0001-01-01T00:00:00"),
    ],
)
def test_a_status_with_words_that_are_none_or_a_day_beyond_the_calendar_cannot_be_read(field: str, odd: object) -> None:
    set_secret()
    system = StandIn()
    with served(system.app, date_header=False) as base, ZgwCases(system_at(base)) as cases:
        system.state = State(base)
        remote = cases.offer(OFFER)
        for row in system.state.kept["statussen"].values():
            row[field] = odd
        with pytest.raises(Unanswered) as caught:
            cases.read(remote)
    assert (caught.value.result.verdict, caught.value.result.reason) == (Verdict.TEMPORARY, "onleesbaar")


@pytest.mark.parametrize("junk", [None, [], "x"])
def test_places_finds_every_value(junk: object) -> None:
    assert len(list(places([{"a": [junk, {"b": 1}]}]))) == 5
