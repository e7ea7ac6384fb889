"""The rounds of hand-overs: when one is tried again, when a person must act, and that nothing happens for nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from starlette.responses import JSONResponse

from domain.errors import Refusal, StateRefusal, UnknownRefusal
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Bundle
from tasks import read_handovers
from tasks.bundle_messages import bundle_messages
from tasks.failed_messages import failed_messages
from tasks.list_offers import list_offers
from tasks.partner_rounds import FREQUENT, daily_is_due, partner_round, run_daily_rounds, run_partner_rounds
from tasks.retry_offer import retry_offer
from tests.chain import Chain
from tests.cli.trial import Done, call
from tests.partners.border import Border, Klantinteracties, at_the_border, installed
from tests.partners.cutting import Cutter
from tests.region import with_region
from tests.stages import offered


@dataclass
class Weather(Klantinteracties):
    """A system that answers as it is told; with `None` as the stand-in does. Not judged: it is wrong on purpose."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        inside = self.stand_in.app()

        async def app(scope: Any, receive: Any, send: Any) -> None:
            self.asked += 1
            answer = JSONResponse({"code": "x", "detail": "PERSOON"}, self.status or 200, self.headers)
            await (inside if self.status is None else answer)(scope, receive, send)

        self.judged: Any = app


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    """A hand-over is offered, on Tue 2 Jun 10:00."""
    made = Chain(with_region(ledger))
    with ledger.unit_of_work(now=made.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    return offered(made)


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture
def border(chain: Chain, weather: Weather, tmp_path: Path) -> Iterator[Border]:
    with at_the_border(chain, weather, tmp_path) as both:
        yield both


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_may_pass_is_tried_again_by_the_ladder_and_then_delivered(
    border: Border, weather: Weather, status: int
) -> None:
    weather.status = status
    assert border.rounds() == ["0 overdrachten afgeleverd, 1 later opnieuw, 0 niet te bezorgen"]
    assert (border.offer.state, border.offer.attempts) == (OfferState.PLANNED, 1)
    assert border.offer.next_try_at == border.chain.now + timedelta(minutes=1)
    weather.status = None
    border.rounds()
    assert (border.offer.state, border.offer.reason) == (OfferState.DELIVERED, "")


def test_a_server_that_asks_for_an_hour_is_left_alone_for_an_hour(border: Border, weather: Weather) -> None:
    weather.status, weather.headers = 429, {"Retry-After": "3600"}
    border.rounds()
    asked = weather.asked
    assert border.offer.next_try_at == border.chain.now + timedelta(hours=1)
    border.chain.now += timedelta(minutes=50)
    assert border.rounds() == []
    assert weather.asked == asked


@pytest.mark.parametrize("status", [404, 409, 412])
def test_what_will_not_pass_becomes_a_task_for_a_person_once(border: Border, weather: Weather, status: int) -> None:
    weather.status = status
    border.rounds()
    assert (border.offer.state, border.offer.reason) == (OfferState.FAILED, f"http-{status}")
    [failed] = failed_messages_of(border)
    assert (failed.party, failed.rung, failed.reason) == ("WT-201", "OFFER", f"http-{status}")
    told = {message.rung: message.party for message in border.chain.messages("warm_handover")}
    assert told["OFFER_FAILED"] == "VT-201", "who offered it hears"
    assert told["UNDELIVERED"] == "WT-209", "and the lead of who should have got it"
    border.chain.now += timedelta(days=1)
    assert border.rounds() == []
    assert len(failed_messages_of(border)) == 1


def test_the_mails_about_it_tell_what_to_do_and_nothing_more(border: Border, weather: Weather) -> None:
    weather.status = 404
    border.rounds()
    bundle_messages(border.chain.ledger, border.chain.now)
    with border.chain.ledger.reading() as session:
        mails = {
            mail.party: mail.body for mail in session.exec(select(Bundle)) if "niet aangekomen" in mail.body.lower()
        }
    about = f"taak Overdracht voor zaak {border.chain.reference}"
    assert f"Niet aangekomen bij de ontvanger: {about}. Neem zelf contact op" in mails["VT-201"]
    assert f"Bericht niet aangekomen: {about}. Neem zelf contact op met WT-201" in mails["WT-209"]


def test_what_is_said_of_an_offer_takes_the_place_of_no_rung(border: Border, weather: Weather) -> None:
    weather.status = 404
    border.chain.sweep("2026-06-10T10:00")
    border.rounds()
    bundle_messages(border.chain.ledger, border.chain.now)
    to_owner = {m.rung: m.state for m in border.chain.messages("warm_handover") if m.party == "VT-201"}
    assert (to_owner["L1"], to_owner["OFFER_FAILED"]) == ("bundled", "bundled")


def test_a_mail_tells_who_offered_that_an_answer_is_not_complete(border: Border) -> None:
    border.rounds()
    border.peer.accept(border.offer.number, talk_on="")
    border.daily()
    bundle_messages(border.chain.ledger, border.chain.now)
    with border.chain.ledger.reading() as session:
        bodies = [mail.body for mail in session.exec(select(Bundle).where(Bundle.party == "VT-201"))]
    about = f"taak Overdracht voor zaak {border.chain.reference}"
    assert any(f"Antwoord van de ontvanger nog niet compleet: {about}" in body for body in bodies)


def failed_messages_of(border: Border) -> list[Any]:
    with border.chain.ledger.reading() as session:
        return list(failed_messages(session))


def call_on(border: Border, *words: str) -> Done:
    return call(*words, "--database", str(border.chain.ledger.url))


def failures(border: Border) -> tuple[int, bool]:
    """How many hand-overs wait for a person, and whether the list of failed messages ends with it."""
    count = call_on(border, "messages", "list", "--json").json["handovers_waiting"]
    said = call_on(border, "messages", "list", "--state", "failed").out.splitlines()[-1]
    assert "op een mens" not in call_on(border, "messages", "list").out
    told = "1 overdracht naar een systeem van een partner wacht op een mens: zie 'ketenregie handover list'."
    assert ("op een mens" in said) == (said == told)
    return count, said == told


def test_the_list_of_failures_ends_with_the_hand_overs_that_wait_for_a_person(border: Border, weather: Weather) -> None:
    assert failures(border) == (0, False)
    weather.status = 404
    border.rounds()
    weather.status = None
    assert border.offer.state == "failed"
    assert failures(border) == (1, True)
    call_on(border, "handover", "retry", border.offer.number, "--by", "VT-201")
    assert failures(border) == (0, False)
    border.rounds()
    border.peer.accept(border.offer.number, talk_on="")
    border.daily()
    assert border.offer.refused
    assert failures(border) == (1, True)


def test_a_week_of_trying_ends_as_a_task_for_a_person(border: Border, weather: Weather) -> None:
    weather.status = 503
    for _ in range(20):
        border.rounds()
        if border.offer.state == OfferState.FAILED:
            break
        assert border.offer.next_try_at is not None
        border.chain.now = border.offer.next_try_at
    assert (border.offer.state, border.offer.attempts) == (OfferState.FAILED, 13)
    assert [line.rung for line in failed_messages_of(border)] == ["OFFER_WAITS", "OFFER"]


def test_what_failed_is_offered_again_when_somebody_asks(border: Border, weather: Weather) -> None:
    weather.status = 404
    border.rounds()
    weather.status = None
    retry_offer(border.chain.ledger, border.offer.number.lower(), "vt-201", door="opdracht", now=border.chain.now)
    border.rounds()
    assert border.offer.state == OfferState.DELIVERED
    with pytest.raises(StateRefusal, match="KR-OVERDRACHT-NIET-OPNIEUW"):
        retry_offer(border.chain.ledger, border.offer.number, "VT-201", door="opdracht", now=border.chain.now)
    with pytest.raises(UnknownRefusal, match="KR-OVERDRACHT-ONBEKEND"):
        retry_offer(border.chain.ledger, "X.1", "VT-201", door="opdracht", now=border.chain.now)
    with pytest.raises(Refusal, match="KR-ROL"):
        retry_offer(border.chain.ledger, border.offer.number, "SG-001", door="opdracht", now=border.chain.now)


def test_a_reading_that_fails_for_good_is_told_once_and_read_again(border: Border, weather: Weather) -> None:
    border.rounds()
    border.peer.accept(border.offer.number)
    weather.status = 409
    for _ in range(2):
        border.daily()
        assert (border.offer.state, border.offer.reason) == (OfferState.DELIVERED, "http-409")
    assert border.acts("overdracht-onleesbaar") == 1
    assert len(failed_messages_of(border)) == 1
    weather.status = None
    border.chain.now += timedelta(days=1)
    border.daily()
    assert border.offer.state == OfferState.ACCEPTED


def test_a_reading_that_fails_for_now_leaves_no_trace_and_is_made_up_within_the_hour(
    border: Border, weather: Weather
) -> None:
    border.rounds()
    border.peer.accept(border.offer.number, talk_on="2026-06-02")
    weather.status = 503
    before = border.chain.written()
    assert border.daily() == ["1 overdracht nagelezen: 0 beantwoord, 0 voor een mens, 1 niet gelukt"]
    assert border.chain.written() == before
    weather.status = None
    assert border.rounds() == []
    border.chain.now += timedelta(minutes=30)
    assert border.rounds() == ["1 overdracht nagelezen: 1 beantwoord, 0 voor een mens, 0 niet gelukt"]
    assert border.offer.state == OfferState.ACCEPTED
    assert border.rounds() == []


def test_a_reading_round_begins_no_new_one_after_its_time_and_leaves_the_rest_for_a_next_round(
    border: Border, weather: Weather, monkeypatch: pytest.MonkeyPatch
) -> None:
    border.rounds()
    border.peer.accept(border.offer.number, talk_on="2026-06-02")
    asked = weather.asked
    with monkeypatch.context() as hurried:
        hurried.setattr(read_handovers, "ROUND_SECONDS", 0.0)
        assert border.daily() == ["1 overdracht nagelezen: 0 beantwoord, 0 voor een mens, 1 niet gelukt"]
    assert weather.asked == asked
    border.chain.now += timedelta(minutes=30)
    border.rounds()
    assert border.offer.state == OfferState.ACCEPTED


def test_taking_back_is_tried_again_and_given_up_to_a_person(border: Border, weather: Weather) -> None:
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    weather.status = 500
    border.rounds()
    assert (border.offer.state, border.offer.reason) == (OfferState.DELIVERED, "http-500")
    weather.status = 409
    border.rounds()
    assert (border.offer.state, border.offer.reason) == (OfferState.FAILED, "http-409")
    assert border.acts("overdracht-niet-ingetrokken") == 1
    border.chain.now += timedelta(days=9)
    assert border.rounds() == []


def test_an_organisation_without_a_system_gets_it_as_before(chain: Chain, weather: Weather, tmp_path: Path) -> None:
    text = weather.fresh("http://127.0.0.1:9/").replace("CJG-MEERDORP", "CJG-DUINWIJK")
    with installed(tmp_path, text):
        both = Border(chain, weather, Cutter())
        assert both.rounds() == []
        assert both.offer.state == OfferState.BY_HAND
        with pytest.raises(StateRefusal, match="KR-OVERDRACHT-NIET-OPNIEUW"):
            retry_offer(chain.ledger, both.offer.number, "VT-201", door="opdracht", now=chain.now)
    assert weather.asked == 0


def test_without_partners_nothing_is_done_and_nothing_written(chain: Chain) -> None:
    before = chain.ledger.url.database, Path(str(chain.ledger.url.database)).read_bytes()
    assert partner_round(chain.ledger, chain.now) == []
    assert run_daily_rounds(chain.ledger, chain.now) == []
    assert not daily_is_due(chain.ledger, chain.now)
    assert (chain.ledger.url.database, Path(str(chain.ledger.url.database)).read_bytes()) == before


def test_the_daily_rounds_are_due_once_a_day_from_five_and_at_once_when_a_day_was_missed(border: Border) -> None:
    ledger = border.chain.ledger

    def due(at: str) -> bool:
        return daily_is_due(ledger, border.chain.at(at).now)

    def turn(at: str) -> None:
        run_daily_rounds(ledger, border.chain.at(at).now)

    assert due("2026-06-03T03:00"), "never done"
    turn("2026-06-03T03:00")
    assert not due("2026-06-03T23:59")
    assert not due("2026-06-04T04:59")
    assert due("2026-06-04T05:00")
    assert due("2026-06-05T00:01"), "the fourth was missed"
    turn("2027-06-05T05:00")
    assert due("2026-06-06T01:00"), "the clock had been wrong"


def test_a_round_that_breaks_does_not_stop_the_next_and_says_its_kind(border: Border) -> None:
    def broken(_: Ledger, __: object) -> str:
        raise KeyError("PERSOON")

    said = run_partner_rounds(border.chain.ledger, border.chain.now, (broken, *FREQUENT))
    assert said[0] == "broken niet gelukt (KeyError)"
    assert border.offer.state == OfferState.DELIVERED


def test_a_secret_that_is_not_set_keeps_the_offer_waiting(
    border: Border, monkeypatch: pytest.MonkeyPatch, weather: Weather
) -> None:
    from integrations.settings import settings

    monkeypatch.setenv("KETENREGIE_SECRETS", "{}")
    settings.cache_clear()
    border.rounds()
    assert (border.offer.state, border.offer.reason) == (OfferState.PLANNED, "relay-KR-GEHEIM")
    assert weather.asked == 0


def test_the_list_shows_what_is_under_way_and_all_of_it_when_asked(border: Border) -> None:
    border.rounds()
    with border.chain.ledger.reading() as session:
        [line] = list_offers(session)
    assert (line.number, line.case_reference) == (border.offer.number, border.chain.reference)
    assert (line.organisation, line.state) == ("CJG-MEERDORP", "delivered")
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    border.rounds()
    with border.chain.ledger.reading() as session:
        assert list_offers(session) == []
        assert [line.state for line in list_offers(session, whole=True)] == ["withdrawn"]
