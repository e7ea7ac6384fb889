"""Moving a term in the tests: extend, suspend, resume; and what the ledger then shows."""

from datetime import date

import pytest
from sqlmodel import col, select

from domain.errors import Refusal
from integrations.ledger.tables import Audit, Suspension
from tasks.extend_step import extend_step
from tasks.resume_step import resume_step
from tasks.run_facts import outbox_done, run_facts, waiting_outbox
from tasks.show_step import StepSheet, show_step
from tasks.suspend_step import suspend_step
from tests.chain import Chain
from tests.region import DOOR

PLAN, MAP = "safety_plan", "life_area_map"
REGION = """version = "proef-1"
[clocks.handover_acceptance]
suspension_days = 14
source = "proef"
[clocks.safety_plan]
extension_weeks = 2
suspension_days = 20
source = "proef"
"""


def extend(chain: Chain, step: str, at: str, reason: str = "safety", by: str = "VT-201") -> None:
    extend_step(chain.ledger, chain.step(step).id, reason, by, door=DOOR, now=chain.at(at).now)


def suspend(chain: Chain, step: str, at: str, until: str, reason: str = "illness", by: str = "VT-201") -> int:
    last, now = date.fromisoformat(until), chain.at(at).now
    return suspend_step(chain.ledger, chain.step(step).id, last, reason, by, door=DOOR, now=now).days


def resume(chain: Chain, step: str, at: str, by: str = "VT-201") -> None:
    resume_step(chain.ledger, chain.step(step).id, by, door=DOOR, now=chain.at(at).now)


def trail(chain: Chain, act: str) -> list[Audit]:
    with chain.ledger.reading() as session:
        return list(session.exec(select(Audit).where(Audit.act == act).order_by(col(Audit.seq))))


def rows(chain: Chain) -> list[Suspension]:
    with chain.ledger.reading() as session:
        return list(session.exec(select(Suspension).order_by(col(Suspension.id))))


def sheet(chain: Chain, step: str) -> StepSheet:
    return show_step(chain.ledger, chain.step(step).id, "VT-201", chain.now, logged_at=chain.now)


def tags(chain: Chain, step: str) -> tuple[str, ...]:
    return run_facts(chain.ledger, chain.step(step).id, chain.now).tags


def empty_outbox(chain: Chain) -> None:
    for item in waiting_outbox(chain.ledger, 1000):
        outbox_done(chain.ledger, item.id, chain.now)


def no(code: str, act: object, *arguments: object) -> None:
    assert callable(act)
    with pytest.raises(Refusal) as refusal:
        act(*arguments)
    assert refusal.value.code == code
