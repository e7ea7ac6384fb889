"""Rows that the tests of the sweep share."""

from sqlalchemy import update
from sqlmodel import col

from integrations.ledger import SYSTEM
from integrations.ledger.tables import Step
from tests.chain import Chain

REMINDER = "2026-04-24T08:00"  # of the assessment of a case reported on Mon 20 Apr


def many(chain: Chain, number: int) -> None:
    """So many more open assessments, equal to the one of the case."""
    like = chain.step("safety_assessment").model_dump()
    rows = [like | {"id": f"{chain.reference}.9{n:05}", "subject": f"proef-{n}"} for n in range(number)]
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        uow.session.add_all(Step(**row) for row in rows)


def set_step(chain: Chain, word: str, **values: object) -> None:
    """What only a fault could do to a row."""
    changed = update(Step).where(col(Step.id) == chain.step(word).id).values(**values)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        uow.session.connection().execute(changed)
