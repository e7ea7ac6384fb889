"""The account of a day: what was owed is counted from the steps and the ladder, and nothing owed is missing from it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import col, func, select

from domain.account import Account, histogram, in_words
from integrations.ledger import SYSTEM, Ledger, settings_table
from integrations.ledger.tables import Message, MessageState, Step
from integrations.mail import Result, Verdict
from tasks.account_day import DayAccount, account_day
from tasks.deliver_messages import deliver_messages
from tasks.extend_step import extend_step
from tests.chain import Chain
from tests.region import moment, with_region
from tests.stages import decided, reported

DUE = "2026-04-28"
REMINDED = "2026-04-24T08:00"


class Post:
    """Takes everything, or gives this result."""

    def __init__(self, result: Result | None = None) -> None:
        self.result = result or Result(Verdict.SENT)

    def send(self, channel: str, subject: str, body: str, reference: str) -> Result:
        return self.result


@pytest.fixture
def chain(ledger: Ledger) -> Chain:
    """The region, on a clock that stands still unless the test moves it."""
    with_region(ledger)
    with ledger.unit_of_work(now=moment("2026-04-20T00:00"), actor=SYSTEM) as work:
        settings_table.put(work, "clock", "virtual")
    return Chain(ledger)


def live(chain: Chain, since: str, until: str, minutes: int = 240, post: Post | None = None) -> None:
    """Sweep and deliver every so many minutes."""
    now = moment(since)
    while now <= moment(until):
        chain.now = now
        chain.sweep()
        deliver_messages(chain.ledger, now, post or Post())
        now += timedelta(minutes=minutes)


def on(chain: Chain, day: str, at: str = "") -> Account:
    return whole(chain, day, at).account


def whole(chain: Chain, day: str, at: str = "") -> DayAccount:
    return account_day(chain.ledger, date.fromisoformat(day), moment(at) if at else chain.now)


def days(since: str, until: str) -> Iterator[str]:
    day = date.fromisoformat(since)
    while day <= date.fromisoformat(until):
        yield day.isoformat()
        day += timedelta(days=1)


def line(account: Account, rung: str) -> tuple[int, int, dict[str, int], dict[str, int], int]:
    """(expected, sent, let go, failed, forgotten) of one rung."""
    found = next(line for line in account.rungs if line.rung == rung)
    return found.expected, found.sent, dict(found.suppressed), dict(found.failed), found.forgotten


def drop(chain: Chain, *where: object) -> int:
    """Messages that vanish, as if they had never been planned."""
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        done = work.session.connection().execute(delete(Message).where(*where))  # type: ignore[arg-type]
        return int(done.rowcount)


def test_over_the_life_of_a_case_every_day_balances_and_every_message_is_counted_once(chain: Chain) -> None:
    decided(chain)
    live(chain, f"{chain.now:%Y-%m-%dT%H:%M}", "2026-06-01T22:00", 900)
    accounts = [on(chain, day) for day in days("2026-04-20", "2026-06-01")]
    assert [account for account in accounts if not account.balanced] == []
    assert [account.forgotten for account in accounts if account.forgotten] == []
    assert [account.unexplained for account in accounts if account.unexplained] == []
    with chain.ledger.reading() as session:
        every = session.exec(select(func.count()).select_from(Message)).one()
    counted = [number for account in accounts for number in account.told]
    assert len(counted) == len(set(counted)) == every
    assert {rung.rung for account in accounts for rung in account.rungs} >= {"NOTICE", "R", "L1", "L2", "L3", "L4"}


def test_the_notices_of_the_day_of_a_report_are_expected_and_sent(chain: Chain) -> None:
    reported(chain)
    live(chain, "2026-04-21T16:05", "2026-04-22T12:00")
    account = on(chain, "2026-04-20")
    assert account.expected == account.total("sent") + account.total("suppressed")
    assert line(account, "NOTICE")[4] == 0


def test_a_rung_that_nobody_planned_is_forgotten_by_name(chain: Chain) -> None:
    reported(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        step = work.session.get_one(Step, chain.step("safety_assessment").id)
        step.next_action_at = None
    live(chain, "2026-04-22T08:00", "2026-04-30T20:00")
    found = [(one.step_id, one.rung) for day in days("2026-04-22", "2026-04-29") for one in on(chain, day).forgotten]
    assert (step.id, "R") in found
    assert (step.id, "L1") in found
    assert not all(on(chain, day).balanced for day in days("2026-04-22", "2026-04-29"))


def test_a_notice_that_was_never_written_is_forgotten_without_any_sweep(chain: Chain) -> None:
    reported(chain)
    assert drop(chain, Message.rung == "NOTICE", Message.step_id == chain.step("safety_assessment").id) == 1
    [one] = on(chain, "2026-04-21").forgotten + on(chain, "2026-04-20").forgotten
    assert (one.rung, one.step_id) == ("NOTICE", chain.step("safety_assessment").id)


def test_what_no_sweep_has_seen_yet_is_under_way_and_not_forgotten(chain: Chain) -> None:
    reported(chain)
    account = on(chain, REMINDED[:10], "2026-04-24T08:03")
    assert account.total("under_way") == account.expected > 0
    assert account.balanced
    chain.sweep("2026-04-24T08:05")
    assert on(chain, REMINDED[:10]).forgotten == ()


def test_a_day_to_come_owes_nothing_yet(chain: Chain) -> None:
    reported(chain)
    assert on(chain, "2026-04-24", "2026-04-23T12:00").expected == 0


def test_after_three_weeks_of_silence_the_rungs_belong_to_the_days_they_were_owed(chain: Chain) -> None:
    reported(chain)
    live(chain, "2026-05-18T09:00", "2026-05-18T12:00", 60)
    accounts = [on(chain, day) for day in days("2026-04-20", "2026-05-18")]
    assert [account.forgotten for account in accounts if account.forgotten] == []
    assert all(account.balanced for account in accounts)
    reasons = {reason for account in accounts for rung in account.rungs for reason in rung.suppressed}
    assert "hogere-trede" in reasons
    late = whole(chain, "2026-04-29").lateness
    assert sum(late.values()) == late["> 1 dag"] > 0


def test_a_step_that_closed_before_any_sweep_is_let_go_and_not_forgotten(chain: Chain) -> None:
    reported(chain)
    live(chain, "2026-04-22T08:00", "2026-04-23T20:00")
    with chain.ledger.unit_of_work(now=moment("2026-04-24T08:30"), actor=SYSTEM) as work:
        step = work.session.get_one(Step, chain.step("safety_assessment").id)
        step.state, step.closed_at, step.next_action_at = "done", moment("2026-04-24T08:30"), None
    live(chain, "2026-04-24T09:00", "2026-04-30T20:00")
    account = on(chain, "2026-04-24")
    assert line(account, "R")[2] == {"stap-klaar": 1}
    assert account.balanced
    assert not [one for day in days("2026-04-24", "2026-04-30") for one in on(chain, day).forgotten]


def test_a_step_that_closed_before_its_rung_owes_nothing_of_it(chain: Chain) -> None:
    reported(chain)
    before = on(chain, "2026-04-24", "2026-04-24T23:00").expected
    with chain.ledger.unit_of_work(now=moment("2026-04-23T08:30"), actor=SYSTEM) as work:
        step = work.session.get_one(Step, chain.step("safety_assessment").id)
        step.state, step.closed_at, step.next_action_at = "done", moment("2026-04-23T08:30"), None
    assert on(chain, "2026-04-24", "2026-04-24T23:00").expected == before - 1


def test_a_moved_term_owes_its_own_rungs_from_then_on(chain: Chain) -> None:
    decided(chain)
    step, now = chain.step("persons_informed"), chain.now
    live(chain, f"{now:%Y-%m-%dT%H:%M}", "2026-05-14T20:00", 900)
    extend_step(chain.ledger, step.id, "safety", "VT-201", door="opdracht", now=moment("2026-05-15T10:00"))
    live(chain, "2026-05-15T12:00", "2026-06-05T20:00", 900)
    accounts = [on(chain, day) for day in days(f"{now:%Y-%m-%d}", "2026-06-05")]
    assert not [one for account in accounts for one in (*account.forgotten, *account.unexplained)]
    assert [account for account in accounts if not account.balanced] == []
    with chain.ledger.reading() as session:
        told = select(Message.rung, Message.deadline_version).where(Message.step_id == step.id)
        assert {(rung, version) for rung, version in session.exec(told)} >= {("R", 2)}


def test_a_notice_of_the_evening_belongs_to_that_evening_and_is_not_late_in_the_morning(chain: Chain) -> None:
    chain.report("2026-04-20T22:05", accepted_by="")
    live(chain, "2026-04-20T22:06", "2026-04-20T22:08", 2)
    live(chain, "2026-04-21T07:58", "2026-04-21T08:06", 2)
    found = whole(chain, "2026-04-20")
    assert found.account.balanced
    assert found.account.total("sent") > 0
    assert sum(found.lateness.values()) == found.account.total("sent")
    assert found.lateness["1 u-1 dag"] == found.lateness["> 1 dag"] == 0


def test_alarms_are_owed_each_quarter_of_an_hour_until_somebody_heard_them(chain: Chain) -> None:
    chain.report("2026-04-21T09:00", possibly_acute=True)
    step = chain.step("immediate_safety_check")
    assert step.acute
    live(chain, "2026-04-21T09:00", "2026-04-21T10:00", 5)
    chain.acknowledge("immediate_safety_check", "VT-911", "2026-04-21T10:02")
    live(chain, "2026-04-21T10:05", "2026-04-21T12:00", 5)
    account = on(chain, "2026-04-21")
    assert not account.forgotten
    with chain.ledger.reading() as session:
        numbers = session.exec(select(Message.ordinal).where(Message.rung == "ACUTE").distinct()).all()
        rows = session.exec(select(func.count()).where(Message.rung == "ACUTE")).one()
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert line(account, "ACUTE")[0] == rows
    assert drop(chain, Message.rung == "ACUTE", Message.ordinal == 3) > 0
    assert [(one.rung, one.number) for one in on(chain, "2026-04-21").forgotten] == [("ACUTE", 3)]


def test_alarms_that_no_sweep_saw_were_overtaken_and_not_forgotten(chain: Chain) -> None:
    chain.report("2026-04-21T09:00", possibly_acute=True)
    live(chain, "2026-04-21T09:00", "2026-04-21T09:10", 5)
    live(chain, "2026-04-21T11:01", "2026-04-21T11:20", 5)
    account = on(chain, "2026-04-21", "2026-04-21T11:21")
    assert not account.forgotten
    assert line(account, "ACUTE")[2] == {"hogere-trede": 7}


def test_what_fails_and_what_may_have_gone_twice_is_counted_with_its_reason(chain: Chain) -> None:
    reported(chain)
    live(chain, "2026-04-24T08:05", "2026-04-24T08:05", post=Post(Result(Verdict.PERMANENT, "smtp-550")))
    account = on(chain, "2026-04-24")
    assert line(account, "R")[3] == {"smtp-550": 1}
    assert account.balanced
    with chain.ledger.reading() as session:
        failed = session.exec(select(func.count()).where(Message.state == MessageState.FAILED)).one()
    assert line(account, "UNDELIVERED")[0] == failed > 0


def test_a_mail_in_doubt_counts_as_one_that_may_have_come_twice(chain: Chain) -> None:
    reported(chain)
    live(chain, "2026-04-24T08:05", "2026-04-24T08:05", post=Post(Result(Verdict.INDEFINITE, "verbroken")))
    live(chain, "2026-04-24T08:10", "2026-04-24T08:10")
    found = whole(chain, "2026-04-24")
    assert found.maybe_twice == found.mails > 0
    assert found.lateness["1-15 min"] == found.account.total("sent")


def test_a_message_that_no_step_owes_is_shown_as_unexplained(chain: Chain) -> None:
    reported(chain)
    live(chain, "2026-04-21T17:00", "2026-04-22T12:00")
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as work:
        row = work.session.exec(select(Message).where(Message.rung == "NOTICE").order_by(col(Message.id))).first()
        assert row
        early = {"rung": "L4", "owed_at": chain.now, "planned_at": chain.now}
        work.session.add(Message(**row.model_dump(exclude={"id"}) | early))
    account = on(chain, "2026-04-22")
    assert len(account.unexplained) == 1


def test_lateness_falls_in_five_spans() -> None:
    spans = [timedelta(seconds=s) for s in (-1, 59, 60, 899, 900, 3599, 3600, 86_399, 86_400)]
    assert list(histogram(spans).values()) == [2, 2, 2, 2, 1]


def test_reasons_are_told_in_words() -> None:
    assert in_words("stap-klaar") == "de stap was klaar"
    assert in_words("bounce 5.1.1") == "teruggekomen (5.1.1)"
    assert in_words("smtp-550") == "geweigerd (smtp-550)"
    assert in_words("kanaal-weg") == "niet verzonden (kanaal-weg)"
