"""Rounds at once, on both databases; and who cannot answer any more."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.settings_table import put
from integrations.ledger.tables import ProfessionalRow
from tasks.claim_offers import SYSTEM_OF
from tasks.offer_problems import offer_problems
from tasks.partner_rest import rest
from tasks.partner_rounds import DAILY, FREQUENT, run_partner_rounds
from tests.chain import Chain
from tests.ledger.postgres_server import Server
from tests.partners.border import LOCAL, Border, Klantinteracties, at_the_border
from tests.partners.judged import needs_specs
from tests.region import with_region
from tests.stages import offered

pytestmark = needs_specs
AT_ONCE = 6
ANEW = 100  # reports: a chain that has some is not copied from a file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def border(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Border]:
    """A hand-over is offered, in a ledger on this database."""
    if request.param == "sqlite":
        yield from _border(request.getfixturevalue("ledger"), tmp_path)
        return
    server: Server = request.getfixturevalue("postgres")
    server.create("border")
    there = Ledger(server.url("border"))
    try:
        there.upgrade()
        yield from _border(there, tmp_path)
    finally:
        there.dispose()
        server.drop("border")


def _border(ledger: Ledger, folder: Path) -> Iterator[Border]:
    chain = Chain(with_region(ledger), reports=ANEW)
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    with at_the_border(offered(chain), Klantinteracties(), folder) as both:
        yield both
        assert both.peer.judged.violations == []
        assert both.peer.doubled() == []


def at_once(border: Border, work: Callable[[Ledger, datetime], object]) -> None:
    """The same round, by several at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: work(border.chain.ledger, border.chain.now), range(AT_ONCE)))


def frequent(ledger: Ledger, now: datetime) -> list[str]:
    return run_partner_rounds(ledger, now, FREQUENT)


def daily(ledger: Ledger, now: datetime) -> list[str]:
    return run_partner_rounds(ledger, now, DAILY)


def test_rounds_at_once_deliver_once_record_once_and_take_back_once(border: Border) -> None:
    at_once(border, frequent)
    assert border.offer.state == OfferState.DELIVERED
    assert border.acts("overdracht-afgeleverd") == 1
    border.peer.refuse(border.offer.number)
    border.chain.now += timedelta(days=1)
    at_once(border, daily)
    assert border.offer.state == OfferState.REFUSED
    assert border.chain.step("warm_handover").round == 2, "refused once"
    assert (border.acts("stap-geweigerd"), border.acts("overdracht-beantwoord")) == (1, 1)
    border.chain.record("warm_handover", "VT-201", offer="yes", safe_contact_known="yes")
    at_once(border, frequent)
    border.peer.accept(border.offer.number)
    border.chain.now += timedelta(days=1)
    at_once(border, daily)
    assert border.chain.case.sight == LOCAL
    assert border.acts("zicht-verplaatst") == 1
    assert [offer.state for offer in border.offers()] == [OfferState.REFUSED, OfferState.ACCEPTED]


def test_an_answer_in_the_code_of_somebody_who_left_waits_for_another_code(border: Border) -> None:
    border.rounds()
    border.peer.accept(border.offer.number)
    here(border, "WT-201", False)
    border.chain.now += timedelta(days=1)
    border.daily()
    assert (border.offer.state, border.offer.refused) == (OfferState.DELIVERED, "KR-CODE-INACTIEF")
    told = [message.party for message in border.chain.messages("warm_handover") if message.rung == "OFFER_BACK"]
    assert told == ["VT-201"]
    here(border, "WT-201", True)
    border.daily()
    assert (border.offer.state, border.offer.refused) == (OfferState.ACCEPTED, "")


def test_many_rounds_tell_once_what_is_late_and_what_is_busy_is_asked_once(border: Border) -> None:
    silent = border.chain
    silent.now += timedelta(days=2)
    with silent.ledger.unit_of_work(now=silent.now, actor=SYSTEM) as uow:
        rest(uow, f"{SYSTEM_OF}:{LOCAL}", silent.now + timedelta(hours=1))
    at_once(border, frequent)
    assert border.peer.judged.exchanges == []
    assert border.acts("overdracht-wacht") == 1
    assert sorted(message.party for message in silent.messages("warm_handover") if message.rung == "OFFER_WAITS") == [
        "VT-201",
        "WT-201",
    ]
    with silent.ledger.reading() as session:
        assert offer_problems(session, silent.now) == ["1 overdracht na een werkdag nog niet bij de ontvanger"]
    silent.now += timedelta(hours=1)
    at_once(border, frequent)
    silent.now += timedelta(days=2)
    with silent.ledger.reading() as session:
        assert offer_problems(session, silent.now) == ["1 overdracht al twee dagen niet nagelezen"]


def here(border: Border, code: str, active: bool) -> None:
    with border.chain.ledger.unit_of_work(now=border.chain.now, actor=SYSTEM) as uow:
        uow.session.get_one(ProfessionalRow, code).active = active
