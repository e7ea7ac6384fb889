"""What our own gates make of an answer: in whose code it comes, and whether a day was told at all."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from domain.terms import local_date
from integrations.ledger import SYSTEM
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.tables import ProfessionalRow, Report
from tests.partners.border import LOCAL, Border, Zgw, installed
from tests.partners.judged import needs_specs
from tests.partners.test_handover_troubles import both, handed_over, lost, next_day, noticed, on
from tests.partners.unwell import Unwell

pytestmark = needs_specs
EACH = on("klantinteracties", "zgw")
__all__ = ["both"]


@EACH
@pytest.mark.parametrize("wrong", ["VT-201", "WT-301"])
def test_an_answer_counts_once_the_partners_file_says_in_whose_code_it_comes(
    both: tuple[Border, Unwell], tmp_path: Path, wrong: str
) -> None:
    border, _ = both
    border.rounds()
    border.peer.accept(border.offer.number, "2026-06-02")
    text = (tmp_path / "partners.toml").read_text(encoding="utf-8")
    with installed(tmp_path, text.replace('"WT-201"', f'"{wrong}"')):
        for _ in range(2):
            next_day(border)
        assert (border.offer.refused, border.chain.case.sight) == ("KR-ONVOLLEDIG", "VT-KUST")
        assert noticed(border) == ["OFFER_BACK"]
    with installed(tmp_path, text):
        next_day(border)
    handed_over(border)


@on("zgw")
def test_an_answer_counts_once_who_answers_works_there(both: tuple[Border, Unwell]) -> None:
    border, _ = both
    border.rounds()
    border.peer.accept(border.offer.number, "2026-06-02")

    def works_at(organisation: str) -> None:
        with border.chain.ledger.unit_of_work(now=border.chain.now, actor=SYSTEM) as uow:
            uow.session.get_one(ProfessionalRow, "WT-201").organisation = organisation

    works_at("CJG-DUINWIJK")
    next_day(border)
    assert border.offer.refused == "KR-ONVOLLEDIG"
    works_at(LOCAL)
    next_day(border)
    handed_over(border)


@EACH
@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01"])
def test_a_day_from_before_the_report_is_no_day_of_a_talk(both: tuple[Border, Unwell], day: str) -> None:
    border, _ = both
    border.rounds()
    border.peer.accept(border.offer.number, day)
    next_day(border)
    assert (border.offer.state, border.offer.refused) == (OfferState.DELIVERED, "KR-ONVOLLEDIG")
    assert border.chain.case.sight == "VT-KUST"
    assert lost(border) == []
    border.chain.record("warm_handover", "VT-201", talk_on="2026-06-02")
    next_day(border)
    handed_over(border)


@on("zgw")
def test_the_day_of_the_report_itself_is_one_and_the_day_before_is_none(both: tuple[Border, Unwell]) -> None:
    border, _ = both
    border.rounds()
    with border.chain.ledger.reading() as session:
        first = local_date(session.exec(select(Report.received_at).order_by(col(Report.received_at)).limit(1)).one())
    border.peer.accept(border.offer.number, (first - timedelta(days=1)).isoformat())
    next_day(border)
    assert border.offer.refused == "KR-ONVOLLEDIG"
    assert isinstance(border.peer, Zgw)
    border.peer.stand_in.kept.set_property(border.offer.remote, "Datum gesprek", first.isoformat())
    next_day(border)
    handed_over(border)
