"""Hand-overs that go no further by themselves: who hears, what status and doctor say, and how a person ends it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.partner_tables import OfferState
from integrations.ledger.settings_table import put
from tasks.examine_offers import examine_offers
from tasks.read_board import read_board
from tasks.show_status import show_status
from tests.chain import Chain
from tests.cli.trial import Done, call
from tests.partners.border import LOCAL, Border, Klantinteracties, installed
from tests.partners.judged import needs_specs
from tests.partners.test_handover_troubles import handled, lost, mails, noticed
from tests.partners.unwell import Unwell, another, unwell_border
from tests.region import with_region
from tests.stages import offered

pytestmark = needs_specs
DAY = timedelta(days=1)
ONE = r"/internetaken/[0-9a-f-]{36}"


@pytest.fixture
def both(ledger: Ledger, tmp_path: Path) -> Iterator[tuple[Border, Unwell]]:
    """Tue 2 Jun 10:00: a hand-over is offered to a team with Klantinteracties."""
    chain = Chain(with_region(ledger))
    with ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        put(uow, "clock", "virtual")
    with unwell_border(offered(chain), Klantinteracties(), tmp_path) as pair:
        yield pair


def run(border: Border, *words: str) -> Done:
    return call(*words, "--database", str(border.chain.ledger.url))


def problems(border: Border) -> list[str]:
    """What status says of hand-overs; the doctor says the same, and so does the board."""
    said = [one for one in show_status(border.chain.ledger, border.chain.now).problems if "overdracht" in one]
    checks = examine_offers(border.chain.ledger, border.chain.now)
    assert [(check.what, check.verdict, check.found) for check in checks] == [
        ("overdrachten", "warn", one) for one in said
    ]
    assert all(check.next_step for check in checks)
    assert list(read_board(border.chain.ledger, border.chain.now).partners) == said
    return said


@pytest.mark.parametrize(("status", "tried"), [(401, True), (503, True), (401, False)])
def test_what_is_not_there_after_a_working_day_is_told_once(
    both: tuple[Border, Unwell], status: int, tried: bool
) -> None:
    border, unwell = both
    unwell.becomes(".", status)
    if tried:
        border.rounds("2026-06-02T10:02")
    border.chain.at("2026-06-03T09:59")
    assert problems(border) == []
    border.rounds("2026-06-03T09:59")
    assert noticed(border) == []
    border.rounds("2026-06-03T10:00")
    border.rounds("2026-06-05T10:00")
    assert noticed(border) == ["OFFER_WAITS"]
    assert [rung for rung, _ in lost(border)] == ["OFFER_WAITS"]
    assert problems(border) == ["1 overdracht na een werkdag nog niet bij de ontvanger"]
    about = f"Na een werkdag nog niet aangekomen bij de ontvanger: taak Overdracht voor zaak {border.chain.reference}"
    assert about in mails(border, "VT-201")
    assert about in mails(border, "WT-209")
    handled(border)
    assert "OFFER_WAITS" not in str(border.rounds("2026-06-06T10:00"))
    assert lost(border) == []
    unwell.well()
    border.rounds("2026-06-09T10:00")
    assert border.offer.state == OfferState.DELIVERED
    assert problems(border) == []


def test_a_partners_file_that_cannot_be_used_is_a_problem_and_hides_no_other(
    both: tuple[Border, Unwell], tmp_path: Path
) -> None:
    border, _ = both
    with installed(tmp_path, "zgw = 3"):
        said = show_status(border.chain.ledger, border.chain.now).problems
    assert "het partnerbestand is niet te gebruiken (KR-PARTNERS)" in said
    assert "er is nog nooit een ronde gelopen" in said


def test_a_weekend_is_no_working_day(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    unwell.becomes(".", 401)
    with border.chain.ledger.unit_of_work(now=border.chain.now, actor=SYSTEM) as uow:
        uow.session.merge(border.offer).offered_at = border.chain.at("2026-06-05T15:00").now
    border.rounds("2026-06-08T14:59")
    assert noticed(border) == []
    border.rounds("2026-06-08T15:00")
    assert noticed(border) == ["OFFER_WAITS"]


def test_what_was_not_read_for_two_days_is_a_problem(both: tuple[Border, Unwell]) -> None:
    border, _ = both
    border.rounds()
    border.chain.now += 2 * DAY - timedelta(minutes=1)
    assert problems(border) == []
    border.chain.now += timedelta(minutes=1)
    assert problems(border) == ["1 overdracht al twee dagen niet nagelezen"]
    border.daily()
    assert problems(border) == []


@pytest.mark.parametrize("withdrawn", [False, True])
@pytest.mark.parametrize("file", ["", "CJG-DUINWIJK"])
def test_a_hand_over_whose_system_is_known_no_more_is_told_once(
    both: tuple[Border, Unwell], tmp_path: Path, withdrawn: bool, file: str
) -> None:
    border, _ = both
    border.rounds()
    text = (tmp_path / "partners.toml").read_text(encoding="utf-8")
    if withdrawn:
        border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    with installed(tmp_path, text.replace(LOCAL, file) if file else ""):
        for _ in range(2):
            border.rounds()
            border.daily()
        assert noticed(border) == (["OFFER_HOMELESS"] if file else [])
        assert problems(border) == ["1 overdracht zonder systeem in het partnerbestand"]
        if file:
            assert lost(border) == [("OFFER_HOMELESS", "geen-systeem")]
            assert "Overdracht zonder systeem, het antwoord komt niet vanzelf terug: taak" in mails(border, "VT-201")
    with installed(tmp_path, text):
        border.chain.now += DAY
        border.rounds()
        border.daily()
        assert problems(border) == []
        assert border.offer.told == "" or withdrawn


def test_what_was_accepted_at_our_own_door_needs_no_system_any_more(
    both: tuple[Border, Unwell], tmp_path: Path
) -> None:
    border, _ = both
    border.rounds()
    border.chain.record("warm_handover", "WT-201", talk_on="2026-06-02", takes_R1="yes", outcome="accepted")
    text = (tmp_path / "partners.toml").read_text(encoding="utf-8")
    with installed(tmp_path, text.replace(LOCAL, "CJG-DUINWIJK")):
        border.rounds()
        assert problems(border) == []


def test_a_failed_withdrawal_is_taken_back_when_somebody_asks(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    border.rounds()
    border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    unwell.becomes("PATCH", 409)
    border.rounds()
    assert (border.offer.state, problems(border)) == (OfferState.FAILED, ["1 overdracht mislukt"])
    assert run(border, "messages", "list", "--json").json["handovers_waiting"] == 1
    unwell.well()
    assert border.rounds() == []
    assert "1 overdracht" in run(border, "handover", "retry", border.offer.number, "--by", "VT-201").out
    border.rounds()
    assert border.offer.state == OfferState.WITHDRAWN
    assert border.peer.withdrawn(border.offer.number)
    assert problems(border) == []


@pytest.mark.parametrize("withdrawn", [False, True])
def test_what_a_person_saw_to_is_off_the_list(both: tuple[Border, Unwell], withdrawn: bool) -> None:
    border, unwell = both
    if withdrawn:
        border.rounds()
        border.chain.record("warm_handover", "VT-201", outcome="withdrawn", withdrawal_reason="new_facts")
    unwell.becomes("(POST|PATCH)", 409)
    border.rounds()
    [line] = run(border, "handover", "list", "--json").json["offers"]
    assert (line["state"], line["settled_at"]) == ("failed", None)
    number = line["number"]
    assert run(border, "handover", "settle", number, "--by", "SG-001").status == 1
    assert run(border, "handover", "settle", number, "--by", "VT-201", "--json").json == {"settled": True}
    assert "KR-OVERDRACHT-NIET-MISLUKT" in run(border, "handover", "settle", number, "--by", "VT-201").err
    assert run(border, "handover", "list", "--json").json["offers"] == []
    [line] = run(border, "handover", "list", "--all", "--json").json["offers"]
    assert line["settled_at"]
    assert "mislukt, afgehandeld" in run(border, "handover", "list", "--all").out
    assert problems(border) == []
    assert run(border, "messages", "list", "--json").json["handovers_waiting"] == 0
    assert border.acts("overdracht-afgehandeld") == 1
    unwell.well()
    border.rounds()
    assert border.offer.state == OfferState.FAILED, "nothing goes by itself any more"
    run(border, "handover", "retry", number, "--by", "VT-201")
    border.rounds()
    assert border.offer.state == (OfferState.WITHDRAWN if withdrawn else OfferState.DELIVERED)


def test_all_of_an_organisation_is_offered_again_at_once(both: tuple[Border, Unwell]) -> None:
    border, unwell = both
    another(border)
    unwell.becomes("POST", 409)
    border.rounds()
    another(border)
    unwell.becomes(".", 429, {"Retry-After": "3600"})
    border.rounds()
    assert sorted(offer.state for offer in border.offers()) == ["failed", "failed", "planned"]
    unwell.well()
    again = ("handover", "retry", "--by", "VT-201", "--json")
    for wrong in (("--all",), (border.offer.number, "--all", "--to", LOCAL), (), (border.offer.number, "--to", LOCAL)):
        assert "KR-KEUZE-ONGELDIG" in run(border, *again, *wrong).out
    assert "KR-OVERDRACHT-NIET-OPNIEUW" in run(border, *again, "--all", "--to", "CJG-DUINWIJK").out
    assert run(border, *again, "--all", "--to", LOCAL).json == {"planned": 3}
    border.rounds()
    assert {offer.state for offer in border.offers()} == {OfferState.DELIVERED}
