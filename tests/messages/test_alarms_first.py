"""An alarm goes before everything that waits, at its second try too; and finding it costs nothing for that backlog."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.event import listen

from integrations.ledger import SYSTEM, Ledger
from integrations.ledger.contacts import address_book
from integrations.mail import Result, Verdict
from tasks.bundle_messages import bundle_messages
from tasks.claim_deliveries import Claim, claim_deliveries
from tasks.record_verdicts import record_verdicts
from tests.messages.rows import NOW, bundles, later, plan, planned

FAILED = {
    "refused-for-now": Result(Verdict.TEMPORARY, "smtp-451"),
    "in-doubt": Result(Verdict.INDEFINITE, "verbroken"),
    "died": None,
}


@pytest.fixture
def alarm(ledger: Ledger) -> str:
    """The reference of the one alarm among mails that were all ready at the same moment."""
    others = [planned(f"s-{n}", code) for n, code in enumerate(("LT-101", "VT-101", "VT-201"))]
    plan(ledger, *others, planned("s-9", "VT-102", "ACUTE"))
    bundle_messages(ledger, NOW)
    [reference] = [bundle.reference for bundle in bundles(ledger) if bundle.acute]
    return reference


def claim(ledger: Ledger, now: datetime, most: int = 1) -> list[Claim]:
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        return claim_deliveries(work, address_book(work.session), most)


def record(ledger: Ledger, now: datetime, *outcomes: tuple[Claim, Result | None]) -> None:
    with ledger.unit_of_work(now=now, actor=SYSTEM) as work:
        record_verdicts(work, outcomes)


@pytest.mark.parametrize("why", FAILED)
def test_the_second_try_of_an_alarm_goes_before_what_waited_longer(ledger: Ledger, alarm: str, why: str) -> None:
    first, *others = claim(ledger, NOW, most=4)
    assert (first.reference, len(others)) == (alarm, 3)
    if result := FAILED[why]:
        record(ledger, NOW, *((other, result) for other in others))
        record(ledger, later(seconds=30), (first, result))
    again = claim(ledger, later(seconds=90), most=1)
    assert [(each.reference, each.attempt) for each in again] == [(alarm, 2)]


def test_an_alarm_whose_next_try_is_still_to_come_stops_no_other(ledger: Ledger, alarm: str) -> None:
    [first] = claim(ledger, NOW)
    record(ledger, NOW, (first, FAILED["refused-for-now"]))
    others = claim(ledger, later(seconds=59), most=10)
    assert len(others) == 3
    assert alarm not in {other.reference for other in others}


def test_an_alarm_is_found_by_the_index_of_alarms_never_among_the_backlog(ledger: Ledger, alarm: str) -> None:
    asked: list[tuple[str, Any]] = []
    listen(ledger.writer, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    assert claim(ledger, NOW)[0].reference == alarm
    found = [each for each in asked if "message.acute" in each[0] and "delivery.lease_until <=" in each[0]]
    assert found
    with ledger.reading() as session:
        for sql, values in found:
            steps = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            plans = [row[3] for row in steps]
            assert any("message USING INDEX ix_message_alarm" in plan for plan in plans)
            assert any("delivery USING INDEX sqlite_autoindex_delivery_1 (bundle_id=?)" in plan for plan in plans)
            assert not [plan for plan in plans if plan.startswith("SCAN") or "ix_delivery_due" in plan]
