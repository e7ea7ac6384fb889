"""One hand-over that cannot be read keeps no other unread, and people hear of it when it lasts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.http import Unanswered
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from integrations.ledger.settings_table import put
from integrations.verdict import Result, Verdict
from tasks.partner_rest import MISSES, leave_alone
from tests.chain import Chain
from tests.partners.border import PEERS, Border
from tests.partners.judged import needs_specs
from tests.partners.test_handover_troubles import handled, lost, mails, noticed
from tests.partners.unwell import Unwell, another, unwell_border
from tests.region import with_region
from tests.stages import offered

pytestmark = needs_specs
DAY, HALF_HOUR = timedelta(days=1), timedelta(minutes=30)


@pytest.fixture(params=sorted(PEERS))
def both(request: pytest.FixtureRequest, ledger: Ledger, tmp_path: Path) -> Iterator[tuple[Border, Unwell]]:
    """Tue 2 Jun 10:00: a hand-over is offered, to each kind of system."""
    chain = Chain(with_region(ledger))
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    with unwell_border(offered(chain), PEERS[request.param](), tmp_path) as pair:
        yield pair


def delivered(border: Border, more: int) -> list[HandoverOffer]:
    """The first, and so many more of the same organisation."""
    border.rounds()
    for _ in range(more):
        another(border)
    border.rounds()
    assert {offer.state for offer in border.offers()} == {OfferState.DELIVERED}
    return border.offers()


def only(*offers: HandoverOffer) -> str:
    """Requests about these."""
    return "GET .*(" + "|".join(offer.remote.rpartition("/")[2] for offer in offers) + ")"


def unread(border: Border) -> list[int]:
    """The places of those that were not read yet. (The answer of a copy is sent back by our gates: it was heard.)"""
    return [place for place, offer in enumerate(border.offers()) if offer.read_at is None]


@pytest.mark.parametrize("status", [401, 403])
def test_no_rights_on_one_hand_over_keep_no_other_of_that_round(both: tuple[Border, Unwell], status: int) -> None:
    border, unwell = both
    first, *others = delivered(border, 3)
    unwell.becomes(only(first, others[1]), status)
    border.peer.refuse(others[2].number)
    border.chain.now += DAY
    assert border.daily() == ["4 overdrachten nagelezen: 0 beantwoord, 1 voor een mens, 2 niet gelukt"]
    assert unread(border) == [0, 2]
    assert border.offer.refused


def test_no_rights_at_all_cost_a_few_questions_a_round(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    delivered(border, MISSES + 1)
    unwell.becomes(".", 403)
    unwell.asked.clear()
    border.chain.now += DAY
    border.daily()
    assert len(unwell.asked) == MISSES


@pytest.mark.parametrize("status", [401, 503])
def test_what_was_not_asked_has_its_turn_before_what_was_asked_in_vain(
    both: tuple[Border, Unwell], status: int
) -> None:
    border, unwell = both
    *wrong, right = delivered(border, 2 * MISSES)
    unwell.becomes(only(*wrong), status)
    border.peer.refuse(right.number)
    border.chain.now += DAY
    border.daily()
    for _ in range(1 if status == 401 else 2 * MISSES - 1):
        border.chain.now += HALF_HOUR
        border.rounds()
        assert not border.offer.refused, "it is the last, and they were left alone before it"
    border.chain.now += HALF_HOUR
    border.rounds()
    assert border.offer.refused
    assert unread(border) == list(range(2 * MISSES))


@pytest.mark.parametrize(
    ("reason", "status", "wait", "by_one"),
    [
        ("relay-http-403", 403, 0.0, False),
        ("relay-http-401", 401, 0.0, False),
        ("tijd-verstreken", 0, 0.0, False),
        ("grens-verstreken", 0, 0.0, False),
        ("geen-verbinding", 0, 0.0, True),
        ("relay-KR-GEHEIM", 0, 0.0, True),
        ("http-429", 429, 0.0, True),
        ("relay-http-403", 403, 60.0, True),
    ],
)
def test_a_system_is_left_alone_at_once_or_after_some_in_a_row(
    reason: str, status: int, wait: float, by_one: bool
) -> None:
    missed = Unanswered(Result(Verdict.TEMPORARY, reason), status=status, wait=wait)
    assert leave_alone(missed, in_a_row=1) is by_one
    assert leave_alone(missed, in_a_row=MISSES)
    assert leave_alone(missed), "who asks about no single items leaves it alone at once"
    assert not leave_alone(Unanswered(Result(Verdict.PERMANENT, "http-404"), status=404), in_a_row=MISSES)


def test_what_could_not_be_read_for_two_days_is_told_once(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    [first] = delivered(border, 0)
    unwell.becomes(only(first), 403)
    border.chain.now += DAY
    for _ in range(2):
        border.daily()
        border.rounds()
    assert (lost(border), noticed(border)) == ([], [])
    border.chain.now += DAY
    for _ in range(3):
        border.daily()
        border.rounds()
        border.chain.now += HALF_HOUR
    assert (lost(border), noticed(border)) == ([("OFFER_UNSEEN", "niet-nagelezen")], ["OFFER_UNSEEN"])
    assert border.acts("overdracht-niet-nagelezen") == 1
    about = f"Al twee dagen niet na te lezen bij de ontvanger: taak Overdracht voor zaak {border.chain.reference}"
    assert about in mails(border, "VT-201")
    assert about in mails(border, "WT-209")
    handled(border)
    border.chain.now += DAY
    border.rounds()
    assert lost(border) == []
    unwell.well()
    border.chain.now += DAY
    border.rounds()
    assert border.offer.told == ""


def test_a_machine_that_was_off_for_two_days_tells_nobody(both: tuple[Border, Unwell]) -> None:
    border, _ = both
    delivered(border, 0)
    border.chain.now += 3 * DAY
    border.rounds()
    assert (lost(border), noticed(border)) == ([], [])
