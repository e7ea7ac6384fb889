"""What they answered while we took it back is never swallowed; nor is what an older ledger forgot to have sent."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.ledger import SYSTEM, restored
from integrations.ledger.partner_tables import HandoverOffer, OfferState
from tests.partners.border import Border, Zgw, installed
from tests.partners.judged import needs_specs
from tests.partners.test_handover_troubles import both, lost, noticed, on
from tests.partners.unwell import Unwell

pytestmark = needs_specs
EACH = on("klantinteracties", "zgw")
ONE = r"GET .*/(internetaken|zaken)/[0-9a-f-]{36}$"
__all__ = ["both"]


class Between:
    """ASGI: does `act` right after the answer to the request that fits, the first or another."""

    def __init__(self, inside: Any, line: str, act: Callable[[], object], at: int = 1) -> None:
        self.inside, self.line, self.act, self.left = inside, line, act, at

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.inside(scope, receive, send)
        if re.search(self.line, f"{scope.get('method')} {scope.get('path')}"):
            self.left -= 1
            if self.left == 0:
                self.act()


def taken_back(border: Border) -> None:
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")


def crossed(border: Border) -> None:
    assert border.offer.state == OfferState.FAILED
    assert (lost(border), noticed(border)) == ([("OFFER_CROSSED", "daar-aanvaard")], ["OFFER_CROSSED"])
    assert not border.peer.withdrawn(border.offer.number)


@pytest.mark.parametrize(("both", "at"), [("klantinteracties", 1), ("zgw", 1), ("zgw", 2)], indirect=["both"])
def test_an_acceptance_between_our_two_readings_is_told_to_people(both: tuple[Border, Unwell], at: int) -> None:
    border, unwell = both
    border.rounds()
    number = border.offer.number
    taken_back(border)
    unwell.inside = Between(unwell.inside, ONE, lambda: border.peer.accept(number), at)
    border.rounds()
    crossed(border)


@EACH
def test_a_refusal_between_our_two_readings_is_left_as_it_stands(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    number = border.offer.number
    taken_back(border)
    unwell.inside = Between(unwell.inside, ONE, lambda: border.peer.refuse(number))
    border.rounds()
    assert (border.offer.state, lost(border)) == (OfferState.REFUSED, [])
    assert not border.peer.withdrawn(number)
    assert border.acts("overdracht-beantwoord") == 1


@on("zgw")
@pytest.mark.parametrize(
    ("result", "state"), [("Aanvaard", OfferState.FAILED), ("Geen capaciteit", OfferState.REFUSED)]
)
def test_a_result_of_theirs_that_came_before_ours_is_no_result_of_ours(
    both: tuple[Border, Unwell], tmp_path: Path, result: str, state: OfferState
) -> None:
    border, unwell = both
    kept = before(border, unwell, tmp_path, result, 'accepted_result = ["Aanvaard"]')
    assert border.offer.state == state
    assert not border.peer.withdrawn(border.offer.number)
    assert kept.at("zaken", border.offer.remote, "")["einddatum"] is None
    if state == OfferState.FAILED:
        crossed(border)


@on("zgw")
@pytest.mark.parametrize("ours", [False, True])
def test_a_result_without_a_meaning_that_came_before_ours_is_for_a_person(
    both: tuple[Border, Unwell], tmp_path: Path, ours: bool
) -> None:
    border, unwell = both
    kept = before(border, unwell, tmp_path, "Ingetrokken" if ours else "Aanvaard", "")
    if ours:
        assert (border.offer.state, lost(border)) == (OfferState.WITHDRAWN, [])
    else:
        assert (border.offer.state, lost(border)) == (OfferState.FAILED, [("OFFER_STAYS", "al-beantwoord")])
    assert (kept.at("zaken", border.offer.remote, "")["einddatum"] is not None) is ours


def before(border: Border, unwell: Unwell, folder: Path, result: str, agreed: str) -> Any:
    """Taken back, while a result is set just before we set ours; what is kept there."""
    text = (folder / "partners.toml").read_text(encoding="utf-8")
    end = 'withdrawn_status = "Afgerond"'
    with installed(folder, text.replace("withdrawn_result", f"{end}\n{agreed}\nwithdrawn_result")):
        border.rounds()
        assert isinstance(border.peer, Zgw)
        kept, remote = border.peer.stand_in.kept, border.offer.remote
        taken_back(border)
        unwell.inside = Between(unwell.inside, "GET .*/resultaattypen$", lambda: kept.set_result(remote, result))
        border.rounds()
    return kept


@EACH
def test_what_an_older_ledger_forgot_to_have_sent_is_taken_back_all_the_same(both: tuple[Border, Unwell]) -> None:
    border, _ = both
    border.rounds()
    border.chain.now += timedelta(hours=1)
    with border.chain.ledger.unit_of_work(now=border.chain.now, actor=SYSTEM) as uow:
        row = uow.session.get_one(HandoverOffer, border.offer.id)
        row.state, row.attempts, row.remote, row.delivered_at, row.etag = OfferState.PLANNED, 0, "", None, ""
        restored.restored(uow)
    taken_back(border)
    border.rounds()
    assert border.offer.state == OfferState.WITHDRAWN
    assert border.peer.withdrawn(border.offer.number)
    assert border.acts("overdracht-ingetrokken") == 1


@EACH
def test_what_never_left_is_struck_out_without_a_question(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    with border.chain.ledger.unit_of_work(now=border.chain.now - timedelta(hours=1), actor=SYSTEM) as uow:
        restored.restored(uow)
    taken_back(border)
    border.rounds()
    assert (border.offer.state, unwell.asked) == (OfferState.WITHDRAWN, [])
