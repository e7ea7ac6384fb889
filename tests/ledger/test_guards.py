"""What the database itself refuses, by whatever door the statement comes."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.errors import StateRefusal
from integrations.ledger import SYSTEM, Ledger, audit
from tests.ledger.rows import NOW, add_step, the_step

ROW = "'2026-04-20 09:30:00', 'systeem', 'systeem', 'klok', 'x', '', '', '', '{}'"


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    """Three audit rows and a step due in five days, deadline version 1."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        add_step(uow)
        for _ in range(3):
            uow.audit("handeling")
    return ledger


def refused(ledger: Ledger, statement: str, code: str) -> None:
    with pytest.raises(StateRefusal, match=code), ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.session.connection().execute(text(statement))
    with ledger.reading() as session:
        assert (audit.head(session).seq, audit.verify(session)) == (3, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'VT-666' WHERE seq = 2",
        "UPDATE audit SET actor = actor",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
    ],
)
def test_an_audit_row_cannot_be_changed_or_removed(filled: Ledger, statement: str) -> None:
    refused(filled, statement, "KR-AUDIT-VAST")


@pytest.mark.parametrize(
    ("place", "previous"),
    [("3", "(SELECT hash FROM audit WHERE seq = 2)"), ("5", "(SELECT max(hash) FROM audit)"), ("4", "'vals'")],
    ids=["a fork", "a gap", "another previous"],
)
def test_an_audit_row_that_does_not_follow_the_last_is_refused(filled: Ledger, place: str, previous: str) -> None:
    refused(filled, f"INSERT INTO audit VALUES ({place}, {ROW}, {previous}, 'h')", "KR-AUDIT-KETEN")


def test_an_audit_row_cannot_be_replaced_or_truncated(filled: Ledger) -> None:
    if filled.url.drivername == "sqlite":
        previous = "(SELECT hash FROM audit WHERE seq = 1)"
        refused(filled, f"INSERT OR REPLACE INTO audit VALUES (2, {ROW}, {previous}, 'h')", "KR-AUDIT-KETEN")
    else:
        refused(filled, "TRUNCATE audit CASCADE", "KR-AUDIT-VAST")


@pytest.mark.parametrize("seconds", [1, 86400 * 30])
def test_a_due_moment_never_moves_later_without_a_new_deadline_version(filled: Ledger, seconds: int) -> None:
    with pytest.raises(StateRefusal, match="KR-TERMIJN-LATER"), filled.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        the_step(uow.session).due_at = NOW + timedelta(days=5, seconds=seconds)
    with filled.reading() as session:
        assert the_step(session).due_at == NOW + timedelta(days=5)


def test_a_due_moment_does_not_disappear_without_a_new_deadline_version(filled: Ledger) -> None:
    with pytest.raises(StateRefusal, match="KR-TERMIJN-LATER"), filled.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        the_step(uow.session).due_at = None


def test_a_deadline_version_never_falls(filled: Ledger) -> None:
    with pytest.raises(StateRefusal, match="KR-TERMIJN-LATER"), filled.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        the_step(uow.session).deadline_version = 0


def test_a_due_moment_moves_later_with_a_new_deadline_version_and_earlier_at_any_time(filled: Ledger) -> None:
    with filled.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        step = the_step(uow.session)
        step.due_at, step.deadline_version = NOW + timedelta(days=30), 2
    with filled.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        the_step(uow.session).due_at = NOW + timedelta(days=1)
    with filled.reading() as session:
        assert the_step(session).due_at == NOW + timedelta(days=1)


def test_a_step_without_a_due_moment_gets_one(filled: Ledger) -> None:
    with filled.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        step = the_step(uow.session)
        step.due_at, step.deadline_version = None, 2
    with filled.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        the_step(uow.session).due_at = NOW
