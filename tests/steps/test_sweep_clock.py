"""What a sweep does when the clock, or what was decided before, is not what it should be."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from integrations.ledger import SYSTEM
from integrations.ledger.tables import Audit, Message, Step, SweepRun
from tests.chain import Chain

DAY = timedelta(days=1)


def messages(chain: Chain) -> list[tuple[str, str, str, int]]:
    with chain.ledger.reading() as session:
        found = session.exec(select(Message).order_by(col(Message.id)))
        return [(message.step_id, message.rung, message.party, message.ordinal) for message in found]


def late_case(chain: Chain) -> None:
    """A report that nobody has looked at for a week, swept."""
    chain.report()
    chain.now += timedelta(days=7)
    chain.sweep()


def test_a_clock_that_was_put_back_is_told_and_nobody_gets_a_message_by_it(chain: Chain) -> None:
    late_case(chain)
    before = messages(chain)
    chain.now -= timedelta(minutes=6)
    swept = chain.sweep()
    assert (swept.clock_back, swept.steps, messages(chain)) == (True, 0, before)
    with chain.ledger.reading() as session:
        last = session.exec(select(SweepRun).order_by(col(SweepRun.id).desc())).first()
        assert last is not None
        assert last.clock_back
        assert session.exec(select(Audit.seq).where(Audit.act == "klok-terug")).one()


def test_the_sweep_after_that_goes_on_by_the_new_time(chain: Chain) -> None:
    late_case(chain)
    chain.now -= timedelta(days=2)
    chain.sweep()
    chain.now += timedelta(minutes=5)
    assert not chain.sweep().clock_back
    chain.now += timedelta(days=30)
    assert chain.sweep().planned > 0


def test_a_clock_a_few_minutes_behind_counts_as_standing_still(chain: Chain) -> None:
    late_case(chain)
    last = chain.now
    chain.now -= timedelta(minutes=4)
    assert not chain.sweep().clock_back
    with chain.ledger.reading() as session:
        assert session.exec(select(SweepRun.at).order_by(col(SweepRun.id).desc())).first() == last


def test_an_alarm_that_sounded_in_a_time_that_never_was_sounds_again(chain: Chain) -> None:
    chain.report(possibly_acute=True)
    right = chain.now + timedelta(minutes=30)
    chain.now += 40 * DAY
    chain.sweep()
    chain.now = right
    assert chain.sweep().clock_back
    alarms = sum(rung == "ACUTE" for _, rung, _, _ in messages(chain))
    chain.now += timedelta(minutes=5)
    chain.sweep()
    assert sum(rung == "ACUTE" for _, rung, _, _ in messages(chain)) > alarms


def test_a_rung_is_decided_once_even_when_the_look_is_set_back(chain: Chain) -> None:
    late_case(chain)
    before = messages(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        back = update(Step).where(col(Step.state) == "open").values(next_action_at=chain.now - 7 * DAY)
        uow.session.connection().execute(back)
    again = chain.sweep()
    assert (again.planned, again.failed) == (0, 0)
    assert len(set(messages(chain))) == len(messages(chain))
    assert messages(chain) == before


def test_the_same_key_with_other_contents_is_an_error_that_shows(chain: Chain) -> None:
    late_case(chain)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        connection = uow.session.connection()
        connection.execute(update(Message).values(content_hash="anders"))
        connection.execute(update(Step).where(col(Step.state) == "open").values(next_action_at=chain.now - 7 * DAY))
    assert chain.sweep().failed > 0
    with chain.ledger.reading() as session:
        assert session.exec(select(Audit.seq).where(Audit.act == "bericht-anders")).first()


def test_every_message_says_when_it_was_owed(chain: Chain) -> None:
    late_case(chain)
    with chain.ledger.reading() as session:
        first = session.exec(select(Message).where(Message.rung == "R")).first()
    assert first is not None
    assert first.owed_at is not None
    assert first.owed_at < first.planned_at == chain.now


def looks(chain: Chain) -> list[tuple[str, object]]:
    with chain.ledger.reading() as session:
        return list(session.exec(select(Step.id, Step.next_action_at).order_by(Step.id)).all())


def test_a_sweep_that_cannot_write_its_messages_moves_no_look_either(chain: Chain) -> None:
    chain.report()
    chain.now += timedelta(days=7)
    before = looks(chain)
    statements(chain, "CREATE TRIGGER broken BEFORE INSERT ON message BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(IntegrityError):
        chain.sweep()
    assert looks(chain) == before
    statements(chain, "DROP TRIGGER broken")
    assert chain.sweep().planned > 0


def statements(chain: Chain, *texts: str) -> None:
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        for text in texts:
            uow.session.connection().exec_driver_sql(text)
