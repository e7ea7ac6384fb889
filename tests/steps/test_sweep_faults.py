"""A row that cannot be decided stops no other, is counted, and is said after all once it was mended."""

import pytest
from sqlalchemy import update
from sqlmodel import col

from integrations.ledger import SYSTEM
from integrations.ledger.tables import Step
from tests.chain import Chain
from tests.region import moment
from tests.stages import reported, started
from tests.steps.sweep_rows import REMINDER, many, set_step


@pytest.mark.parametrize("fault", [{"kind": "bestaat-niet-meer"}, {"opened_at": None}])
def test_one_bad_row_stops_no_other(chain: Chain, fault: dict[str, object]) -> None:
    reported(chain)
    many(chain, 3)
    set_step(chain, "safety_assessment", **fault)
    swept = chain.sweep(REMINDER)
    assert (swept.steps, swept.planned, swept.failed) == (4, 3, 1)


def test_a_bad_row_that_was_mended_is_said_after_all(chain: Chain) -> None:
    reported(chain)
    bad = chain.step("safety_assessment").id
    set_step(chain, "safety_assessment", kind="bestaat-niet-meer")
    assert chain.sweep(REMINDER).failed == 1
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        uow.session.get_one(Step, bad).kind = "safety_assessment"
    chain.sweep("2026-04-24T10:00")
    assert chain.told("safety_assessment", "R") == ["VT-201"]


def test_more_bad_rows_than_a_batch_do_not_hold_up_the_good_ones(chain: Chain) -> None:
    reported(chain)
    many(chain, 600)
    with chain.ledger.unit_of_work(now=chain.now, actor=SYSTEM) as uow:
        bad = update(Step).where(col(Step.subject).like("proef-%")).values(kind="bestaat-niet-meer")
        uow.session.connection().execute(bad.values(next_action_at=moment("2026-04-23T08:00")))
    swept = chain.sweep(REMINDER)
    assert (swept.failed, swept.planned) == (600, 1)


def test_a_bad_row_that_should_open_stops_no_other(chain: Chain) -> None:
    started(chain)
    set_step(chain, "network_evaluation", kind="bestaat-niet-meer", next_action_at=moment("2026-08-20T08:00"))
    swept = chain.sweep("2026-08-21T08:00")
    assert (swept.opened, swept.failed) == (1, 1)
    assert "monitoring" in chain.open_words()
