"""The account holds through all that can happen to a term: refused, suspended, resumed, moved, and a clock put back."""

from datetime import date, timedelta

import pytest
from sqlmodel import func, select

from domain.account import Account
from integrations.ledger.tables import Message
from tasks.resume_step import resume_step
from tasks.suspend_step import suspend_step
from tests.chain import Chain
from tests.faults.tier import chance, scaled, seeds
from tests.messages.test_account import chain, days, live, on
from tests.region import DOOR, moment
from tests.stages import handed_over, offered, visited

__all__ = ["chain"]  # the fixture


def lived(chain: Chain, until: str, minutes: int = 1_260) -> None:
    live(chain, f"{chain.now:%Y-%m-%dT%H:%M}", until, minutes)


def sound(chain: Chain, since: str) -> list[Account]:
    """The accounts of every day from this one until now: balanced, nothing forgotten, nothing unexplained."""
    accounts = [on(chain, day) for day in days(since, f"{chain.now:%Y-%m-%d}")]
    assert [(str(a.day), a.forgotten, a.unexplained) for a in accounts if a.forgotten or a.unexplained] == []
    assert [a for a in accounts if not a.balanced] == []
    return accounts


def test_a_refused_hand_over_owes_its_lateness_at_once_and_no_reminder_any_more(chain: Chain) -> None:
    offered(chain)
    lived(chain, "2026-06-03T20:00")
    chain.record("warm_handover", "WT-209", "2026-06-04T11:00", refusal_reason="capacity", outcome="refused")
    chain.sweep("2026-06-04T11:05")
    late = on(chain, "2026-06-04", "2026-06-04T11:06")
    assert [rung.expected for rung in late.rungs if rung.rung == "L1"] > [0]
    lived(chain, "2026-06-22T20:00")
    sound(chain, "2026-06-02")


def test_a_suspended_term_owes_the_rungs_of_its_new_date_only(chain: Chain) -> None:
    visited(chain)
    lived(chain, "2026-05-08T20:00")
    plan = chain.step("safety_plan").id
    until = date(2026, 5, 18)
    suspend_step(chain.ledger, plan, until, "illness", "VT-201", door=DOOR, now=moment("2026-05-11T09:00"))
    chain.at("2026-05-11T09:05")
    lived(chain, "2026-05-12T08:00")
    resume_step(chain.ledger, plan, "VT-201", door=DOOR, now=moment("2026-05-12T10:00"))
    chain.at("2026-05-12T10:05")
    lived(chain, "2026-06-12T20:00")
    accounts = sound(chain, "2026-05-08")
    versions = {version for a in accounts for number in a.told for version in _versions(chain, number, plan)}
    assert max(versions) == 3


def _versions(chain: Chain, number: int, step: str) -> list[int]:
    with chain.ledger.reading() as session:
        row = session.get_one(Message, number)
        return [row.deadline_version] if row.step_id == step else []


def test_monitoring_that_opens_by_itself_is_accounted_for_from_its_own_day(chain: Chain) -> None:
    handed_over(chain)
    chain.record(
        "local_start",
        "WT-201",
        "2026-06-09T16:00",
        **{
            "first_contact_on": "2026-06-09",
            "director": "WT-201",
            "outcome": "started",
        },
    )
    live(chain, "2026-08-19T20:00", "2026-09-10T20:00", 1_260)
    assert "R10" in {rung.rung for a in sound(chain, "2026-08-19") for rung in a.rungs}


def test_a_clock_that_was_put_back_forgets_nothing_of_the_days_after_it(chain: Chain) -> None:
    visited(chain)
    chain.report("2026-05-08T09:00", possibly_acute=True, household="H-2")
    live(chain, "2026-05-08T09:05", "2026-05-08T11:00", 10)
    live(chain, "2026-05-08T10:00", "2026-05-08T10:20", 10)
    chain.acknowledge("immediate_safety_check", "VT-911", "2026-05-08T10:25")
    live(chain, "2026-05-08T10:30", "2026-05-12T20:00", 600)
    assert [a.forgotten for a in (on(chain, day) for day in days("2026-05-08", "2026-05-12")) if a.forgotten] == []


@pytest.mark.parametrize("seed", list(seeds("account")))
def test_however_long_the_sweeps_stayed_away_each_message_is_counted_once_on_one_day(chain: Chain, seed: int) -> None:
    drawn = chance(f"account {seed}")
    visited(chain)
    begin, end = "2026-04-20", moment("2026-05-07T16:00") + timedelta(days=scaled(30, 60))
    while chain.now < end:
        chain.sweep()
        chain.now += timedelta(minutes=drawn.choice([5, 60, 600, 1_440, 8_000]))
    chain.sweep()
    accounts = sound(chain, begin)
    counted = [number for a in accounts for number in a.told]
    with chain.ledger.reading() as session:
        assert len(counted) == len(set(counted)) == session.exec(select(func.count()).select_from(Message)).one()
