"""What Prefect must be told is written in the transaction that decided it, and once."""

import pytest
from sqlmodel import select

from domain.errors import WrongUse
from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.tables import Outbox
from tests.ledger.rows import NOW, add_step


def waiting(ledger: Ledger) -> list[tuple[str, str]]:
    with ledger.reading() as session:
        rows = session.exec(select(Outbox).order_by("id"))
        return [(row.act, row.step_id) for row in rows if row.done_at is None]


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """Step s-1 with `start_run` waiting."""
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        add_step(uow)
        uow.tell_prefect("start_run", "s-1")
    return ledger


def test_telling_prefect_is_refused_outside_an_open_unit_of_work(ledger: Ledger) -> None:
    with ledger.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        add_step(uow)
    with pytest.raises(WrongUse, match="KR-TRANSACTIE-DICHT"):
        uow.tell_prefect("start_run", "s-1")
    with pytest.raises(WrongUse, match="KR-TRANSACTIE-DICHT"):
        uow.audit("te laat")
    assert waiting(ledger) == []


def test_the_same_thing_is_not_told_twice_while_it_waits(told: Ledger) -> None:
    with told.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        for act in ("start_run", "tag_run", "tag_run", "end_run"):
            uow.tell_prefect(act, "s-1")
    assert waiting(told) == [("start_run", "s-1"), ("tag_run", "s-1"), ("end_run", "s-1")]


def test_the_same_thing_is_told_again_after_the_first_was_done(told: Ledger) -> None:
    with told.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.session.exec(select(Outbox)).one().done_at = NOW
    with told.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.tell_prefect("start_run", "s-1")
    assert waiting(told) == [("start_run", "s-1")]


def test_an_act_prefect_does_not_know_is_refused(told: Ledger) -> None:
    with pytest.raises(WrongUse, match="KR-OPDRACHT-ONBEKEND"), told.unit_of_work(now=NOW, actor=SYSTEM) as uow:
        uow.tell_prefect("delete_run", "s-1")
    assert waiting(told) == [("start_run", "s-1")]
