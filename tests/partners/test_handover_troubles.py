"""Hand-overs in trouble: made in part, lost, gone, refused at our own door; and what people hear of it, once each."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.settings_table import put
from integrations.ledger.tables import Bundle, Message
from tasks.bundle_messages import bundle_messages
from tasks.failed_messages import failed_messages
from tasks.read_handover import Heard, read_handover_at
from tasks.retry_offer import retry_offer
from tasks.take_up_message import take_up_message
from tests.chain import Chain
from tests.partners.border import LOCAL, PEERS, Border, Zgw
from tests.partners.judged import needs_specs
from tests.partners.unwell import Unwell, another, unwell_border
from tests.region import with_region
from tests.stages import offered

pytestmark = needs_specs
EVERYTHING = "."
DAY = timedelta(days=1)


@pytest.fixture
def both(request: pytest.FixtureRequest, ledger: Ledger, tmp_path: Path) -> Iterator[tuple[Border, Unwell]]:
    """Tue 2 Jun 10:00: a hand-over is offered, to the peer of this test (`on`)."""
    chain = Chain(with_region(ledger))
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    with unwell_border(offered(chain), PEERS[request.param](), tmp_path) as pair:
        yield pair
        assert pair[0].peer.doubled() == []


def on(*names: str) -> pytest.MarkDecorator:
    """These peers."""
    return pytest.mark.parametrize("both", names, indirect=True)


EACH = on(*sorted(PEERS))


def lost(border: Border) -> list[tuple[str, str]]:
    """The rungs of what waits for a person, with the reason."""
    with border.chain.ledger.reading() as session:
        return [(line.rung, line.reason) for line in failed_messages(session)]


def handled(border: Border) -> None:
    """A person takes up everything that reached nobody."""
    with border.chain.ledger.reading() as session:
        numbers = [line.id for line in failed_messages(session)]
    for number in numbers:
        take_up_message(border.chain.ledger, number, "phoned", "VT-209", door="opdracht", now=border.chain.now)


def noticed(border: Border) -> list[str]:
    """What who offered it was told beside the ladder, in order."""
    with border.chain.ledger.reading() as session:
        told = select(Message.rung).where(Message.party == "VT-201", col(Message.rung).startswith("OFFER"))
        return list(session.exec(told.order_by(col(Message.id))))


def mails(border: Border, party: str) -> str:
    """Everything this person is mailed."""
    bundle_messages(border.chain.ledger, border.chain.now)
    with border.chain.ledger.reading() as session:
        return "\n".join(session.exec(select(Bundle.body).where(Bundle.party == party)))


def next_day(border: Border) -> list[str]:
    border.chain.now += DAY
    return border.daily()


def handed_over(border: Border) -> None:
    assert border.chain.case.sight == LOCAL
    assert border.offer.state == OfferState.ACCEPTED
    assert border.acts("overdracht-beantwoord") == border.acts("overdracht-afgeleverd") == 1


# made in part


@on("zgw")
@pytest.mark.parametrize("notified", [False, True])
@pytest.mark.parametrize(("status", "state"), [(400, OfferState.FAILED), (403, OfferState.PLANNED)])
def test_what_was_made_in_part_is_heard_when_they_accept_it(
    both: tuple[Border, Unwell], status: int, state: OfferState, notified: bool
) -> None:
    border, unwell = both
    unwell.becomes("POST .*enkelvoudiginformatieobjecten", status)
    border.rounds()
    assert border.offer.state == state
    assert border.offer.remote == border.peer.remote(border.offer.number)
    border.peer.accept(border.offer.number, "2026-06-02")
    if notified:
        assert read_handover_at(border.chain.ledger, border.offer.remote, border.chain.now) is Heard.ACCEPTED
    else:
        next_day(border)
    handed_over(border)
    assert border.rounds() == []


@EACH
def test_what_nobody_knew_to_stand_there_is_looked_for_every_day(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    unwell.becomes("POST .*/(internetaken|zaken)$", 400, does=True)
    border.rounds()
    assert (border.offer.state, border.offer.remote) == (OfferState.FAILED, "")
    unwell.well()
    border.peer.accept(border.offer.number, "2026-06-02")
    next_day(border)
    handed_over(border)


@on("klantinteracties")
def test_what_never_arrived_is_looked_for_without_a_word(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    unwell.becomes("POST", 400)
    border.rounds()
    before = border.chain.written()
    assert next_day(border) == []
    assert border.chain.written() == before


@EACH
def test_an_answer_that_came_while_the_offer_was_in_doubt_is_read_at_once(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    unwell.becomes("POST .*/(internetaken|zaken)$", 500, does=True)
    border.rounds()
    border.peer.accept(border.offer.number, "2026-06-02")
    unwell.well()
    border.rounds()
    handed_over(border)


# gone


@EACH
def test_what_is_gone_there_needs_no_taking_back(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    unwell.becomes(r"/(zaken|internetaken)/[0-9a-f-]{36}", 404)
    border.rounds()
    assert (border.offer.state, border.acts("overdracht-ingetrokken")) == (OfferState.WITHDRAWN, 1)


@on("zgw")
@pytest.mark.parametrize("line", ["catalogi", EVERYTHING])
@pytest.mark.parametrize("status", [404, 410])
def test_a_404_of_something_else_is_no_taking_back(both: tuple[Border, Unwell], line: str, status: int) -> None:
    border, unwell = both
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    unwell.becomes(line, status)
    border.rounds()
    assert (border.offer.state, border.offer.reason) == (OfferState.DELIVERED, f"http-{status}")
    unwell.well()
    border.rounds()
    assert border.offer.state == OfferState.WITHDRAWN
    assert border.peer.withdrawn(border.offer.number)


@on("klantinteracties")
@pytest.mark.parametrize(("status", "page"), [(404, False), (302, True), (404, True)])
def test_maintenance_at_the_hour_of_the_poll_is_told_to_nobody(
    both: tuple[Border, Unwell], status: int, page: bool
) -> None:
    border, unwell = both
    border.rounds()
    unwell.becomes(EVERYTHING, status, {"Location": "http://127.0.0.1:9/"}, page=page)
    assert "1 niet gelukt" in str(next_day(border))
    assert (lost(border), border.offer.reason) == ([], "")
    unwell.well()
    border.chain.now += timedelta(minutes=30)
    assert "0 niet gelukt" in str(border.rounds())


@EACH
def test_maintenance_while_we_take_back_is_no_last_word(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    unwell.becomes(EVERYTHING, 302, {"Location": "http://127.0.0.1:9/"}, page=True)
    border.rounds()
    assert (border.offer.state, border.offer.reason) == (OfferState.DELIVERED, "omgeleid")
    unwell.well()
    border.rounds()
    assert border.peer.withdrawn(border.offer.number)


# rest


@EACH
@pytest.mark.parametrize("wait", ["3600", ""])
def test_a_busy_server_is_asked_one_thing_and_then_left_alone(both: tuple[Border, Unwell], wait: str) -> None:
    border, unwell = both
    border.rounds()
    numbers = [another(border) for _ in range(3)]
    unwell.becomes(EVERYTHING, 429, {"Retry-After": wait} if wait else {})
    unwell.asked.clear()
    border.chain.now += DAY
    border.rounds()
    assert len(unwell.asked) == 1, "no other offer, nothing to read and nothing to take back"
    border.daily()
    assert len(unwell.asked) == (1 if wait else 2)
    border.chain.now += timedelta(minutes=50)
    border.rounds()
    assert len(unwell.asked) == (1 if wait else 3)
    unwell.well()
    border.chain.now += timedelta(minutes=11)
    border.rounds()
    assert {offer.state for offer in border.offers()} == {OfferState.DELIVERED}
    assert len(numbers) == len(border.offers()) - 1


@on("klantinteracties")
def test_what_notifications_point_at_waits_for_the_rest_too(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    there = border.offer.remote
    unwell.becomes(EVERYTHING, 503, {"Retry-After": "3600"})
    assert border.daily() == ["1 overdracht nagelezen: 0 beantwoord, 0 voor een mens, 1 niet gelukt"]
    assert border.offer.read_again_at == border.chain.now + timedelta(hours=1)
    unwell.asked.clear()
    with pytest.raises(Exception, match="rust") as caught:
        read_handover_at(border.chain.ledger, there, border.chain.now + timedelta(minutes=20))
    assert (getattr(caught.value, "wait", 0), unwell.asked) == (2400, [])


# maintenance


@on("klantinteracties")
@pytest.mark.parametrize("status", [302, 404])
def test_a_page_of_who_does_maintenance_is_no_last_word_for_some_hours(
    both: tuple[Border, Unwell], status: int
) -> None:
    border, unwell = both
    unwell.becomes(EVERYTHING, status, {"Location": "http://127.0.0.1:9/onderhoud"}, page=True)
    began = border.chain.now
    while border.offer.state == OfferState.PLANNED:
        border.chain.now = border.offer.next_try_at or border.chain.now
        border.rounds()
    assert border.offer.state == OfferState.FAILED
    assert timedelta(hours=5) < border.chain.now - began < timedelta(hours=7)


# what people hear


@on("klantinteracties")
def test_each_trouble_is_told_once_and_another_is_told_too(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    unwell.becomes(r"/(zaken|internetaken)/[0-9a-f-]{36}", 404)
    for _ in range(2):
        next_day(border)
    assert lost(border) == [("OFFER_GONE", "http-404")]
    unwell.becomes(r"/(zaken|internetaken)/[0-9a-f-]{36}", 409)
    for _ in range(2):
        next_day(border)
    assert lost(border) == [("OFFER_GONE", "http-404"), ("OFFER_UNREAD", "http-409")]
    assert noticed(border) == ["OFFER_GONE", "OFFER_UNREAD"]


@on("zgw")
def test_a_trouble_that_comes_back_is_told_again(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    for _ in range(2):
        unwell.becomes(r"/(zaken|internetaken)/[0-9a-f-]{36}", 409)
        next_day(border)
        unwell.well()
        next_day(border)
    assert lost(border) == [("OFFER_UNREAD", "http-409")] * 2


@on("klantinteracties")
def test_a_failure_that_somebody_took_up_and_that_fails_again_is_told_again(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    unwell.becomes("POST", 400)
    border.rounds()
    for _ in range(2):
        retry_offer(border.chain.ledger, border.offer.number, "VT-201", door="opdracht", now=border.chain.now)
        border.rounds()
    assert lost(border) == [("OFFER", "http-400")], "nobody took up the first yet"
    handled(border)
    retry_offer(border.chain.ledger, border.offer.number, "VT-201", door="opdracht", now=border.chain.now)
    border.rounds()
    assert lost(border) == [("OFFER", "http-400")]
    assert noticed(border) == ["OFFER_FAILED"] * 2


@on("klantinteracties")
def test_they_accepted_what_was_taken_back_and_both_sides_get_a_mail(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    unwell.becomes(r"/(zaken|internetaken)/[0-9a-f-]{36}", 409)
    next_day(border)
    unwell.well()
    border.peer.accept(border.offer.number)
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    border.rounds()
    assert ("OFFER_CROSSED", "daar-aanvaard") in lost(border)
    about = f"taak Overdracht voor zaak {border.chain.reference}"
    sentence = f"Door de ontvanger aanvaard, hier niet meer aangeboden: {about}. Neem zelf contact op"
    assert f"{sentence}\n" in mails(border, "VT-201")
    assert f"{sentence} met WT-201\n" in mails(border, "WT-209")


@EACH
def test_a_withdrawal_that_failed_is_mailed_though_the_step_is_closed(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    unwell.becomes("(POST|PATCH)", 409)
    border.rounds()
    assert lost(border) == [("OFFER_STAYS", "http-409")]
    assert "Nog niet ingetrokken bij de ontvanger: taak Overdracht" in mails(border, "VT-201")
    assert "Nog niet ingetrokken bij de ontvanger: taak Overdracht" in mails(border, "WT-209")


@on("zgw")
def test_another_code_of_our_gates_is_told_too(both: tuple[Border, Unwell]) -> None:
    border, _ = both
    border.rounds()
    border.peer.accept(border.offer.number, "")
    next_day(border)
    assert border.offer.refused == "KR-ONVOLLEDIG"
    assert isinstance(border.peer, Zgw)
    border.peer.stand_in.kept.set_property(border.offer.remote, "Datum gesprek", "20260704")
    next_day(border)
    assert border.offer.refused == "KR-DATUM-TOEKOMST"
    assert noticed(border) == ["OFFER_BACK"] * 2
