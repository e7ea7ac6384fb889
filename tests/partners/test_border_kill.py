"""Killed between any two acts, or put back as an older copy: nothing is lost, and nothing is done twice over there."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.handover import Offer
from integrations.handover_doors import opened
from integrations.handover_systems import systems
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.settings_table import put
from integrations.settings import settings
from tasks.settle_restore import settle_restore
from tests.chain import Chain
from tests.faults import tier
from tests.partners.border import LOCAL, PEERS, Border, at_the_border
from tests.partners.border_child import killed_at, points_of
from tests.partners.judged import needs_specs
from tests.region import with_region
from tests.stages import offered

pytestmark = needs_specs


@pytest.fixture(params=sorted(PEERS))
def border(
    request: pytest.FixtureRequest, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Border]:
    """A hand-over is offered, in a drill."""
    monkeypatch.setenv("KETENREGIE_DRILL", "1")
    monkeypatch.setenv("KETENREGIE_HOME", str(tmp_path))
    settings.cache_clear()
    chain = Chain(with_region(ledger))
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    with at_the_border(offered(chain), PEERS[request.param](), tmp_path) as both:
        yield both
        assert both.peer.judged.violations == []
        assert both.peer.doubled() == []


def after_the_lease(border: Border) -> None:
    """Rounds from the moment on which a dead process has lost its claim."""
    for _ in range(2):
        border.chain.now += timedelta(hours=1)
        border.rounds()
        border.daily()


def answered_once(border: Border) -> None:
    assert border.chain.case.sight == LOCAL
    assert border.offer.state == OfferState.ACCEPTED
    assert [border.acts(act) for act in ("overdracht-afgeleverd", "overdracht-beantwoord")] == [1, 1]
    assert border.acts("bericht-mislukt") == 0
    assert border.rounds() == []


def chosen(names: list[str], request: pytest.FixtureRequest) -> list[int]:
    """Every point in the full tier; else some, and always one around the exchange and one after a commit."""
    every = list(range(1, len(names) + 1))
    if tier.FULL:
        return every
    drawn = tier.chance(request.node.name)
    telling = [names.index(name) + 1 for name in ("http.before", "http.after", "commit.after")]
    return sorted({drawn.choice(telling), *drawn.sample(every, 3)})


def test_killed_while_offering_it_is_offered_once(
    border: Border, request: pytest.FixtureRequest, record_property: Callable[[str, str], None]
) -> None:
    saved = border.chain.saved()
    names = points_of(border.chain.ledger, border.chain.now)
    for point in chosen(names, request):
        border.chain.restored(saved)
        border.peer.fresh(border.cutter.url)
        assert killed_at(point, border.chain.ledger, border.chain.now), names[point - 1]
        after_the_lease(border)
        assert border.offer.state == OfferState.DELIVERED, names[point - 1]
        assert border.peer.remote(border.offer.number) == border.offer.remote
        assert border.peer.doubled() == []
    record_property("said", f"{len(chosen(names, request))} of {len(names)} points")


def test_killed_while_reading_the_answer_counts_once(
    border: Border, request: pytest.FixtureRequest, record_property: Callable[[str, str], None]
) -> None:
    border.rounds()
    border.peer.accept(border.offer.number)
    border.chain.now += timedelta(days=1)
    saved = border.chain.saved()
    names = points_of(border.chain.ledger, border.chain.now)
    for point in chosen(names, request):
        border.chain.restored(saved)
        assert killed_at(point, border.chain.ledger, border.chain.now), names[point - 1]
        after_the_lease(border)
        border.chain.now += timedelta(days=1)
        border.daily()
        answered_once(border)
    record_property("said", f"{len(chosen(names, request))} of {len(names)} points")


def test_killed_while_taking_back_it_is_taken_back_once(
    border: Border, request: pytest.FixtureRequest, record_property: Callable[[str, str], None]
) -> None:
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    border.chain.now += timedelta(minutes=5)
    saved, number = border.chain.saved(), border.offer.number
    names = points_of(border.chain.ledger, border.chain.now)
    for point in chosen(names, request)[:: tier.scaled(2, 1)]:
        border.peer.fresh(border.cutter.url)
        border.chain.restored(saved)
        offer_there_again(border)
        assert killed_at(point, border.chain.ledger, border.chain.now), names[point - 1]
        after_the_lease(border)
        assert border.offer.state == OfferState.WITHDRAWN, names[point - 1]
        assert border.peer.withdrawn(number)
        assert border.acts("overdracht-ingetrokken") == 1
        assert border.acts("bericht-mislukt") == 0
        assert border.peer.doubled() == []
    record_property("said", f"of {len(names)} points")


def offer_there_again(border: Border) -> None:
    """A fresh peer has what the ledger knows to be there."""
    offer = Offer(border.offer.number, border.chain.reference, "", border.chain.now.date(), None, "")
    with opened(systems()[LOCAL]) as there:
        remote = there.offer(offer)
    with border.chain.ledger.unit_of_work(now=border.chain.now, actor=SYSTEM) as uow:
        uow.session.merge(border.offer).remote = remote


def test_an_older_copy_finds_what_it_made_and_hears_the_answer_again(border: Border) -> None:
    older = border.chain.saved()
    border.rounds()
    there = border.offer.remote
    border.peer.accept(border.offer.number)
    border.daily("2026-06-04T05:10")
    border.chain.restored(older)
    border.chain.at("2026-06-05T09:00")
    settle_restore(border.chain.ledger, border.chain.now, forced=True)
    border.rounds()
    assert border.offer.remote == there
    border.daily()
    answered_once(border)


def test_an_older_copy_meets_the_offer_that_was_made_in_the_lost_days(border: Border) -> None:
    """Refused, and offered anew, after the copy: the second offer stands there under its number already."""
    border.rounds()
    older = border.chain.saved()
    first = border.offer.number
    for again in (False, True):
        if again:
            border.chain.restored(older)
            border.chain.at("2026-06-05T09:00")
        else:
            border.peer.refuse(first)
        border.daily()
        assert border.offer.state == OfferState.REFUSED
        border.chain.record("warm_handover", "VT-201", offer="yes", safe_contact_known="yes")
        border.rounds()
        assert border.offer.state == OfferState.DELIVERED
        assert border.peer.remote(border.offer.number) == border.offer.remote


@pytest.mark.parametrize("delivered", [False, True])
def test_an_older_copy_tells_a_person_of_what_was_taken_back_after_it(border: Border, delivered: bool) -> None:
    older = border.chain.saved()
    border.rounds()
    older = border.chain.saved() if delivered else older
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    border.rounds()
    border.chain.restored(older)
    border.chain.at("2026-06-05T09:00")
    settle_restore(border.chain.ledger, border.chain.now, forced=True)
    for _ in range(2):
        border.rounds()
        border.daily()
    assert border.offer.reason == "daar-ingetrokken"
    told = [message.rung for message in border.chain.messages("warm_handover") if message.rung.startswith("OFFER_T")]
    assert told == ["OFFER_TAKEN_BACK"] * 2, "to who offered it, and as a lost message to the receiver"


def test_an_older_copy_takes_back_once(border: Border) -> None:
    border.rounds()
    older = border.chain.saved()
    for again in (False, True):
        if again:
            border.chain.restored(older)
            border.chain.at("2026-06-05T09:00")
        border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
        border.rounds()
        assert border.offer.state == OfferState.WITHDRAWN
        assert border.peer.withdrawn(border.offer.number)
