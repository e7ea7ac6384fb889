"""One hand-over that cannot be read keeps no other unread, and people hear of it when it lasts."""

from datetime import timedelta

import pytest

from integrations.ledger.partner_tables import HandoverOffer, OfferState
from tasks.partner_rest import MISSES
from tests.partners.border import Border
from tests.partners.judged import needs_specs
from tests.partners.test_handover_troubles import DAY, EACH, both, handled, lost, mails, noticed
from tests.partners.unwell import Unwell, another

pytestmark = needs_specs
HALF_HOUR = timedelta(minutes=30)
__all__ = ["both"]


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


@EACH
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


@EACH
def test_no_rights_at_all_cost_a_few_questions_a_round(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    delivered(border, MISSES + 1)
    unwell.becomes(".", 403)
    unwell.asked.clear()
    border.chain.now += DAY
    border.daily()
    assert len(unwell.asked) == MISSES


@EACH
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


@EACH
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


@EACH
def test_a_machine_that_was_off_for_two_days_tells_nobody(both: tuple[Border, Unwell]) -> None:
    border, _ = both
    delivered(border, 0)
    border.chain.now += 3 * DAY
    border.rounds()
    assert (lost(border), noticed(border)) == ([], [])
