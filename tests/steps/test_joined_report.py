"""S23: a reporter does not know our cases; whoever reads its report says to which open case it belongs."""

from collections.abc import Mapping

import pytest
from sqlmodel import col, select

from domain.errors import Refusal
from domain.signals import Sign, SignalCode
from integrations.ledger import SYSTEM, Ledger, audit
from integrations.ledger.policy import policy_of
from integrations.ledger.tables import Audit, Case, OwnNumber, Person, Report
from tasks.list_cases import Filter, list_cases
from tasks.read_figures import read_figures
from tasks.receive_report import Received
from tasks.record_answer import Recorded, record_answer
from tasks.record_signal import RECORDED, record_signal
from tasks.show_case import show_case
from tests.chain import Chain
from tests.ledger.conftest import POSTGRES, dialect, ledger_url
from tests.region import DOOR, HOUSEHOLD, with_region
from tests.stages import assessed, reported, started

__all__ = ["dialect", "ledger_url"]
AT = "2026-04-22T09:00"
SCHOOL = {"source": "SCHOOL", "household": "12", "numbered_by": "SCHOOL", "accepted_by": ""}


def arrived(chain: Chain, at: str = AT, *, persons: str = HOUSEHOLD, **more: object) -> Received:
    """A report of a school on the household of the chain, under a number of the school's own."""
    ours = chain.reference
    received = chain.report(at, persons=persons, read_at="", **SCHOOL | more)
    chain.reference = ours or received.case_reference
    return received


def read(chain: Chain, received: Received, by: str = "VT-911", **given: object) -> Recorded:
    """Somebody reads that report and answers its intake."""
    step_id = f"{received.case_reference}.001"
    return record_answer(chain.ledger, step_id, given, by, door=DOOR, now=chain.now)


def joined(chain: Chain, at: str = AT, *, persons: str = HOUSEHOLD, **more: object) -> Received:
    """Such a report, accepted and joined to the case of the chain."""
    received = arrived(chain, at, persons=persons, **more)
    assert read(chain, received, outcome="accepted", belongs_to=chain.reference).state == "done"
    return received


def case(chain: Chain, reference: str) -> Case:
    with chain.ledger.reading() as session:
        return session.exec(select(Case).where(Case.reference == reference)).one()


def classes(chain: Chain) -> list[tuple[str, str]]:
    """The case and the class of each report."""
    with chain.ledger.reading() as session:
        found = session.exec(select(Case.reference, Report.classification).join(Report).order_by(col(Report.id)))
        return list(found)


def written(chain: Chain, reference: str) -> list[str]:
    """The acts in the trail of this case."""
    with chain.ledger.reading() as session:
        return list(session.exec(select(Audit.act).where(Audit.case_reference == reference).order_by(col(Audit.seq))))


def test_a_joined_report_brings_its_own_clocks_to_the_case_it_goes_to(chain: Chain) -> None:
    reported(chain)
    dues = {word: chain.due(word) for word in ("safety_assessment", "route_decision")}
    received = joined(chain)
    assert classes(chain) == [(chain.reference, "first"), (chain.reference, "follow_up_during_assessment")]
    assert (chain.due("immediate_safety_check/2"), chain.step("report_intake/2").state) == ("2026-04-23 09:00", "done")
    assert dues == {word: chain.due(word) for word in dues}
    assert len(chain.steps("safety_assessment")) == 1
    assert "melding-toegevoegd" in written(chain, chain.reference)
    assert written(chain, received.case_reference)[-1] == "zaak-samengevoegd"
    with chain.ledger.reading() as session:
        assert audit.verify(session) is None


def test_of_the_case_that_went_nothing_is_left_but_where_it_went(chain: Chain) -> None:
    reported(chain)
    received = joined(chain, persons="A:adult:1988 E:child:2024", own_number="VTK-7")
    gone = case(chain, received.case_reference)
    assert (gone.state, gone.sight, gone.status, gone.joined_to) == ("closed", "", "", chain.reference)
    with chain.ledger.reading() as session:
        for table in (Person, Report, OwnNumber):
            assert set(session.exec(select(table.case_id))) == {chain.case.id}
    sheet = show_case(chain.ledger, received.case_reference, "VT-201", chain.now, logged_at=chain.now)
    assert (sheet.joined_to, sheet.persons, sheet.reports, sheet.steps) == (chain.reference, (), (), ())


def test_members_join_by_the_rules_of_letters_and_the_intake_shows_who_is_somebody_else(chain: Chain) -> None:
    reported(chain)
    before = chain.keys()
    received = arrived(chain, persons="A:child:2019")
    done = read(chain, received, outcome="accepted", belongs_to=chain.reference)
    assert (done.state, done.refused) == ("open", "KR-ONVOLLEDIG")
    assert [found.endswith("gezien onder welke letter?") for found in done.missing] == [True]
    new = (set(chain.keys()) - set(before)).pop()
    assert chain.asked("report_intake/2") == ("outcome", f"letter_{new}", "delay_cause")
    assert read(chain, received, outcome="accepted", **{f"letter_{new}": "seen"}).state == "done"
    assert chain.step("immediate_safety_check/2").state == "open"


def test_it_may_be_joined_first_and_judged_later_by_the_case_it_is_in(chain: Chain) -> None:
    reported(chain)
    received = arrived(chain)
    assert read(chain, received, belongs_to=chain.reference.lower().replace("-", "")).state == "open"
    assert chain.step("report_intake/2").state == "open"
    assert "belongs_to" not in chain.asked("report_intake/2")
    before = chain.case.state
    assert read(chain, received, outcome="not_admissible").state == "done"
    assert (chain.case.state, chain.case.status) == (before, "")


def test_it_goes_to_a_case_that_was_not_read_yet_either(chain: Chain) -> None:
    chain.report(accepted_by="")
    received = arrived(chain)
    read(chain, received, outcome="accepted", belongs_to=chain.reference)
    assert (chain.case.state, chain.step("report_intake/1").state) == ("in_assessment", "open")
    assert read(chain, Received(chain.reference, 0, 0, False), outcome="accepted").state == "done"
    assert len(chain.steps("safety_assessment")) == 1


def test_monitoring_goes_on_and_the_class_says_so(chain: Chain) -> None:
    started(chain)
    moments = [step.due_at for step in chain.steps("monitoring")]
    joined(chain, f"{chain.now:%Y-%m-%dT%H:%M}")
    assert classes(chain)[1] == (chain.reference, "follow_up_during_monitoring")
    assert [step.due_at for step in chain.steps("monitoring")] == moments
    assert chain.case.state == "in_assessment"


def test_later_reports_under_that_number_find_the_way_themselves(chain: Chain) -> None:
    reported(chain)
    joined(chain)
    again = arrived(chain, "2026-04-23T09:00")
    assert (again.case_reference, again.new_case) == (chain.reference, False)
    other = arrived(chain, "2026-04-23T10:00", household="13")
    assert other.new_case


def test_once_that_case_is_closed_a_report_opens_one_of_the_same_household(chain: Chain) -> None:
    chain.report(accepted_by="")
    received = arrived(chain)
    read(chain, received, outcome="not_admissible", belongs_to=chain.reference)
    assert read(chain, Received(chain.reference, 0, 0, False), outcome="not_admissible").state == "done"
    assert chain.case.state == "closed"
    anew = arrived(chain, "2026-05-04T09:00")
    assert (anew.new_case, case(chain, anew.case_reference).household) == (True, chain.case.household)
    assert classes(chain)[2] == (anew.case_reference, "repeat_multiple_known")
    assert chain.report("2026-05-04T10:00", accepted_by="").case_reference == anew.case_reference


def test_two_that_were_joined_may_be_joined_to_a_third(chain: Chain) -> None:
    reported(chain)
    one, two = arrived(chain), arrived(chain, household="", number="S-2", numbered_by="")
    assert one.case_reference != two.case_reference
    read(chain, two, belongs_to=one.case_reference)
    assert read(chain, one, outcome="accepted", belongs_to=chain.reference).state == "done"
    assert read(chain, two, outcome="accepted").state == "done"
    assert {reference for reference, _ in classes(chain)} == {chain.reference}
    assert arrived(chain, "2026-04-23T09:00").case_reference == chain.reference


REFUSED: dict[str, object] = {
    "KR-ZAAKCODE-ONGELDIG": "K7Q3-H9FM-C",
    "KR-ZAAK-ONBEKEND": "K7Q3-H9FM-4",
    "KR-PRIVACY": "999999990",
}


@pytest.mark.parametrize(("code", "reference"), REFUSED.items())
def test_what_is_no_case_is_refused_and_nothing_is_kept(chain: Chain, code: str, reference: str) -> None:
    arrived(chain)
    chain.refused(code, "report_intake", "VT-911", belongs_to=reference, outcome="accepted")


def test_a_report_does_not_go_to_its_own_case_nor_to_one_that_is_closed(chain: Chain) -> None:
    closed = chain.report(accepted_by="")
    read(chain, closed, outcome="not_admissible")
    chain.reference = ""
    arrived(chain)
    chain.refused("KR-SAMENVOEGEN", "report_intake", "VT-911", belongs_to=chain.reference, outcome="accepted")
    chain.refused("KR-ZAAK-GESLOTEN", "report_intake", "VT-911", belongs_to=closed.case_reference, outcome="accepted")


def test_a_case_in_which_something_was_done_goes_nowhere(chain: Chain) -> None:
    assessed(chain)
    ours, other = chain.reference, arrived(chain, "2026-04-29T09:00")
    read(chain, other, outcome="accepted")
    second = arrived(chain, "2026-04-29T10:00")
    chain.reference = second.case_reference
    assert "belongs_to" not in chain.asked("report_intake/3")
    chain.refused("KR-VRAAG-ONBEKEND", "report_intake/3", "VT-911", belongs_to=ours)
    chain.reference = arrived(chain, "2026-04-29T11:00", household="14").case_reference
    chain.open("out_of_sight", "VT-201")
    chain.refused("KR-VRAAG-ONBEKEND", "report_intake/4", "VT-911", belongs_to=ours)


def test_an_alarm_of_a_possibly_acute_report_goes_along_and_stops_when_it_is_read(chain: Chain) -> None:
    reported(chain)
    received = arrived(chain, possibly_acute=True)
    read(chain, received, outcome="accepted", belongs_to=chain.reference)
    assert chain.told("immediate_safety_check/2", "ACUTE") == ["VT-911"]
    alarms = [message.state for message in chain.messages("report_intake/2") if message.rung == "ACUTE"]
    assert set(alarms) == {"cancelled"}


def test_whoever_has_no_role_at_veilig_thuis_joins_nothing(chain: Chain) -> None:
    reported(chain)
    received = arrived(chain)
    with pytest.raises(Refusal, match="KR-ROL"):
        read(chain, received, "WT-201", belongs_to=chain.reference)
    assert case(chain, received.case_reference).joined_to == ""


def test_the_figures_count_one_report_more_and_no_case(chain: Chain) -> None:
    reported(chain)
    received = arrived(chain)
    assert figures(chain) == (2, 2, 2, 0)
    read(chain, received, outcome="accepted", belongs_to=chain.reference)
    assert figures(chain) == (2, 1, 1, 0)


def figures(chain: Chain) -> tuple[int, ...]:
    with chain.ledger.reading() as session:
        counts: Mapping[str, int] = read_figures(session, policy_of(session), half="2026-1")
    return tuple(counts[name] for name in ("reports", "cases_opened", "cases_open", "cases_closed"))


def test_a_signal_about_the_case_that_went_is_one_about_the_other(chain: Chain) -> None:
    reported(chain)
    received = joined(chain)
    sign = Sign(received.case_reference, "", SignalCode.MOVED, chain.now.date(), "1")
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        assert record_signal(uow, sign, "BRP") == RECORDED
    assert chain.step("out_of_sight").state == "open"


def test_the_case_is_found_by_the_number_veilig_thuis_has_for_it(chain: Chain) -> None:
    chain.report(own_number="VTK-0042")
    arrived(chain)

    def found(by: str) -> list[str]:
        wanted = Filter(own_number=" VTK-0042 ")
        return [line.reference for line in list_cases(chain.ledger, by, chain.now, wanted, logged_at=chain.now).cases]

    assert (found("VT-201"), found("WT-201")) == ([chain.reference], [])


@pytest.mark.parametrize("dialect", [POSTGRES], indirect=True)
def test_it_goes_the_same_way_on_postgresql(ledger_url: str) -> None:
    chain = reported(Chain(with_region(Ledger(ledger_url))))
    received = joined(chain, own_number="VTK-7")
    assert {reference for reference, _ in classes(chain)} == {chain.reference}
    assert case(chain, received.case_reference).joined_to == chain.reference
    assert arrived(chain, "2026-04-23T09:00").case_reference == chain.reference
    chain.ledger.dispose()
