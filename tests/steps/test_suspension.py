"""A term may be extended or suspended with a coded reason: only where the policy says so, and only that clock moves."""

from datetime import UTC, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlmodel import col

from domain.errors import StateRefusal
from domain.terms import local_date
from integrations.ledger import SYSTEM
from integrations.ledger.tables import Step
from tasks.change_policy import change_policy
from tasks.read_messages import read_messages
from tasks.run_facts import waiting_outbox
from tests.chain import Chain
from tests.stages import decided, offered, prepared, reported, visited
from tests.steps.sweep_rows import set_step
from tests.steps.term_moves import (
    MAP,
    PLAN,
    REGION,
    empty_outbox,
    extend,
    no,
    resume,
    rows,
    sheet,
    suspend,
    tags,
    trail,
)


def test_an_extension_moves_the_term_with_its_reason_in_the_trail(chain: Chain) -> None:
    reported(chain)
    extend(chain, "persons_informed", "2026-05-15T10:00", "evidence")
    step = chain.step("persons_informed")
    assert (chain.due("persons_informed"), step.deadline_version) == ("2026-06-01", 2)
    assert "verlengd" in step.explanation
    (line,) = trail(chain, "termijn-verlengd")
    assert (line.actor, line.role, line.details["reason"]) == ("VT-201", "vt_worker", "evidence")


def test_the_form_and_the_command_extend_alike(chain: Chain) -> None:
    reported(chain)
    chain.record("persons_informed", "VT-201", "2026-05-15T10:00", extension="safety")
    by_form = chain.step("persons_informed")
    assert [line.details["reason"] for line in trail(chain, "termijn-verlengd")] == ["safety"]
    chain.reports = 0
    reported(chain)
    extend(chain, "persons_informed", "2026-05-15T10:00")
    by_command = chain.step("persons_informed")
    assert (by_form.due_at, by_form.explanation) == (by_command.due_at, by_command.explanation)


@pytest.mark.parametrize(
    ("code", "step", "reason", "by"),
    [
        ("KR-VERLENGING", "safety_assessment", "safety", "VT-201"),
        ("KR-REDEN", "persons_informed", "illness", "VT-201"),
        ("KR-REDEN", "persons_informed", "jansen", "VT-201"),
        ("KR-ROL", "persons_informed", "safety", "WT-201"),
        ("KR-ROL", "persons_informed", "safety", "CM-001"),
        ("KR-CODE-ONBEKEND", "persons_informed", "safety", "VT-000"),
        ("KR-STAP-GESLOTEN", "history_check", "safety", "VT-201"),
    ],
)
def test_an_extension_that_may_not_be_leaves_no_trace(chain: Chain, code: str, step: str, reason: str, by: str) -> None:
    reported(chain)
    before = chain.written(), chain.step(step).due_at
    no(code, extend, chain, step, "2026-04-22T10:00", reason, by)
    assert before == (chain.written(), chain.step(step).due_at)


def test_a_suspension_gives_back_the_working_days_it_lasts(chain: Chain) -> None:
    visited(chain)
    assert chain.due(PLAN) == "2026-05-22"
    assert suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18") == 4  # Ascension Day and the weekend do not count
    step = chain.step(PLAN)
    assert (chain.due(PLAN), step.deadline_version) == ("2026-05-29", 2)  # Whit Monday does not either
    assert step.explanation.endswith(
        "; opgeschort van ma 11-05-2026 tot en met ma 18-05-2026: 4 werkdagen, einde vr 29-05-2026"
    )
    (line,) = trail(chain, "termijn-opgeschort")
    assert (line.actor, line.role, line.details["reason"]) == ("VT-201", "vt_worker", "illness")
    assert (line.details["days"], line.details["until"]) == (4, "2026-05-18")


def test_only_that_clock_moves_and_sight_stays_where_it_is(chain: Chain) -> None:
    visited(chain)
    steps = (MAP, "conditions_and_follow_up", "reporter_feedback")
    before = [(chain.due(step), chain.step(step).deadline_version) for step in steps], chain.case.sight
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18")
    extend(chain, "persons_informed", "2026-05-11T09:00")
    assert before == (
        [(chain.due(step), chain.step(step).deadline_version) for step in steps],
        chain.case.sight,
    )


def test_resuming_early_takes_the_unused_days_off_again(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18")
    resume(chain, PLAN, "2026-05-12T09:00", "VT-209")
    assert (chain.due(PLAN), chain.step(PLAN).deadline_version) == ("2026-05-26", 3)
    (row,) = rows(chain)
    assert (row.days, row.ended_at, row.recorded_by) == (1, chain.now.astimezone(UTC), "VT-201")
    assert chain.step(PLAN).explanation.endswith("; hervat op di 12-05-2026, einde di 26-05-2026")
    assert [line.actor for line in trail(chain, "termijn-hervat")] == ["VT-209"]
    no("KR-OPSCHORTING-GEEN", resume, chain, PLAN, "2026-05-12T10:00")


def test_resuming_on_the_same_day_undoes_it_wholly(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18")
    resume(chain, PLAN, "2026-05-11T17:00")
    assert (chain.due(PLAN), rows(chain)[0].days) == ("2026-05-22", 0)


def test_calendar_days_are_given_back_for_a_term_in_weeks(chain: Chain) -> None:
    decided(chain, "regional_custom")
    due = chain.step("regional_custom").due_at
    assert due is not None
    assert suspend(chain, "regional_custom", "2026-05-01T09:00", "2026-05-10", "waits_for_partner") == 9
    later = chain.step("regional_custom").due_at
    assert later is not None
    assert local_date(later) >= local_date(due) + timedelta(days=9)


@pytest.mark.parametrize(
    ("code", "step", "until", "reason", "by"),
    [
        ("KR-OPSCHORTING", "conditions_and_follow_up", "2026-05-18", "illness", "VT-201"),
        ("KR-OPSCHORTING", "persons_informed", "2026-05-18", "safety", "VT-201"),
        ("KR-OPSCHORTING-DATUM", PLAN, "2026-05-11", "illness", "VT-201"),
        ("KR-OPSCHORTING-DATUM", PLAN, "2026-05-08", "illness", "VT-201"),
        ("KR-OPSCHORTING-DATUM", PLAN, "2026-05-20", "illness", "VT-201"),
        ("KR-REDEN", PLAN, "2026-05-18", "holiday", "VT-201"),
        ("KR-ROL", PLAN, "2026-05-18", "illness", "SG-001"),
        ("KR-STAP-GESLOTEN", "joint_first_home_visit", "2026-05-18", "illness", "VT-201"),
    ],
)
def test_a_suspension_that_may_not_be_leaves_no_trace(
    chain: Chain, code: str, step: str, until: str, reason: str, by: str
) -> None:
    visited(chain)
    before = chain.written()
    no(code, suspend, chain, step, "2026-05-11T09:00", until, reason, by)
    assert (chain.written(), rows(chain)) == (before, [])


def test_what_is_late_refused_or_acute_is_not_suspended(chain: Chain) -> None:
    visited(chain)
    no("KR-OPSCHORTING-STAND", suspend, chain, PLAN, "2026-05-26T09:00", "2026-05-28")
    for wrong in ({"stalled_at": chain.now}, {"stalled_at": None, "acute": True}):
        set_step(chain, MAP, **wrong)
        no("KR-OPSCHORTING-STAND", suspend, chain, MAP, "2026-05-11T09:00", "2026-05-18")


def test_a_clock_that_stands_still_is_not_suspended_or_extended_again(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-12")
    no("KR-OPSCHORTING-LOOPT", suspend, chain, PLAN, "2026-05-12T09:00", "2026-05-13")
    assert suspend(chain, PLAN, "2026-05-13T09:00", "2026-05-18") == 2


def test_the_reminder_of_the_old_date_stays_silent_and_the_new_one_comes_a_working_day_ahead(chain: Chain) -> None:
    visited(chain)
    assert chain.sweep("2026-05-21T08:00").planned
    suspend(chain, PLAN, "2026-05-21T08:01", "2026-05-27")
    with chain.ledger.reading() as session:
        told = read_messages(session, chain.now, Step.id == chain.step(PLAN).id)
        assert {item.silence for item in told if item.message.rung == "R"} == {"termijn-verzet"}
    for day in ("2026-05-22", "2026-05-26"):
        assert chain.sweep(f"{day}T08:00").planned == 0 or len(chain.told(PLAN, "R")) == 1
    assert chain.due(PLAN) == "2026-05-28"  # a day was left of the term, and a day is left after it
    chain.sweep("2026-05-27T08:00")
    assert [m.deadline_version for m in chain.messages(PLAN) if m.rung == "R"] == [1, 2]


def test_nothing_is_late_while_the_clock_stands_still(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-22T09:00", "2026-05-31")  # until a Sunday, on the last day of the term
    assert chain.due(PLAN) == "2026-06-01"
    chain.sweep("2026-05-31T12:00")
    assert chain.told(PLAN, "L1") == []
    resume(chain, PLAN, "2026-05-31T12:00")
    assert chain.due(PLAN) == "2026-06-01"


def test_the_tag_comes_with_the_suspension_and_goes_with_its_end(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18")
    assert "opgeschort" in tags(chain, PLAN)
    assert "**Opgeschort** tot en met ma 18-05-2026." in chain.form(PLAN).description
    assert "opgeschort" in tags(chain.at("2026-05-18T23:00"), PLAN)
    assert "opgeschort" not in tags(chain.at("2026-05-19T00:00"), PLAN)
    empty_outbox(chain)
    chain.sweep("2026-05-19T00:00")
    assert ("tag_run", chain.step(PLAN).id) in [(item.act, item.step_id) for item in waiting_outbox(chain.ledger, 99)]


def test_the_days_are_shown_gross_and_net(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18")
    shown = sheet(chain.at("2026-05-13T10:00"), PLAN)
    assert (shown.gross_days, shown.net_days, shown.counted_in) == (4, 2, "working_days")
    shown = sheet(chain.at("2026-05-20T10:00"), PLAN)
    assert (shown.gross_days, shown.net_days, shown.suspended_until) == (8, 4, None)


def test_a_step_that_closes_ends_its_suspension_for_the_days_it_lasted(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18")
    chain.record(PLAN, "VT-201", "2026-05-12T12:00", outcome="refused")
    assert chain.step(PLAN).state == "done"
    assert (chain.step(PLAN).suspended_until, rows(chain)[0].days) == (None, 1)


def test_a_refusal_ends_the_suspension_first_and_then_counts_from_its_own_moment(chain: Chain) -> None:
    offered(chain)
    change_policy(chain.ledger, REGION, chain.now)
    before = chain.due("warm_handover")
    suspend(chain, "warm_handover", "2026-06-03T09:00", "2026-06-08")
    chain.record("warm_handover", "WT-201", "2026-06-03T10:00", outcome="refused", refusal_reason="capacity")
    step = chain.step("warm_handover")
    assert (chain.due("warm_handover"), step.suspended_until) == (before, None)
    assert step.stalled_at is not None


def test_the_clock_that_runs_is_the_one_that_counts_not_the_one_that_comes_after_it(chain: Chain) -> None:
    prepared(chain)
    change_policy(chain.ledger, REGION, chain.now)
    no("KR-OPSCHORTING", suspend, chain, "warm_handover", "2026-04-29T09:00", "2026-05-06")
    chain.record("warm_handover", "VT-201", "2026-06-02T10:00", offer="yes", safe_contact_known="yes")
    assert suspend(chain, "warm_handover", "2026-06-03T09:00", "2026-06-08") == 3


def test_a_new_clock_ends_the_suspension_of_the_one_before_it_and_starts_clean(chain: Chain) -> None:
    prepared(chain)
    own = REGION + '[clocks.handover_offer]\nsuspension_days = 14\nsource = "proef"\n'
    change_policy(chain.ledger, own, chain.now)
    suspend(chain, "warm_handover", "2026-04-29T09:00", "2026-05-08")
    chain.record("warm_handover", "VT-201", "2026-05-01T10:00", offer="yes", safe_contact_known="yes")
    step = chain.step("warm_handover")
    assert (step.clock, chain.due("warm_handover"), step.suspended_until) == ("handover_acceptance", "2026-05-11", None)
    assert rows(chain)[0].days == 2
    shown = sheet(chain.at("2026-05-06T10:00"), "warm_handover")
    assert (shown.gross_days, shown.net_days) == (2, 2)


def test_the_database_itself_refuses_a_later_term_without_a_new_version(chain: Chain) -> None:
    visited(chain)
    suspend(chain, PLAN, "2026-05-11T09:00", "2026-05-18")
    step = chain.step(PLAN)
    assert step.due_at is not None
    later = update(Step).where(col(Step.id) == step.id).values(due_at=step.due_at + timedelta(days=1))
    with (
        pytest.raises((DatabaseError, StateRefusal), match="KR-TERMIJN-LATER"),
        chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow,
    ):
        uow.session.connection().execute(later)
    assert chain.step(PLAN).due_at == step.due_at
